//! StreamsGroupTopologyDescriptionUpdateRequest: API key 93, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// StreamsGroupTopologyDescriptionUpdateRequest: API key 93, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub topology_epoch: i32,
    /// `TopologyDescription`.
    pub topology_description: TopologyDescription,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for StreamsGroupTopologyDescriptionUpdateRequest {
    const NAME: &'static str = "StreamsGroupTopologyDescriptionUpdateRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            member_id: d.string(true)?,
            topology_epoch: d.i32()?,
            topology_description: TopologyDescription::decode(d, version)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, true)?;
        e.string(&self.member_id, true)?;
        e.i32(self.topology_epoch);
        self.topology_description.encode(e, version)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for StreamsGroupTopologyDescriptionUpdateRequest {
    type Response = super::StreamsGroupTopologyDescriptionUpdateResponse;
    const API_KEY: ApiKey = ApiKey::StreamsGroupTopologyDescriptionUpdate;
}

/// `TopologyDescription` in [`StreamsGroupTopologyDescriptionUpdateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription {
    /// `[]TopologyDescriptionSubtopology`.
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// `[]TopologyDescriptionGlobalStore`.
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescription {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopologies: d.array(true, TopologyDescriptionSubtopology::min_size(version), |d| {
                TopologyDescriptionSubtopology::decode(d, version)
            })?,
            global_stores: d.array(true, TopologyDescriptionGlobalStore::min_size(version), |d| {
                TopologyDescriptionGlobalStore::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.array_length(Some(self.subtopologies.len()), true)?;
        for item in &self.subtopologies {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.global_stores.len()), true)?;
        for item in &self.global_stores {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionSubtopology` in [`StreamsGroupTopologyDescriptionUpdateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `[]TopologyDescriptionNode`.
    pub nodes: Vec<TopologyDescriptionNode>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionSubtopology {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            nodes: d.array(true, TopologyDescriptionNode::min_size(version), |d| {
                TopologyDescriptionNode::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.array_length(Some(self.nodes.len()), true)?;
        for item in &self.nodes {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionNode` in [`StreamsGroupTopologyDescriptionUpdateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode {
    /// `string`.
    pub name: ByteString,
    /// `int8`.
    pub node_type: i8,
    /// `[]string`.
    pub source_topics: Vec<ByteString>,
    /// `string`, nullable, default null.
    pub sink_topic: Option<ByteString>,
    /// `[]string`.
    pub stores: Vec<ByteString>,
    /// `[]string`.
    pub successors: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionNode {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        7
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            node_type: d.i8()?,
            source_topics: d.array(true, 1, |d| d.string(true))?,
            sink_topic: d.nullable_string(true)?,
            stores: d.array(true, 1, |d| d.string(true))?,
            successors: d.array(true, 1, |d| d.string(true))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i8(self.node_type);
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.string(item, true)?;
        }
        e.nullable_string(self.sink_topic.as_ref(), true)?;
        e.array_length(Some(self.stores.len()), true)?;
        for item in &self.stores {
            e.string(item, true)?;
        }
        e.array_length(Some(self.successors.len()), true)?;
        for item in &self.successors {
            e.string(item, true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionGlobalStore` in [`StreamsGroupTopologyDescriptionUpdateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore {
    /// `TopologyDescriptionNode`.
    pub source: TopologyDescriptionNode,
    /// `TopologyDescriptionNode`.
    pub processor: TopologyDescriptionNode,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionGlobalStore {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        15
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source: TopologyDescriptionNode::decode(d, version)?,
            processor: TopologyDescriptionNode::decode(d, version)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.source.encode(e, version)?;
        self.processor.encode(e, version)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
