//! The connectors a worker can run, by name. Nothing of a plug-in runs until one of its connectors is used.

use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_plugin_abi::{CatalogEntry, PluginCatalog, PluginLibrary};
use aqueduct_plugin_api::{ConfigMap, ConnectError};

use crate::config::connector_keys::CONNECTOR_CLASS;

/// All connectors, linked in and found.
pub(crate) struct Catalog {
    plugins: Arc<PluginCatalog>,
}

impl Catalog {
    /// The plug-ins linked in, and those of the folders.
    pub(crate) fn new(linked: Vec<Arc<PluginLibrary>>, folders: &[PathBuf]) -> Self {
        let mut plugins = PluginCatalog::scan(folders);
        linked.into_iter().for_each(|library| plugins.add(library));
        for entry in plugins.classes() {
            tracing::info!(class = entry.class.class, version = entry.version, "connector found");
        }
        Self { plugins: Arc::new(plugins) }
    }

    /// All of them, by class name.
    pub(crate) fn connectors(&self) -> &[CatalogEntry] {
        self.plugins.classes()
    }

    /// A connector by any of its names.
    pub(crate) fn find(&self, name: &str) -> Option<&CatalogEntry> {
        self.plugins.find(name.trim())
    }

    /// The connector that a configuration names.
    pub(crate) fn of_config(&self, config: &ConfigMap) -> Option<&CatalogEntry> {
        config.get(CONNECTOR_CLASS).and_then(|class| self.find(class))
    }

    /// `source`, `sink`, or `unknown` for a class this worker does not have.
    pub(crate) fn kind_name(&self, config: &ConfigMap) -> &'static str {
        self.of_config(config).map_or("unknown", |plugin| plugin.class.kind.name())
    }

    /// Apache's text for a name that leads to no class, or to several.
    pub(crate) fn not_found(&self, name: &str) -> String {
        let listed = |plugins: &mut dyn Iterator<Item = &CatalogEntry>| {
            plugins.map(|plugin| plugin.class.class.as_str()).collect::<Vec<_>>().join(", ")
        };
        let meant = listed(&mut self.plugins.meant(name.trim()));
        if meant.is_empty() {
            let known = listed(&mut self.connectors().iter());
            return format!(
                "Failed to find any class that implements Connector and which name matches {name}, available connectors \
                 are: {known}"
            );
        }
        format!(
            "More than one connector matches alias {name}. Please use full package and class name instead. Classes \
             found: {meant}"
        )
    }

    /// The plug-in's code, opened off the runtime's threads if it was not used before.
    pub(crate) async fn open(&self, entry: &CatalogEntry) -> Result<Arc<PluginLibrary>, ConnectError> {
        let (plugins, entry) = (self.plugins.clone(), entry.clone());
        let opened = tokio::task::spawn_blocking(move || plugins.library(&entry)).await;
        match opened {
            Ok(Ok(library)) => Ok(library),
            Ok(Err(error)) => Err(ConnectError::fatal("the plug-in cannot be opened").caused_by(&error)),
            Err(failed) => Err(ConnectError::fatal("opening the plug-in panicked").caused_by(&failed)),
        }
    }
}

/// The Java name that the tasks of a connector class would have, for `task.class`.
pub(crate) fn task_class(class: &str) -> String {
    format!("{}Task", class.strip_suffix("Connector").unwrap_or(class))
}
