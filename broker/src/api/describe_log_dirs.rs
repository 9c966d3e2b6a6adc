//! DescribeLogDirs (key 35), versions 1 to 5.
//!
//! Every log directory with its partitions and their sizes; a directory that is offline has
//! KAFKA_STORAGE_ERROR. Version 4 has the size of the disk (KIP-827), 5 whether the directory is
//! cordoned (KIP-1066), which none is. `topics` null means all; partitions that are not here are
//! left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use aqueduct_log::LogDirInfo;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use aqueduct_protocol::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeLogDirsHandler;

/// The partitions asked for; `None` for all.
type Wanted = Option<HashMap<ByteString, HashSet<i32>>>;

impl Handler for DescribeLogDirsHandler {
    type Request = DescribeLogDirsRequest;

    fn handle(context: &RequestContext, request: DescribeLogDirsRequest) -> Answer<DescribeLogDirsResponse> {
        let broker = context.broker.clone();
        let wanted: Wanted = request.topics.map(|topics| {
            let mut wanted: HashMap<ByteString, HashSet<i32>> = HashMap::new();
            for topic in topics {
                wanted.entry(topic.topic).or_default().extend(topic.partitions);
            }
            wanted
        });
        Answer::later(async move {
            // Asks the file system about every disk.
            let described = tokio::task::spawn_blocking(move || broker.replicas.logs().dirs()).await;
            let results = match described {
                Ok(dirs) => dirs.into_iter().map(|dir| describe(dir, &wanted)).collect(),
                Err(error) => {
                    tracing::error!(%error, "describing log directories failed");
                    return DescribeLogDirsResponse {
                        error_code: ErrorCode::UnknownServerError.code(),
                        ..DescribeLogDirsResponse::default()
                    };
                }
            };
            DescribeLogDirsResponse { results, ..DescribeLogDirsResponse::default() }
        })
    }
}

fn describe(dir: LogDirInfo, wanted: &Wanted) -> DescribeLogDirsResult {
    let mut topics: BTreeMap<ByteString, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    for (partition, size) in dir.partitions {
        let asked = wanted.as_ref().is_none_or(|wanted| {
            wanted.get(&partition.topic).is_some_and(|indexes| indexes.contains(&partition.partition))
        });
        if asked {
            topics.entry(partition.topic).or_default().push(DescribeLogDirsPartition {
                partition_index: partition.partition,
                partition_size: signed(size),
                ..DescribeLogDirsPartition::default()
            });
        }
    }
    let topics = topics.into_iter().map(|(name, partitions)| DescribeLogDirsTopic {
        name,
        partitions,
        ..DescribeLogDirsTopic::default()
    });
    DescribeLogDirsResult {
        error_code: dir.offline.map_or(0, |_| ErrorCode::KafkaStorageError.code()),
        log_dir: dir.path.to_string_lossy().into_owned().into(),
        topics: topics.collect(),
        total_bytes: signed(dir.total_bytes),
        usable_bytes: signed(dir.usable_bytes),
        ..DescribeLogDirsResult::default()
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
