//! Entrances for the fuzz targets: what the runtime does with bytes from outside, as functions of bytes. What was read
//! is written and read again, which must give the same.

use crate::membership::protocol::{Assignment, Subscription, Version};
use crate::rest::{body, offsets, safety};
use crate::storage::config_records::ConfigRecord;
use crate::storage::offset_records;
use crate::storage::status_records::StatusRecord;

/// Whether bytes are a worker's metadata in JoinGroup.
pub fn is_subscription(bytes: &[u8]) -> bool {
    Subscription::decode(bytes).is_ok()
}

/// Whether bytes are the leader's word in SyncGroup.
pub fn is_assignment(bytes: &[u8]) -> bool {
    Assignment::decode(bytes).is_ok()
}

/// A worker's metadata in JoinGroup.
pub fn subscription(bytes: &[u8]) {
    if let Ok(read) = Subscription::decode(bytes) {
        let again = Subscription::decode(&read.encode(Version::Sessioned)).expect("it was just written");
        assert_eq!((&read.url, read.config_offset), (&again.url, again.config_offset));
    }
}

/// The leader's word in SyncGroup.
pub fn assignment(bytes: &[u8]) {
    if let Ok(read) = Assignment::decode(bytes) {
        let again = Assignment::decode(&read.encode(Version::Sessioned)).expect("it was just written");
        assert_eq!(read.assigned.tasks.len(), again.assigned.tasks.len());
        assert_eq!((read.error, read.delay_ms), (again.error, again.delay_ms));
    }
}

/// A body of any request of the REST API.
pub fn rest_body(bytes: &[u8]) {
    if let Ok(given) = body::parse_create(bytes) {
        let _ = body::without_nulls(given.config);
    }
    let _ = body::parse_config(bytes);
    if let Ok(changes) = offsets::parse_alter(bytes) {
        for (partition, offset) in changes {
            let _ = aqueduct_plugin_api::OffsetMap::from_json(&partition);
            let _ = aqueduct_plugin_api::OffsetMap::from_json(&offset);
        }
    }
}

/// The task configurations that another worker sends.
pub fn internal_body(bytes: &[u8]) {
    let _ = body::parse::<Vec<aqueduct_plugin_api::ConfigMap>>(bytes);
}

/// The path of a request: what is routed has neither empty segments nor `..`.
pub fn rest_path(path: &str) {
    if let Ok(routed) = safety::routed_path(path) {
        assert!(routed.starts_with('/'));
        for segment in routed.split('/').skip(1).filter(|_| routed != "/") {
            let decoded = safety::decoded(segment).expect("it was judged");
            assert!(!decoded.is_empty() && decoded != "." && decoded != ".." && !decoded.contains('\0'));
        }
    }
}

/// How many of the internal topics a record may be of.
pub fn storage_topics(key: &[u8], value: Option<&[u8]>) -> usize {
    usize::from(ConfigRecord::decode(key, value).is_ok())
        + usize::from(StatusRecord::decode(key, value).is_ok())
        + usize::from(offset_records::decode(key, value).is_ok())
}

/// A record of one of the internal topics.
pub fn storage_record(key: &[u8], value: Option<&[u8]>) {
    if let Ok(read) = ConfigRecord::decode(key, value) {
        let (key, value) = read.encode();
        assert_eq!(ConfigRecord::decode(&key, value.as_deref()).as_ref(), Ok(&read));
    }
    if let Ok(read) = StatusRecord::decode(key, value) {
        let (key, value) = read.encode();
        assert_eq!(StatusRecord::decode(&key, value.as_deref()).as_ref(), Ok(&read));
    }
    let _ = offset_records::decode(key, value);
}
