//! Any request or response, for tools, proxies and tests.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

/// Any request.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum RequestBody {
    /// Produce.
    Produce(super::ProduceRequest),
    /// Fetch.
    Fetch(super::FetchRequest),
    /// ListOffsets.
    ListOffsets(super::ListOffsetsRequest),
    /// Metadata.
    Metadata(super::MetadataRequest),
    /// OffsetCommit.
    OffsetCommit(super::OffsetCommitRequest),
    /// OffsetFetch.
    OffsetFetch(super::OffsetFetchRequest),
    /// FindCoordinator.
    FindCoordinator(super::FindCoordinatorRequest),
    /// JoinGroup.
    JoinGroup(super::JoinGroupRequest),
    /// Heartbeat.
    Heartbeat(super::HeartbeatRequest),
    /// LeaveGroup.
    LeaveGroup(super::LeaveGroupRequest),
    /// SyncGroup.
    SyncGroup(super::SyncGroupRequest),
    /// DescribeGroups.
    DescribeGroups(super::DescribeGroupsRequest),
    /// ListGroups.
    ListGroups(super::ListGroupsRequest),
    /// SaslHandshake.
    SaslHandshake(super::SaslHandshakeRequest),
    /// ApiVersions.
    ApiVersions(super::ApiVersionsRequest),
    /// CreateTopics.
    CreateTopics(super::CreateTopicsRequest),
    /// DeleteTopics.
    DeleteTopics(super::DeleteTopicsRequest),
    /// DeleteRecords.
    DeleteRecords(super::DeleteRecordsRequest),
    /// InitProducerId.
    InitProducerId(super::InitProducerIdRequest),
    /// OffsetForLeaderEpoch.
    OffsetForLeaderEpoch(super::OffsetForLeaderEpochRequest),
    /// AddPartitionsToTxn.
    AddPartitionsToTxn(super::AddPartitionsToTxnRequest),
    /// AddOffsetsToTxn.
    AddOffsetsToTxn(super::AddOffsetsToTxnRequest),
    /// EndTxn.
    EndTxn(super::EndTxnRequest),
    /// WriteTxnMarkers.
    WriteTxnMarkers(super::WriteTxnMarkersRequest),
    /// TxnOffsetCommit.
    TxnOffsetCommit(super::TxnOffsetCommitRequest),
    /// DescribeAcls.
    DescribeAcls(super::DescribeAclsRequest),
    /// CreateAcls.
    CreateAcls(super::CreateAclsRequest),
    /// DeleteAcls.
    DeleteAcls(super::DeleteAclsRequest),
    /// DescribeConfigs.
    DescribeConfigs(super::DescribeConfigsRequest),
    /// AlterConfigs.
    AlterConfigs(super::AlterConfigsRequest),
    /// AlterReplicaLogDirs.
    AlterReplicaLogDirs(super::AlterReplicaLogDirsRequest),
    /// DescribeLogDirs.
    DescribeLogDirs(super::DescribeLogDirsRequest),
    /// SaslAuthenticate.
    SaslAuthenticate(super::SaslAuthenticateRequest),
    /// CreatePartitions.
    CreatePartitions(super::CreatePartitionsRequest),
    /// CreateDelegationToken.
    CreateDelegationToken(super::CreateDelegationTokenRequest),
    /// RenewDelegationToken.
    RenewDelegationToken(super::RenewDelegationTokenRequest),
    /// ExpireDelegationToken.
    ExpireDelegationToken(super::ExpireDelegationTokenRequest),
    /// DescribeDelegationToken.
    DescribeDelegationToken(super::DescribeDelegationTokenRequest),
    /// DeleteGroups.
    DeleteGroups(super::DeleteGroupsRequest),
    /// ElectLeaders.
    ElectLeaders(super::ElectLeadersRequest),
    /// IncrementalAlterConfigs.
    IncrementalAlterConfigs(super::IncrementalAlterConfigsRequest),
    /// AlterPartitionReassignments.
    AlterPartitionReassignments(super::AlterPartitionReassignmentsRequest),
    /// ListPartitionReassignments.
    ListPartitionReassignments(super::ListPartitionReassignmentsRequest),
    /// OffsetDelete.
    OffsetDelete(super::OffsetDeleteRequest),
    /// DescribeClientQuotas.
    DescribeClientQuotas(super::DescribeClientQuotasRequest),
    /// AlterClientQuotas.
    AlterClientQuotas(super::AlterClientQuotasRequest),
    /// DescribeUserScramCredentials.
    DescribeUserScramCredentials(super::DescribeUserScramCredentialsRequest),
    /// AlterUserScramCredentials.
    AlterUserScramCredentials(super::AlterUserScramCredentialsRequest),
    /// Vote.
    Vote(super::VoteRequest),
    /// BeginQuorumEpoch.
    BeginQuorumEpoch(super::BeginQuorumEpochRequest),
    /// EndQuorumEpoch.
    EndQuorumEpoch(super::EndQuorumEpochRequest),
    /// DescribeQuorum.
    DescribeQuorum(super::DescribeQuorumRequest),
    /// AlterPartition.
    AlterPartition(super::AlterPartitionRequest),
    /// UpdateFeatures.
    UpdateFeatures(super::UpdateFeaturesRequest),
    /// Envelope.
    Envelope(super::EnvelopeRequest),
    /// FetchSnapshot.
    FetchSnapshot(super::FetchSnapshotRequest),
    /// DescribeCluster.
    DescribeCluster(super::DescribeClusterRequest),
    /// DescribeProducers.
    DescribeProducers(super::DescribeProducersRequest),
    /// BrokerRegistration.
    BrokerRegistration(super::BrokerRegistrationRequest),
    /// BrokerHeartbeat.
    BrokerHeartbeat(super::BrokerHeartbeatRequest),
    /// UnregisterBroker.
    UnregisterBroker(super::UnregisterBrokerRequest),
    /// DescribeTransactions.
    DescribeTransactions(super::DescribeTransactionsRequest),
    /// ListTransactions.
    ListTransactions(super::ListTransactionsRequest),
    /// AllocateProducerIds.
    AllocateProducerIds(super::AllocateProducerIdsRequest),
    /// ConsumerGroupHeartbeat.
    ConsumerGroupHeartbeat(super::ConsumerGroupHeartbeatRequest),
    /// ConsumerGroupDescribe.
    ConsumerGroupDescribe(super::ConsumerGroupDescribeRequest),
    /// ControllerRegistration.
    ControllerRegistration(super::ControllerRegistrationRequest),
    /// GetTelemetrySubscriptions.
    GetTelemetrySubscriptions(super::GetTelemetrySubscriptionsRequest),
    /// PushTelemetry.
    PushTelemetry(super::PushTelemetryRequest),
    /// AssignReplicasToDirs.
    AssignReplicasToDirs(super::AssignReplicasToDirsRequest),
    /// ListConfigResources.
    ListConfigResources(super::ListConfigResourcesRequest),
    /// DescribeTopicPartitions.
    DescribeTopicPartitions(super::DescribeTopicPartitionsRequest),
    /// ShareGroupHeartbeat.
    ShareGroupHeartbeat(super::ShareGroupHeartbeatRequest),
    /// ShareGroupDescribe.
    ShareGroupDescribe(super::ShareGroupDescribeRequest),
    /// ShareFetch.
    ShareFetch(super::ShareFetchRequest),
    /// ShareAcknowledge.
    ShareAcknowledge(super::ShareAcknowledgeRequest),
    /// AddRaftVoter.
    AddRaftVoter(super::AddRaftVoterRequest),
    /// RemoveRaftVoter.
    RemoveRaftVoter(super::RemoveRaftVoterRequest),
    /// UpdateRaftVoter.
    UpdateRaftVoter(super::UpdateRaftVoterRequest),
    /// InitializeShareGroupState.
    InitializeShareGroupState(super::InitializeShareGroupStateRequest),
    /// ReadShareGroupState.
    ReadShareGroupState(super::ReadShareGroupStateRequest),
    /// WriteShareGroupState.
    WriteShareGroupState(super::WriteShareGroupStateRequest),
    /// DeleteShareGroupState.
    DeleteShareGroupState(super::DeleteShareGroupStateRequest),
    /// ReadShareGroupStateSummary.
    ReadShareGroupStateSummary(super::ReadShareGroupStateSummaryRequest),
    /// StreamsGroupHeartbeat.
    StreamsGroupHeartbeat(super::StreamsGroupHeartbeatRequest),
    /// StreamsGroupDescribe.
    StreamsGroupDescribe(super::StreamsGroupDescribeRequest),
    /// DescribeShareGroupOffsets.
    DescribeShareGroupOffsets(super::DescribeShareGroupOffsetsRequest),
    /// AlterShareGroupOffsets.
    AlterShareGroupOffsets(super::AlterShareGroupOffsetsRequest),
    /// DeleteShareGroupOffsets.
    DeleteShareGroupOffsets(super::DeleteShareGroupOffsetsRequest),
    /// StreamsGroupTopologyDescriptionUpdate.
    StreamsGroupTopologyDescriptionUpdate(super::StreamsGroupTopologyDescriptionUpdateRequest),
    /// UnregisterController.
    UnregisterController(super::UnregisterControllerRequest),
}

