//! The library under test: linked, or as a file.

use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::Plugin;

/// A plug-in that is linked into the test.
pub fn linked(plugin: impl Plugin + 'static) -> Arc<PluginLibrary> {
    PluginLibrary::linked(plugin).expect("a linked plug-in accepts its own worker")
}

/// The library of a crate (`aqueduct_plugin_file`), as the build of this test made it.
pub fn loaded(krate: &str) -> Arc<PluginLibrary> {
    let file = library_file(krate);
    PluginLibrary::open(&file).unwrap_or_else(|error| panic!("{error}"))
}

/// Where the build of this test put the library of a crate. The crate must be a dependency of the test's package, or
/// the package itself, so that the library is as new as the test.
pub fn library_file(krate: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a file");
    let deps = test.parent().expect("a test lies in a folder");
    let name = format!("lib{krate}.so");
    let file = deps.join(&name);
    assert!(file.is_file(), "no {name} in {}: the crate is not a dependency of this test", deps.display());
    file
}
