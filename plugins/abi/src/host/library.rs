//! A plug-in library that is open.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use aqueduct_plugin_api::{Connector, Manifest, Plugin, SinkTask, SourceTask};
use parking_lot::Mutex;

use super::connector::ConnectorProxy;
use super::instance::Instance;
use super::open::{Met, OpenError, link, load};
use super::sink::SinkProxy;
use super::source::SourceProxy;
use crate::lend::lend;
use crate::raw::{
    AQ_ACCEPTED, AQ_PLUGIN_BLOCKING, AQ_PLUGIN_FULL_SCHEMAS, AQ_UNKNOWN_CLASS, AqConnector, AqPlugin,
    AqSinkTask, AqSourceTask, AqStr,
};

/// An open plug-in. It is a [`Plugin`] itself: what it makes are proxies of the library's connectors and tasks.
///
/// It stays open as long as the process. A new version of a plug-in is another file, opened beside the old one.
pub struct PluginLibrary {
    path: Option<PathBuf>,
    table: AqPlugin,
    manifest: Manifest,
}

// SAFETY: the makers of instances may be called from any thread; the rest of the table does not change.
unsafe impl Send for PluginLibrary {}
// SAFETY: as above.
unsafe impl Sync for PluginLibrary {}

/// The libraries of this process by their resolved path: each is opened once.
static OPEN: LazyLock<Mutex<HashMap<PathBuf, Arc<PluginLibrary>>>> = LazyLock::new(Mutex::default);

impl PluginLibrary {
    /// Opens a library, or gives the one that is open already. Runs the library's constructors and reads the file
    /// (milliseconds): call it where blocking is allowed.
    pub fn open(path: &Path) -> Result<Arc<Self>, OpenError> {
        let resolved =
            path.canonicalize().map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let mut open = OPEN.lock();
        if let Some(library) = open.get(&resolved) {
            return Ok(library.clone());
        }
        let library = Arc::new(Self::of(load(&resolved)?, Some(resolved.clone())));
        tracing::info!(
            path = %resolved.display(), plugin = library.manifest.name, version = library.manifest.version,
            "opened plug-in library"
        );
        open.insert(resolved, library.clone());
        Ok(library)
    }

    /// A plug-in that is part of this program, through the same ABI.
    pub fn linked(plugin: impl Plugin + 'static) -> Result<Arc<Self>, OpenError> {
        Ok(Arc::new(Self::of(link(Box::new(plugin))?, None)))
    }

    fn of(met: Met, path: Option<PathBuf>) -> Self {
        Self { path, table: met.table, manifest: met.manifest }
    }

    /// What the plug-in holds, in its own words.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The file; `None` for a linked plug-in. Shown as `location` in logs.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether calls run on a thread of their own for each instance.
    pub(super) fn is_blocking(&self) -> bool {
        self.table.features & AQ_PLUGIN_BLOCKING != 0
    }

    /// Whether every batch has to bring all its schemas.
    pub(super) fn wants_full_schemas(&self) -> bool {
        self.table.features & AQ_PLUGIN_FULL_SCHEMAS != 0
    }

    /// Asks the library for an instance.
    fn make<Raw>(
        &self,
        class: &str,
        maker: Option<unsafe extern "C" fn(*mut std::ffi::c_void, AqStr, *mut Raw) -> i32>,
    ) -> Option<Raw> {
        let mut raw = std::mem::MaybeUninit::<Raw>::zeroed();
        // SAFETY: the class lives until the call returns, and there is room for the result.
        let answer = unsafe { maker?(self.table.ctx, lend(class), raw.as_mut_ptr()) };
        match answer {
            // SAFETY: two pointers, zero or written.
            AQ_ACCEPTED => Some(unsafe { raw.assume_init() }),
            AQ_UNKNOWN_CLASS => None,
            answer => {
                tracing::error!(
                    plugin = self.manifest.name,
                    class,
                    answer,
                    "plug-in could not make an instance"
                );
                None
            }
        }
    }
}

impl Plugin for PluginLibrary {
    fn manifest(&self) -> Manifest {
        self.manifest.clone()
    }

    fn connector(&self, class: &str) -> Option<Box<dyn Connector>> {
        let AqConnector { instance, table } = self.make(class, self.table.connector)?;
        // SAFETY: the ABI's promise.
        let instance = unsafe { Instance::adopt(self, class, instance, table) }?;
        Some(Box::new(ConnectorProxy::new(instance)))
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        let AqSourceTask { instance, table } = self.make(class, self.table.source_task)?;
        // SAFETY: as above.
        let instance = unsafe { Instance::adopt(self, class, instance, table) }?;
        Some(Box::new(SourceProxy::new(instance)))
    }

    fn sink_task(&self, class: &str) -> Option<Box<dyn SinkTask>> {
        let AqSinkTask { instance, table } = self.make(class, self.table.sink_task)?;
        // SAFETY: as above.
        let instance = unsafe { Instance::adopt(self, class, instance, table) }?;
        Some(Box::new(SinkProxy::new(instance, self.wants_full_schemas())))
    }
}

impl std::fmt::Debug for PluginLibrary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PluginLibrary({} {})", self.manifest.name, self.manifest.version)
    }
}
