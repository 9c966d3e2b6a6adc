//! One plug-in on disk: a folder with a `plugin.toml`, or a library that carries its manifest.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use aqueduct_plugin_api::Manifest;
use aqueduct_plugin_api::bounded_json::Bounds;
use serde::Deserialize;

use super::elf::{self, ElfError};
use crate::raw::{AQ_ABI_MAJOR, AQ_ENTRY_SYMBOL, AQ_MANIFEST_SECTION};

/// The largest `plugin.toml` that is read.
const MOST_TOML: u64 = 8 << 10;
/// The largest manifest beside a library that is read.
const MOST_MANIFEST: u64 = 4 << 20;

/// Why a file or folder on `plugin.path` is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The folder or file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The library is no library of this machine.
    #[error("{0}")]
    Library(#[from] ElfError),
    /// The library has a manifest but no entry.
    #[error("it has no symbol {AQ_ENTRY_SYMBOL}")]
    NoEntry,
    /// The library has an entry but no manifest.
    #[error(
        "it has no manifest: neither a section {AQ_MANIFEST_SECTION} nor a plugin.toml that names its connectors"
    )]
    NoManifest,
    /// The manifest is not what a manifest should be.
    #[error("its manifest cannot be read: {0}")]
    Manifest(String),
    /// The plug-in was made for another major version of the ABI.
    #[error("made for plug-in ABI {0}, this worker has ABI {AQ_ABI_MAJOR}")]
    Abi(String),
    /// The plug-in was made for another kind of machine.
    #[error("made for {theirs}, this worker runs on {ours}")]
    Target {
        /// What its `plugin.toml` says.
        theirs: String,
        /// This machine.
        ours: &'static str,
    },
    /// The folder does not say which library is the plug-in.
    #[error("{0}")]
    Folder(String),
}

/// A plug-in that can be opened.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) library: PathBuf,
    pub(super) manifest: Manifest,
}

/// `plugin.toml`. All keys are optional: what is not here is read from the library.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginToml {
    /// The library's file name; needed when the folder has several.
    library: Option<String>,
    /// The ABI that it was made for, `major.minor`.
    abi: Option<String>,
    /// The machine that it was built for: `x86_64`, or a target triple that begins with it.
    target: Option<String>,
    /// A JSON file beside it with the manifest, in place of the library's own.
    manifest: Option<String>,
}

/// Reads a library that stands alone. `None` for a library that is no plug-in at all.
pub(super) fn read_library(path: &Path) -> Result<Option<Package>, ScanError> {
    let library = elf::read(path)?;
    match (library.manifest, library.has_entry) {
        (None, false) => Ok(None),
        (None, true) => Err(ScanError::NoManifest),
        (Some(_), false) => Err(ScanError::NoEntry),
        (Some(json), true) => {
            Ok(Some(Package { library: path.to_owned(), manifest: parse_manifest(&json)? }))
        }
    }
}

/// Reads a folder. `None` for a folder that holds no plug-in.
pub(super) fn read_folder(path: &Path) -> Result<Option<Package>, ScanError> {
    let toml = path.join("plugin.toml");
    let described = toml.try_exists()?;
    let description = if described { read_toml(&toml)? } else { PluginToml::default() };
    check_made_for(&description)?;
    let Some(library) = library_in(path, &description, described)? else { return Ok(None) };
    let Some(file) = &description.manifest else {
        let package = read_library(&library)?;
        return if described { package.ok_or(ScanError::NoManifest).map(Some) } else { Ok(package) };
    };
    if !elf::read(&library)?.has_entry {
        return Err(ScanError::NoEntry);
    }
    let manifest = parse_manifest(&read_file(&path.join(within_folder(file)?), MOST_MANIFEST)?)?;
    Ok(Some(Package { library, manifest }))
}

/// A name that a `plugin.toml` gives: of a file in its own folder, not of one elsewhere.
fn within_folder(name: &str) -> Result<&str, ScanError> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) => Ok(name),
        _ => Err(ScanError::Folder(format!("plugin.toml names {name:?}, which is no file of this folder"))),
    }
}

/// Reads a regular file of at most this many bytes: not a device, and not a pipe that nobody writes to.
fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, ScanError> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() || about.len() > most {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Err(ScanError::Manifest(format!("{name} is no regular file of at most {most} bytes")));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_toml(path: &Path) -> Result<PluginToml, ScanError> {
    let text = String::from_utf8(read_file(path, MOST_TOML)?)
        .map_err(|_| ScanError::Manifest("plugin.toml is not UTF-8".to_owned()))?;
    toml::from_str(&text).map_err(|error| ScanError::Manifest(format!("plugin.toml: {}", error.message())))
}

fn check_made_for(description: &PluginToml) -> Result<(), ScanError> {
    if let Some(abi) = &description.abi {
        check_abi(abi)?;
    }
    match &description.target {
        Some(target) if target.split('-').next() != Some(std::env::consts::ARCH) => {
            Err(ScanError::Target { theirs: target.clone(), ours: std::env::consts::ARCH })
        }
        _ => Ok(()),
    }
}

fn check_abi(abi: &str) -> Result<(), ScanError> {
    let major = abi.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major == Some(AQ_ABI_MAJOR) { Ok(()) } else { Err(ScanError::Abi(abi.to_owned())) }
}

/// The library that `plugin.toml` names, or the only one there is.
fn library_in(path: &Path, description: &PluginToml, described: bool) -> Result<Option<PathBuf>, ScanError> {
    if let Some(name) = &description.library {
        return Ok(Some(path.join(within_folder(name)?)));
    }
    let mut libraries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if is_library(&file) {
            libraries.push(file);
        }
    }
    match (libraries.len(), described) {
        (1, _) => Ok(libraries.pop()),
        (0, false) => Ok(None),
        (0, true) => Err(ScanError::Folder("there is a plugin.toml but no library".to_owned())),
        (_, true) => {
            Err(ScanError::Folder("several libraries: plugin.toml must name one as `library`".to_owned()))
        }
        (_, false) => {
            Err(ScanError::Folder("several libraries and no plugin.toml that names one".to_owned()))
        }
    }
}

/// Whether a file's name is that of a shared library.
pub(super) fn is_library(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "so")
}

/// The most values in a manifest: hundreds of connectors' settings have no more.
const MOST_VALUES: usize = 10_000;

/// Reads a manifest as it is embedded.
fn parse_manifest(json: &[u8]) -> Result<Manifest, ScanError> {
    #[derive(serde::Deserialize)]
    struct MadeFor {
        abi: Option<String>,
    }
    let unreadable = |error: serde_json::Error| ScanError::Manifest(error.to_string());
    Bounds::check(MOST_VALUES, json).map_err(unreadable)?;
    let made_for: MadeFor = serde_json::from_slice(json).map_err(unreadable)?;
    match made_for.abi {
        Some(abi) => check_abi(&abi)?,
        None => return Err(ScanError::Manifest("it does not say which ABI it was made for".to_owned())),
    }
    serde_json::from_slice(json).map_err(unreadable)
}
