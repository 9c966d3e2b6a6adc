//! All logs of a broker, over its log directories.

mod log_manager;

pub use log_manager::{LogDirInfo, LogManager, ManagerConfig};
