//! How an error of a record is told: the log line and the headers of the dead letter. Pure.

use aqueduct_client::ConsumerRecord;
use aqueduct_plugin_api::ConnectError;
use bytes::Bytes;
use bytestring::ByteString;

use crate::id::TaskId;

/// Where in a task an error happened, by Apache's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    TaskPut,
    Transformation,
    KeyConverter,
    ValueConverter,
    HeaderConverter,
    KafkaProduce,
}

impl Stage {
    /// Whether somebody else tells of it when the operation is long over: a sink of what it was given, the producer of
    /// what it was to send.
    pub(crate) fn is_told_later(self) -> bool {
        matches!(self, Self::TaskPut | Self::KafkaProduce)
    }

    /// Apache's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TaskPut => "TASK_PUT",
            Self::Transformation => "TRANSFORMATION",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::KafkaProduce => "KAFKA_PRODUCE",
        }
    }
}

/// An error of one record: where it happened and what it was.
#[derive(Debug, Clone)]
pub(crate) struct RecordFault {
    /// Where.
    pub(crate) stage: Stage,
    /// The class that was at work.
    pub(crate) class: String,
    /// What.
    pub(crate) error: Box<ConnectError>,
}

/// The log line. The record is named, never shown.
pub(crate) fn log_line(task: &TaskId, fault: &RecordFault, record: Option<&ConsumerRecord>) -> String {
    let consumed = record.map(|record| {
        format!(
            ", where consumed record is {{topic='{}', partition={}, offset={}, timestamp={}}}",
            record.topic, record.partition, record.offset, record.timestamp
        )
    });
    format!(
        "Error encountered in task {task}. Executing stage '{}' with class '{}'{}.",
        fault.stage.name(),
        fault.class,
        consumed.unwrap_or_default()
    )
}

/// The headers that tell of the error.
pub(crate) fn context_headers(
    task: &TaskId,
    fault: &RecordFault,
    record: &ConsumerRecord,
) -> Vec<(ByteString, Option<Bytes>)> {
    let text = |name: &str, value: String| {
        (ByteString::from(format!("__connect.errors.{name}")), Some(Bytes::from(value)))
    };
    vec![
        text("topic", record.topic.to_string()),
        text("partition", record.partition.to_string()),
        text("offset", record.offset.to_string()),
        text("connector.name", task.connector.to_string()),
        text("task.id", task.task.to_string()),
        text("stage", fault.stage.name().to_owned()),
        text("class.name", fault.class.clone()),
        text("exception.class.name", fault.error.kind.clone()),
        text("exception.message", fault.error.message.clone()),
        text("exception.stacktrace", fault.error.trace()),
    ]
}
