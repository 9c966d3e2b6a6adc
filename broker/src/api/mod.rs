//! One file per Kafka API: which versions it serves, what it does, where it differs.
//!
//! [`handlers::HANDLERS`] lists them. The list gives dispatch and the answer to ApiVersions, so
//! nothing is advertised that is not served. A new API is one file and one line there; what two of
//! them share has a file of its own.

pub mod handler;
pub mod handlers;

mod alter_configs;
mod altered_resources;
pub(crate) mod api_versions;
mod broker_loggers;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_quorum;
mod describe_topic_partitions;
mod elect_leaders;
mod fetch;
mod find_coordinator;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod sync_group;
