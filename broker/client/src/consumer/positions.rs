//! Looking up where to begin: the group's committed offsets, or the ends of partitions.

use bytestring::ByteString;

use super::partitions::{Start, Ticket};
use super::{ConsumeError, StartAt};
use crate::admin::{OffsetSpec, list_offsets};
use crate::config::{AutoOffsetReset, ConsumerConfig};
use crate::group_offsets::fetch_offsets;
use crate::{Client, TopicPartition};

/// What looking up gave for one partition.
pub(super) type Resolved = (Ticket, Result<i64, ConsumeError>);

/// Looks the positions of these partitions up.
pub(super) async fn resolve(
    client: &Client,
    config: &ConsumerConfig,
    wanted: Vec<(Ticket, Start)>,
) -> Vec<Resolved> {
    let mut results = Vec::new();
    let mut specs = Vec::new();
    let (from_group, others): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(_, start)| *start == Start::Committed);
    let committed = committed_of(client, config, &from_group).await;
    for (ticket, _) in from_group {
        match &committed {
            Err(error) => results.push((ticket, Err(error.clone()))),
            Ok(committed) => match committed.iter().find(|(partition, _)| *partition == ticket.partition) {
                Some((_, offset)) => results.push((ticket, Ok(*offset))),
                None => by_policy(config, ticket, &mut specs, &mut results),
            },
        }
    }
    for (ticket, start) in others {
        match start {
            Start::Committed | Start::Reset => by_policy(config, ticket, &mut specs, &mut results),
            Start::Seek(StartAt::Offset(offset)) => results.push((ticket, Ok(offset))),
            Start::Seek(StartAt::Beginning) => specs.push((ticket, OffsetSpec::Earliest)),
            Start::Seek(StartAt::End) => specs.push((ticket, OffsetSpec::Latest)),
            Start::Seek(StartAt::Timestamp(time)) => specs.push((ticket, OffsetSpec::Timestamp(time))),
        }
    }
    results.extend(look_up(client, config, specs).await);
    results
}

async fn committed_of(
    client: &Client,
    config: &ConsumerConfig,
    wanted: &[(Ticket, Start)],
) -> Result<Vec<(TopicPartition, i64)>, ConsumeError> {
    let Some(group) = config.group_id.as_deref().filter(|_| !wanted.is_empty()) else {
        return Ok(Vec::new());
    };
    let partitions: Vec<TopicPartition> = wanted.iter().map(|(ticket, _)| ticket.partition.clone()).collect();
    let found = fetch_offsets(client, &ByteString::from(group), Some(&partitions)).await?;
    Ok(found.into_iter().map(|(partition, committed)| (partition, committed.offset)).collect())
}

fn by_policy(
    config: &ConsumerConfig,
    ticket: Ticket,
    specs: &mut Vec<(Ticket, OffsetSpec)>,
    results: &mut Vec<Resolved>,
) {
    match config.auto_offset_reset {
        AutoOffsetReset::Earliest => specs.push((ticket, OffsetSpec::Earliest)),
        AutoOffsetReset::Latest => specs.push((ticket, OffsetSpec::Latest)),
        AutoOffsetReset::None => {
            let partition = ticket.partition.clone();
            results.push((ticket, Err(ConsumeError::NoOffset { partition })));
        }
    }
}

async fn look_up(
    client: &Client,
    config: &ConsumerConfig,
    specs: Vec<(Ticket, OffsetSpec)>,
) -> Vec<Resolved> {
    let mut open = specs;
    let mut results = Vec::new();
    // A second round is for times after the last record: there the end is meant.
    for _ in 0..2 {
        if open.is_empty() {
            break;
        }
        let asked: Vec<_> = open.iter().map(|(ticket, spec)| (ticket.partition.clone(), *spec)).collect();
        let listed = list_offsets(&client.admin(), asked, config.isolation_level).await;
        let mut again = Vec::new();
        for (ticket, _) in open {
            let found = match &listed {
                Err(error) => Err(error.clone()),
                Ok(listed) => {
                    listed.iter().find(|(partition, _)| *partition == ticket.partition).map_or_else(
                        || Err(crate::ClientError::UnknownNode { node: -1 }),
                        |(_, result)| result.clone(),
                    )
                }
            };
            match found {
                Ok(found) if found.offset < 0 => again.push((ticket, OffsetSpec::Latest)),
                Ok(found) => results.push((ticket, Ok(found.offset))),
                Err(error) => results.push((ticket, Err(error.into()))),
            }
        }
        open = again;
    }
    results
}
