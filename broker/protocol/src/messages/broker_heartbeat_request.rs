//! BrokerHeartbeatRequest: API key 63, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// BrokerHeartbeatRequest: API key 63, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerHeartbeatRequest {
    /// `int32`.
    pub broker_id: i32,
    /// `int64`, default -1.
    pub broker_epoch: i64,
    /// `int64`.
    pub current_metadata_offset: i64,
    /// `bool`.
    pub want_fence: bool,
    /// `bool`.
    pub want_shut_down: bool,
    /// `[]uuid`, tag 0, versions 1+.
    pub offline_log_dirs: Vec<Uuid>,
    /// `[]uuid`, tag 1, versions 2+, nullable, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BrokerHeartbeatRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            current_metadata_offset: 0,
            want_fence: false,
            want_shut_down: false,
            offline_log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for BrokerHeartbeatRequest {
    const NAME: &'static str = "BrokerHeartbeatRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            broker_id: d.i32()?,
            broker_epoch: d.i64()?,
            current_metadata_offset: d.i64()?,
            want_fence: d.bool()?,
            want_shut_down: d.bool()?,
            offline_log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 if version >= 1 => value.offline_log_dirs = d.array(true, 16, Decoder::uuid)?,
                1 if version == 2 => value.cordoned_log_dirs = d.nullable_array(true, 16, Decoder::uuid)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.i64(self.broker_epoch);
        e.i64(self.current_metadata_offset);
        e.bool(self.want_fence);
        e.bool(self.want_shut_down);
        if version < 1 && !self.offline_log_dirs.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerHeartbeatRequest.OfflineLogDirs",
                version,
            });
        }
        if version != 2 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerHeartbeatRequest.CordonedLogDirs",
                version,
            });
        }
        let has_offline_log_dirs = version >= 1 && !self.offline_log_dirs.is_empty();
        let has_cordoned_log_dirs = version == 2 && self.cordoned_log_dirs.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_offline_log_dirs) + usize::from(has_cordoned_log_dirs) + unknown.len()) as u32,
        );
        if has_offline_log_dirs {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.array_length(Some(self.offline_log_dirs.len()), true)?;
            for item in &self.offline_log_dirs {
                e.uuid(*item);
            }
            e.end_tag(mark)?;
        }
        if has_cordoned_log_dirs {
            unknown = e.unknown_tags_before(unknown, 1)?;
            let mark = e.begin_tag(1);
            e.array_length(self.cordoned_log_dirs.as_ref().map(Vec::len), true)?;
            for item in self.cordoned_log_dirs.iter().flatten() {
                e.uuid(*item);
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

impl Request for BrokerHeartbeatRequest {
    type Response = super::BrokerHeartbeatResponse;
    const API_KEY: ApiKey = ApiKey::BrokerHeartbeat;
}
