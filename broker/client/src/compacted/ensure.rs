//! Making sure that a topic exists and is as it must be.

use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;

use super::{CompactedTopicConfig, CompactedTopicError};
use crate::admin::{ConfigResource, NewTopic};
use crate::{Client, ClientError};

const CLEANUP_POLICY: &str = "cleanup.policy";
const COMPACT: &str = "compact";

/// Creates the topic if that is wanted and needed, checks it, and gives its number of partitions.
pub(super) async fn ensure_topic(
    client: &Client,
    config: &CompactedTopicConfig,
) -> Result<i32, CompactedTopicError> {
    if config.create {
        create(client, config).await?;
    }
    let found = match describe(client, &config.topic).await? {
        Some(found) => found,
        None => return Err(CompactedTopicError::Missing { topic: config.topic.clone() }),
    };
    if config.exact_partitions && found != config.partitions {
        let (topic, required) = (config.topic.clone(), config.partitions);
        return Err(CompactedTopicError::WrongPartitions { topic, required, found });
    }
    check_policy(client, config).await?;
    Ok(found)
}

/// Somebody else may create it at the same time: that is as good.
async fn create(client: &Client, config: &CompactedTopicConfig) -> Result<(), CompactedTopicError> {
    let others = config.settings.iter().filter(|(name, _)| *name != CLEANUP_POLICY);
    let mut settings: Vec<(ByteString, ByteString)> =
        others.map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
    settings.push((CLEANUP_POLICY.into(), COMPACT.into()));
    let topic = NewTopic {
        name: config.topic.clone(),
        partitions: config.partitions,
        replication_factor: config.replication_factor,
        settings,
    };
    for (_, result) in client.admin().create_topics(vec![topic], false).await? {
        match result {
            Ok(_) => tracing::info!("created topic {}", config.topic),
            Err(error) if error.code() == Some(ErrorCode::TopicAlreadyExists) => {}
            // Without the right to create it, it may be there all the same.
            Err(error) if is_refusal(&error) => {
                tracing::debug!("topic {} is not created: {error}", config.topic)
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn is_refusal(error: &ClientError) -> bool {
    matches!(
        error.code(),
        Some(
            ErrorCode::TopicAuthorizationFailed
                | ErrorCode::ClusterAuthorizationFailed
                | ErrorCode::UnsupportedVersion
        )
    )
}

/// The number of partitions of a topic that is there. One that was just created may take a moment to show.
async fn describe(client: &Client, topic: &ByteString) -> Result<Option<i32>, CompactedTopicError> {
    let described = client.admin().describe_topics(vec![topic.clone()]).await?;
    match described.into_iter().next() {
        Some((_, Ok(found))) => Ok(Some(found.partitions.len() as i32)),
        Some((_, Err(error))) if error.code() != Some(ErrorCode::UnknownTopicOrPartition) => {
            Err(error.into())
        }
        _ => Ok(None),
    }
}

async fn check_policy(client: &Client, config: &CompactedTopicConfig) -> Result<(), CompactedTopicError> {
    let resource = ConfigResource::Topic(config.topic.clone());
    let described = client.admin().describe_configs(vec![resource]).await?;
    let Some((_, entries)) = described.into_iter().next() else { return Ok(()) };
    let entries = match entries {
        Ok(entries) => entries,
        // Who may not look has to trust.
        Err(error) if is_refusal(&error) => {
            tracing::warn!("the cleanup policy of topic {} cannot be checked: {error}", config.topic);
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let policy = entries.into_iter().find(|entry| entry.name == CLEANUP_POLICY).and_then(|entry| entry.value);
    match policy {
        Some(policy) if policy != COMPACT => {
            Err(CompactedTopicError::WrongPolicy { topic: config.topic.clone(), policy: policy.to_string() })
        }
        _ => Ok(()),
    }
}
