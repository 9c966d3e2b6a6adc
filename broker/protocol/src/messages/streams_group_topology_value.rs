//! StreamsGroupTopologyValue: record type 23, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// StreamsGroupTopologyValue: record type 23, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyValue {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`.
    pub subtopologies: Vec<Subtopology>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for StreamsGroupTopologyValue {
    const NAME: &'static str = "StreamsGroupTopologyValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            epoch: d.i32()?,
            subtopologies: d
                .array(true, Subtopology::min_size(version), |d| Subtopology::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.epoch);
        e.array_length(Some(self.subtopologies.len()), true)?;
        for item in &self.subtopologies {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Subtopology` in [`StreamsGroupTopologyValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `[]string`.
    pub source_topics: Vec<ByteString>,
    /// `[]string`.
    pub source_topic_regex: Vec<ByteString>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<ByteString>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// `[]CopartitionGroup`.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Subtopology {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        8
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            source_topics: d.array(true, 1, |d| d.string(true))?,
            source_topic_regex: d.array(true, 1, |d| d.string(true))?,
            state_changelog_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            repartition_sink_topics: d.array(true, 1, |d| d.string(true))?,
            repartition_source_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            copartition_groups: d
                .array(true, CopartitionGroup::min_size(version), |d| CopartitionGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.source_topic_regex.len()), true)?;
        for item in &self.source_topic_regex {
            e.string(item, true)?;
        }
        e.array_length(Some(self.state_changelog_topics.len()), true)?;
        for item in &self.state_changelog_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.repartition_sink_topics.len()), true)?;
        for item in &self.repartition_sink_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.repartition_source_topics.len()), true)?;
        for item in &self.repartition_source_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.copartition_groups.len()), true)?;
        for item in &self.copartition_groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `CopartitionGroup` in [`StreamsGroupTopologyValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    /// `[]int16`.
    pub source_topics: Vec<i16>,
    /// `[]int16`.
    pub source_topic_regex: Vec<i16>,
    /// `[]int16`.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CopartitionGroup {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        4
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source_topics: d.array(true, 2, Decoder::i16)?,
            source_topic_regex: d.array(true, 2, Decoder::i16)?,
            repartition_source_topics: d.array(true, 2, Decoder::i16)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.i16(*item);
        }
        e.array_length(Some(self.source_topic_regex.len()), true)?;
        for item in &self.source_topic_regex {
            e.i16(*item);
        }
        e.array_length(Some(self.repartition_source_topics.len()), true)?;
        for item in &self.repartition_source_topics {
            e.i16(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicConfig` in [`StreamsGroupTopologyValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicConfig {
    /// `string`.
    pub key: ByteString,
    /// `string`.
    pub value: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicConfig {
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

/// `TopicInfo` in [`StreamsGroupTopologyValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `string`.
    pub name: ByteString,
    /// `int32`.
    pub partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]TopicConfig`.
    pub topic_configs: Vec<TopicConfig>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicInfo {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        9
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partitions: d.i32()?,
            replication_factor: d.i16()?,
            topic_configs: d
                .array(true, TopicConfig::min_size(version), |d| TopicConfig::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i32(self.partitions);
        e.i16(self.replication_factor);
        e.array_length(Some(self.topic_configs.len()), true)?;
        for item in &self.topic_configs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
