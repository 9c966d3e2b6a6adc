//! Settings of workers and connectors.

pub(crate) mod connector_file;
pub(crate) mod connector_keys;
pub(crate) mod ignored;
pub(crate) mod mask;
pub(crate) mod overrides;
pub(crate) mod providers;
pub(crate) mod worker_config;
mod worker_ignored;
pub(crate) mod worker_keys;
