//! Group commit, and syncs that fail.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::Offset;

use super::fixture::{
    DIR, Fixture, NOW, append, append_durably, batch, page_cache, read_all, small_segments,
};
use crate::fs::{Fault, FileSystem, MemoryFs, OpenMode};
use crate::{LogConfig, LogListener, OfflineReason, PartitionLog, ReadError, ReadLimit};

#[derive(Default)]
struct Watcher {
    appended: AtomicI64,
    flushed: AtomicI64,
    offline: AtomicUsize,
}

impl LogListener for Watcher {
    fn appended(&self, _: &PartitionLog, end: Offset) {
        self.appended.fetch_max(end.0, Ordering::SeqCst);
    }

    fn flushed(&self, log: &PartitionLog, flushed: Offset) {
        log.advance_high_watermark(flushed);
        self.flushed.fetch_max(flushed.0, Ordering::SeqCst);
    }

    fn offline(&self, _: &PartitionLog, _: &OfflineReason) {
        self.offline.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_ticket_completes_after_the_sync_and_the_listener_before_it() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    let watcher = Arc::new(Watcher::default());
    log.set_listener(watcher.clone());
    for i in 0..50 {
        let appended = append(&log, &batch(&["v"], NOW)).unwrap();
        assert!(watcher.appended.load(Ordering::SeqCst) > i);
        log.flush_ticket(appended.last_offset.plus(1)).wait().unwrap();
        assert!(watcher.flushed.load(Ordering::SeqCst) > i);
        assert!(log.high_watermark() >= Offset(i + 1) && log.flushed_offset() >= Offset(i + 1));
    }
}

#[test]
fn concurrent_appends_share_flushes_and_survive_a_power_cut() {
    let mut fixture = Fixture::new(small_segments());
    let logs: Vec<_> = (0..4).map(|partition| fixture.partition(partition)).collect();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let log = logs[thread % 4].clone();
            std::thread::spawn(move || {
                let appended =
                    |i| append_durably(&log, &batch(&[&format!("{thread}/{i}")], NOW)).first_offset.0;
                (0..50).map(|i| (appended(i), format!("{thread}/{i}"))).collect::<Vec<_>>()
            })
        })
        .collect();
    let acknowledged: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    fixture.crash_and_restart(11);
    for (thread, acknowledged) in acknowledged.iter().enumerate() {
        let records = read_all(&fixture.partition(thread as i32 % 4), 0, 10_000);
        for record in acknowledged {
            assert_eq!(&records[record.0 as usize], record);
        }
    }
}

#[test]
fn a_failed_sync_takes_only_its_partition_offline_and_is_never_made_good() {
    let mut fixture = Fixture::new(small_segments());
    let (log, other) = (fixture.log(), fixture.partition(1));
    let watcher = Arc::new(Watcher::default());
    log.set_listener(watcher.clone());
    append_durably(&log, &batch(&["kept"], NOW));
    append_durably(&other, &batch(&["other"], NOW));
    fixture.fs.inject(Fault::Sync { skip: 0 });
    let appended = append(&log, &batch(&["lost"], NOW)).unwrap();
    let error = log.flush_ticket(appended.last_offset.plus(1)).wait().unwrap_err();
    assert!(matches!(error.reason, OfflineReason::SyncFailed { .. }));
    // Tickets fail first, on whatever threads wait for them.
    while watcher.offline.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    assert_eq!(watcher.offline.load(Ordering::SeqCst), 1);
    assert_eq!(append(&log, &batch(&["x"], NOW)).unwrap_err().code(), ErrorCode::KafkaStorageError);
    let limit = ReadLimit { max_bytes: 100, below: Offset(1), at_least_one: true };
    assert!(matches!(log.read(Offset(0), limit), Err(ReadError::Offline { .. })));
    assert!(log.flush_ticket(Offset(1)).wait().is_ok(), "what was flushed before stays so");
    append_durably(&other, &batch(&["goes on"], NOW));
    // The system would still show the bytes that never reached the disk.
    fixture.kill_and_restart();
    assert_eq!(read_all(&fixture.log(), 0, 1000), [(0, "kept".into())]);
    append_durably(&fixture.log(), &batch(&["next"], NOW));
    fixture.crash_and_restart(5);
    assert_eq!(read_all(&fixture.log(), 0, 1000), [(0, "kept".into()), (1, "next".into())]);
}

