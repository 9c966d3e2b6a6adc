//! ConsumerGroupDescribeResponse: API key 69, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// ConsumerGroupDescribeResponse: API key 69, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupDescribeResponse {
    const NAME: &'static str = "ConsumerGroupDescribeResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            groups: d
                .array(true, DescribedGroup::min_size(version), |d| DescribedGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.groups.len()), true)?;
        for item in &self.groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for ConsumerGroupDescribeResponse {
    const API_KEY: ApiKey = ApiKey::ConsumerGroupDescribe;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.groups {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribedGroup` in [`ConsumerGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable, default null.
    pub error_message: Option<ByteString>,
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub group_state: ByteString,
    /// `int32`.
    pub group_epoch: i32,
    /// `int32`.
    pub assignment_epoch: i32,
    /// `string`.
    pub assignor_name: ByteString,
    /// `[]Member`.
    pub members: Vec<Member>,
    /// `int32`, default -2147483648.
    pub authorized_operations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: ByteString::new(),
            group_state: ByteString::new(),
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: ByteString::new(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribedGroup {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        20
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            group_id: d.string(true)?,
            group_state: d.string(true)?,
            group_epoch: d.i32()?,
            assignment_epoch: d.i32()?,
            assignor_name: d.string(true)?,
            members: d.array(true, Member::min_size(version), |d| Member::decode(d, version))?,
            authorized_operations: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.string(&self.group_id, true)?;
        e.string(&self.group_state, true)?;
        e.i32(self.group_epoch);
        e.i32(self.assignment_epoch);
        e.string(&self.assignor_name, true)?;
        e.array_length(Some(self.members.len()), true)?;
        for item in &self.members {
            item.encode(e, version)?;
        }
        e.i32(self.authorized_operations);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `Member` in [`ConsumerGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// `string`.
    pub member_id: ByteString,
    /// `string`, nullable, default null.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable, default null.
    pub rack_id: Option<ByteString>,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `[]string`.
    pub subscribed_topic_names: Vec<ByteString>,
    /// `string`, nullable, default null.
    pub subscribed_topic_regex: Option<ByteString>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// `int8`, versions 1+, default -1; dropped elsewhere.
    pub member_type: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            member_id: ByteString::new(),
            instance_id: None,
            rack_id: None,
            member_epoch: 0,
            client_id: ByteString::new(),
            client_host: ByteString::new(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: None,
            assignment: Assignment::default(),
            target_assignment: Assignment::default(),
            member_type: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Member {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 16,
            _ => 17,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            member_id: d.string(true)?,
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            member_epoch: d.i32()?,
            client_id: d.string(true)?,
            client_host: d.string(true)?,
            subscribed_topic_names: d.array(true, 1, |d| d.string(true))?,
            subscribed_topic_regex: d.nullable_string(true)?,
            assignment: Assignment::decode(d, version)?,
            target_assignment: Assignment::decode(d, version)?,
            member_type: if version == 1 { d.i8()? } else { -1 },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.member_id, true)?;
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.i32(self.member_epoch);
        e.string(&self.client_id, true)?;
        e.string(&self.client_host, true)?;
        e.array_length(Some(self.subscribed_topic_names.len()), true)?;
        for item in &self.subscribed_topic_names {
            e.string(item, true)?;
        }
        e.nullable_string(self.subscribed_topic_regex.as_ref(), true)?;
        self.assignment.encode(e, version)?;
        self.target_assignment.encode(e, version)?;
        if version == 1 {
            e.i8(self.member_type);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicPartitions` in [`ConsumerGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        19
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            topic_name: d.string(true)?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.string(&self.topic_name, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Assignment` in [`ConsumerGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TopicPartitions`.
    pub topic_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Assignment {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_partitions: d
                .array(true, TopicPartitions::min_size(version), |d| TopicPartitions::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.array_length(Some(self.topic_partitions.len()), true)?;
        for item in &self.topic_partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
