//! Replacing a small file so that after any crash it is the old or the new one, whole.

use std::io::{self, IoSlice};
use std::path::Path;

use crate::fs::{FileSystem, OpenMode};

/// Suffix of files that are being written.
pub(crate) const TEMPORARY_SUFFIX: &str = ".tmp";

/// Writes `bytes` beside `path`, syncs them, renames, and syncs the folder.
pub(crate) fn replace_file(fs: &dyn FileSystem, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY_SUFFIX);
    let temporary = Path::new(&name);
    let written = (|| {
        let file = fs.open(temporary, OpenMode::Truncate)?;
        file.write_all_at(&mut [IoSlice::new(bytes)], 0)?;
        file.sync_data()
    })();
    if let Err(error) = written {
        // Gives back what a full disk took; the old file stands.
        let _ = fs.remove_file(temporary);
        return Err(error);
    }
    fs.rename(temporary, path)?;
    fs.sync_dir(path.parent().unwrap_or(Path::new(".")))
}
