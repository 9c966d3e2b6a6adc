//! The registry's settings.

mod key_table;
mod registry_config;

pub use key_table::{key_table, not_honoured};
pub use registry_config::RegistryConfig;
