//! The reader's loop: which source is due, connecting, and what follows an error.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{ConnectError, ErrorClass, Metrics};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::read_error::{ReadError, read_error};
use super::scan::{Delivery, Scan, ScanEnd};
use super::source::Source;
use crate::database::Connection;
use crate::settings::SourceSettings;

/// The first pause after a failure; each further one is twice as long, up to `connection.backoff.ms`.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// A file that nobody reads for longer than this is closed until then.
const IDLE: Duration = Duration::from_secs(1);

/// Reads the sources of a task for as long as somebody takes what it reads.
pub(crate) struct Reader {
    settings: Arc<SourceSettings>,
    server: String,
    sources: Vec<Source>,
    connection: Option<Connection>,
    queue: mpsc::Sender<Delivery>,
    metrics: Arc<dyn Metrics>,
    /// Failures to connect, in a row.
    failures: u32,
    /// The task has been told of a failure and not yet that all is well again.
    owes_good_news: bool,
}

/// A running reader. Dropping it ends the reader.
#[derive(Debug)]
pub(crate) struct ReaderHandle {
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
    task: JoinHandle<()>,
}

impl Reader {
    pub(crate) fn spawn(
        settings: Arc<SourceSettings>,
        sources: Vec<Source>,
        metrics: Arc<dyn Metrics>,
    ) -> ReaderHandle {
        let (queue, deliveries) = mpsc::channel(settings.buffered_batches.max(1));
        let server = settings.server();
        let reader = Self {
            settings,
            server,
            sources,
            connection: None,
            queue,
            metrics,
            failures: 0,
            owes_good_news: false,
        };
        ReaderHandle { deliveries, task: tokio::spawn(reader.run()) }
    }

    async fn run(mut self) {
        loop {
            let Some(index) = self.next_due() else { return self.wait_for_tables().await };
            self.close_if_idle(self.sources[index].due);
            tokio::time::sleep_until(self.sources[index].due).await;
            let failure = match self.read(index).await {
                Ok(()) => continue,
                Err(ReadError::Stopped) => return,
                Err(error) => error,
            };
            let error = self.judge(index, failure);
            let ends = matches!(error.class, ErrorClass::Config | ErrorClass::Fatal);
            if self.queue.send(Err(error)).await.is_err() || ends {
                return;
            }
        }
    }

    /// A task without tables has nothing to read until the connector gives it some; but if the reason is that the
    /// database cannot be reached, the task says so.
    async fn wait_for_tables(mut self) {
        loop {
            let pause = match Connection::open(&self.settings).await {
                Ok(_) => {
                    if self.tell_good_news().await.is_err() {
                        return;
                    }
                    self.settings.table_poll_interval
                }
                Err(error) => {
                    let user = self.settings.driver.user.clone().unwrap_or_default();
                    let failure = ReadError::Connect { server: self.server.clone(), user, error };
                    let error = read_error(failure).retry_after(self.settings.connection_backoff);
                    if self.queue.send(Err(error)).await.is_err() {
                        return;
                    }
                    self.owes_good_news = true;
                    self.settings.connection_backoff
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// The source that has waited longest.
    fn next_due(&self) -> Option<usize> {
        (0..self.sources.len()).min_by_key(|index| self.sources[*index].due)
    }

    /// An open file has a thread of sqlx's, and would go on to be read when another has taken its place; a connection
    /// to a server is dear and stays.
    fn close_if_idle(&mut self, next_due: Instant) {
        let is_file = self.connection.as_ref().is_some_and(Connection::is_file);
        if is_file && next_due.saturating_duration_since(Instant::now()) > IDLE {
            self.connection = None;
        }
    }

    async fn read(&mut self, index: usize) -> Result<(), ReadError> {
        if self.connection.is_none() {
            let connection = Connection::open(&self.settings).await.map_err(|error| ReadError::Connect {
                server: self.server.clone(),
                user: self.settings.driver.user.clone().unwrap_or_default(),
                error,
            })?;
            self.connection = Some(connection);
        }
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let source = &mut self.sources[index];
        let mut scan = Scan {
            connection,
            settings: &self.settings,
            queue: &self.queue,
            metrics: self.metrics.as_ref(),
            server: &self.server,
        };
        let end = scan.run(source).await?;
        source.failures = 0;
        self.failures = 0;
        source.due = Instant::now()
            + match end {
                ScanEnd::Complete => self.settings.poll_interval,
                ScanEnd::Wait(pause) => pause,
                ScanEnd::Reconnect => {
                    self.connection = None;
                    Duration::ZERO
                }
            };
        self.tell_good_news().await.map_err(|_| ReadError::Stopped)
    }

    /// The task learns that everything can be read again, even if there is nothing new.
    async fn tell_good_news(&mut self) -> Result<(), mpsc::error::SendError<Delivery>> {
        if !self.owes_good_news || self.sources.iter().any(|source| source.failures > 0) {
            return Ok(());
        }
        self.owes_good_news = false;
        self.queue.send(Ok(Vec::new())).await
    }

    /// What a failure means: the connection is given up, the source rewound and put off.
    fn judge(&mut self, index: usize, failure: ReadError) -> ConnectError {
        self.connection = None;
        self.owes_good_news = true;
        let is_about_source = !matches!(failure, ReadError::Connect { .. });
        let in_a_row = if is_about_source { &mut self.sources[index].failures } else { &mut self.failures };
        *in_a_row = in_a_row.saturating_add(1);
        let pause = FIRST_PAUSE
            .saturating_mul(1 << in_a_row.saturating_sub(1).min(16))
            .min(self.settings.connection_backoff);
        if !is_about_source {
            // No source can be read before the pause is over.
            let resume = Instant::now() + pause;
            self.sources.iter_mut().for_each(|source| source.due = source.due.max(resume));
        }
        let source = &mut self.sources[index];
        source.rewind(&self.settings);
        source.due = Instant::now() + pause;
        let mut error = read_error(failure);
        error.retry_after = Some(pause);
        if is_about_source {
            let given_up = self.settings.query_retries.is_some_and(|retries| source.failures > retries);
            if given_up && error.class == ErrorClass::Retriable {
                error = ConnectError::fatal(format!("{} (query.retry.attempts is used up)", error.message));
            }
        }
        tracing::warn!(server = self.server, pause_ms = pause.as_millis() as u64, "{}", error.message);
        error
    }
}

impl ReaderHandle {
    /// Ends the reader at once.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        let _ = tokio::time::timeout(Duration::from_secs(2), &mut self.task).await;
    }
}

impl Drop for ReaderHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}