#[test]
fn a_sync_that_failed_on_a_full_disk_is_not_made_good_by_a_restart() {
    for cleanly in [false, true] {
        let mut fixture = Fixture::with(MemoryFs::new(), page_cache(), small_segments());
        let log = fixture.log();
        append(&log, &batch(&["kept"], NOW)).unwrap();
        log.flush().wait().unwrap();
        append(&log, &batch(&["lost"], NOW)).unwrap();
        fixture.fs.set_capacity(Some(fixture.fs.used()));
        fixture.fs.inject(Fault::Sync { skip: 0 });
        let error = log.flush().wait().unwrap_err();
        assert!(matches!(error.reason, OfflineReason::SyncFailed { .. }));
        let note = fixture.fs.open(&fixture.folder().join("note"), OpenMode::Create);
        assert_eq!(note.err().unwrap().kind(), ErrorKind::StorageFull, "the next start finds no note");
        if cleanly {
            fixture.fs.set_capacity(None);
            fixture.restart_cleanly();
        } else {
            fixture.kill_and_restart();
        }
        let log = fixture.log();
        assert_eq!(read_all(&log, 0, 1000), [(0, "kept".into())], "stopped cleanly: {cleanly}");
        fixture.fs.set_capacity(None);
        fixture.manager.tick(NOW);
        append(&log, &batch(&["next"], NOW)).unwrap();
        log.flush().wait().unwrap();
        fixture.crash_and_restart(5);
        assert_eq!(read_all(&fixture.log(), 0, 1000), [(0, "kept".into()), (1, "next".into())]);
    }
}

#[test]
fn a_directory_that_was_offline_is_not_stopped_cleanly() {
    let mut fixture = Fixture::with(MemoryFs::new(), page_cache(), small_segments());
    append(&fixture.log(), &batch(&["v"], NOW)).unwrap();
    fixture.fs.set_gone(Some(DIR.into()));
    fixture.manager.tick(NOW);
    fixture.fs.set_gone(None);
    fixture.manager.shut_down();
    assert!(!fixture.fs.exists(&Path::new(DIR).join(".kafka_cleanshutdown")).unwrap());
    fixture.kill_and_restart();
    assert_eq!(fixture.log().offline_reason(), None);
}

#[test]
fn a_failed_write_takes_the_partition_offline_and_leaves_no_torn_batch() {
    for keep in [0, 1, 30, 61, 70] {
        let mut fixture = Fixture::new(small_segments());
        let log = fixture.log();
        append_durably(&log, &batch(&["kept"], NOW));
        fixture.fs.inject(Fault::Write { skip: 0, keep });
        assert!(append(&log, &batch(&["failed"], NOW)).is_err());
        assert!(log.offline_reason().is_some());
        fixture.kill_and_restart();
        assert_eq!(read_all(&fixture.log(), 0, 1000), [(0, "kept".into())]);
        append_durably(&fixture.log(), &batch(&["next"], NOW));
    }
}

#[test]
fn page_cache_durability_syncs_only_when_asked() {
    let config = LogConfig { flush_messages: 3, flush_ms: 1000, ..LogConfig::default() };
    let fixture = Fixture::with(MemoryFs::new(), page_cache(), config);
    let log = fixture.log();
    let syncs = fixture.fs.sync_count();
    append(&log, &batch(&["a", "b"], NOW)).unwrap();
    log.flush_ticket(Offset(2)).wait().unwrap();
    assert_eq!(log.flushed_offset(), Offset(0));
    append(&log, &batch(&["c"], NOW)).unwrap();
    log.flush_ticket(Offset(3)).wait().unwrap();
    assert_eq!(log.flushed_offset(), Offset(3), "flush.messages");
    append(&log, &batch(&["d"], NOW)).unwrap();
    fixture.manager.tick(NOW + 999);
    assert_eq!(log.flushed_offset(), Offset(3));
    assert!(fixture.fs.sync_count() > syncs);
    fixture.manager.tick(NOW + 1000);
    log.flush().wait().unwrap();
    assert_eq!(log.flushed_offset(), Offset(4), "flush.ms");
}