impl RequestBody {
    /// Reads the body for an API key in `version`.
    pub fn decode(api_key: ApiKey, d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(match api_key {
            ApiKey::Produce => Self::Produce(Message::decode(d, version)?),
            ApiKey::Fetch => Self::Fetch(Message::decode(d, version)?),
            ApiKey::ListOffsets => Self::ListOffsets(Message::decode(d, version)?),
            ApiKey::Metadata => Self::Metadata(Message::decode(d, version)?),
            ApiKey::OffsetCommit => Self::OffsetCommit(Message::decode(d, version)?),
            ApiKey::OffsetFetch => Self::OffsetFetch(Message::decode(d, version)?),
            ApiKey::FindCoordinator => Self::FindCoordinator(Message::decode(d, version)?),
            ApiKey::JoinGroup => Self::JoinGroup(Message::decode(d, version)?),
            ApiKey::Heartbeat => Self::Heartbeat(Message::decode(d, version)?),
            ApiKey::LeaveGroup => Self::LeaveGroup(Message::decode(d, version)?),
            ApiKey::SyncGroup => Self::SyncGroup(Message::decode(d, version)?),
            ApiKey::DescribeGroups => Self::DescribeGroups(Message::decode(d, version)?),
            ApiKey::ListGroups => Self::ListGroups(Message::decode(d, version)?),
            ApiKey::SaslHandshake => Self::SaslHandshake(Message::decode(d, version)?),
            ApiKey::ApiVersions => Self::ApiVersions(Message::decode(d, version)?),
            ApiKey::CreateTopics => Self::CreateTopics(Message::decode(d, version)?),
            ApiKey::DeleteTopics => Self::DeleteTopics(Message::decode(d, version)?),
            ApiKey::DeleteRecords => Self::DeleteRecords(Message::decode(d, version)?),
            ApiKey::InitProducerId => Self::InitProducerId(Message::decode(d, version)?),
            ApiKey::OffsetForLeaderEpoch => Self::OffsetForLeaderEpoch(Message::decode(d, version)?),
            ApiKey::AddPartitionsToTxn => Self::AddPartitionsToTxn(Message::decode(d, version)?),
            ApiKey::AddOffsetsToTxn => Self::AddOffsetsToTxn(Message::decode(d, version)?),
            ApiKey::EndTxn => Self::EndTxn(Message::decode(d, version)?),
            ApiKey::WriteTxnMarkers => Self::WriteTxnMarkers(Message::decode(d, version)?),
            ApiKey::TxnOffsetCommit => Self::TxnOffsetCommit(Message::decode(d, version)?),
            ApiKey::DescribeAcls => Self::DescribeAcls(Message::decode(d, version)?),
            ApiKey::CreateAcls => Self::CreateAcls(Message::decode(d, version)?),
            ApiKey::DeleteAcls => Self::DeleteAcls(Message::decode(d, version)?),
            ApiKey::DescribeConfigs => Self::DescribeConfigs(Message::decode(d, version)?),
            ApiKey::AlterConfigs => Self::AlterConfigs(Message::decode(d, version)?),
            ApiKey::AlterReplicaLogDirs => Self::AlterReplicaLogDirs(Message::decode(d, version)?),
            ApiKey::DescribeLogDirs => Self::DescribeLogDirs(Message::decode(d, version)?),
            ApiKey::SaslAuthenticate => Self::SaslAuthenticate(Message::decode(d, version)?),
            ApiKey::CreatePartitions => Self::CreatePartitions(Message::decode(d, version)?),
            ApiKey::CreateDelegationToken => Self::CreateDelegationToken(Message::decode(d, version)?),
            ApiKey::RenewDelegationToken => Self::RenewDelegationToken(Message::decode(d, version)?),
            ApiKey::ExpireDelegationToken => Self::ExpireDelegationToken(Message::decode(d, version)?),
            ApiKey::DescribeDelegationToken => Self::DescribeDelegationToken(Message::decode(d, version)?),
            ApiKey::DeleteGroups => Self::DeleteGroups(Message::decode(d, version)?),
            ApiKey::ElectLeaders => Self::ElectLeaders(Message::decode(d, version)?),
            ApiKey::IncrementalAlterConfigs => Self::IncrementalAlterConfigs(Message::decode(d, version)?),
            ApiKey::AlterPartitionReassignments => {
                Self::AlterPartitionReassignments(Message::decode(d, version)?)
            }
            ApiKey::ListPartitionReassignments => {
                Self::ListPartitionReassignments(Message::decode(d, version)?)
            }
            ApiKey::OffsetDelete => Self::OffsetDelete(Message::decode(d, version)?),
            ApiKey::DescribeClientQuotas => Self::DescribeClientQuotas(Message::decode(d, version)?),
            ApiKey::AlterClientQuotas => Self::AlterClientQuotas(Message::decode(d, version)?),
            ApiKey::DescribeUserScramCredentials => {
                Self::DescribeUserScramCredentials(Message::decode(d, version)?)
            }
            ApiKey::AlterUserScramCredentials => {
                Self::AlterUserScramCredentials(Message::decode(d, version)?)
            }
            ApiKey::Vote => Self::Vote(Message::decode(d, version)?),
            ApiKey::BeginQuorumEpoch => Self::BeginQuorumEpoch(Message::decode(d, version)?),
            ApiKey::EndQuorumEpoch => Self::EndQuorumEpoch(Message::decode(d, version)?),
            ApiKey::DescribeQuorum => Self::DescribeQuorum(Message::decode(d, version)?),
            ApiKey::AlterPartition => Self::AlterPartition(Message::decode(d, version)?),
            ApiKey::UpdateFeatures => Self::UpdateFeatures(Message::decode(d, version)?),
            ApiKey::Envelope => Self::Envelope(Message::decode(d, version)?),
            ApiKey::FetchSnapshot => Self::FetchSnapshot(Message::decode(d, version)?),
            ApiKey::DescribeCluster => Self::DescribeCluster(Message::decode(d, version)?),
            ApiKey::DescribeProducers => Self::DescribeProducers(Message::decode(d, version)?),
            ApiKey::BrokerRegistration => Self::BrokerRegistration(Message::decode(d, version)?),
            ApiKey::BrokerHeartbeat => Self::BrokerHeartbeat(Message::decode(d, version)?),
            ApiKey::UnregisterBroker => Self::UnregisterBroker(Message::decode(d, version)?),
            ApiKey::DescribeTransactions => Self::DescribeTransactions(Message::decode(d, version)?),
            ApiKey::ListTransactions => Self::ListTransactions(Message::decode(d, version)?),
            ApiKey::AllocateProducerIds => Self::AllocateProducerIds(Message::decode(d, version)?),
            ApiKey::ConsumerGroupHeartbeat => Self::ConsumerGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::ConsumerGroupDescribe => Self::ConsumerGroupDescribe(Message::decode(d, version)?),
            ApiKey::ControllerRegistration => Self::ControllerRegistration(Message::decode(d, version)?),
            ApiKey::GetTelemetrySubscriptions => {
                Self::GetTelemetrySubscriptions(Message::decode(d, version)?)
            }
            ApiKey::PushTelemetry => Self::PushTelemetry(Message::decode(d, version)?),
            ApiKey::AssignReplicasToDirs => Self::AssignReplicasToDirs(Message::decode(d, version)?),
            ApiKey::ListConfigResources => Self::ListConfigResources(Message::decode(d, version)?),
            ApiKey::DescribeTopicPartitions => Self::DescribeTopicPartitions(Message::decode(d, version)?),
            ApiKey::ShareGroupHeartbeat => Self::ShareGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::ShareGroupDescribe => Self::ShareGroupDescribe(Message::decode(d, version)?),
            ApiKey::ShareFetch => Self::ShareFetch(Message::decode(d, version)?),
            ApiKey::ShareAcknowledge => Self::ShareAcknowledge(Message::decode(d, version)?),
            ApiKey::AddRaftVoter => Self::AddRaftVoter(Message::decode(d, version)?),
            ApiKey::RemoveRaftVoter => Self::RemoveRaftVoter(Message::decode(d, version)?),
            ApiKey::UpdateRaftVoter => Self::UpdateRaftVoter(Message::decode(d, version)?),
            ApiKey::InitializeShareGroupState => {
                Self::InitializeShareGroupState(Message::decode(d, version)?)
            }
            ApiKey::ReadShareGroupState => Self::ReadShareGroupState(Message::decode(d, version)?),
            ApiKey::WriteShareGroupState => Self::WriteShareGroupState(Message::decode(d, version)?),
            ApiKey::DeleteShareGroupState => Self::DeleteShareGroupState(Message::decode(d, version)?),
            ApiKey::ReadShareGroupStateSummary => {
                Self::ReadShareGroupStateSummary(Message::decode(d, version)?)
            }
            ApiKey::StreamsGroupHeartbeat => Self::StreamsGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::StreamsGroupDescribe => Self::StreamsGroupDescribe(Message::decode(d, version)?),
            ApiKey::DescribeShareGroupOffsets => {
                Self::DescribeShareGroupOffsets(Message::decode(d, version)?)
            }
            ApiKey::AlterShareGroupOffsets => Self::AlterShareGroupOffsets(Message::decode(d, version)?),
            ApiKey::DeleteShareGroupOffsets => Self::DeleteShareGroupOffsets(Message::decode(d, version)?),
            ApiKey::StreamsGroupTopologyDescriptionUpdate => {
                Self::StreamsGroupTopologyDescriptionUpdate(Message::decode(d, version)?)
            }
            ApiKey::UnregisterController => Self::UnregisterController(Message::decode(d, version)?),
        })
    }

