//! One offset for each partition of a log directory: `recovery-point-offset-checkpoint`,
//! `replication-offset-checkpoint` (high watermarks), `log-start-offset-checkpoint`, `cleaner-offset-checkpoint`.
//!
//! Text: a line with version 0, one with the number of entries, then `topic partition offset` lines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;
use parking_lot::Mutex;

use super::{MAX_BYTES, replace_file};
use crate::TopicPartition;
use crate::fs::{FileSystem, read_small};

/// The offsets as they are to be written, and the file.
pub(crate) struct OffsetCheckpoint {
    fs: Arc<dyn FileSystem>,
    path: PathBuf,
    offsets: Mutex<Offsets>,
    /// Held while the file is written: the last to write has the newest.
    writing: Mutex<()>,
}

#[derive(Default)]
struct Offsets {
    by_partition: BTreeMap<TopicPartition, Offset>,
    changed: bool,
}

impl OffsetCheckpoint {
    /// Reads the file. One that is missing is empty; so is one that cannot be parsed, which is logged: the price is a
    /// longer recovery, or records that show again until the offset is known anew.
    pub(crate) fn load(fs: Arc<dyn FileSystem>, path: PathBuf) -> io::Result<OffsetCheckpoint> {
        let by_partition = match read_small(&*fs, &path, MAX_BYTES) {
            Ok(bytes) => parse(&bytes).unwrap_or_else(|what| {
                tracing::error!(path = %path.display(), what, "checkpoint cannot be read, starting without it");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let offsets = Mutex::new(Offsets { by_partition, changed: false });
        Ok(OffsetCheckpoint { fs, path, offsets, writing: Mutex::new(()) })
    }

    pub(crate) fn get(&self, partition: &TopicPartition) -> Option<Offset> {
        self.offsets.lock().by_partition.get(partition).copied()
    }

    /// Notes an offset, or that there is none, for the next [`save`](OffsetCheckpoint::save).
    pub(crate) fn set(&self, partition: &TopicPartition, offset: Option<Offset>) {
        let mut offsets = self.offsets.lock();
        let before = match offset {
            Some(offset) => match offsets.by_partition.get_mut(partition) {
                Some(known) => Some(std::mem::replace(known, offset)),
                None => offsets.by_partition.insert(partition.clone(), offset),
            },
            None => offsets.by_partition.remove(partition),
        };
        offsets.changed |= before != offset;
    }

    /// Drops partitions that are not there any more.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&TopicPartition) -> bool) {
        let mut offsets = self.offsets.lock();
        let before = offsets.by_partition.len();
        offsets.by_partition.retain(|partition, _| keep(partition));
        offsets.changed |= before != offsets.by_partition.len();
    }

    /// Writes the file if anything changed.
    pub(crate) fn save(&self) -> io::Result<()> {
        let _writing = self.writing.lock();
        let text = {
            let mut offsets = self.offsets.lock();
            if !std::mem::take(&mut offsets.changed) {
                return Ok(());
            }
            format(&offsets.by_partition)
        };
        let saved = replace_file(&*self.fs, &self.path, text.as_bytes());
        if saved.is_err() {
            self.offsets.lock().changed = true;
        }
        saved
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }
}

fn format(offsets: &BTreeMap<TopicPartition, Offset>) -> String {
    let mut text = format!("0\n{}\n", offsets.len());
    for (name, offset) in offsets {
        writeln!(text, "{} {} {offset}", name.topic, name.partition).expect("writing to a string");
    }
    text
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<TopicPartition, Offset>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let mut lines = text.lines();
    if lines.next() != Some("0") {
        return Err("unknown version");
    }
    let count: usize = lines.next().and_then(|n| n.parse().ok()).ok_or("no count")?;
    let mut offsets = BTreeMap::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let (Some(topic), Some(partition), Some(offset), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err("a line is not topic, partition, offset");
        };
        let partition = partition.parse().map_err(|_| "bad partition")?;
        let offset = offset.parse().map_err(|_| "bad offset")?;
        offsets.insert(TopicPartition::new(topic, partition), Offset(offset));
    }
    if offsets.len() == count { Ok(offsets) } else { Err("not as many lines as counted") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::MemoryFs;

    const GOLDEN: &str = "0\n2\na.b 10 -1\norders 0 42\n";

    fn load(fs: &MemoryFs) -> OffsetCheckpoint {
        fs.create_dir_all(Path::new("/d")).unwrap();
        OffsetCheckpoint::load(Arc::new(fs.clone()), "/d/c".into()).unwrap()
    }

    #[test]
    fn the_file_is_kafkas() {
        let fs = MemoryFs::new();
        let checkpoint = load(&fs);
        checkpoint.set(&TopicPartition::new("orders", 0), Some(Offset(42)));
        checkpoint.set(&TopicPartition::new("a.b", 10), Some(Offset(-1)));
        checkpoint.save().unwrap();
        assert_eq!(fs.bytes(Path::new("/d/c")).unwrap(), GOLDEN.as_bytes());
        assert_eq!(load(&fs).get(&TopicPartition::new("orders", 0)), Some(Offset(42)));
        let writes = fs.write_count();
        checkpoint.save().unwrap();
        assert_eq!(fs.write_count(), writes, "nothing changed, nothing written");
    }

    #[test]
    fn damaged_files_are_refused_whole() {
        for text in
            ["", "1\n0\n", "0\n", "0\n3\na.b 10 -1\n", "0\n1\na 1\n", "0\n1\na 1 2 3\n", "0\n1\na x 2\n"]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert_eq!(parse(GOLDEN.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn an_old_checkpoint_survives_a_failed_save() {
        let fs = MemoryFs::new();
        let checkpoint = load(&fs);
        checkpoint.set(&TopicPartition::new("t", 0), Some(Offset(1)));
        checkpoint.save().unwrap();
        checkpoint.set(&TopicPartition::new("t", 0), Some(Offset(2)));
        fs.inject(crate::fs::Fault::Sync { skip: 0 });
        checkpoint.save().unwrap_err();
        assert_eq!(load(&fs).get(&TopicPartition::new("t", 0)), Some(Offset(1)));
        checkpoint.save().unwrap();
        assert_eq!(load(&fs).get(&TopicPartition::new("t", 0)), Some(Offset(2)));
    }
}
