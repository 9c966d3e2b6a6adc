//! Plug-ins as the worker finds them on disk: a library with its manifest, or a folder with `plugin.toml`. No code of
//! a plug-in runs while they are read.

use std::cell::OnceCell;
use std::path::PathBuf;

use aqueduct_plugin_abi::PluginCatalog;
use tempfile::TempDir;

use crate::bound::within_input;

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

/// A library, if it begins as one; else `plugin.toml`, a byte 0xff, the manifest beside it, as `manifest.json`.
pub(crate) fn scan(data: &[u8]) {
    FOLDER.with(|folder| {
        let folder = folder
            .get_or_init(|| tempfile::Builder::new().prefix("fuzz").tempdir_in(memory()).expect("a folder"));
        let plugin = folder.path().join("p-1.0");
        std::fs::create_dir_all(&plugin).expect("a folder");
        let library = plugin.join("p.so");
        if data.starts_with(b"\x7fELF") {
            let _ = std::fs::remove_file(plugin.join("plugin.toml"));
            std::fs::write(&library, data).expect("written");
        } else {
            let mut parts = data.splitn(2, |byte| *byte == 0xff);
            std::fs::write(plugin.join("plugin.toml"), parts.next().unwrap_or_default()).expect("written");
            std::fs::write(plugin.join("manifest.json"), parts.next().unwrap_or_default()).expect("written");
            std::fs::write(&library, crate::seeds::library(b"{}")).expect("written");
        }
        let catalog = within_input(data.len(), || PluginCatalog::scan(&[folder.path().to_owned()]));
        for class in catalog.classes() {
            assert!(
                class.path.as_ref().is_some_and(|path| path.starts_with(folder.path())),
                "a plug-in stays in its folder"
            );
        }
    });
}

/// A folder in memory where there is one: thousands of files are written to it every second.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}
