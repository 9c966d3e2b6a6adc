//! The registry as its REST interface sees it.

use crate::config::RegistryConfig;
use crate::store::Store;
use std::sync::Arc;

/// Data and settings.
pub struct Registry {
    /// The data.
    pub store: Arc<Store>,
    /// The settings in force.
    pub config: RegistryConfig,
}
