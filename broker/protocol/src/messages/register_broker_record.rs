//! RegisterBrokerRecord: record type 0, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// RegisterBrokerRecord: record type 0, versions 0-4, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterBrokerRecord {
    /// `int32`.
    pub broker_id: i32,
    /// `bool`, versions 2+.
    pub is_migrating_zk_broker: bool,
    /// `uuid`.
    pub incarnation_id: Uuid,
    /// `int64`.
    pub broker_epoch: i64,
    /// `[]BrokerEndpoint`.
    pub end_points: Vec<BrokerEndpoint>,
    /// `[]BrokerFeature`.
    pub features: Vec<BrokerFeature>,
    /// `string`, nullable.
    pub rack: Option<ByteString>,
    /// `bool`, default true.
    pub fenced: bool,
    /// `bool`, versions 1+.
    pub in_controlled_shutdown: bool,
    /// `[]uuid`, tag 0, versions 3+.
    pub log_dirs: Vec<Uuid>,
    /// `[]uuid`, tag 1, versions 4+, nullable, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for RegisterBrokerRecord {
    fn default() -> Self {
        Self {
            broker_id: 0,
            is_migrating_zk_broker: false,
            incarnation_id: Uuid::nil(),
            broker_epoch: 0,
            end_points: Vec::new(),
            features: Vec::new(),
            rack: Some(ByteString::new()),
            fenced: true,
            in_controlled_shutdown: false,
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for RegisterBrokerRecord {
    const NAME: &'static str = "RegisterBrokerRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            broker_id: d.i32()?,
            is_migrating_zk_broker: if version >= 2 { d.bool()? } else { false },
            incarnation_id: d.uuid()?,
            broker_epoch: d.i64()?,
            end_points: d
                .array(true, BrokerEndpoint::min_size(version), |d| BrokerEndpoint::decode(d, version))?,
            features: d
                .array(true, BrokerFeature::min_size(version), |d| BrokerFeature::decode(d, version))?,
            rack: d.nullable_string(true)?,
            fenced: d.bool()?,
            in_controlled_shutdown: if version >= 1 { d.bool()? } else { false },
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 if version >= 3 => value.log_dirs = d.array(true, 16, Decoder::uuid)?,
                1 if version == 4 => value.cordoned_log_dirs = d.nullable_array(true, 16, Decoder::uuid)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        if version >= 2 {
            e.bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::FieldNotInVersion {
                field: "RegisterBrokerRecord.IsMigratingZkBroker",
                version,
            });
        }
        e.uuid(self.incarnation_id);
        e.i64(self.broker_epoch);
        e.array_length(Some(self.end_points.len()), true)?;
        for item in &self.end_points {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.features.len()), true)?;
        for item in &self.features {
            item.encode(e, version)?;
        }
        e.nullable_string(self.rack.as_ref(), true)?;
        e.bool(self.fenced);
        if version >= 1 {
            e.bool(self.in_controlled_shutdown);
        } else if self.in_controlled_shutdown {
            return Err(EncodeError::FieldNotInVersion {
                field: "RegisterBrokerRecord.InControlledShutdown",
                version,
            });
        }
        if version < 3 && !self.log_dirs.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "RegisterBrokerRecord.LogDirs", version });
        }
        if version != 4 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "RegisterBrokerRecord.CordonedLogDirs",
                version,
            });
        }
        let has_log_dirs = version >= 3 && !self.log_dirs.is_empty();
        let has_cordoned_log_dirs = version == 4 && self.cordoned_log_dirs.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_log_dirs) + usize::from(has_cordoned_log_dirs) + unknown.len()) as u32,
        );
        if has_log_dirs {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.array_length(Some(self.log_dirs.len()), true)?;
            for item in &self.log_dirs {
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

/// `BrokerEndpoint` in [`RegisterBrokerRecord`], versions 0-4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerEndpoint {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// `int16`.
    pub security_protocol: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BrokerEndpoint {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        7
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            host: d.string(true)?,
            port: d.u16()?,
            security_protocol: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.i16(self.security_protocol);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `BrokerFeature` in [`RegisterBrokerRecord`], versions 0-4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerFeature {
    /// `string`.
    pub name: ByteString,
    /// `int16`.
    pub min_supported_version: i16,
    /// `int16`.
    pub max_supported_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BrokerFeature {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            min_supported_version: d.i16()?,
            max_supported_version: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i16(self.min_supported_version);
        e.i16(self.max_supported_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
