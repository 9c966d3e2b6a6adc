//! Files as source and sink, and the larger of the two templates that `docs/plugins.md` names for plug-in authors.
//!
//! | class | what it does |
//! |---|---|
//! | `FileStreamSourceConnector` | the lines of a file, or of standard input, as records |
//! | `FileStreamSinkConnector` | records as lines of text at the end of a file, or on standard output |
//! | `JsonLinesSinkConnector` | records as lines of JSON at the end of a file |
//!
//! The first two stand in for Apache Kafka's connectors of these names: same settings, same offsets, same texts.
//! Differences: a position is counted in bytes (Apache counts characters, and so goes on at the wrong place after text
//! that is not ASCII); a directory fails with its reason; a sink reports records as written only when they are on
//! disk.

mod appender;
mod input;
mod java_text;
mod json_text;
mod lines;
mod sink;
mod source;
mod source_task;

use aqueduct_plugin_api::{
    ConnectError, Connector, ConnectorClass, ConnectorKind, Manifest, Plugin, SinkTask, SourceTask,
};

use crate::sink::{FileSinkConnector, FileSinkTask, Format};
use crate::source::FileStreamSourceConnector;
use crate::source_task::FileStreamSourceTask;

/// The class of the source.
pub const SOURCE_CLASS: &str = "org.apache.kafka.connect.file.FileStreamSourceConnector";
/// The class of the sink of plain lines.
pub const SINK_CLASS: &str = "org.apache.kafka.connect.file.FileStreamSinkConnector";
/// The class of the sink of JSON lines.
pub const JSON_LINES_CLASS: &str = "io.aqueduct.connect.file.JsonLinesSinkConnector";

/// The plug-in.
#[derive(Debug, Clone, Copy, Default)]
pub struct FilePlugin;

impl Plugin for FilePlugin {
    fn manifest(&self) -> Manifest {
        let class = |class: &str, kind, config| ConnectorClass {
            class: class.to_owned(),
            aliases: Vec::new(),
            kind,
            config,
        };
        Manifest {
            name: "aqueduct-file".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            connectors: vec![
                class(SOURCE_CLASS, ConnectorKind::Source, source::key_table()),
                class(SINK_CLASS, ConnectorKind::Sink, sink::key_table(Format::Text)),
                class(JSON_LINES_CLASS, ConnectorKind::Sink, sink::key_table(Format::JsonLines)),
            ],
        }
    }

    fn connector(&self, class: &str) -> Option<Box<dyn Connector>> {
        match class {
            SOURCE_CLASS => Some(Box::new(FileStreamSourceConnector::default())),
            SINK_CLASS => Some(Box::new(FileSinkConnector::new(Format::Text))),
            JSON_LINES_CLASS => Some(Box::new(FileSinkConnector::new(Format::JsonLines))),
            _ => None,
        }
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        (class == SOURCE_CLASS).then(|| Box::new(FileStreamSourceTask::default()) as Box<dyn SourceTask>)
    }

    fn sink_task(&self, class: &str) -> Option<Box<dyn SinkTask>> {
        match class {
            SINK_CLASS => Some(Box::new(FileSinkTask::new(Format::Text))),
            JSON_LINES_CLASS => Some(Box::new(FileSinkTask::new(Format::JsonLines))),
            _ => None,
        }
    }
}

/// A call before `start`: a mistake of the worker, not of the user.
fn not_started() -> ConnectError {
    ConnectError::fatal("the file connector was used before it was started")
}
