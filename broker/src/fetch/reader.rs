//! Finds what a fetch asks for: where the bytes are, and whether they are enough.

use aqueduct_log::{AbortedTxn, FetchSlice, PartitionLog, ReadError, ReadLimit};
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::messages::fetch_response::{
    AbortedTransaction, EpochEndOffset, LeaderIdAndEpoch, PartitionData,
};

use super::fetch_state::{FetchItem, FetchState, Told};
use super::response::{PartitionAnswer, TopicAnswer};
use crate::replica::partition::{IsolationLevel, Partition};

/// Bounds of a fetch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FetchLimits {
    pub(crate) max_bytes: u32,
    pub(crate) min_bytes: u64,
    pub(crate) isolation: IsolationLevel,
    /// Whether only partitions with news are answered.
    pub(crate) incremental: bool,
    /// Id of this broker, for hints who leads.
    pub(crate) node_id: i32,
}

/// What was found for one partition.
struct Found {
    place: usize,
    data: PartitionData,
    slice: Option<FetchSlice>,
}

/// What was found for a fetch, before the bytes are read.
pub(crate) struct Findings {
    found: Vec<Found>,
    bytes: u64,
    /// Something has to be told at once, whatever the bytes.
    urgent: bool,
}

impl Findings {
    /// Whether the fetch can be answered without waiting.
    pub(crate) fn suffice(&self, limits: &FetchLimits) -> bool {
        self.urgent || self.bytes >= limits.min_bytes
    }
}

/// Finds what there is. Reads index and batch headers, no records.
pub(crate) fn find(state: &FetchState, limits: &FetchLimits) -> Findings {
    let mut findings = Findings { found: Vec::new(), bytes: 0, urgent: state.is_empty() };
    let mut left = limits.max_bytes;
    for (place, item) in state.in_turn() {
        let (data, slice) = find_partition(item, limits, left, findings.bytes == 0);
        let length = slice.as_ref().map_or(0, FetchSlice::len);
        left = left.saturating_sub(u32::try_from(length).unwrap_or(u32::MAX));
        findings.bytes += length as u64;
        findings.urgent |= data.error_code != 0 || data.diverging_epoch.epoch >= 0;
        let told = Told { high_watermark: data.high_watermark, log_start_offset: data.log_start_offset };
        let news = length > 0 || data.error_code != 0 || item.told != Some(told);
        if news || !limits.incremental || data.diverging_epoch.epoch >= 0 {
            findings.found.push(Found { place, data, slice });
        }
    }
    findings
}

fn find_partition(
    item: &FetchItem,
    limits: &FetchLimits,
    left: u32,
    nothing_yet: bool,
) -> (PartitionData, Option<FetchSlice>) {
    let (topic, partition) = match &item.target {
        Ok(target) => target,
        Err(code) => return (failed(item.index, *code), None),
    };
    if let Err(code) = check_epoch(item.current_leader_epoch, partition) {
        topic.metrics.failed_fetch_requests.add(1);
        return (refused_epoch(item.index, code, partition, limits), None);
    }
    let log = partition.log();
    let mut data = PartitionData {
        partition_index: item.index,
        high_watermark: log.high_watermark().0,
        last_stable_offset: log.last_stable_offset().0,
        log_start_offset: log.log_start_offset().0,
        aborted_transactions: match limits.isolation {
            IsolationLevel::ReadCommitted => Some(Vec::new()),
            IsolationLevel::ReadUncommitted => None,
        },
        ..PartitionData::default()
    };
    if let Some(diverging) = diverging(item, partition) {
        data.diverging_epoch = diverging;
        return (data, None);
    }
    let below = partition.read_limit(limits.isolation);
    let limit = ReadLimit { max_bytes: item.max_bytes.min(left), below, at_least_one: nothing_yet };
    match read(log, Offset(item.offset), limit, limits.isolation) {
        Ok((slice, aborted)) => {
            data.aborted_transactions = aborted;
            (data, Some(slice).filter(|slice| !slice.is_empty()))
        }
        Err(error) => {
            topic.metrics.failed_fetch_requests.add(1);
            if let ReadError::Io { .. } = error {
                tracing::error!(%error, "fetch failed");
            }
            (without_transactions(failed(item.index, error.code())), None)
        }
    }
}

