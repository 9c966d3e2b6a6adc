//! Log directories: ownership, creation, deletion, disks that go away.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;
use uuid::Uuid;

use super::fixture::{
    DIR, Fixture, NOW, TOPIC_ID, append, append_durably, batch, read_all, settings, small_segments,
};
use crate::fs::{FileSystem, MemoryFs, PosixFs};
use crate::{LogConfig, LogManager, ManagerConfig, ManagerError, OfflineReason, TopicPartition};

fn open(fs: &MemoryFs, settings: ManagerConfig) -> Result<Arc<LogManager>, ManagerError> {
    LogManager::open(Arc::new(fs.clone()), settings, &|_| LogConfig::default(), NOW)
}

#[test]
fn a_directory_is_used_by_one_process_of_one_cluster() {
    let fixture = Fixture::new(small_segments());
    assert!(matches!(open(&fixture.fs, settings()), Err(ManagerError::Locked { .. })));
    fixture.fs.kill();
    let other = ManagerConfig { cluster_id: "other".into(), ..settings() };
    assert!(matches!(open(&fixture.fs, other), Err(ManagerError::WrongOwner { key: "cluster.id", .. })));
    let other = ManagerConfig { node_id: 2, ..settings() };
    assert!(matches!(open(&fixture.fs, other), Err(ManagerError::WrongOwner { key: "node.id", .. })));
    open(&fixture.fs, settings()).unwrap();
}

#[test]
fn a_created_partition_survives_a_power_cut() {
    for seed in 0..16 {
        let mut fixture = Fixture::new(small_segments());
        fixture.log();
        fixture.crash_and_restart(seed);
        let log = fixture.get();
        assert_eq!((log.topic_id(), log.log_end_offset()), (TOPIC_ID, Offset(0)));
    }
}

#[test]
fn names_and_ids_are_checked() {
    let fixture = Fixture::new(small_segments());
    let create = |topic: &str, id| {
        let name = TopicPartition::new(topic, 0);
        fixture.manager.get_or_create(&name, id, LogConfig::default(), NOW)
    };
    for topic in ["../../etc", "", ".", "a/b"] {
        assert!(matches!(create(topic, TOPIC_ID), Err(ManagerError::IllegalName { .. })), "{topic}");
    }
    create("t", TOPIC_ID).unwrap();
    let other = create("t", Uuid::from_u128(5));
    assert!(matches!(other, Err(ManagerError::TopicIdMismatch { found: TOPIC_ID, .. })));
}

#[test]
fn a_deleted_partition_is_gone_at_once_and_its_files_later() {
    let mut fixture = Fixture::new(small_segments());
    let log = fixture.log();
    append_durably(&log, &batch(&["v"], NOW));
    fixture.manager.tick(NOW + 100_000);
    let name = TopicPartition::new("t", 0);
    fixture.manager.delete(&name, NOW).unwrap();
    assert!(fixture.manager.get(&name).is_none());
    assert!(matches!(fixture.manager.delete(&name, NOW), Err(ManagerError::Unknown { .. })));
    assert!(append(&log, &batch(&["x"], NOW)).is_err());
    let again = fixture.log();
    assert_eq!(again.log_end_offset(), Offset(0));
    append_durably(&again, &batch(&["new"], NOW));
    fixture.crash_and_restart(3);
    assert_eq!(read_all(&fixture.log(), 0, 100), [(0, "new".into())]);
    let folders = || fixture.fs.list(Path::new(DIR)).unwrap().iter().filter(|entry| entry.is_dir).count();
    fixture.manager.tick(NOW + 100_000);
    assert_eq!(folders(), 1);
}

#[test]
fn a_partition_made_again_while_its_directory_was_away_is_found_when_the_old_one_is_deleted() {
    let fs = MemoryFs::new();
    let name = TopicPartition::new("t", 0);
    let (old, new) = (TOPIC_ID, Uuid::from_u128(77));
    // Each directory alone, one after the other, as if the other one were away.
    for (dir, id, value) in [("/a", old, "old"), ("/b", new, "new")] {
        let manager = open(&fs, ManagerConfig { log_dirs: vec![dir.into()], ..settings() }).unwrap();
        let log = manager.get_or_create(&name, id, LogConfig::default(), NOW).unwrap();
        append_durably(&log, &batch(&[value], NOW));
        manager.shut_down();
    }
    let both = ManagerConfig { log_dirs: vec!["/a".into(), "/b".into()], ..settings() };
    let manager = open(&fs, both).unwrap();
    let found = manager.get_or_create(&name, new, LogConfig::default(), NOW);
    assert!(matches!(found, Err(ManagerError::TopicIdMismatch { found, .. }) if found == old));
    manager.delete(&name, NOW).unwrap();
    let log = manager.get_or_create(&name, new, LogConfig::default(), NOW).unwrap();
    assert_eq!(read_all(&log, 0, 100), [(0, "new".into())]);
}

