//! The source task: follows a file and gives each line that has ended as a record.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aqueduct_plugin_api::{
    ConfigMap, ConnectError, OffsetMap, OffsetValue, Schema, SchemaRef, SourceBatch, SourceRecord,
    SourceTask, TaskContext, Type, Value,
};
use async_trait::async_trait;
use bytestring::ByteString;

use crate::input::Input;
use crate::lines::{Line, Lines};
use crate::not_started;
use crate::source::{BATCH_SIZE, FILE, FILENAME, POSITION, TOPIC, key_table};

/// How long to wait at the end of a file before looking whether it has grown; longer and longer while it rests.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(100);
const FOLLOW_INTERVAL_MAX: Duration = Duration::from_secs(1);
/// How long to wait for a file that is not there.
const MISSING_INTERVAL: Duration = Duration::from_secs(1);

/// The task. It is `None` until it is started.
#[derive(Debug, Default)]
pub(crate) struct FileStreamSourceTask(Option<Following>);

#[derive(Debug)]
struct Following {
    /// `None` for standard input.
    path: Option<PathBuf>,
    topic: ByteString,
    batch_size: usize,
    partition: Arc<OffsetMap>,
    schema: SchemaRef,
    input: Option<Input>,
    lines: Lines,
    batches: u64,
    /// The next wait at the end of the file.
    follow_interval: Duration,
    /// What has been told in the log once.
    told_missing: bool,
}

#[async_trait]
impl SourceTask for FileStreamSourceTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let parsed =
            key_table().parse_map(config).map_err(|errors| ConnectError::config(errors.to_string()))?;
        let path = parsed.opt_str(FILE).filter(|file| !file.is_empty());
        let mut partition = OffsetMap::new();
        let mut position = 0;
        if let Some(path) = path {
            partition = partition.with(FILENAME, path);
            let committed = context.offsets.offsets(vec![partition.clone()]).await?;
            position = resume_position(committed.into_iter().next().flatten().as_ref())?;
        }
        self.0 = Some(Following {
            path: path.map(PathBuf::from),
            topic: parsed.str(TOPIC).into(),
            batch_size: parsed.int(BATCH_SIZE) as usize,
            partition: Arc::new(partition),
            schema: Arc::new(Schema::of(Type::String)),
            input: None,
            lines: Lines::at(position),
            batches: 0,
            follow_interval: FOLLOW_INTERVAL,
            told_missing: false,
        });
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        let following = self.0.as_mut().ok_or_else(not_started)?;
        loop {
            let records = following.take_lines();
            if !records.is_empty() {
                following.batches += 1;
                return Ok(SourceBatch { id: following.batches, records });
            }
            let wait = following.read_on().await?;
            if let Some(wait) = wait {
                tokio::time::sleep(wait).await;
            }
        }
    }

    async fn stop(&mut self) {
        self.0 = None;
    }
}

/// Where the committed offset says to go on.
fn resume_position(offset: Option<&OffsetMap>) -> Result<u64, ConnectError> {
    match offset.and_then(|offset| offset.get(POSITION)) {
        None | Some(OffsetValue::Null) => Ok(0),
        Some(OffsetValue::Int(position)) if *position >= 0 => Ok(*position as u64),
        Some(_) => Err(ConnectError::fatal("Offset position is the incorrect type")),
    }
}

impl Following {
    /// The lines that have been read, as records. Does not wait, so nothing is lost when a poll is dropped.
    fn take_lines(&mut self) -> Vec<SourceRecord> {
        let Some(first) = self.lines.next() else { return Vec::new() };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let mut records = Vec::with_capacity(self.batch_size.min(2_000));
        records.push(self.record(first, now));
        while records.len() < self.batch_size
            && let Some(line) = self.lines.next()
        {
            records.push(self.record(line, now));
        }
        records
    }

    fn record(&self, line: Line, now: i64) -> SourceRecord {
        let has_positions = self.input.as_ref().is_some_and(Input::has_positions);
        SourceRecord {
            source_partition: self.partition.clone(),
            source_offset: has_positions.then(|| OffsetMap::new().with(POSITION, line.end as i64)),
            topic: self.topic.clone(),
            partition: None,
            key_schema: None,
            key: Value::Null,
            value_schema: Some(self.schema.clone()),
            value: Value::String(line.text),
            timestamp: Some(now),
            headers: Vec::new(),
        }
    }

    /// Reads more, or says how long to wait before there may be more.
    async fn read_on(&mut self) -> Result<Option<Duration>, ConnectError> {
        if self.input.is_none() {
            self.input = self.open()?;
        }
        let Some(input) = &mut self.input else { return Ok(Some(MISSING_INTERVAL)) };
        match input.read(self.lines.unfinished(), self.lines.read_position()).await? {
            Some(buffer) => {
                self.lines.replace(buffer);
                self.follow_interval = FOLLOW_INTERVAL;
                Ok(None)
            }
            None => {
                let wait = self.follow_interval;
                self.follow_interval = wait.mul_f64(1.5).min(FOLLOW_INTERVAL_MAX);
                Ok(Some(wait))
            }
        }
    }

    fn open(&mut self) -> Result<Option<Input>, ConnectError> {
        let Some(path) = &self.path else { return Input::stdin().map(Some) };
        let input = Input::open(path)?;
        match &input {
            None if !self.told_missing => {
                self.told_missing = true;
                tracing::warn!(
                    "Couldn't find file {} for FileStreamSourceTask, sleeping to wait for it to be created",
                    path.display()
                );
            }
            Some(Input::File { file, .. }) => {
                let position = self.lines.read_position();
                if file.metadata().is_ok_and(|found| found.len() < position) {
                    tracing::warn!(
                        file = %path.display(), position,
                        "file is shorter than the committed position; lines are read once it has grown beyond"
                    );
                }
            }
            _ => {}
        }
        Ok(input)
    }
}
