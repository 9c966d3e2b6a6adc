//! Making a directory whose name survives a power cut.

use std::io;
use std::path::Path;

use super::FileSystem;

/// Makes `dir` and the missing directories above it, and makes their names durable, each before the next is made. The
/// name of the lowest one that is there already is made durable too: the process that made it may have ended before it
/// could.
///
/// # Errors
/// Those of the file system. A directory above that may not be read is taken as durable: this process did not make it.
pub fn make_durable_dir(fs: &dyn FileSystem, dir: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    let mut there = dir;
    while !fs.exists(there)? {
        missing.push(there);
        match there.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => there = parent,
            None => break,
        }
    }
    sync_name(fs, there)?;
    for dir in missing.into_iter().rev() {
        fs.create_dir_all(dir)?;
        sync_name(fs, dir)?;
    }
    Ok(())
}

fn sync_name(fs: &dyn FileSystem, dir: &Path) -> io::Result<()> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        // The root has no name.
        None => return Ok(()),
    };
    match fs.sync_dir(parent) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::MemoryFs;

    #[test]
    fn a_new_folder_and_those_above_it_survive_a_crash() {
        for seed in 0..20 {
            let fs = MemoryFs::new();
            make_durable_dir(&fs, Path::new("/a/b/c")).unwrap();
            fs.crash(seed);
            assert!(fs.exists(Path::new("/a/b/c")).unwrap());
        }
    }

    #[test]
    fn a_folder_left_by_a_process_that_was_killed_becomes_durable() {
        for seed in 0..20 {
            let fs = MemoryFs::new();
            fs.create_dir_all(Path::new("/a")).unwrap();
            make_durable_dir(&fs, Path::new("/a")).unwrap();
            fs.crash(seed);
            assert!(fs.exists(Path::new("/a")).unwrap());
        }
    }
}