/// Reads, and looks up the aborted transactions for whoever must leave their records out; `None` for others.
fn read(
    log: &PartitionLog,
    from: Offset,
    limit: ReadLimit,
    isolation: IsolationLevel,
) -> Result<(FetchSlice, Option<Vec<AbortedTransaction>>), ReadError> {
    match isolation {
        IsolationLevel::ReadUncommitted => log.read(from, limit).map(|slice| (slice, None)),
        IsolationLevel::ReadCommitted => {
            let (slice, aborted) = log.read_committed(from, limit)?;
            Ok((slice, Some(aborted.iter().map(told_of).collect())))
        }
    }
}

fn told_of(aborted: &AbortedTxn) -> AbortedTransaction {
    AbortedTransaction {
        producer_id: aborted.producer_id.0,
        first_offset: aborted.first_offset.0,
        ..AbortedTransaction::default()
    }
}

/// Compares the epoch that a client believes in with the leader's (KIP-320).
pub(crate) fn check_epoch(given: i32, partition: &Partition) -> Result<(), ErrorCode> {
    let current = partition.leader_epoch().0;
    match given {
        ..0 => Ok(()),
        _ if given < current => Err(ErrorCode::FencedLeaderEpoch),
        _ if given > current => Err(ErrorCode::UnknownLeaderEpoch),
        _ => Ok(()),
    }
}

/// Where the log of a client that read in `last_fetched_epoch` parts from this one (KIP-595).
fn diverging(item: &FetchItem, partition: &Partition) -> Option<EpochEndOffset> {
    if item.last_fetched_epoch < 0 {
        return None;
    }
    let end = partition.log().end_offset_for_epoch(LeaderEpoch(item.last_fetched_epoch))?;
    let parts = end.epoch.0 < item.last_fetched_epoch || end.end_offset.0 < item.offset;
    parts.then(|| EpochEndOffset {
        epoch: end.epoch.0,
        end_offset: end.end_offset.0,
        ..EpochEndOffset::default()
    })
}

fn failed(index: i32, code: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: code.code(),
        high_watermark: -1,
        ..PartitionData::default()
    }
}

fn refused_epoch(index: i32, code: ErrorCode, partition: &Partition, limits: &FetchLimits) -> PartitionData {
    let current_leader = LeaderIdAndEpoch {
        leader_id: limits.node_id,
        leader_epoch: partition.leader_epoch().0,
        ..LeaderIdAndEpoch::default()
    };
    let refused = without_transactions(failed(index, code));
    // A client that knows a later epoch than the leader learns nothing from it.
    if code == ErrorCode::UnknownLeaderEpoch {
        return refused;
    }
    PartitionData { current_leader, ..refused }
}

/// Kafka lists no aborted transactions where it could not read, and an empty list where there is nothing to read.
fn without_transactions(data: PartitionData) -> PartitionData {
    PartitionData { aborted_transactions: None, ..data }
}

/// Makes the topics of the answer. What a session's client is told is noted in `state`.
pub(crate) fn answer(findings: Findings, state: &mut FetchState) -> Vec<TopicAnswer> {
    let mut topics: Vec<TopicAnswer> = Vec::new();
    let mut last_with_data = None;
    for Found { place, data, slice } in findings.found {
        let item = state.item_mut(place);
        item.told = (data.error_code == 0)
            .then_some(Told { high_watermark: data.high_watermark, log_start_offset: data.log_start_offset });
        if let Ok((topic, _)) = &item.target {
            topic.metrics.fetch_requests.add(1);
            topic.metrics.bytes_out.add(slice.as_ref().map_or(0, FetchSlice::len) as u64);
        }
        if slice.is_some() {
            last_with_data = Some(place);
        }
        let partition = PartitionAnswer { data, records: slice };
        match topics.last_mut() {
            Some(last) if last.key == item.topic => last.partitions.push(partition),
            _ => topics.push(TopicAnswer { key: item.topic.clone(), partitions: vec![partition] }),
        }
    }
    if let Some(place) = last_with_data {
        state.turn_after(place);
    }
    topics
}
