//! Regenerates `broker/protocol/src/messages/` and `docs/protocol.md` from `broker/protocol/descriptors/`.
//!
//! Run `cargo run -p aqueduct-protocol-generator` from anywhere in the workspace after a descriptor changed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use aqueduct_protocol_generator::{generate, rustfmt};

fn main() -> ExitCode {
    match run() {
        Ok(count) => {
            println!("{count} files written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize, Box<dyn std::error::Error>> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let files = generate(&root.join("broker/protocol/descriptors"))?;
    let messages = root.join("broker/protocol/src/messages");
    remove_old(&messages)?;
    for (path, text) in &files {
        fs::write(root.join(path), text)?;
    }
    rustfmt(&messages.join("mod.rs"))?;
    Ok(files.len())
}

fn remove_old(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}
