//! The list of all handlers.

use aqueduct_protocol::ApiKey;

use super::handler::{HandlerEntry, entry};

/// Every API that is served.
#[rustfmt::skip] // one line each
pub static HANDLERS: &[HandlerEntry] = &[
    entry::<super::produce::ProduceHandler>(),
    entry::<super::fetch::FetchHandler>(),
    entry::<super::list_offsets::ListOffsetsHandler>(),
    entry::<super::metadata::MetadataHandler>(),
    entry::<super::api_versions::ApiVersionsHandler>(),
    entry::<super::offset_commit::OffsetCommitHandler>(),
    entry::<super::offset_fetch::OffsetFetchHandler>(),
    entry::<super::find_coordinator::FindCoordinatorHandler>(),
    entry::<super::join_group::JoinGroupHandler>(),
    entry::<super::heartbeat::HeartbeatHandler>(),
    entry::<super::leave_group::LeaveGroupHandler>(),
    entry::<super::sync_group::SyncGroupHandler>(),
    entry::<super::describe_groups::DescribeGroupsHandler>(),
    entry::<super::list_groups::ListGroupsHandler>(),
    entry::<super::delete_groups::DeleteGroupsHandler>(),
    entry::<super::offset_delete::OffsetDeleteHandler>(),
    entry::<super::create_topics::CreateTopicsHandler>(),
    entry::<super::delete_topics::DeleteTopicsHandler>(),
    entry::<super::delete_records::DeleteRecordsHandler>(),
    entry::<super::init_producer_id::InitProducerIdHandler>(),
    entry::<super::offset_for_leader_epoch::OffsetForLeaderEpochHandler>(),
    entry::<super::describe_configs::DescribeConfigsHandler>(),
    entry::<super::alter_configs::AlterConfigsHandler>(),
    entry::<super::describe_log_dirs::DescribeLogDirsHandler>(),
    entry::<super::create_partitions::CreatePartitionsHandler>(),
    entry::<super::elect_leaders::ElectLeadersHandler>(),
    entry::<super::incremental_alter_configs::IncrementalAlterConfigsHandler>(),
    entry::<super::describe_quorum::DescribeQuorumHandler>(),
    entry::<super::describe_cluster::DescribeClusterHandler>(),
    entry::<super::list_config_resources::ListConfigResourcesHandler>(),
    entry::<super::describe_topic_partitions::DescribeTopicPartitionsHandler>(),
];

/// The handler of an API.
#[must_use]
pub fn find(api_key: ApiKey) -> Option<&'static HandlerEntry> {
    let at = BY_KEY.get(usize::try_from(api_key as i16).ok()?)?;
    HANDLERS.get(usize::from(*at))
}

/// Position in [`HANDLERS`] by API key; 255 for none.
static BY_KEY: [u8; 128] = index();

const fn index() -> [u8; 128] {
    let mut by_key = [u8::MAX; 128];
    let mut at = 0;
    while at < HANDLERS.len() {
        by_key[HANDLERS[at].api_key as usize] = at as u8;
        at += 1;
    }
    by_key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_is_listed_once_and_found() {
        for (at, handler) in HANDLERS.iter().enumerate() {
            let found = find(handler.api_key).expect("listed");
            assert!(std::ptr::eq(found, &HANDLERS[at]), "{:?} is listed twice", handler.api_key);
        }
    }
}
