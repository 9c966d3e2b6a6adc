//! The source task: takes batches from its reader.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{ConfigMap, ConnectError, SourceBatch, SourceTask, TaskContext};
use async_trait::async_trait;
use tokio::time::timeout;

use crate::offset::{SourceOffset, legacy_table_partition, query_partition, table_partition};
use crate::reader::{Origin, Reader, ReaderHandle, Source};
use crate::settings::{Mode, SourceSettings, TASK_TABLES};
use crate::table_id::TableId;

/// A poll never returns sooner than this without records.
const SHORTEST_LINGER: Duration = Duration::from_millis(100);

/// A task of the JDBC source.
#[derive(Debug, Default)]
pub(crate) struct JdbcSourceTask {
    reader: Option<ReaderHandle>,
    linger: Duration,
    last_batch: u64,
    /// The reader has reported a failure and not yet that it reads again.
    failing: bool,
}

#[async_trait]
impl SourceTask for JdbcSourceTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let settings = Arc::new(SourceSettings::parse(config)?);
        let origins = origins(&settings, config)?;
        let sources = with_offsets(origins, &settings, &context).await?;
        self.linger = settings.poll_linger.max(SHORTEST_LINGER);
        self.reader = Some(Reader::spawn(settings, sources, context.metrics));
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        let Some(reader) = &mut self.reader else {
            return Err(ConnectError::fatal("the JDBC source task is not started"));
        };
        let delivery = match self.failing {
            // An empty batch would say that all is well.
            true => reader.deliveries.recv().await,
            false => match timeout(self.linger, reader.deliveries.recv()).await {
                Ok(delivery) => delivery,
                Err(_) => return Ok(SourceBatch { id: self.last_batch, records: Vec::new() }),
            },
        };
        self.failing = matches!(delivery, Some(Err(_)));
        match delivery {
            Some(Ok(records)) => {
                self.last_batch += u64::from(!records.is_empty());
                Ok(SourceBatch { id: self.last_batch, records })
            }
            Some(Err(error)) => Err(error),
            None => Err(ConnectError::fatal("the JDBC source's reader has ended")),
        }
    }

    async fn stop(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.stop().await;
        }
    }
}

/// What the task's configuration says it reads.
fn origins(settings: &SourceSettings, config: &ConfigMap) -> Result<Vec<Origin>, ConnectError> {
    if let Some(query) = &settings.query {
        return Ok(vec![Origin::Query(query.clone())]);
    }
    let list = config.get(TASK_TABLES).map_or("", |text| text.as_str());
    let dialect = settings.url.dialect;
    let tables = TableId::parse_list(list, dialect.quote(), dialect.is_mysql())
        .ok_or_else(|| ConnectError::config(format!("{TASK_TABLES} is no list of table names: {list}")))?;
    Ok(tables.into_iter().map(Origin::Table).collect())
}

/// Looks the stored offsets up: under the present partition, else under the one of older versions.
async fn with_offsets(
    origins: Vec<Origin>,
    settings: &SourceSettings,
    context: &TaskContext,
) -> Result<Vec<Source>, ConnectError> {
    let partitions = |origin: &Origin| match origin {
        Origin::Table(id) => vec![(*table_partition(id)).clone(), (*legacy_table_partition(id)).clone()],
        Origin::Query(_) => vec![(*query_partition()).clone()],
    };
    let wanted: Vec<_> = origins.iter().map(partitions).collect();
    let mut found = if settings.mode == Mode::Bulk || origins.is_empty() {
        Vec::new().into_iter()
    } else {
        context.offsets.offsets(wanted.iter().flatten().cloned().collect()).await?.into_iter()
    };
    let mut sources = Vec::with_capacity(origins.len());
    for (origin, asked) in origins.into_iter().zip(&wanted) {
        let answers: Vec<_> = found.by_ref().take(asked.len()).collect();
        let first =
            answers.into_iter().flatten().map(|map| SourceOffset::from_map(&map)).find(|o| !o.is_empty());
        let mut stored = first.unwrap_or_default();
        // Fields of another mode do not count.
        stored.timestamp = stored.timestamp.filter(|_| settings.mode.has_timestamp());
        stored.incrementing = stored.incrementing.filter(|_| settings.mode.has_incrementing());
        sources.push(Source::new(origin, stored, settings));
    }
    Ok(sources)
}
