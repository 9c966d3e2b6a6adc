//! The committed code is what the generator makes from the committed descriptors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use aqueduct_protocol_generator::{generate, rustfmt};

#[test]
fn generated_code_agrees_with_the_descriptors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let fresh = Folder::new();
    let files = generate(&root.join("broker/protocol/descriptors")).expect("the descriptors are valid");
    for (path, text) in &files {
        let path = fresh.0.join(path);
        fs::create_dir_all(path.parent().expect("files are in folders"))
            .expect("a writable temporary folder");
        fs::write(path, text).expect("a writable temporary folder");
    }
    let messages = "broker/protocol/src/messages";
    rustfmt(&fresh.0.join(messages).join("mod.rs")).expect("rustfmt runs: rustup component add rustfmt");

    for path in files.keys() {
        let made = fs::read_to_string(fresh.0.join(path)).expect("just written");
        let committed = fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(made == committed, "{path} is not what the generator makes: run it and commit");
    }
    assert_eq!(names(&root.join(messages)), names(&fresh.0.join(messages)));
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect()
}

/// A folder that goes away at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("aqueduct-protocol-generator-{}", process::id()));
        fs::create_dir_all(&path).expect("a writable temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
