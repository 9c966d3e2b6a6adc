//! What decides in a worker: requests of users, the configuration, and the group's assignments become connectors and
//! tasks that run, pause and stop. [`state`] and [`lead`] decide and are pure; [`driver`] carries out; [`handle`] is
//! what REST has of it, and [`reads`], [`requests`] and [`offsets`] are what REST calls.

pub(crate) mod driver;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod forward;
pub(crate) mod handle;
pub(crate) mod infos;
pub(crate) mod lead;
pub(crate) mod offsets;
pub(crate) mod reads;
pub(crate) mod requests;
pub(crate) mod restart_plan;
pub(crate) mod signing;
pub(crate) mod spec;
pub(crate) mod state;
pub(crate) mod task_configs;
pub(crate) mod view;
