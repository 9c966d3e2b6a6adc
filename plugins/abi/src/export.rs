//! How a Rust crate becomes a plug-in: the entry symbol and the embedded manifest.

use std::path::Path;

use aqueduct_plugin_api::Manifest;

use crate::raw::{AQ_ABI_MAJOR, AQ_ABI_MINOR};

/// Makes a `cdylib` a plug-in. The first argument makes the [`Plugin`](aqueduct_plugin_api::Plugin), the second is
/// its manifest, a file beside `Cargo.toml` that is embedded so that the worker can read it without running any code:
///
/// ```ignore
/// aqueduct_plugin_abi::export_plugin!(MyPlugin, "manifest.json");
/// ```
///
/// The macro also makes a test that compares the file with what the plug-in says of itself. Run it with
/// `AQUEDUCT_UPDATE_MANIFEST=1` to write the file.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:expr, $manifest:literal) => {
        const AQUEDUCT_MANIFEST_LEN: usize =
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest)).len();

        /// The manifest, in a section of its own that the worker reads without loading the library.
        #[used]
        #[unsafe(link_section = ".aqueduct.manifest")]
        static AQUEDUCT_MANIFEST: [u8; AQUEDUCT_MANIFEST_LEN] =
            *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest));

        /// The plug-in's entry.
        ///
        /// # Safety
        /// Called by the worker as the ABI says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn aq_plugin_entry_v1(
            host: *const $crate::raw::AqHost,
            out: *mut $crate::raw::AqPlugin,
        ) -> i32 {
            // SAFETY: the worker's promise.
            unsafe { $crate::entry(host, out, &AQUEDUCT_MANIFEST, || Box::new($plugin)) }
        }

        #[cfg(test)]
        mod aqueduct_manifest {
            #[test]
            fn embedded_manifest_is_what_the_plugin_says() {
                let file = concat!(env!("CARGO_MANIFEST_DIR"), "/", $manifest);
                let manifest = $crate::api::Plugin::manifest(&super::plugin_for_manifest());
                if let Err(difference) = $crate::check_manifest(std::path::Path::new(file), &manifest) {
                    panic!("{difference}");
                }
            }
        }

        #[cfg(test)]
        fn plugin_for_manifest() -> impl $crate::api::Plugin {
            $plugin
        }
    };
}

/// A manifest as it is embedded: JSON with the ABI that it was made for.
pub fn manifest_json(manifest: &Manifest) -> String {
    let mut json = serde_json::Map::new();
    json.insert("abi".to_owned(), format!("{AQ_ABI_MAJOR}.{AQ_ABI_MINOR}").into());
    let rest = serde_json::to_value(manifest).expect("a manifest is plain data");
    json.extend(rest.as_object().cloned().unwrap_or_default());
    let mut text = serde_json::to_string_pretty(&json).expect("a manifest is plain data");
    text.push('\n');
    text
}

/// Compares a manifest file with the manifest it should hold; writes it instead if `AQUEDUCT_UPDATE_MANIFEST` is set.
pub fn check_manifest(file: &Path, manifest: &Manifest) -> Result<(), String> {
    let expected = manifest_json(manifest);
    if std::env::var_os("AQUEDUCT_UPDATE_MANIFEST").is_some() {
        return std::fs::write(file, expected).map_err(|error| format!("{}: {error}", file.display()));
    }
    let found = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "{} is not what the plug-in says; run this test with AQUEDUCT_UPDATE_MANIFEST=1 to write it",
        file.display()
    ))
}