#[test]
fn a_partition_of_a_directory_that_is_away_is_deleted_and_made_again_elsewhere() {
    let dirs: Vec<PathBuf> = vec!["/a".into(), "/b".into()];
    let fs = MemoryFs::new();
    let settings = ManagerConfig { log_dirs: dirs, ..settings() };
    let fixture = Fixture::with(fs.clone(), settings.clone(), small_segments());
    let old = fixture.partition(0);
    assert_eq!(old.log_dir(), Path::new("/a"));
    append_durably(&old, &batch(&["old"], NOW));
    fs.set_gone(Some("/a".into()));
    let name = old.topic_partition().clone();
    let make =
        |manager: &LogManager| manager.get_or_create(&name, Uuid::from_u128(77), LogConfig::default(), NOW);
    // Before the manager has looked nobody can say what is wrong with the directory.
    assert!(matches!(fixture.manager.delete(&name, NOW), Err(ManagerError::Io { .. })));
    assert!(matches!(make(&fixture.manager), Err(ManagerError::TopicIdMismatch { found: TOPIC_ID, .. })));
    fixture.manager.tick(NOW);
    fixture.manager.delete(&name, NOW).unwrap();
    let new = make(&fixture.manager).unwrap();
    assert_eq!(new.log_dir(), Path::new("/b"));
    append_durably(&new, &batch(&["new"], NOW));

    fs.set_gone(None);
    fs.kill();
    let manager = open(&fs, settings).unwrap();
    manager.delete_duplicates(|id| id == TOPIC_ID, NOW);
    if make(&manager).is_err() {
        manager.delete(&name, NOW).unwrap();
    }
    assert_eq!(read_all(&make(&manager).unwrap(), 0, 100), [(0, "new".into())]);
    manager.tick(NOW + 100_000);
    assert!(!fs.exists(Path::new("/a/t-0/00000000000000000000.log")).unwrap(), "the old one is gone");
    manager.delete_duplicates(|_| true, NOW);
    assert_eq!(read_all(&make(&manager).unwrap(), 0, 100), [(0, "new".into())]);
}

#[test]
fn partitions_spread_over_directories_and_a_lost_disk_takes_only_its_own() {
    let dirs: Vec<PathBuf> = vec!["/a".into(), "/b".into()];
    let fs = MemoryFs::new();
    let settings = ManagerConfig { log_dirs: dirs, ..settings() };
    let fixture = Fixture::with(fs.clone(), settings.clone(), small_segments());
    let logs: Vec<_> = (0..4).map(|partition| fixture.partition(partition)).collect();
    assert_eq!(logs.iter().filter(|log| log.log_dir() == Path::new("/a")).count(), 2);
    fs.set_gone(Some("/a".into()));
    fixture.manager.tick(NOW);
    for log in &logs {
        let gone = log.log_dir() == Path::new("/a");
        assert_eq!(matches!(log.offline_reason(), Some(OfflineReason::Dir { .. })), gone);
        assert_eq!(append(log, &batch(&["v"], NOW)).is_err(), gone);
    }
    assert_eq!(fixture.partition(9).log_dir(), Path::new("/b"));
    let infos = fixture.manager.dirs();
    assert!(infos[0].offline.is_some() && infos[1].offline.is_none());
    assert_eq!(infos[1].partitions.len(), 3);
    fs.kill();
    let manager = open(&fs, settings).unwrap();
    assert_eq!(manager.logs().len(), 3);
    assert!(manager.dirs().iter().any(|dir| dir.offline.is_some()));
}

#[test]
fn works_on_a_real_disk() {
    let dir = tempfile::tempdir().unwrap();
    let settings = ManagerConfig {
        log_dirs: vec![dir.path().join("data/logs")],
        ..ManagerConfig::new("".into(), "c", 1)
    };
    let open = || LogManager::open(Arc::new(PosixFs), settings.clone(), &|_| small_segments(), NOW).unwrap();
    let name = TopicPartition::new("t", 0);
    for round in 0..3 {
        let manager = open();
        let log = manager.get_or_create(&name, TOPIC_ID, small_segments(), NOW).unwrap();
        assert_eq!(log.log_end_offset(), Offset(round * 50));
        for i in 0..50 {
            append_durably(&log, &batch(&[&format!("{round}/{i}")], NOW));
        }
        let records = read_all(&log, 0, 1000);
        assert_eq!(records.len() as i64, (round + 1) * 50);
        if round == 1 {
            manager.tick(NOW + 100_000);
        } else {
            manager.shut_down();
        }
    }
}
