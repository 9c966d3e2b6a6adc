//! The live line: how far rows have come.

use aqueduct_client::admin::OffsetSpec;
use aqueduct_client::config::IsolationLevel;
use aqueduct_client::{Client, TopicPartition};
use bytestring::ByteString;

use super::connectors::{Pipeline, SINK, SOURCE};
use super::delivery::Delivery;
use super::shop::Shop;

/// Counter of the records that source tasks have read.
const RECORDS_READ: &str = "kafka_connect_source_task_metrics_source_record_poll_total";

/// Counter of those that are in the topic.
const RECORDS_WRITTEN: &str = "kafka_connect_source_task_metrics_source_record_write_total";

/// Asks the cluster how far the pipeline is.
#[derive(Debug)]
pub(crate) struct Progress {
    client: Client,
    prefix: &'static str,
    last: Option<Counts>,
    /// Rows that earlier starts have read: the process counts its own only.
    read_before: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    in_topic: i64,
    delivered: i64,
}

impl Progress {
    /// Follows a pipeline.
    pub(crate) fn new(client: Client, pipeline: &Pipeline) -> Self {
        Self { client, prefix: pipeline.topic_prefix, last: None, read_before: 0 }
    }

    /// One line for the last second.
    pub(crate) async fn line(
        &mut self,
        delivery: &mut Delivery,
        shop: Option<&mut Shop>,
    ) -> anyhow::Result<String> {
        let changes = match shop {
            Some(shop) => format!("changes {:>7}   ", shop.changes().await?),
            None => String::new(),
        };
        let counts = match self.counts().await {
            Ok(counts) => counts,
            Err(error) => return Ok(format!("{changes}the broker does not answer: {error:#}")),
        };
        let metrics = aqueduct_service::metrics::render();
        if self.last.is_none() {
            self.read_before = (counts.in_topic - of_source(RECORDS_WRITTEN, &metrics)).max(0);
        }
        let read = self.read_before + of_source(RECORDS_READ, &metrics);
        let rate = self.last.replace(counts).map_or(0, |last| counts.delivered - last.delivered);
        let lag = delivery.take_lag().map_or("     -".to_owned(), |lag| format!("{lag:>4} ms"));
        Ok(format!(
            "{changes}read {read:>7}   in topic {:>7}   delivered {:>7} ({rate:>5}/s)   lag {lag}",
            counts.in_topic, counts.delivered
        ))
    }

    async fn counts(&self) -> anyhow::Result<Counts> {
        let admin = self.client.admin();
        let topics = admin.list_topics().await?;
        let partitions: Vec<TopicPartition> = topics
            .iter()
            .filter(|topic| topic.name.starts_with(self.prefix))
            .flat_map(|topic| (0..topic.partitions.len()).map(|index| (topic.name.clone(), index)))
            .map(|(name, index)| TopicPartition::new(name, i32::try_from(index).unwrap_or(i32::MAX)))
            .collect();
        if partitions.is_empty() {
            return Ok(Counts::default());
        }
        let ends = partitions.iter().map(|partition| (partition.clone(), OffsetSpec::Latest)).collect();
        let mut counts = Counts::default();
        for (_, end) in admin.list_offsets(ends, IsolationLevel::ReadUncommitted).await? {
            counts.in_topic += end?.offset;
        }
        let group = ByteString::from(format!("connect-{SINK}"));
        let committed = admin.list_group_offsets(&group, Some(&partitions)).await?;
        counts.delivered = committed.iter().map(|(_, committed)| committed.offset.max(0)).sum();
        Ok(counts)
    }
}

/// A counter of the source among all metrics of the process.
fn of_source(counter: &str, metrics: &str) -> i64 {
    let source = format!("connector=\"{SOURCE}\"");
    let lines = metrics.lines().filter(|line| line.starts_with(counter) && line.contains(&source));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>() as i64
}
