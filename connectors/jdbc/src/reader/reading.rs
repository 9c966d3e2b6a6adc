//! The rows of one statement on their way to the queue, and waiting for a server.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::SourceRecord;
use tokio::sync::mpsc;

use super::scan::Delivery;
use super::source::Source;
use crate::database::{Connection, Cursor, DriverError};
use crate::schema::{Misfit, RowPlan};
use crate::settings::SourceSettings;

/// How long a server may be silent before somebody looks whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);

/// Waits for an answer. If none comes for a while, a second connection shows whether the server is still there: a
/// server that vanished without a word would otherwise be waited for, for ever, while a slow statement may take its
/// time.
pub(super) async fn watched<T>(
    settings: &SourceSettings,
    answer: impl Future<Output = Result<T, DriverError>>,
) -> Result<T, DriverError> {
    let mut answer = std::pin::pin!(answer);
    loop {
        if let Ok(answered) = tokio::time::timeout(SILENCE, answer.as_mut()).await {
            return answered;
        }
        if Connection::open(settings).await.is_err() {
            return Err(DriverError::TimedOut(SILENCE));
        }
    }
}

/// Hands records over in batches. The error is that nobody listens.
pub(super) async fn deliver(
    queue: &mpsc::Sender<Delivery>,
    mut records: Vec<SourceRecord>,
    batch: usize,
) -> Result<(), ()> {
    while !records.is_empty() {
        let rest = records.split_off(batch.min(records.len()));
        queue.send(Ok(std::mem::replace(&mut records, rest))).await.map_err(|_| ())?;
    }
    Ok(())
}

/// The rows of one statement on their way to the queue.
pub(super) struct Reading<'a> {
    pub(super) source: &'a mut Source,
    pub(super) settings: &'a SourceSettings,
    pub(super) queue: &'a mpsc::Sender<Delivery>,
    pub(super) limit: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct ReadingEnd {
    pub(super) rows: usize,
    pub(super) bytes: usize,
    pub(super) nulled: u64,
    pub(super) end: bool,
    pub(super) misfit: Option<(usize, Misfit)>,
}

pub(super) enum ReadingError {
    Driver(DriverError),
    Stopped,
}

impl Reading<'_> {
    /// Reads to the end, or to the limit of memory where the reading can be continued. With a limit rows are delivered
    /// when the statement is over, so that none stays open while the log is slow; without one they are delivered as
    /// they come.
    pub(super) async fn rows(
        mut self,
        cursor: &mut Cursor<'_>,
        plan: &Arc<RowPlan>,
    ) -> Result<ReadingEnd, ReadingError> {
        let mut out = Vec::new();
        let mut done = ReadingEnd::default();
        let failure = loop {
            let rows = self
                .limit
                .map_or(self.settings.batch_max_rows, |limit| limit.saturating_sub(done.rows).max(1));
            let bytes = self.settings.chunk_max_bytes.saturating_sub(if self.limit.is_some() {
                done.bytes
            } else {
                0
            });
            match watched(self.settings, cursor.next_block(plan, rows, bytes.max(1))).await {
                Ok(block) => {
                    done.rows += block.rows.len();
                    done.bytes += block.bytes;
                    done.nulled += block.rows.iter().map(|row| u64::from(row.nulled)).sum::<u64>();
                    done.end = block.end;
                    done.misfit = block.misfit;
                    if !block.rows.is_empty() {
                        self.source.absorb(self.settings.mode, block.rows, plan, &mut out);
                        self.source.position = Some(block.position);
                    }
                }
                Err(error) => break Some(error),
            }
            let cut = self.limit.is_some() && done.bytes >= self.settings.chunk_max_bytes;
            if done.end || done.misfit.is_some() || cut || self.limit.is_some_and(|limit| done.rows >= limit)
            {
                break None;
            }
            if self.limit.is_none() {
                self.deliver(&mut out).await?;
            }
        };
        // Positions have moved past these rows: they are delivered even if the statement failed after them.
        self.source.ready.append(&mut out);
        match failure {
            Some(error) => Err(ReadingError::Driver(error)),
            None => Ok(done),
        }
    }

    async fn deliver(&mut self, out: &mut Vec<SourceRecord>) -> Result<(), ReadingError> {
        let records = std::mem::take(out);
        deliver(self.queue, records, self.settings.batch_max_rows).await.map_err(|()| ReadingError::Stopped)
    }
}