    /// Writes the body in `version`.
    pub fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::Produce(body) => body.encode(e, version),
            Self::Fetch(body) => body.encode(e, version),
            Self::ListOffsets(body) => body.encode(e, version),
            Self::Metadata(body) => body.encode(e, version),
            Self::OffsetCommit(body) => body.encode(e, version),
            Self::OffsetFetch(body) => body.encode(e, version),
            Self::FindCoordinator(body) => body.encode(e, version),
            Self::JoinGroup(body) => body.encode(e, version),
            Self::Heartbeat(body) => body.encode(e, version),
            Self::LeaveGroup(body) => body.encode(e, version),
            Self::SyncGroup(body) => body.encode(e, version),
            Self::DescribeGroups(body) => body.encode(e, version),
            Self::ListGroups(body) => body.encode(e, version),
            Self::SaslHandshake(body) => body.encode(e, version),
            Self::ApiVersions(body) => body.encode(e, version),
            Self::CreateTopics(body) => body.encode(e, version),
            Self::DeleteTopics(body) => body.encode(e, version),
            Self::DeleteRecords(body) => body.encode(e, version),
            Self::InitProducerId(body) => body.encode(e, version),
            Self::OffsetForLeaderEpoch(body) => body.encode(e, version),
            Self::AddPartitionsToTxn(body) => body.encode(e, version),
            Self::AddOffsetsToTxn(body) => body.encode(e, version),
            Self::EndTxn(body) => body.encode(e, version),
            Self::WriteTxnMarkers(body) => body.encode(e, version),
            Self::TxnOffsetCommit(body) => body.encode(e, version),
            Self::DescribeAcls(body) => body.encode(e, version),
            Self::CreateAcls(body) => body.encode(e, version),
            Self::DeleteAcls(body) => body.encode(e, version),
            Self::DescribeConfigs(body) => body.encode(e, version),
            Self::AlterConfigs(body) => body.encode(e, version),
            Self::AlterReplicaLogDirs(body) => body.encode(e, version),
            Self::DescribeLogDirs(body) => body.encode(e, version),
            Self::SaslAuthenticate(body) => body.encode(e, version),
            Self::CreatePartitions(body) => body.encode(e, version),
            Self::CreateDelegationToken(body) => body.encode(e, version),
            Self::RenewDelegationToken(body) => body.encode(e, version),
            Self::ExpireDelegationToken(body) => body.encode(e, version),
            Self::DescribeDelegationToken(body) => body.encode(e, version),
            Self::DeleteGroups(body) => body.encode(e, version),
            Self::ElectLeaders(body) => body.encode(e, version),
            Self::IncrementalAlterConfigs(body) => body.encode(e, version),
            Self::AlterPartitionReassignments(body) => body.encode(e, version),
            Self::ListPartitionReassignments(body) => body.encode(e, version),
            Self::OffsetDelete(body) => body.encode(e, version),
            Self::DescribeClientQuotas(body) => body.encode(e, version),
            Self::AlterClientQuotas(body) => body.encode(e, version),
            Self::DescribeUserScramCredentials(body) => body.encode(e, version),
            Self::AlterUserScramCredentials(body) => body.encode(e, version),
            Self::Vote(body) => body.encode(e, version),
            Self::BeginQuorumEpoch(body) => body.encode(e, version),
            Self::EndQuorumEpoch(body) => body.encode(e, version),
            Self::DescribeQuorum(body) => body.encode(e, version),
            Self::AlterPartition(body) => body.encode(e, version),
            Self::UpdateFeatures(body) => body.encode(e, version),
            Self::Envelope(body) => body.encode(e, version),
            Self::FetchSnapshot(body) => body.encode(e, version),
            Self::DescribeCluster(body) => body.encode(e, version),
            Self::DescribeProducers(body) => body.encode(e, version),
            Self::BrokerRegistration(body) => body.encode(e, version),
            Self::BrokerHeartbeat(body) => body.encode(e, version),
            Self::UnregisterBroker(body) => body.encode(e, version),
            Self::DescribeTransactions(body) => body.encode(e, version),
            Self::ListTransactions(body) => body.encode(e, version),
            Self::AllocateProducerIds(body) => body.encode(e, version),
            Self::ConsumerGroupHeartbeat(body) => body.encode(e, version),
            Self::ConsumerGroupDescribe(body) => body.encode(e, version),
            Self::ControllerRegistration(body) => body.encode(e, version),
            Self::GetTelemetrySubscriptions(body) => body.encode(e, version),
            Self::PushTelemetry(body) => body.encode(e, version),
            Self::AssignReplicasToDirs(body) => body.encode(e, version),
            Self::ListConfigResources(body) => body.encode(e, version),
            Self::DescribeTopicPartitions(body) => body.encode(e, version),
            Self::ShareGroupHeartbeat(body) => body.encode(e, version),
            Self::ShareGroupDescribe(body) => body.encode(e, version),
            Self::ShareFetch(body) => body.encode(e, version),
            Self::ShareAcknowledge(body) => body.encode(e, version),
            Self::AddRaftVoter(body) => body.encode(e, version),
            Self::RemoveRaftVoter(body) => body.encode(e, version),
            Self::UpdateRaftVoter(body) => body.encode(e, version),
            Self::InitializeShareGroupState(body) => body.encode(e, version),
            Self::ReadShareGroupState(body) => body.encode(e, version),
            Self::WriteShareGroupState(body) => body.encode(e, version),
            Self::DeleteShareGroupState(body) => body.encode(e, version),
            Self::ReadShareGroupStateSummary(body) => body.encode(e, version),
            Self::StreamsGroupHeartbeat(body) => body.encode(e, version),
            Self::StreamsGroupDescribe(body) => body.encode(e, version),
            Self::DescribeShareGroupOffsets(body) => body.encode(e, version),
            Self::AlterShareGroupOffsets(body) => body.encode(e, version),
            Self::DeleteShareGroupOffsets(body) => body.encode(e, version),
            Self::StreamsGroupTopologyDescriptionUpdate(body) => body.encode(e, version),
            Self::UnregisterController(body) => body.encode(e, version),
        }
    }

    /// The API key it belongs to.
    pub const fn api_key(&self) -> ApiKey {
        match self {
            Self::Produce(_) => ApiKey::Produce,
            Self::Fetch(_) => ApiKey::Fetch,
            Self::ListOffsets(_) => ApiKey::ListOffsets,
            Self::Metadata(_) => ApiKey::Metadata,
            Self::OffsetCommit(_) => ApiKey::OffsetCommit,
            Self::OffsetFetch(_) => ApiKey::OffsetFetch,
            Self::FindCoordinator(_) => ApiKey::FindCoordinator,
            Self::JoinGroup(_) => ApiKey::JoinGroup,
            Self::Heartbeat(_) => ApiKey::Heartbeat,
            Self::LeaveGroup(_) => ApiKey::LeaveGroup,
            Self::SyncGroup(_) => ApiKey::SyncGroup,
            Self::DescribeGroups(_) => ApiKey::DescribeGroups,
            Self::ListGroups(_) => ApiKey::ListGroups,
            Self::SaslHandshake(_) => ApiKey::SaslHandshake,
            Self::ApiVersions(_) => ApiKey::ApiVersions,
            Self::CreateTopics(_) => ApiKey::CreateTopics,
            Self::DeleteTopics(_) => ApiKey::DeleteTopics,
            Self::DeleteRecords(_) => ApiKey::DeleteRecords,
            Self::InitProducerId(_) => ApiKey::InitProducerId,
            Self::OffsetForLeaderEpoch(_) => ApiKey::OffsetForLeaderEpoch,
            Self::AddPartitionsToTxn(_) => ApiKey::AddPartitionsToTxn,
            Self::AddOffsetsToTxn(_) => ApiKey::AddOffsetsToTxn,
            Self::EndTxn(_) => ApiKey::EndTxn,
            Self::WriteTxnMarkers(_) => ApiKey::WriteTxnMarkers,
            Self::TxnOffsetCommit(_) => ApiKey::TxnOffsetCommit,
            Self::DescribeAcls(_) => ApiKey::DescribeAcls,
            Self::CreateAcls(_) => ApiKey::CreateAcls,
            Self::DeleteAcls(_) => ApiKey::DeleteAcls,
            Self::DescribeConfigs(_) => ApiKey::DescribeConfigs,
            Self::AlterConfigs(_) => ApiKey::AlterConfigs,
            Self::AlterReplicaLogDirs(_) => ApiKey::AlterReplicaLogDirs,
            Self::DescribeLogDirs(_) => ApiKey::DescribeLogDirs,
            Self::SaslAuthenticate(_) => ApiKey::SaslAuthenticate,
            Self::CreatePartitions(_) => ApiKey::CreatePartitions,
            Self::CreateDelegationToken(_) => ApiKey::CreateDelegationToken,
            Self::RenewDelegationToken(_) => ApiKey::RenewDelegationToken,
            Self::ExpireDelegationToken(_) => ApiKey::ExpireDelegationToken,
            Self::DescribeDelegationToken(_) => ApiKey::DescribeDelegationToken,
            Self::DeleteGroups(_) => ApiKey::DeleteGroups,
            Self::ElectLeaders(_) => ApiKey::ElectLeaders,
            Self::IncrementalAlterConfigs(_) => ApiKey::IncrementalAlterConfigs,
            Self::AlterPartitionReassignments(_) => ApiKey::AlterPartitionReassignments,
            Self::ListPartitionReassignments(_) => ApiKey::ListPartitionReassignments,
            Self::OffsetDelete(_) => ApiKey::OffsetDelete,
            Self::DescribeClientQuotas(_) => ApiKey::DescribeClientQuotas,
            Self::AlterClientQuotas(_) => ApiKey::AlterClientQuotas,
            Self::DescribeUserScramCredentials(_) => ApiKey::DescribeUserScramCredentials,
            Self::AlterUserScramCredentials(_) => ApiKey::AlterUserScramCredentials,
            Self::Vote(_) => ApiKey::Vote,
            Self::BeginQuorumEpoch(_) => ApiKey::BeginQuorumEpoch,
            Self::EndQuorumEpoch(_) => ApiKey::EndQuorumEpoch,
            Self::DescribeQuorum(_) => ApiKey::DescribeQuorum,
            Self::AlterPartition(_) => ApiKey::AlterPartition,
            Self::UpdateFeatures(_) => ApiKey::UpdateFeatures,
            Self::Envelope(_) => ApiKey::Envelope,
            Self::FetchSnapshot(_) => ApiKey::FetchSnapshot,
            Self::DescribeCluster(_) => ApiKey::DescribeCluster,
            Self::DescribeProducers(_) => ApiKey::DescribeProducers,
            Self::BrokerRegistration(_) => ApiKey::BrokerRegistration,
            Self::BrokerHeartbeat(_) => ApiKey::BrokerHeartbeat,
            Self::UnregisterBroker(_) => ApiKey::UnregisterBroker,
            Self::DescribeTransactions(_) => ApiKey::DescribeTransactions,
            Self::ListTransactions(_) => ApiKey::ListTransactions,
            Self::AllocateProducerIds(_) => ApiKey::AllocateProducerIds,
            Self::ConsumerGroupHeartbeat(_) => ApiKey::ConsumerGroupHeartbeat,
            Self::ConsumerGroupDescribe(_) => ApiKey::ConsumerGroupDescribe,
            Self::ControllerRegistration(_) => ApiKey::ControllerRegistration,
            Self::GetTelemetrySubscriptions(_) => ApiKey::GetTelemetrySubscriptions,
            Self::PushTelemetry(_) => ApiKey::PushTelemetry,
            Self::AssignReplicasToDirs(_) => ApiKey::AssignReplicasToDirs,
            Self::ListConfigResources(_) => ApiKey::ListConfigResources,
            Self::DescribeTopicPartitions(_) => ApiKey::DescribeTopicPartitions,
            Self::ShareGroupHeartbeat(_) => ApiKey::ShareGroupHeartbeat,
            Self::ShareGroupDescribe(_) => ApiKey::ShareGroupDescribe,
            Self::ShareFetch(_) => ApiKey::ShareFetch,
            Self::ShareAcknowledge(_) => ApiKey::ShareAcknowledge,
            Self::AddRaftVoter(_) => ApiKey::AddRaftVoter,
            Self::RemoveRaftVoter(_) => ApiKey::RemoveRaftVoter,
            Self::UpdateRaftVoter(_) => ApiKey::UpdateRaftVoter,
            Self::InitializeShareGroupState(_) => ApiKey::InitializeShareGroupState,
            Self::ReadShareGroupState(_) => ApiKey::ReadShareGroupState,
            Self::WriteShareGroupState(_) => ApiKey::WriteShareGroupState,
            Self::DeleteShareGroupState(_) => ApiKey::DeleteShareGroupState,
            Self::ReadShareGroupStateSummary(_) => ApiKey::ReadShareGroupStateSummary,
            Self::StreamsGroupHeartbeat(_) => ApiKey::StreamsGroupHeartbeat,
            Self::StreamsGroupDescribe(_) => ApiKey::StreamsGroupDescribe,
            Self::DescribeShareGroupOffsets(_) => ApiKey::DescribeShareGroupOffsets,
            Self::AlterShareGroupOffsets(_) => ApiKey::AlterShareGroupOffsets,
            Self::DeleteShareGroupOffsets(_) => ApiKey::DeleteShareGroupOffsets,
            Self::StreamsGroupTopologyDescriptionUpdate(_) => ApiKey::StreamsGroupTopologyDescriptionUpdate,
            Self::UnregisterController(_) => ApiKey::UnregisterController,
        }
    }
}

