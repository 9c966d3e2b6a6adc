//! From message descriptors to Rust: parses `descriptors/**/*.msg` and writes one module per message, the
//! table of API keys, enums over all requests and responses, and the protocol tables of the docs.
//!
//! The syntax of descriptors is told in `descriptors/README.md`.

mod api;
mod code;
mod decode;
pub mod descriptor;
mod docs;
mod encode;
mod error_codes;
mod layout;
mod names;
mod records;
pub mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use descriptor::{DescriptorError, Family};

/// Why nothing was generated.
#[derive(Debug)]
pub enum GenerateError {
    /// A file could not be read or rustfmt not be run.
    Io(PathBuf, io::Error),
    /// A descriptor is wrong.
    Descriptor(PathBuf, DescriptorError),
    /// rustfmt refused the generated code.
    Rustfmt(String),
}

impl std::fmt::Display for GenerateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Descriptor(path, error) => write!(f, "{}:{error}", path.display()),
            Self::Rustfmt(text) => write!(f, "rustfmt: {text}"),
        }
    }
}

impl std::error::Error for GenerateError {}

/// All generated files, by their path from the workspace's root. Rust files are not yet formatted.
pub fn generate(descriptors: &Path) -> Result<BTreeMap<String, String>, GenerateError> {
    let families = read_descriptors(descriptors)?;
    let mut messages: Vec<_> = families.iter().flat_map(|family| &family.messages).collect();
    messages.sort_by(|a, b| a.root.name.cmp(&b.root.name));

    let mut files = BTreeMap::new();
    let mut put = |name: &str, text: String| {
        let path = format!("broker/protocol/src/messages/{name}.rs");
        assert!(files.insert(path, text).is_none(), "two messages are called {name}");
    };
    for message in &messages {
        put(&names::snake(&message.root.name), code::message(message));
    }
    let mut extra = vec![
        ("api_key".to_owned(), "ApiKey".to_owned()),
        ("bodies".to_owned(), "{RequestBody, ResponseBody}".to_owned()),
    ];
    put("metadata_record", records::metadata_records(&families));
    extra.push(("metadata_record".to_owned(), "MetadataRecord".to_owned()));
    for family in &families {
        if let Some((name, module)) = records::key_enum(family) {
            put(&module, records::keys_of(family, &name));
            extra.push((module, name));
        }
    }
    put("api_key", api::api_keys(&messages));
    put("bodies", api::bodies(&messages));
    put("mod", api::module_list(&messages, &extra));
    files.insert("docs/protocol.md".into(), docs::tables(&families));
    Ok(files)
}

/// All descriptor files below a folder.
pub fn read_descriptors(descriptors: &Path) -> Result<Vec<Family>, GenerateError> {
    let mut families = Vec::new();
    for folder in ["api", "records"] {
        for path in descriptor_files(&descriptors.join(folder))? {
            let text = fs::read_to_string(&path).map_err(|error| GenerateError::Io(path.clone(), error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let family =
                descriptor::parse(&name, &text).map_err(|error| GenerateError::Descriptor(path, error))?;
            families.push(family);
        }
    }
    Ok(families)
}

fn descriptor_files(folder: &Path) -> Result<Vec<PathBuf>, GenerateError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.into_iter().map(|entry| entry.path()).collect())
    };
    let mut files = read().map_err(|error| GenerateError::Io(folder.to_owned(), error))?;
    files.sort();
    Ok(files)
}

/// Formats a Rust file and the modules it declares, in place.
pub fn rustfmt(file: &Path) -> Result<(), GenerateError> {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", config])
        .arg(file)
        .output()
        .map_err(|error| GenerateError::Io("rustfmt".into(), error))?;
    if !output.status.success() {
        return Err(GenerateError::Rustfmt(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(())
}
