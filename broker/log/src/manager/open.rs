//! Finding and opening the partitions of a log directory, several at a time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::LogDir;
use crate::partition::OpenRequest;
use crate::topic_partition::CLUSTER_METADATA_TOPIC;
use crate::{LogConfig, PartitionLog, TopicPartition};

/// The broker's own metadata log, which may lie in a log directory.
const METADATA_FOLDER: &str = "__aqueduct_metadata";

/// Suffix of a partition's folder that is being deleted.
pub(crate) const DELETE_SUFFIX: &str = "-delete";

/// How often a start that takes long says how far it is.
const PROGRESS: Duration = Duration::from_secs(2);

/// What a log directory holds.
pub(super) struct Found {
    pub(super) logs: Vec<Arc<PartitionLog>>,
    /// Folders whose deletion was not finished.
    pub(super) doomed: Vec<String>,
}

/// Opens every partition of `dir` on `threads` threads.
pub(super) fn open_all(
    dir: &Arc<LogDir>,
    configs: &(dyn Fn(&TopicPartition) -> LogConfig + Sync),
    threads: usize,
    now_ms: i64,
) -> io::Result<Found> {
    let clean = dir.clean_shutdown.is_set(&*dir.fs)?;
    let mut names = Vec::new();
    let mut doomed = Vec::new();
    for entry in dir.fs.list(&dir.path)?.into_iter().filter(|entry| entry.is_dir) {
        if entry.name.ends_with(DELETE_SUFFIX) {
            doomed.push(entry.name);
        } else if let Some(name) = TopicPartition::from_dir_name(&entry.name)
            && name.topic != CLUSTER_METADATA_TOPIC
        {
            names.push(name);
        } else if entry.name != METADATA_FOLDER {
            tracing::warn!(dir = %dir.path.display(), folder = entry.name, "not a partition's folder, left alone");
        }
    }
    let known: std::collections::HashSet<_> = names.iter().cloned().collect();
    for checkpoint in dir.checkpoints() {
        checkpoint.retain(|name| known.contains(name));
    }
    let open = |name: &TopicPartition| {
        PartitionLog::open(OpenRequest {
            dir: dir.clone(),
            folder: dir.path.join(name.dir_name()),
            name: name.clone(),
            config: configs(name),
            clean,
            now_ms,
        })
    };
    let logs = Mutex::new(Vec::with_capacity(names.len()));
    let next = AtomicUsize::new(0);
    let told = Mutex::new(Instant::now());
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let log = open(name);
            let opened = {
                let mut logs = logs.lock();
                logs.push(log);
                logs.len()
            };
            let mut told = told.lock();
            if told.elapsed() >= PROGRESS {
                *told = Instant::now();
                let (dir, of) = (dir.path.display(), names.len());
                tracing::info!(%dir, opened, of, clean, "opening logs");
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(names.len()) {
            scope.spawn(work);
        }
        work();
    });
    let logs = logs.into_inner();
    if !clean && !logs.is_empty() {
        let scanned: u64 = logs.iter().map(|log| log.bytes_behind()).sum();
        tracing::info!(dir = %dir.path.display(), partitions = logs.len(), bytes = scanned, "recovered");
    }
    Ok(Found { logs, doomed })
}
