//! StreamsGroupMetadataValue: record type 17, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// StreamsGroupMetadataValue: record type 17, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMetadataValue {
    /// `int32`.
    pub epoch: i32,
    /// `int64`.
    pub metadata_hash: i64,
    /// `int32`, tag 0, default -1.
    pub validated_topology_epoch: i32,
    /// `[]LastAssignmentConfig`, tag 1, nullable, default null.
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
    /// `int32`, tag 2, default -1.
    pub stored_description_topology_epoch: i32,
    /// `int32`, tag 3, default -1.
    pub failed_description_topology_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for StreamsGroupMetadataValue {
    fn default() -> Self {
        Self {
            epoch: 0,
            metadata_hash: 0,
            validated_topology_epoch: -1,
            last_assignment_configs: None,
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for StreamsGroupMetadataValue {
    const NAME: &'static str = "StreamsGroupMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            epoch: d.i32()?,
            metadata_hash: d.i64()?,
            validated_topology_epoch: -1,
            last_assignment_configs: None,
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.validated_topology_epoch = d.i32()?,
                1 => {
                    value.last_assignment_configs =
                        d.nullable_array(true, LastAssignmentConfig::min_size(version), |d| {
                            LastAssignmentConfig::decode(d, version)
                        })?
                }
                2 => value.stored_description_topology_epoch = d.i32()?,
                3 => value.failed_description_topology_epoch = d.i32()?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.epoch);
        e.i64(self.metadata_hash);
        let has_validated_topology_epoch = self.validated_topology_epoch != -1;
        let has_last_assignment_configs = self.last_assignment_configs.is_some();
        let has_stored_description_topology_epoch = self.stored_description_topology_epoch != -1;
        let has_failed_description_topology_epoch = self.failed_description_topology_epoch != -1;
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_validated_topology_epoch)
                + usize::from(has_last_assignment_configs)
                + usize::from(has_stored_description_topology_epoch)
                + usize::from(has_failed_description_topology_epoch)
                + unknown.len()) as u32,
        );
        if has_validated_topology_epoch {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.i32(self.validated_topology_epoch);
            e.end_tag(mark)?;
        }
        if has_last_assignment_configs {
            unknown = e.unknown_tags_before(unknown, 1)?;
            let mark = e.begin_tag(1);
            e.array_length(self.last_assignment_configs.as_ref().map(Vec::len), true)?;
            for item in self.last_assignment_configs.iter().flatten() {
                item.encode(e, version)?;
            }
            e.end_tag(mark)?;
        }
        if has_stored_description_topology_epoch {
            unknown = e.unknown_tags_before(unknown, 2)?;
            let mark = e.begin_tag(2);
            e.i32(self.stored_description_topology_epoch);
            e.end_tag(mark)?;
        }
        if has_failed_description_topology_epoch {
            unknown = e.unknown_tags_before(unknown, 3)?;
            let mark = e.begin_tag(3);
            e.i32(self.failed_description_topology_epoch);
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

/// `LastAssignmentConfig` in [`StreamsGroupMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LastAssignmentConfig {
    /// `string`.
    pub key: ByteString,
    /// `string`.
    pub value: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl LastAssignmentConfig {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.string(true)?,
            value: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.key, true)?;
        e.string(&self.value, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
