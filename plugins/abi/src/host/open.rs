//! Opening a library and shaking hands with it.

use std::path::{Path, PathBuf};

use aqueduct_plugin_api::{Manifest, Plugin};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW, Symbol};

use super::log::{log, log_enabled};
use crate::lend::{lend, text_of};
use crate::plugin;
use crate::raw::{
    AQ_ABI_MAJOR, AQ_ABI_MINOR, AQ_ACCEPTED, AQ_ENTRY_SYMBOL, AQ_HOST_LINKED, AQ_LOG_TRACE, AQ_MAGIC,
    AQ_PLUGIN_ABORTS, AqEntryFn, AqHost, AqPlugin,
};
use crate::scan::{ElfError, read_elf};

/// How many threads a plug-in's runtime is told to have.
const WORKER_THREADS: u32 = 2;

/// Why a plug-in cannot be used. The texts name the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is not there or cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no whole library of this machine.
    #[error("{path}: {source}", path = path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ElfError,
    },
    /// The system's loader refused the file, for instance because it needs libraries that are not there.
    #[error("{path}: cannot be loaded: {reason}", path = path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The library has no entry symbol.
    #[error("{path}: not an Aqueduct plug-in: no symbol {AQ_ENTRY_SYMBOL}", path = path.display())]
    NoEntry {
        /// The file.
        path: PathBuf,
    },
    /// The library's answer does not begin with the magic number.
    #[error("{subject}: not an Aqueduct plug-in: its magic number is {magic:#018x}")]
    Magic {
        /// The file or the linked plug-in.
        subject: String,
        /// What it said.
        magic: u64,
    },
    /// The library was made for another major version of the ABI.
    #[error("{subject}: made for plug-in ABI {theirs}, this worker has ABI {AQ_ABI_MAJOR}")]
    AbiMajor {
        /// The file or the linked plug-in.
        subject: String,
        /// The version it was made for.
        theirs: u32,
    },
    /// The library was built with `panic = "abort"`: a panic in it would end the worker.
    #[error(
        "{subject}: built with panic = \"abort\", so a panic in it would end the worker; build it with \"unwind\""
    )]
    Aborts {
        /// The file or the linked plug-in.
        subject: String,
    },
    /// The plug-in refused to work with this worker.
    #[error("{subject}: refused: {reason}")]
    Refused {
        /// The file or the linked plug-in.
        subject: String,
        /// What it said.
        reason: String,
    },
    /// The plug-in's manifest cannot be read.
    #[error("{subject}: its manifest cannot be read: {source}")]
    Manifest {
        /// The file or the linked plug-in.
        subject: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// A plug-in that has introduced itself.
pub(super) struct Met {
    pub(super) table: AqPlugin,
    pub(super) manifest: Manifest,
}

/// Loads a library, never to be unloaded: threads and thread-local destructors of its own may outlive every instance.
pub(super) fn load(path: &Path) -> Result<Met, OpenError> {
    read_elf(path).map_err(|source| OpenError::NotALibrary { path: path.to_owned(), source })?;
    let load_error =
        |error: libloading::Error| OpenError::Load { path: path.to_owned(), reason: loader_text(&error) };
    let flags = RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE;
    // SAFETY: loading runs the library's constructors. Whoever puts a file on `plugin.path` trusts it.
    let library = unsafe { Library::open(Some(path), flags) }.map_err(load_error)?;
    // SAFETY: the symbol's type is the ABI's.
    let entry: Result<Symbol<AqEntryFn>, _> = unsafe { library.get(AQ_ENTRY_SYMBOL.as_bytes()) };
    let entry = match entry {
        Ok(entry) => *entry,
        Err(_) => return Err(OpenError::NoEntry { path: path.to_owned() }),
    };
    std::mem::forget(library);
    // SAFETY: the ABI's promise.
    meet(path.display().to_string(), 0, |host, out| unsafe { entry(host, out) })
}

/// Meets a plug-in that is part of this program.
pub(super) fn link(plugin: Box<dyn Plugin>) -> Result<Met, OpenError> {
    let subject = "linked plug-in".to_owned();
    // SAFETY: both tables live until the call returns, and the host's as long as the process.
    meet(subject, AQ_HOST_LINKED, |host, out| unsafe { plugin::meet(host, out, &[], || plugin) })
}

/// The handshake from the host's side.
pub(super) fn meet(
    subject: String,
    features: u64,
    entry: impl FnOnce(*const AqHost, *mut AqPlugin) -> i32,
) -> Result<Met, OpenError> {
    // SAFETY: zeros are valid for a table.
    let mut table: AqPlugin = unsafe { std::mem::zeroed() };
    table.size = size_of::<AqPlugin>();
    let answer = entry(host(features), &raw mut table);
    if table.magic != AQ_MAGIC {
        return Err(OpenError::Magic { subject, magic: table.magic });
    }
    if table.abi_major != AQ_ABI_MAJOR {
        return Err(OpenError::AbiMajor { subject, theirs: table.abi_major });
    }
    if table.features & AQ_PLUGIN_ABORTS != 0 {
        return Err(OpenError::Aborts { subject });
    }
    if answer != AQ_ACCEPTED {
        // SAFETY: the text is valid as long as the process.
        let mut reason = unsafe { text_of(table.refusal) };
        if reason.is_empty() {
            reason = format!("it answered {answer}");
        }
        return Err(OpenError::Refused { subject, reason });
    }
    // SAFETY: as above.
    let text = unsafe { text_of(table.manifest) };
    match serde_json::from_str(&text) {
        Ok(manifest) => Ok(Met { table, manifest }),
        Err(source) => Err(OpenError::Manifest { subject, source }),
    }
}

/// The host's table; lives as long as the process, as the ABI promises.
fn host(features: u64) -> &'static AqHost {
    Box::leak(Box::new(AqHost {
        magic: AQ_MAGIC,
        size: size_of::<AqHost>(),
        abi_major: AQ_ABI_MAJOR,
        abi_minor: AQ_ABI_MINOR,
        features,
        worker_threads: WORKER_THREADS,
        log_level: AQ_LOG_TRACE,
        version: lend(concat!("aqueduct ", env!("CARGO_PKG_VERSION"))),
        log_enabled: Some(log_enabled),
        log: Some(log),
    }))
}

/// The loader's own words: libloading hides them in the source.
fn loader_text(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
