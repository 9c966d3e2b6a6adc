//! All connector classes that the worker can run, and where they come from.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_plugin_api::class_names::{CONNECTOR, ClassNames};
use aqueduct_plugin_api::{ConnectorClass, Manifest};
use parking_lot::Mutex;

use super::package::{self, Package, ScanError};
use super::version;
use crate::host::{OpenError, PluginLibrary};

/// A file or folder on `plugin.path` that is not used.
#[derive(Debug)]
pub struct Refusal {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub error: ScanError,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

/// A connector class of a plug-in.
#[derive(Debug, Clone)]
pub struct CatalogEntry {
    /// The class.
    pub class: ConnectorClass,
    /// The version of its plug-in.
    pub version: String,
    /// The file of its plug-in; `None` if it is linked.
    pub path: Option<PathBuf>,
    package: usize,
}

/// The classes of all plug-ins. Where several plug-ins have a class, the newest version counts; of the same version a
/// linked one, then the one that stands first on the path.
#[derive(Debug, Default)]
pub struct PluginCatalog {
    packages: Vec<Known>,
    /// One entry for each class, sorted by name.
    entries: Vec<CatalogEntry>,
    /// Where each name leads among the entries.
    names: ClassNames,
    refused: Vec<Refusal>,
}

#[derive(Debug)]
struct Known {
    manifest: Manifest,
    path: Option<PathBuf>,
    /// Open as soon as it was needed.
    library: Mutex<Option<Arc<PluginLibrary>>>,
}

impl PluginCatalog {
    /// A catalogue without plug-ins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the manifests of all plug-ins in these folders, in this order. No code of a plug-in runs.
    ///
    /// An entry of the path is a folder that holds libraries with an embedded manifest, and folders
    /// (`<name>-<version>/`) with a library and perhaps a `plugin.toml`. It may also be such a library or such a folder
    /// itself. What cannot be used is listed in [`PluginCatalog::refused`] and logged; the rest is used.
    pub fn scan(path: &[PathBuf]) -> Self {
        let mut catalog = Self::new();
        for entry in path {
            catalog.scan_entry(entry);
        }
        catalog.index();
        for refusal in &catalog.refused {
            tracing::warn!(%refusal, "plug-in is not used");
        }
        catalog
    }

    /// Adds a linked plug-in, or a library that is open.
    pub fn add(&mut self, library: Arc<PluginLibrary>) {
        self.packages.push(Known {
            manifest: library.manifest().clone(),
            path: library.path().map(Path::to_owned),
            library: Mutex::new(Some(library)),
        });
        self.index();
    }

    /// All classes, sorted by name.
    pub fn classes(&self) -> &[CatalogEntry] {
        &self.entries
    }

    /// What was refused by the scan.
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    /// The class that a user means: by its full name, an alias, the name without its package, or that without
    /// `Connector`. A short name that may mean several means none.
    pub fn find(&self, name: &str) -> Option<&CatalogEntry> {
        self.names.find(name).map(|number| &self.entries[number])
    }

    /// All classes that a name may mean.
    pub fn meant(&self, name: &str) -> impl Iterator<Item = &CatalogEntry> {
        self.names.meant(name).map(|number| &self.entries[number])
    }

    /// The open library of a class. Opens it on first use, which blocks for milliseconds.
    pub fn library(&self, entry: &CatalogEntry) -> Result<Arc<PluginLibrary>, OpenError> {
        let known = &self.packages[entry.package];
        let mut library = known.library.lock();
        if let Some(library) = &*library {
            return Ok(library.clone());
        }
        let path = known.path.as_deref().expect("a plug-in that is not open has a file");
        let opened = PluginLibrary::open(path)?;
        if *opened.manifest() != known.manifest {
            tracing::warn!(path = %path.display(), "plug-in says other things of itself than its manifest");
        }
        *library = Some(opened.clone());
        Ok(opened)
    }

    fn scan_entry(&mut self, path: &Path) {
        if package::is_library(path) {
            return self.take(path, package::read_library(path));
        }
        if path.join("plugin.toml").is_file() {
            return self.take(path, package::read_folder(path));
        }
        let mut children = match std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(children) => children,
            Err(error) => return self.take(path, Err(error.into())),
        };
        children.sort_by_key(std::fs::DirEntry::file_name);
        for child in children {
            let child = child.path();
            if package::is_library(&child) {
                self.take(&child, package::read_library(&child));
            } else if child.is_dir() && is_plugin_folder(&child) {
                self.take(&child, package::read_folder(&child));
            }
        }
    }

    fn take(&mut self, path: &Path, read: Result<Option<Package>, ScanError>) {
        match read {
            Ok(Some(package)) => self.packages.push(Known {
                manifest: package.manifest,
                path: Some(package.library),
                library: Mutex::new(None),
            }),
            Ok(None) => tracing::debug!(path = %path.display(), "not a plug-in"),
            Err(error) => self.refused.push(Refusal { path: path.to_owned(), error }),
        }
    }

    fn index(&mut self) {
        self.entries.clear();
        for (package, known) in self.packages.iter().enumerate() {
            for class in &known.manifest.connectors {
                let entry = CatalogEntry {
                    class: class.clone(),
                    version: known.manifest.version.clone(),
                    path: known.path.clone(),
                    package,
                };
                match self.entries.iter_mut().find(|other| other.class.class == class.class) {
                    Some(other) if wins(&entry, other) => *other = entry,
                    Some(_) => {}
                    None => self.entries.push(entry),
                }
            }
        }
        self.entries.sort_by(|a, b| a.class.class.cmp(&b.class.class));
        self.names = ClassNames::default();
        for (number, CatalogEntry { class, .. }) in self.entries.iter().enumerate() {
            self.names.add_class(&class.class, CONNECTOR, number);
            for alias in &class.aliases {
                self.names.add_alias(alias, CONNECTOR, number);
            }
        }
    }
}

/// Whether an entry takes the place of one of the same class that came before it.
fn wins(entry: &CatalogEntry, other: &CatalogEntry) -> bool {
    match version::compare(&entry.version, &other.version) {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => entry.path.is_none() && other.path.is_some(),
    }
}

/// Folders beside plug-ins that are none (a compiler's `deps/`, `build/`, `incremental/`) are left alone: a plug-in's
/// folder has a `plugin.toml` or is named `<name>-<version>`.
fn is_plugin_folder(path: &Path) -> bool {
    let versioned = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        name.rsplit_once('-').is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
    });
    versioned || path.join("plugin.toml").is_file()
}

/// Where plug-ins are looked for when `plugin.path` is not set: beside the program, where a build puts them, and in
/// `plugins/` and `../lib/aqueduct/plugins/` from there, where an installation does. Only folders that exist.
pub fn default_plugin_path() -> Vec<PathBuf> {
    let Some(home) = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)) else {
        return Vec::new();
    };
    let candidates = [home.clone(), home.join("plugins"), home.join("../lib/aqueduct/plugins")];
    candidates.into_iter().filter(|path| path.is_dir()).collect()
}
