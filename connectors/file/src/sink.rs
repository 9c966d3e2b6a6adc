//! The sinks: records as lines at the end of a file.

use std::path::Path;
use std::sync::Arc;

use aqueduct_plugin_api::{
    ConfigDef, ConfigMap, ConnectError, Connector, ConnectorContext, Importance, KeyDef, KeyReport, KeyType,
    PutCompletion, PutOutcome, SinkRecord, SinkTask, TaskContext,
};
use async_trait::async_trait;
use parking_lot::Mutex;

use crate::appender::{Appender, mend_json_lines};
use crate::source::FILE;
use crate::{java_text, json_text, not_started};

/// How a record becomes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The value as Java prints it.
    Text,
    /// The value as JSON.
    JsonLines,
}

/// The settings of a sink.
pub(crate) fn key_table(format: Format) -> ConfigDef {
    ConfigDef::new([match format {
        Format::Text => KeyDef::optional(
            FILE,
            KeyType::String,
            "Destination filename. If not specified, the standard output will be used",
        )
        .importance(Importance::High),
        Format::JsonLines => KeyDef::required(
            FILE,
            KeyType::String,
            "The file to which one line of JSON is appended for each record. It is made if it is not there.",
        )
        .check(aqueduct_plugin_api::Check::NonEmpty),
    }])
}

/// One file, written by as many tasks as there are: each writes whole lines.
#[derive(Debug)]
pub(crate) struct FileSinkConnector {
    format: Format,
    config: Option<ConfigMap>,
}

impl FileSinkConnector {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, config: None }
    }
}

#[async_trait]
impl Connector for FileSinkConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let Some(file) = config.get(FILE).filter(|file| !file.is_empty()) else { return Ok(Vec::new()) };
        let refuse = |reason: &str| {
            let text = format!("Invalid value {file} for configuration {FILE}: {reason}");
            Ok(vec![KeyReport::error(FILE, Some(file), text)])
        };
        if tokio::fs::metadata(file).await.is_ok_and(|found| found.is_dir()) {
            return refuse("it is a directory, not a file");
        }
        match Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) if tokio::fs::metadata(folder).await.is_err() => refuse("there is no such folder"),
            _ => Ok(Vec::new()),
        }
    }

    async fn start(&mut self, _context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        key_table(self.format)
            .parse_map(config)
            .map_err(|errors| ConnectError::config(errors.to_string()))?;
        self.config = Some(config.clone());
        Ok(())
    }

    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        let config = self.config.clone().ok_or_else(not_started)?;
        Ok(vec![config; max_tasks])
    }

    async fn stop(&mut self) {}
}

/// Writes each batch with one write and one sync.
#[derive(Debug)]
pub(crate) struct FileSinkTask {
    format: Format,
    appender: Option<Arc<Mutex<Appender>>>,
}

impl FileSinkTask {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, appender: None }
    }
}

#[async_trait]
impl SinkTask for FileSinkTask {
    async fn start(&mut self, _context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let parsed = key_table(self.format)
            .parse_map(config)
            .map_err(|errors| ConnectError::config(errors.to_string()))?;
        let file = parsed.opt_str(FILE).filter(|file| !file.is_empty()).map(str::to_owned);
        let format = self.format;
        let appender = off_runtime(move || open(file.as_deref(), format)).await??;
        self.appender = Some(Arc::new(Mutex::new(appender)));
        Ok(())
    }

    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError> {
        let appender = self.appender.clone().ok_or_else(not_started)?;
        let lines = render(&records, self.format);
        // The records may keep a large buffer alive, and are not needed while the disk works.
        drop(records);
        let written = off_runtime(move || appender.lock().append(&lines)).await?;
        completion.complete(match written {
            Ok(()) => PutOutcome::AllDone,
            Err(error) => PutOutcome::AllFailed(
                ConnectError::retriable("the file could not be written").caused_by(&error),
            ),
        });
        Ok(())
    }

    async fn stop(&mut self) {
        self.appender = None;
    }
}

fn open(file: Option<&str>, format: Format) -> Result<Appender, ConnectError> {
    let Some(file) = file else { return Ok(Appender::Stdout) };
    let path = Path::new(file);
    let mended = if format == Format::JsonLines { mend_json_lines(path) } else { Ok(()) };
    mended.and_then(|()| Appender::open(path)).map_err(|error| {
        ConnectError::fatal(format!("Couldn't find or create file '{file}' for FileStreamSinkTask"))
            .caused_by(&error)
    })
}

fn render(records: &[SinkRecord], format: Format) -> Vec<u8> {
    let mut lines = Vec::with_capacity(records.len().saturating_mul(128).min(1 << 20));
    for record in records {
        match format {
            Format::Text => java_text::write(&mut lines, &record.value),
            Format::JsonLines => json_text::write(&mut lines, &record.value),
        }
        lines.push(b'\n');
    }
    lines
}

/// Runs what may wait for a disk on a thread for such things.
async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ConnectError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|gone| ConnectError::fatal("writing the file was given up").caused_by(&gone))
}
