//! Putting a rewritten segment into the place of the old ones, so that after any crash all or none of it has happened.
//!
//! The new files are whole and synced under names that end in `.cleaned` when `compaction.swap` is made, which says
//! which segments they replace: from then on the swap goes forward, now or at the next start. Without that file,
//! `.cleaned` files are remains that the start removes. Kafka, which has no such file, would take the same files for
//! remains too.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use super::PartitionLog;
use crate::checkpoint::TEMPORARY_SUFFIX;
use crate::cleaner::CompactError;
use crate::fs::{FileSystem, OpenMode, read_small};
use crate::segment::{CLEANED_SUFFIX, FileKind, Segment, parse_file_name};

const SWAP_FILE: &str = "compaction.swap";

/// Segments from `base` on and before `end` are replaced by the one that begins at `base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Swap {
    base: i64,
    end: i64,
}

impl Swap {
    /// Whether the segment at `base` goes without another in its place.
    fn replaces(self, base: i64) -> bool {
        base > self.base && base < self.end
    }

    fn format(self) -> String {
        format!("0\n{} {}\n", self.base, self.end)
    }

    fn parse(bytes: &[u8]) -> Option<Swap> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (base, end) = text.strip_prefix("0\n")?.strip_suffix('\n')?.split_once(' ')?;
        Some(Swap { base: base.parse().ok()?, end: end.parse().ok()? })
    }
}

impl PartitionLog {
    /// Puts `cleaned` in the place of `old`, neighbours in the log, the last of which ends before `end`; removes it if
    /// that cannot be. The paths of the old files, renamed, which are to be removed later: readers may still have them.
    pub(super) fn swap_in(
        &self,
        old: &[Arc<Segment>],
        cleaned: &Arc<Segment>,
        end: i64,
    ) -> Result<Vec<std::path::PathBuf>, CompactError> {
        // Nobody rolls, deletes or truncates meanwhile.
        let _writer = self.writer.lock();
        let mut segments = Vec::clone(&self.segments());
        let first = &old[0];
        let Some(at) = self.place_of(old, &segments) else {
            self.remove_files(cleaned);
            return Err(CompactError::Changed);
        };
        let (fs, folder) = (&*self.dir.fs, self.folder());
        let swap_file = folder.join(SWAP_FILE);
        let io = |source| CompactError::Io { path: swap_file.clone(), source };
        let written = folder.join(format!("{SWAP_FILE}{TEMPORARY_SUFFIX}"));
        let swap = Swap { base: first.base_offset, end };
        write_durably(fs, &written, swap.format().as_bytes()).map_err(|error| {
            let _ = fs.remove_file(&written);
            self.remove_files(cleaned);
            io(error)
        })?;
        let done = (|| {
            fs.rename(&written, &swap_file)?;
            fs.sync_dir(&folder)?;
            for segment in old {
                segment.mark_deleted()?;
            }
            cleaned.drop_suffix(CLEANED_SUFFIX)?;
            fs.sync_dir(&folder)?;
            fs.remove_file(&swap_file)?;
            fs.sync_dir(&folder)
        })();
        if let Err(error) = done {
            // Some of it is done: the next start does the rest. Nothing may be removed that it could need.
            self.go_offline(self.io_reason(swap_file.clone(), &error));
            return Err(io(error));
        }
        segments.splice(at..at + old.len(), [cleaned.clone()]);
        self.set_segments(segments);
        Ok(old.iter().flat_map(|segment| segment.paths()).collect())
    }

    /// Where the old segments are, if they all still are.
    fn place_of(&self, old: &[Arc<Segment>], segments: &[Arc<Segment>]) -> Option<usize> {
        self.check_online().ok()?;
        let at = segments.iter().position(|segment| Arc::ptr_eq(segment, &old[0]))?;
        let here = segments.get(at..at + old.len())?;
        here.iter().zip(old).all(|(here, old)| Arc::ptr_eq(here, old)).then_some(at)
    }
}

fn write_durably(fs: &dyn FileSystem, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = fs.open(path, OpenMode::Truncate)?;
    file.write_all_at(&mut [IoSlice::new(bytes)], 0)?;
    file.sync_data()
}

/// Ends a swap that a crash interrupted; does nothing if there is none.
pub(super) fn complete_swap(fs: &dyn FileSystem, folder: &Path) -> io::Result<()> {
    let swap_file = folder.join(SWAP_FILE);
    let bytes = match read_small(fs, &swap_file, 4096) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let swap = Swap::parse(&bytes).ok_or_else(|| {
        let text = format!("{} cannot be read: which segments it replaces is not known", swap_file.display());
        io::Error::new(io::ErrorKind::InvalidData, text)
    })?;
    let mut cleaned = Vec::new();
    for entry in fs.list(folder)? {
        let name = entry.name.strip_suffix(CLEANED_SUFFIX).unwrap_or(&entry.name);
        match parse_file_name(name) {
            Some((base, _)) if name != entry.name && base == swap.base => {
                cleaned.push((folder.join(&entry.name), folder.join(name)));
            }
            Some((base, kind)) if name == entry.name && kind != FileKind::Snapshot && swap.replaces(base) => {
                fs.remove_file(&folder.join(name))?;
            }
            _ => {}
        }
    }
    for (from, to) in cleaned {
        fs.rename(&from, &to)?;
    }
    fs.sync_dir(folder)?;
    fs.remove_file(&swap_file)?;
    fs.sync_dir(folder)?;
    tracing::info!(folder = %folder.display(), from = swap.base, to = swap.end, "an interrupted compaction was ended");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_read_back_and_anything_else_is_not_one() {
        let swap = Swap { base: 10, end: 300 };
        assert_eq!(Swap::parse(swap.format().as_bytes()), Some(swap));
        for bad in ["", "0\n10 300", "1\n10 300\n", "0\n10\n", "0\nx 300\n"] {
            assert_eq!(Swap::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