/// Any response.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum ResponseBody {
    /// Produce.
    Produce(super::ProduceResponse),
    /// Fetch.
    Fetch(super::FetchResponse),
    /// ListOffsets.
    ListOffsets(super::ListOffsetsResponse),
    /// Metadata.
    Metadata(super::MetadataResponse),
    /// OffsetCommit.
    OffsetCommit(super::OffsetCommitResponse),
    /// OffsetFetch.
    OffsetFetch(super::OffsetFetchResponse),
    /// FindCoordinator.
    FindCoordinator(super::FindCoordinatorResponse),
    /// JoinGroup.
    JoinGroup(super::JoinGroupResponse),
    /// Heartbeat.
    Heartbeat(super::HeartbeatResponse),
    /// LeaveGroup.
    LeaveGroup(super::LeaveGroupResponse),
    /// SyncGroup.
    SyncGroup(super::SyncGroupResponse),
    /// DescribeGroups.
    DescribeGroups(super::DescribeGroupsResponse),
    /// ListGroups.
    ListGroups(super::ListGroupsResponse),
    /// SaslHandshake.
    SaslHandshake(super::SaslHandshakeResponse),
    /// ApiVersions.
    ApiVersions(super::ApiVersionsResponse),
    /// CreateTopics.
    CreateTopics(super::CreateTopicsResponse),
    /// DeleteTopics.
    DeleteTopics(super::DeleteTopicsResponse),
    /// DeleteRecords.
    DeleteRecords(super::DeleteRecordsResponse),
    /// InitProducerId.
    InitProducerId(super::InitProducerIdResponse),
    /// OffsetForLeaderEpoch.
    OffsetForLeaderEpoch(super::OffsetForLeaderEpochResponse),
    /// AddPartitionsToTxn.
    AddPartitionsToTxn(super::AddPartitionsToTxnResponse),
    /// AddOffsetsToTxn.
    AddOffsetsToTxn(super::AddOffsetsToTxnResponse),
    /// EndTxn.
    EndTxn(super::EndTxnResponse),
    /// WriteTxnMarkers.
    WriteTxnMarkers(super::WriteTxnMarkersResponse),
    /// TxnOffsetCommit.
    TxnOffsetCommit(super::TxnOffsetCommitResponse),
    /// DescribeAcls.
    DescribeAcls(super::DescribeAclsResponse),
    /// CreateAcls.
    CreateAcls(super::CreateAclsResponse),
    /// DeleteAcls.
    DeleteAcls(super::DeleteAclsResponse),
    /// DescribeConfigs.
    DescribeConfigs(super::DescribeConfigsResponse),
    /// AlterConfigs.
    AlterConfigs(super::AlterConfigsResponse),
    /// AlterReplicaLogDirs.
    AlterReplicaLogDirs(super::AlterReplicaLogDirsResponse),
    /// DescribeLogDirs.
    DescribeLogDirs(super::DescribeLogDirsResponse),
    /// SaslAuthenticate.
    SaslAuthenticate(super::SaslAuthenticateResponse),
    /// CreatePartitions.
    CreatePartitions(super::CreatePartitionsResponse),
    /// CreateDelegationToken.
    CreateDelegationToken(super::CreateDelegationTokenResponse),
    /// RenewDelegationToken.
    RenewDelegationToken(super::RenewDelegationTokenResponse),
    /// ExpireDelegationToken.
    ExpireDelegationToken(super::ExpireDelegationTokenResponse),
    /// DescribeDelegationToken.
    DescribeDelegationToken(super::DescribeDelegationTokenResponse),
    /// DeleteGroups.
    DeleteGroups(super::DeleteGroupsResponse),
    /// ElectLeaders.
    ElectLeaders(super::ElectLeadersResponse),
    /// IncrementalAlterConfigs.
    IncrementalAlterConfigs(super::IncrementalAlterConfigsResponse),
    /// AlterPartitionReassignments.
    AlterPartitionReassignments(super::AlterPartitionReassignmentsResponse),
    /// ListPartitionReassignments.
    ListPartitionReassignments(super::ListPartitionReassignmentsResponse),
    /// OffsetDelete.
    OffsetDelete(super::OffsetDeleteResponse),
    /// DescribeClientQuotas.
    DescribeClientQuotas(super::DescribeClientQuotasResponse),
    /// AlterClientQuotas.
    AlterClientQuotas(super::AlterClientQuotasResponse),
    /// DescribeUserScramCredentials.
    DescribeUserScramCredentials(super::DescribeUserScramCredentialsResponse),
    /// AlterUserScramCredentials.
    AlterUserScramCredentials(super::AlterUserScramCredentialsResponse),
    /// Vote.
    Vote(super::VoteResponse),
    /// BeginQuorumEpoch.
    BeginQuorumEpoch(super::BeginQuorumEpochResponse),
    /// EndQuorumEpoch.
    EndQuorumEpoch(super::EndQuorumEpochResponse),
    /// DescribeQuorum.
    DescribeQuorum(super::DescribeQuorumResponse),
    /// AlterPartition.
    AlterPartition(super::AlterPartitionResponse),
    /// UpdateFeatures.
    UpdateFeatures(super::UpdateFeaturesResponse),
    /// Envelope.
    Envelope(super::EnvelopeResponse),
    /// FetchSnapshot.
    FetchSnapshot(super::FetchSnapshotResponse),
    /// DescribeCluster.
    DescribeCluster(super::DescribeClusterResponse),
    /// DescribeProducers.
    DescribeProducers(super::DescribeProducersResponse),
    /// BrokerRegistration.
    BrokerRegistration(super::BrokerRegistrationResponse),
    /// BrokerHeartbeat.
    BrokerHeartbeat(super::BrokerHeartbeatResponse),
    /// UnregisterBroker.
    UnregisterBroker(super::UnregisterBrokerResponse),
    /// DescribeTransactions.
    DescribeTransactions(super::DescribeTransactionsResponse),
    /// ListTransactions.
    ListTransactions(super::ListTransactionsResponse),
    /// AllocateProducerIds.
    AllocateProducerIds(super::AllocateProducerIdsResponse),
    /// ConsumerGroupHeartbeat.
    ConsumerGroupHeartbeat(super::ConsumerGroupHeartbeatResponse),
    /// ConsumerGroupDescribe.
    ConsumerGroupDescribe(super::ConsumerGroupDescribeResponse),
    /// ControllerRegistration.
    ControllerRegistration(super::ControllerRegistrationResponse),
    /// GetTelemetrySubscriptions.
    GetTelemetrySubscriptions(super::GetTelemetrySubscriptionsResponse),
    /// PushTelemetry.
    PushTelemetry(super::PushTelemetryResponse),
    /// AssignReplicasToDirs.
    AssignReplicasToDirs(super::AssignReplicasToDirsResponse),
    /// ListConfigResources.
    ListConfigResources(super::ListConfigResourcesResponse),
    /// DescribeTopicPartitions.
    DescribeTopicPartitions(super::DescribeTopicPartitionsResponse),
    /// ShareGroupHeartbeat.
    ShareGroupHeartbeat(super::ShareGroupHeartbeatResponse),
    /// ShareGroupDescribe.
    ShareGroupDescribe(super::ShareGroupDescribeResponse),
    /// ShareFetch.
    ShareFetch(super::ShareFetchResponse),
    /// ShareAcknowledge.
    ShareAcknowledge(super::ShareAcknowledgeResponse),
    /// AddRaftVoter.
    AddRaftVoter(super::AddRaftVoterResponse),
    /// RemoveRaftVoter.
    RemoveRaftVoter(super::RemoveRaftVoterResponse),
    /// UpdateRaftVoter.
    UpdateRaftVoter(super::UpdateRaftVoterResponse),
    /// InitializeShareGroupState.
    InitializeShareGroupState(super::InitializeShareGroupStateResponse),
    /// ReadShareGroupState.
    ReadShareGroupState(super::ReadShareGroupStateResponse),
    /// WriteShareGroupState.
    WriteShareGroupState(super::WriteShareGroupStateResponse),
    /// DeleteShareGroupState.
    DeleteShareGroupState(super::DeleteShareGroupStateResponse),
    /// ReadShareGroupStateSummary.
    ReadShareGroupStateSummary(super::ReadShareGroupStateSummaryResponse),
    /// StreamsGroupHeartbeat.
    StreamsGroupHeartbeat(super::StreamsGroupHeartbeatResponse),
    /// StreamsGroupDescribe.
    StreamsGroupDescribe(super::StreamsGroupDescribeResponse),
    /// DescribeShareGroupOffsets.
    DescribeShareGroupOffsets(super::DescribeShareGroupOffsetsResponse),
    /// AlterShareGroupOffsets.
    AlterShareGroupOffsets(super::AlterShareGroupOffsetsResponse),
    /// DeleteShareGroupOffsets.
    DeleteShareGroupOffsets(super::DeleteShareGroupOffsetsResponse),
    /// StreamsGroupTopologyDescriptionUpdate.
    StreamsGroupTopologyDescriptionUpdate(super::StreamsGroupTopologyDescriptionUpdateResponse),
    /// UnregisterController.
    UnregisterController(super::UnregisterControllerResponse),
}

