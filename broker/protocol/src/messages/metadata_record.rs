//! Any record of the cluster metadata log.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::codec::{
    DecodeError, Decoder, EncodeError, Encoder, Message, decode_metadata_frame, encode_metadata_frame,
};

/// Any record of the cluster metadata log.
#[derive(Debug, Clone, PartialEq)]
pub enum MetadataRecord {
    /// RegisterBrokerRecord, type 0.
    RegisterBroker(super::RegisterBrokerRecord),
    /// UnregisterBrokerRecord, type 1.
    UnregisterBroker(super::UnregisterBrokerRecord),
    /// TopicRecord, type 2.
    Topic(super::TopicRecord),
    /// PartitionRecord, type 3.
    Partition(super::PartitionRecord),
    /// ConfigRecord, type 4.
    Config(super::ConfigRecord),
    /// PartitionChangeRecord, type 5.
    PartitionChange(super::PartitionChangeRecord),
    /// FenceBrokerRecord, type 7.
    FenceBroker(super::FenceBrokerRecord),
    /// UnfenceBrokerRecord, type 8.
    UnfenceBroker(super::UnfenceBrokerRecord),
    /// RemoveTopicRecord, type 9.
    RemoveTopic(super::RemoveTopicRecord),
    /// DelegationTokenRecord, type 10.
    DelegationToken(super::DelegationTokenRecord),
    /// UserScramCredentialRecord, type 11.
    UserScramCredential(super::UserScramCredentialRecord),
    /// FeatureLevelRecord, type 12.
    FeatureLevel(super::FeatureLevelRecord),
    /// ClientQuotaRecord, type 14.
    ClientQuota(super::ClientQuotaRecord),
    /// ProducerIdsRecord, type 15.
    ProducerIds(super::ProducerIdsRecord),
    /// BrokerRegistrationChangeRecord, type 17.
    BrokerRegistrationChange(super::BrokerRegistrationChangeRecord),
    /// AccessControlEntryRecord, type 18.
    AccessControlEntry(super::AccessControlEntryRecord),
    /// RemoveAccessControlEntryRecord, type 19.
    RemoveAccessControlEntry(super::RemoveAccessControlEntryRecord),
    /// NoOpRecord, type 20.
    NoOp(super::NoOpRecord),
    /// ZkMigrationStateRecord, type 21.
    ZkMigrationState(super::ZkMigrationStateRecord),
    /// RemoveUserScramCredentialRecord, type 22.
    RemoveUserScramCredential(super::RemoveUserScramCredentialRecord),
    /// BeginTransactionRecord, type 23.
    BeginTransaction(super::BeginTransactionRecord),
    /// EndTransactionRecord, type 24.
    EndTransaction(super::EndTransactionRecord),
    /// AbortTransactionRecord, type 25.
    AbortTransaction(super::AbortTransactionRecord),
    /// RemoveDelegationTokenRecord, type 26.
    RemoveDelegationToken(super::RemoveDelegationTokenRecord),
    /// RegisterControllerRecord, type 27.
    RegisterController(super::RegisterControllerRecord),
    /// ClearElrRecord, type 28.
    ClearElr(super::ClearElrRecord),
    /// UnregisterControllerRecord, type 29.
    UnregisterController(super::UnregisterControllerRecord),
}

impl MetadataRecord {
    /// Reads a record with its frame; gives its version too.
    pub fn decode(bytes: Bytes) -> Result<(i16, Self), DecodeError> {
        let mut d = Decoder::new(bytes);
        let (record_type, version) = decode_metadata_frame(&mut d)?;
        let record = match record_type {
            0 => Self::RegisterBroker(Message::decode(&mut d, version)?),
            1 => Self::UnregisterBroker(Message::decode(&mut d, version)?),
            2 => Self::Topic(Message::decode(&mut d, version)?),
            3 => Self::Partition(Message::decode(&mut d, version)?),
            4 => Self::Config(Message::decode(&mut d, version)?),
            5 => Self::PartitionChange(Message::decode(&mut d, version)?),
            7 => Self::FenceBroker(Message::decode(&mut d, version)?),
            8 => Self::UnfenceBroker(Message::decode(&mut d, version)?),
            9 => Self::RemoveTopic(Message::decode(&mut d, version)?),
            10 => Self::DelegationToken(Message::decode(&mut d, version)?),
            11 => Self::UserScramCredential(Message::decode(&mut d, version)?),
            12 => Self::FeatureLevel(Message::decode(&mut d, version)?),
            14 => Self::ClientQuota(Message::decode(&mut d, version)?),
            15 => Self::ProducerIds(Message::decode(&mut d, version)?),
            17 => Self::BrokerRegistrationChange(Message::decode(&mut d, version)?),
            18 => Self::AccessControlEntry(Message::decode(&mut d, version)?),
            19 => Self::RemoveAccessControlEntry(Message::decode(&mut d, version)?),
            20 => Self::NoOp(Message::decode(&mut d, version)?),
            21 => Self::ZkMigrationState(Message::decode(&mut d, version)?),
            22 => Self::RemoveUserScramCredential(Message::decode(&mut d, version)?),
            23 => Self::BeginTransaction(Message::decode(&mut d, version)?),
            24 => Self::EndTransaction(Message::decode(&mut d, version)?),
            25 => Self::AbortTransaction(Message::decode(&mut d, version)?),
            26 => Self::RemoveDelegationToken(Message::decode(&mut d, version)?),
            27 => Self::RegisterController(Message::decode(&mut d, version)?),
            28 => Self::ClearElr(Message::decode(&mut d, version)?),
            29 => Self::UnregisterController(Message::decode(&mut d, version)?),
            other => return Err(DecodeError::UnknownRecordType(other)),
        };
        d.finish()?;
        Ok((version, record))
    }

