//! All logs of a broker, over its log directories.

mod checkpoint_plan;
mod cleaning;
mod log_dir;
mod log_manager;
mod manager_config;
mod open;
mod schedule;
mod space;

pub(crate) use log_dir::LogDir;
pub use log_manager::{LogDirInfo, LogManager};
pub use manager_config::ManagerConfig;