impl ResponseBody {
    /// Reads the body for an API key in `version`.
    pub fn decode(api_key: ApiKey, d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(match api_key {
            ApiKey::Produce => Self::Produce(Message::decode(d, version)?),
            ApiKey::Fetch => Self::Fetch(Message::decode(d, version)?),
            ApiKey::ListOffsets => Self::ListOffsets(Message::decode(d, version)?),
            ApiKey::Metadata => Self::Metadata(Message::decode(d, version)?),
            ApiKey::OffsetCommit => Self::OffsetCommit(Message::decode(d, version)?),
            ApiKey::OffsetFetch => Self::OffsetFetch(Message::decode(d, version)?),
            ApiKey::FindCoordinator => Self::FindCoordinator(Message::decode(d, version)?),
            ApiKey::JoinGroup => Self::JoinGroup(Message::decode(d, version)?),
            ApiKey::Heartbeat => Self::Heartbeat(Message::decode(d, version)?),
            ApiKey::LeaveGroup => Self::LeaveGroup(Message::decode(d, version)?),
            ApiKey::SyncGroup => Self::SyncGroup(Message::decode(d, version)?),
            ApiKey::DescribeGroups => Self::DescribeGroups(Message::decode(d, version)?),
            ApiKey::ListGroups => Self::ListGroups(Message::decode(d, version)?),
            ApiKey::SaslHandshake => Self::SaslHandshake(Message::decode(d, version)?),
            ApiKey::ApiVersions => Self::ApiVersions(Message::decode(d, version)?),
            ApiKey::CreateTopics => Self::CreateTopics(Message::decode(d, version)?),
            ApiKey::DeleteTopics => Self::DeleteTopics(Message::decode(d, version)?),
            ApiKey::DeleteRecords => Self::DeleteRecords(Message::decode(d, version)?),
            ApiKey::InitProducerId => Self::InitProducerId(Message::decode(d, version)?),
            ApiKey::OffsetForLeaderEpoch => Self::OffsetForLeaderEpoch(Message::decode(d, version)?),
            ApiKey::AddPartitionsToTxn => Self::AddPartitionsToTxn(Message::decode(d, version)?),
            ApiKey::AddOffsetsToTxn => Self::AddOffsetsToTxn(Message::decode(d, version)?),
            ApiKey::EndTxn => Self::EndTxn(Message::decode(d, version)?),
            ApiKey::WriteTxnMarkers => Self::WriteTxnMarkers(Message::decode(d, version)?),
            ApiKey::TxnOffsetCommit => Self::TxnOffsetCommit(Message::decode(d, version)?),
            ApiKey::DescribeAcls => Self::DescribeAcls(Message::decode(d, version)?),
            ApiKey::CreateAcls => Self::CreateAcls(Message::decode(d, version)?),
            ApiKey::DeleteAcls => Self::DeleteAcls(Message::decode(d, version)?),
            ApiKey::DescribeConfigs => Self::DescribeConfigs(Message::decode(d, version)?),
            ApiKey::AlterConfigs => Self::AlterConfigs(Message::decode(d, version)?),
            ApiKey::AlterReplicaLogDirs => Self::AlterReplicaLogDirs(Message::decode(d, version)?),
            ApiKey::DescribeLogDirs => Self::DescribeLogDirs(Message::decode(d, version)?),
            ApiKey::SaslAuthenticate => Self::SaslAuthenticate(Message::decode(d, version)?),
            ApiKey::CreatePartitions => Self::CreatePartitions(Message::decode(d, version)?),
            ApiKey::CreateDelegationToken => Self::CreateDelegationToken(Message::decode(d, version)?),
            ApiKey::RenewDelegationToken => Self::RenewDelegationToken(Message::decode(d, version)?),
            ApiKey::ExpireDelegationToken => Self::ExpireDelegationToken(Message::decode(d, version)?),
            ApiKey::DescribeDelegationToken => Self::DescribeDelegationToken(Message::decode(d, version)?),
            ApiKey::DeleteGroups => Self::DeleteGroups(Message::decode(d, version)?),
            ApiKey::ElectLeaders => Self::ElectLeaders(Message::decode(d, version)?),
            ApiKey::IncrementalAlterConfigs => Self::IncrementalAlterConfigs(Message::decode(d, version)?),
            ApiKey::AlterPartitionReassignments => {
                Self::AlterPartitionReassignments(Message::decode(d, version)?)
            }
            ApiKey::ListPartitionReassignments => {
                Self::ListPartitionReassignments(Message::decode(d, version)?)
            }
            ApiKey::OffsetDelete => Self::OffsetDelete(Message::decode(d, version)?),
            ApiKey::DescribeClientQuotas => Self::DescribeClientQuotas(Message::decode(d, version)?),
            ApiKey::AlterClientQuotas => Self::AlterClientQuotas(Message::decode(d, version)?),
            ApiKey::DescribeUserScramCredentials => {
                Self::DescribeUserScramCredentials(Message::decode(d, version)?)
            }
            ApiKey::AlterUserScramCredentials => {
                Self::AlterUserScramCredentials(Message::decode(d, version)?)
            }
            ApiKey::Vote => Self::Vote(Message::decode(d, version)?),
            ApiKey::BeginQuorumEpoch => Self::BeginQuorumEpoch(Message::decode(d, version)?),
            ApiKey::EndQuorumEpoch => Self::EndQuorumEpoch(Message::decode(d, version)?),
            ApiKey::DescribeQuorum => Self::DescribeQuorum(Message::decode(d, version)?),
            ApiKey::AlterPartition => Self::AlterPartition(Message::decode(d, version)?),
            ApiKey::UpdateFeatures => Self::UpdateFeatures(Message::decode(d, version)?),
            ApiKey::Envelope => Self::Envelope(Message::decode(d, version)?),
            ApiKey::FetchSnapshot => Self::FetchSnapshot(Message::decode(d, version)?),
            ApiKey::DescribeCluster => Self::DescribeCluster(Message::decode(d, version)?),
            ApiKey::DescribeProducers => Self::DescribeProducers(Message::decode(d, version)?),
            ApiKey::BrokerRegistration => Self::BrokerRegistration(Message::decode(d, version)?),
            ApiKey::BrokerHeartbeat => Self::BrokerHeartbeat(Message::decode(d, version)?),
            ApiKey::UnregisterBroker => Self::UnregisterBroker(Message::decode(d, version)?),
            ApiKey::DescribeTransactions => Self::DescribeTransactions(Message::decode(d, version)?),
            ApiKey::ListTransactions => Self::ListTransactions(Message::decode(d, version)?),
            ApiKey::AllocateProducerIds => Self::AllocateProducerIds(Message::decode(d, version)?),
            ApiKey::ConsumerGroupHeartbeat => Self::ConsumerGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::ConsumerGroupDescribe => Self::ConsumerGroupDescribe(Message::decode(d, version)?),
            ApiKey::ControllerRegistration => Self::ControllerRegistration(Message::decode(d, version)?),
            ApiKey::GetTelemetrySubscriptions => {
                Self::GetTelemetrySubscriptions(Message::decode(d, version)?)
            }
            ApiKey::PushTelemetry => Self::PushTelemetry(Message::decode(d, version)?),
            ApiKey::AssignReplicasToDirs => Self::AssignReplicasToDirs(Message::decode(d, version)?),
            ApiKey::ListConfigResources => Self::ListConfigResources(Message::decode(d, version)?),
            ApiKey::DescribeTopicPartitions => Self::DescribeTopicPartitions(Message::decode(d, version)?),
            ApiKey::ShareGroupHeartbeat => Self::ShareGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::ShareGroupDescribe => Self::ShareGroupDescribe(Message::decode(d, version)?),
            ApiKey::ShareFetch => Self::ShareFetch(Message::decode(d, version)?),
            ApiKey::ShareAcknowledge => Self::ShareAcknowledge(Message::decode(d, version)?),
            ApiKey::AddRaftVoter => Self::AddRaftVoter(Message::decode(d, version)?),
            ApiKey::RemoveRaftVoter => Self::RemoveRaftVoter(Message::decode(d, version)?),
            ApiKey::UpdateRaftVoter => Self::UpdateRaftVoter(Message::decode(d, version)?),
            ApiKey::InitializeShareGroupState => {
                Self::InitializeShareGroupState(Message::decode(d, version)?)
            }
            ApiKey::ReadShareGroupState => Self::ReadShareGroupState(Message::decode(d, version)?),
            ApiKey::WriteShareGroupState => Self::WriteShareGroupState(Message::decode(d, version)?),
            ApiKey::DeleteShareGroupState => Self::DeleteShareGroupState(Message::decode(d, version)?),
            ApiKey::ReadShareGroupStateSummary => {
                Self::ReadShareGroupStateSummary(Message::decode(d, version)?)
            }
            ApiKey::StreamsGroupHeartbeat => Self::StreamsGroupHeartbeat(Message::decode(d, version)?),
            ApiKey::StreamsGroupDescribe => Self::StreamsGroupDescribe(Message::decode(d, version)?),
            ApiKey::DescribeShareGroupOffsets => {
                Self::DescribeShareGroupOffsets(Message::decode(d, version)?)
            }
            ApiKey::AlterShareGroupOffsets => Self::AlterShareGroupOffsets(Message::decode(d, version)?),
            ApiKey::DeleteShareGroupOffsets => Self::DeleteShareGroupOffsets(Message::decode(d, version)?),
            ApiKey::StreamsGroupTopologyDescriptionUpdate => {
                Self::StreamsGroupTopologyDescriptionUpdate(Message::decode(d, version)?)
            }
            ApiKey::UnregisterController => Self::UnregisterController(Message::decode(d, version)?),
        })
    }