    /// Writes the record in `version`, with its frame.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut e = Encoder::new();
        encode_metadata_frame(&mut e, self.record_type(), version);
        match self {
            Self::RegisterBroker(record) => record.encode(&mut e, version)?,
            Self::UnregisterBroker(record) => record.encode(&mut e, version)?,
            Self::Topic(record) => record.encode(&mut e, version)?,
            Self::Partition(record) => record.encode(&mut e, version)?,
            Self::Config(record) => record.encode(&mut e, version)?,
            Self::PartitionChange(record) => record.encode(&mut e, version)?,
            Self::FenceBroker(record) => record.encode(&mut e, version)?,
            Self::UnfenceBroker(record) => record.encode(&mut e, version)?,
            Self::RemoveTopic(record) => record.encode(&mut e, version)?,
            Self::DelegationToken(record) => record.encode(&mut e, version)?,
            Self::UserScramCredential(record) => record.encode(&mut e, version)?,
            Self::FeatureLevel(record) => record.encode(&mut e, version)?,
            Self::ClientQuota(record) => record.encode(&mut e, version)?,
            Self::ProducerIds(record) => record.encode(&mut e, version)?,
            Self::BrokerRegistrationChange(record) => record.encode(&mut e, version)?,
            Self::AccessControlEntry(record) => record.encode(&mut e, version)?,
            Self::RemoveAccessControlEntry(record) => record.encode(&mut e, version)?,
            Self::NoOp(record) => record.encode(&mut e, version)?,
            Self::ZkMigrationState(record) => record.encode(&mut e, version)?,
            Self::RemoveUserScramCredential(record) => record.encode(&mut e, version)?,
            Self::BeginTransaction(record) => record.encode(&mut e, version)?,
            Self::EndTransaction(record) => record.encode(&mut e, version)?,
            Self::AbortTransaction(record) => record.encode(&mut e, version)?,
            Self::RemoveDelegationToken(record) => record.encode(&mut e, version)?,
            Self::RegisterController(record) => record.encode(&mut e, version)?,
            Self::ClearElr(record) => record.encode(&mut e, version)?,
            Self::UnregisterController(record) => record.encode(&mut e, version)?,
        }
        Ok(e.into_bytes())
    }

    /// The number of the record's type.
    pub const fn record_type(&self) -> i16 {
        match self {
            Self::RegisterBroker(_) => 0,
            Self::UnregisterBroker(_) => 1,
            Self::Topic(_) => 2,
            Self::Partition(_) => 3,
            Self::Config(_) => 4,
            Self::PartitionChange(_) => 5,
            Self::FenceBroker(_) => 7,
            Self::UnfenceBroker(_) => 8,
            Self::RemoveTopic(_) => 9,
            Self::DelegationToken(_) => 10,
            Self::UserScramCredential(_) => 11,
            Self::FeatureLevel(_) => 12,
            Self::ClientQuota(_) => 14,
            Self::ProducerIds(_) => 15,
            Self::BrokerRegistrationChange(_) => 17,
            Self::AccessControlEntry(_) => 18,
            Self::RemoveAccessControlEntry(_) => 19,
            Self::NoOp(_) => 20,
            Self::ZkMigrationState(_) => 21,
            Self::RemoveUserScramCredential(_) => 22,
            Self::BeginTransaction(_) => 23,
            Self::EndTransaction(_) => 24,
            Self::AbortTransaction(_) => 25,
            Self::RemoveDelegationToken(_) => 26,
            Self::RegisterController(_) => 27,
            Self::ClearElr(_) => 28,
            Self::UnregisterController(_) => 29,
        }
    }
}
