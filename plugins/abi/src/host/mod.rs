//! The worker's side: opens libraries and makes proxies that look like any other connector or task.

mod connector;
mod context;
mod instance;
mod library;
mod log;
mod open;
mod runner;
mod sink;
mod source;

pub use library::PluginLibrary;
pub use open::OpenError;