    /// Writes the body in `version`.
    pub fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::Produce(body) => body.encode(e, version),
            Self::Fetch(body) => body.encode(e, version),
            Self::ListOffsets(body) => body.encode(e, version),
            Self::Metadata(body) => body.encode(e, version),
            Self::OffsetCommit(body) => body.encode(e, version),
            Self::OffsetFetch(body) => body.encode(e, version),
            Self::FindCoordinator(body) => body.encode(e, version),
            Self::JoinGroup(body) => body.encode(e, version),
            Self::Heartbeat(body) => body.encode(e, version),
            Self::LeaveGroup(body) => body.encode(e, version),
            Self::SyncGroup(body) => body.encode(e, version),
            Self::DescribeGroups(body) => body.encode(e, version),
            Self::ListGroups(body) => body.encode(e, version),
            Self::SaslHandshake(body) => body.encode(e, version),
            Self::ApiVersions(body) => body.encode(e, version),
            Self::CreateTopics(body) => body.encode(e, version),
            Self::DeleteTopics(body) => body.encode(e, version),
            Self::DeleteRecords(body) => body.encode(e, version),
            Self::InitProducerId(body) => body.encode(e, version),
            Self::OffsetForLeaderEpoch(body) => body.encode(e, version),
            Self::AddPartitionsToTxn(body) => body.encode(e, version),
            Self::AddOffsetsToTxn(body) => body.encode(e, version),
            Self::EndTxn(body) => body.encode(e, version),
            Self::WriteTxnMarkers(body) => body.encode(e, version),
            Self::TxnOffsetCommit(body) => body.encode(e, version),
            Self::DescribeAcls(body) => body.encode(e, version),
            Self::CreateAcls(body) => body.encode(e, version),
            Self::DeleteAcls(body) => body.encode(e, version),
            Self::DescribeConfigs(body) => body.encode(e, version),
            Self::AlterConfigs(body) => body.encode(e, version),
            Self::AlterReplicaLogDirs(body) => body.encode(e, version),
            Self::DescribeLogDirs(body) => body.encode(e, version),
            Self::SaslAuthenticate(body) => body.encode(e, version),
            Self::CreatePartitions(body) => body.encode(e, version),
            Self::CreateDelegationToken(body) => body.encode(e, version),
            Self::RenewDelegationToken(body) => body.encode(e, version),
            Self::ExpireDelegationToken(body) => body.encode(e, version),
            Self::DescribeDelegationToken(body) => body.encode(e, version),
            Self::DeleteGroups(body) => body.encode(e, version),
            Self::ElectLeaders(body) => body.encode(e, version),
            Self::IncrementalAlterConfigs(body) => body.encode(e, version),
            Self::AlterPartitionReassignments(body) => body.encode(e, version),
            Self::ListPartitionReassignments(body) => body.encode(e, version),
            Self::OffsetDelete(body) => body.encode(e, version),
            Self::DescribeClientQuotas(body) => body.encode(e, version),
            Self::AlterClientQuotas(body) => body.encode(e, version),
            Self::DescribeUserScramCredentials(body) => body.encode(e, version),
            Self::AlterUserScramCredentials(body) => body.encode(e, version),
            Self::Vote(body) => body.encode(e, version),
            Self::BeginQuorumEpoch(body) => body.encode(e, version),
            Self::EndQuorumEpoch(body) => body.encode(e, version),
            Self::DescribeQuorum(body) => body.encode(e, version),
            Self::AlterPartition(body) => body.encode(e, version),
            Self::UpdateFeatures(body) => body.encode(e, version),
            Self::Envelope(body) => body.encode(e, version),
            Self::FetchSnapshot(body) => body.encode(e, version),
            Self::DescribeCluster(body) => body.encode(e, version),
            Self::DescribeProducers(body) => body.encode(e, version),
            Self::BrokerRegistration(body) => body.encode(e, version),
            Self::BrokerHeartbeat(body) => body.encode(e, version),
            Self::UnregisterBroker(body) => body.encode(e, version),
            Self::DescribeTransactions(body) => body.encode(e, version),
            Self::ListTransactions(body) => body.encode(e, version),
            Self::AllocateProducerIds(body) => body.encode(e, version),
            Self::ConsumerGroupHeartbeat(body) => body.encode(e, version),
            Self::ConsumerGroupDescribe(body) => body.encode(e, version),
            Self::ControllerRegistration(body) => body.encode(e, version),
            Self::GetTelemetrySubscriptions(body) => body.encode(e, version),
            Self::PushTelemetry(body) => body.encode(e, version),
            Self::AssignReplicasToDirs(body) => body.encode(e, version),
            Self::ListConfigResources(body) => body.encode(e, version),
            Self::DescribeTopicPartitions(body) => body.encode(e, version),
            Self::ShareGroupHeartbeat(body) => body.encode(e, version),
            Self::ShareGroupDescribe(body) => body.encode(e, version),
            Self::ShareFetch(body) => body.encode(e, version),
            Self::ShareAcknowledge(body) => body.encode(e, version),
            Self::AddRaftVoter(body) => body.encode(e, version),
            Self::RemoveRaftVoter(body) => body.encode(e, version),
            Self::UpdateRaftVoter(body) => body.encode(e, version),
            Self::InitializeShareGroupState(body) => body.encode(e, version),
            Self::ReadShareGroupState(body) => body.encode(e, version),
            Self::WriteShareGroupState(body) => body.encode(e, version),
            Self::DeleteShareGroupState(body) => body.encode(e, version),
            Self::ReadShareGroupStateSummary(body) => body.encode(e, version),
            Self::StreamsGroupHeartbeat(body) => body.encode(e, version),
            Self::StreamsGroupDescribe(body) => body.encode(e, version),
            Self::DescribeShareGroupOffsets(body) => body.encode(e, version),
            Self::AlterShareGroupOffsets(body) => body.encode(e, version),
            Self::DeleteShareGroupOffsets(body) => body.encode(e, version),
            Self::StreamsGroupTopologyDescriptionUpdate(body) => body.encode(e, version),
            Self::UnregisterController(body) => body.encode(e, version),
        }
    }

    /// The API key it belongs to.
    pub const fn api_key(&self) -> ApiKey {
        match self {
            Self::Produce(_) => ApiKey::Produce,
            Self::Fetch(_) => ApiKey::Fetch,
            Self::ListOffsets(_) => ApiKey::ListOffsets,
            Self::Metadata(_) => ApiKey::Metadata,
            Self::OffsetCommit(_) => ApiKey::OffsetCommit,
            Self::OffsetFetch(_) => ApiKey::OffsetFetch,
            Self::FindCoordinator(_) => ApiKey::FindCoordinator,
            Self::JoinGroup(_) => ApiKey::JoinGroup,
            Self::Heartbeat(_) => ApiKey::Heartbeat,
            Self::LeaveGroup(_) => ApiKey::LeaveGroup,
            Self::SyncGroup(_) => ApiKey::SyncGroup,
            Self::DescribeGroups(_) => ApiKey::DescribeGroups,
            Self::ListGroups(_) => ApiKey::ListGroups,
            Self::SaslHandshake(_) => ApiKey::SaslHandshake,
            Self::ApiVersions(_) => ApiKey::ApiVersions,
            Self::CreateTopics(_) => ApiKey::CreateTopics,
            Self::DeleteTopics(_) => ApiKey::DeleteTopics,
            Self::DeleteRecords(_) => ApiKey::DeleteRecords,
            Self::InitProducerId(_) => ApiKey::InitProducerId,
            Self::OffsetForLeaderEpoch(_) => ApiKey::OffsetForLeaderEpoch,
            Self::AddPartitionsToTxn(_) => ApiKey::AddPartitionsToTxn,
            Self::AddOffsetsToTxn(_) => ApiKey::AddOffsetsToTxn,
            Self::EndTxn(_) => ApiKey::EndTxn,
            Self::WriteTxnMarkers(_) => ApiKey::WriteTxnMarkers,
            Self::TxnOffsetCommit(_) => ApiKey::TxnOffsetCommit,
            Self::DescribeAcls(_) => ApiKey::DescribeAcls,
            Self::CreateAcls(_) => ApiKey::CreateAcls,
            Self::DeleteAcls(_) => ApiKey::DeleteAcls,
            Self::DescribeConfigs(_) => ApiKey::DescribeConfigs,
            Self::AlterConfigs(_) => ApiKey::AlterConfigs,
            Self::AlterReplicaLogDirs(_) => ApiKey::AlterReplicaLogDirs,
            Self::DescribeLogDirs(_) => ApiKey::DescribeLogDirs,
            Self::SaslAuthenticate(_) => ApiKey::SaslAuthenticate,
            Self::CreatePartitions(_) => ApiKey::CreatePartitions,
            Self::CreateDelegationToken(_) => ApiKey::CreateDelegationToken,
            Self::RenewDelegationToken(_) => ApiKey::RenewDelegationToken,
            Self::ExpireDelegationToken(_) => ApiKey::ExpireDelegationToken,
            Self::DescribeDelegationToken(_) => ApiKey::DescribeDelegationToken,
            Self::DeleteGroups(_) => ApiKey::DeleteGroups,
            Self::ElectLeaders(_) => ApiKey::ElectLeaders,
            Self::IncrementalAlterConfigs(_) => ApiKey::IncrementalAlterConfigs,
            Self::AlterPartitionReassignments(_) => ApiKey::AlterPartitionReassignments,
            Self::ListPartitionReassignments(_) => ApiKey::ListPartitionReassignments,
            Self::OffsetDelete(_) => ApiKey::OffsetDelete,
            Self::DescribeClientQuotas(_) => ApiKey::DescribeClientQuotas,
            Self::AlterClientQuotas(_) => ApiKey::AlterClientQuotas,
            Self::DescribeUserScramCredentials(_) => ApiKey::DescribeUserScramCredentials,
            Self::AlterUserScramCredentials(_) => ApiKey::AlterUserScramCredentials,
            Self::Vote(_) => ApiKey::Vote,
            Self::BeginQuorumEpoch(_) => ApiKey::BeginQuorumEpoch,
            Self::EndQuorumEpoch(_) => ApiKey::EndQuorumEpoch,
            Self::DescribeQuorum(_) => ApiKey::DescribeQuorum,
            Self::AlterPartition(_) => ApiKey::AlterPartition,
            Self::UpdateFeatures(_) => ApiKey::UpdateFeatures,
            Self::Envelope(_) => ApiKey::Envelope,
            Self::FetchSnapshot(_) => ApiKey::FetchSnapshot,
            Self::DescribeCluster(_) => ApiKey::DescribeCluster,
            Self::DescribeProducers(_) => ApiKey::DescribeProducers,
            Self::BrokerRegistration(_) => ApiKey::BrokerRegistration,
            Self::BrokerHeartbeat(_) => ApiKey::BrokerHeartbeat,
            Self::UnregisterBroker(_) => ApiKey::UnregisterBroker,
            Self::DescribeTransactions(_) => ApiKey::DescribeTransactions,
            Self::ListTransactions(_) => ApiKey::ListTransactions,
            Self::AllocateProducerIds(_) => ApiKey::AllocateProducerIds,
            Self::ConsumerGroupHeartbeat(_) => ApiKey::ConsumerGroupHeartbeat,
            Self::ConsumerGroupDescribe(_) => ApiKey::ConsumerGroupDescribe,
            Self::ControllerRegistration(_) => ApiKey::ControllerRegistration,
            Self::GetTelemetrySubscriptions(_) => ApiKey::GetTelemetrySubscriptions,
            Self::PushTelemetry(_) => ApiKey::PushTelemetry,
            Self::AssignReplicasToDirs(_) => ApiKey::AssignReplicasToDirs,
            Self::ListConfigResources(_) => ApiKey::ListConfigResources,
            Self::DescribeTopicPartitions(_) => ApiKey::DescribeTopicPartitions,
            Self::ShareGroupHeartbeat(_) => ApiKey::ShareGroupHeartbeat,
            Self::ShareGroupDescribe(_) => ApiKey::ShareGroupDescribe,
            Self::ShareFetch(_) => ApiKey::ShareFetch,
            Self::ShareAcknowledge(_) => ApiKey::ShareAcknowledge,
            Self::AddRaftVoter(_) => ApiKey::AddRaftVoter,
            Self::RemoveRaftVoter(_) => ApiKey::RemoveRaftVoter,
            Self::UpdateRaftVoter(_) => ApiKey::UpdateRaftVoter,
            Self::InitializeShareGroupState(_) => ApiKey::InitializeShareGroupState,
            Self::ReadShareGroupState(_) => ApiKey::ReadShareGroupState,
            Self::WriteShareGroupState(_) => ApiKey::WriteShareGroupState,
            Self::DeleteShareGroupState(_) => ApiKey::DeleteShareGroupState,
            Self::ReadShareGroupStateSummary(_) => ApiKey::ReadShareGroupStateSummary,
            Self::StreamsGroupHeartbeat(_) => ApiKey::StreamsGroupHeartbeat,
            Self::StreamsGroupDescribe(_) => ApiKey::StreamsGroupDescribe,
            Self::DescribeShareGroupOffsets(_) => ApiKey::DescribeShareGroupOffsets,
            Self::AlterShareGroupOffsets(_) => ApiKey::AlterShareGroupOffsets,
            Self::DeleteShareGroupOffsets(_) => ApiKey::DeleteShareGroupOffsets,
            Self::StreamsGroupTopologyDescriptionUpdate(_) => ApiKey::StreamsGroupTopologyDescriptionUpdate,
            Self::UnregisterController(_) => ApiKey::UnregisterController,
        }
    }
}
