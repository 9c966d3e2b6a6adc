//! The file connectors keep the promises of all connectors, linked and loaded; and what is theirs alone.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_connector_file::{FilePlugin, JSON_LINES_CLASS, SINK_CLASS, SOURCE_CLASS};
use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::{
    ConfigMap, ErrorClass, OffsetMap, Plugin, SinkRecord, SourceRecord, SourceTask, TimestampType, Value,
};
use aqueduct_plugin_testkit::{
    Offsets, SinkFixture, SourceFixture, linked, loaded, sink_conformance, soon, source_conformance,
    task_context,
};
use tempfile::TempDir;

const CRATE: &str = "aqueduct_plugin_file";

source_conformance!(file_source_linked, linked(FilePlugin), FileSource::new());
source_conformance!(file_source_loaded, loaded(CRATE), FileSource::new());
sink_conformance!(file_sink_linked, linked(FilePlugin), FileSink::new(SINK_CLASS));
sink_conformance!(file_sink_loaded, loaded(CRATE), FileSink::new(SINK_CLASS));
sink_conformance!(json_lines_linked, linked(FilePlugin), FileSink::new(JSON_LINES_CLASS));
sink_conformance!(json_lines_loaded, loaded(CRATE), FileSink::new(JSON_LINES_CLASS));

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

struct FileSource {
    folder: TempDir,
    fed: usize,
}

impl FileSource {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), fed: 0 }
    }

    fn file(&self) -> String {
        self.folder.path().join("lines.txt").to_str().unwrap().to_owned()
    }

    fn append(&self, bytes: &[u8]) {
        OpenOptions::new().create(true).append(true).open(self.file()).unwrap().write_all(bytes).unwrap();
    }
}

impl SourceFixture for FileSource {
    fn class(&self) -> &str {
        SOURCE_CLASS
    }

    fn config(&self) -> ConfigMap {
        config(&[("file", &self.file()), ("topic", "lines"), ("batch.size", "7")])
    }

    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)> {
        let folder = self.folder.path().to_str().unwrap();
        vec![
            (
                config(&[("file", "x")]),
                "Missing required configuration \"topic\" which has no default value.",
            ),
            (config(&[("file", "x"), ("topic", "")]), "String must be non-empty"),
            (config(&[("topic", "t"), ("batch.size", "0")]), "Value must be at least 1"),
            (config(&[("topic", "t"), ("batch.size", "many")]), "Not a number of type INT"),
            (config(&[("topic", "t"), ("file", folder)]), "is a directory, not a file"),
        ]
    }

    fn feed(&mut self, records: usize) {
        for _ in 0..records {
            self.append(format!("line {}\n", self.fed).as_bytes());
            self.fed += 1;
        }
    }

    fn number(&self, record: &SourceRecord) -> usize {
        record.value.as_str().unwrap().strip_prefix("line ").unwrap().parse().unwrap()
    }
}

struct FileSink {
    class: &'static str,
    folder: TempDir,
}

impl FileSink {
    fn new(class: &'static str) -> Self {
        Self { class, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> String {
        self.folder.path().join("out").to_str().unwrap().to_owned()
    }
}

impl SinkFixture for FileSink {
    fn class(&self) -> &str {
        self.class
    }

    fn config(&self) -> ConfigMap {
        config(&[("file", &self.file())])
    }

    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)> {
        let folder = self.folder.path().to_str().unwrap();
        let mut wrong = vec![
            (config(&[("file", folder)]), "is a directory, not a file"),
            (config(&[("file", &format!("{folder}/no/such/file"))]), "there is no such folder"),
        ];
        if self.class == JSON_LINES_CLASS {
            wrong.push((config(&[]), "Missing required configuration \"file\""));
        }
        wrong
    }

    fn record(&self, number: usize) -> SinkRecord {
        let value = if self.class == SINK_CLASS {
            Value::string(number.to_string())
        } else {
            Value::Map(vec![(Value::string("n"), Value::Int64(number as i64))])
        };
        sink_record(number, value)
    }

    fn written(&mut self) -> Vec<usize> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        let number = |line: &str| match self.class {
            SINK_CLASS => line.parse().unwrap(),
            _ => serde_json::from_str::<serde_json::Value>(line).unwrap()["n"].as_u64().unwrap() as usize,
        };
        text.lines().map(number).collect()
    }
}

fn sink_record(number: usize, value: Value) -> SinkRecord {
    SinkRecord {
        topic: "conformance".into(),
        partition: 0,
        offset: number as i64,
        timestamp: Some(1_000 + number as i64),
        timestamp_type: TimestampType::CreateTime,
        key_schema: None,
        key: Value::Null,
        value_schema: None,
        value,
        headers: Vec::new(),
        original_topic: "conformance".into(),
    }
}

async fn started(
    library: &Arc<PluginLibrary>,
    config: &ConfigMap,
    offsets: &Arc<Offsets>,
) -> Box<dyn SourceTask> {
    let mut task = library.source_task(SOURCE_CLASS).unwrap();
    soon("start", task.start(task_context(offsets, &Arc::default()), config)).await.unwrap();
    task
}

#[tokio::test]
async fn records_are_those_of_apaches_source() {
    let fixture = FileSource::new();
    fixture.append("grün\r\nrest".as_bytes());
    let mut task = started(&loaded(CRATE), &fixture.config(), &Arc::default()).await;
    let batch = soon("poll", task.poll()).await.unwrap();
    let [record] = &batch.records[..] else { panic!("an unfinished line is held back: {batch:?}") };
    assert_eq!(*record.source_partition, OffsetMap::new().with("filename", fixture.file().as_str()));
    assert_eq!(record.source_offset, Some(OffsetMap::new().with("position", 7)));
    assert_eq!((record.topic.as_ref(), record.value.as_str()), ("lines", Some("grün")));
    assert_eq!((record.partition, &record.key), (None, &Value::Null));
    assert!(record.timestamp.is_some());
    fixture.append(b" of it\n");
    let batch = soon("poll", task.poll()).await.unwrap();
    assert_eq!(batch.records[0].value.as_str(), Some("rest of it"));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_waited_for() {
    let mut fixture = FileSource::new();
    let mut task = started(&loaded(CRATE), &fixture.config(), &Arc::default()).await;
    assert!(tokio::time::timeout(Duration::from_millis(20), task.poll()).await.is_err());
    fixture.feed(1);
    assert_eq!(soon("poll", task.poll()).await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn a_directory_fails_with_its_reason() {
    let fixture = FileSource::new();
    let folder = fixture.folder.path().to_str().unwrap();
    let config = config(&[("file", folder), ("topic", "t")]);
    let mut task = started(&loaded(CRATE), &config, &Arc::default()).await;
    let error = soon("poll", task.poll()).await.unwrap_err();
    assert_eq!(
        (error.class, error.message),
        (ErrorClass::Config, format!("{folder} is a directory, not a file"))
    );
}

#[tokio::test]
async fn a_committed_offset_of_the_wrong_type_fails_as_in_apache() {
    let fixture = FileSource::new();
    let offsets: Arc<Offsets> = Arc::default();
    let partition = OffsetMap::new().with("filename", fixture.file().as_str());
    offsets.commit(partition, OffsetMap::new().with("position", "12"));
    let mut task = loaded(CRATE).source_task(SOURCE_CLASS).unwrap();
    let error = task.start(task_context(&offsets, &Arc::default()), &fixture.config()).await.unwrap_err();
    assert_eq!(error.message, "Offset position is the incorrect type");
}

#[tokio::test]
async fn offsets_that_a_user_sets_are_judged_in_apaches_words() {
    let mut connector = loaded(CRATE).connector(SOURCE_CLASS).unwrap();
    let partition = OffsetMap::new().with("filename", "f");
    let with_file = config(&[("file", "f"), ("topic", "t")]);
    let cases = [
        (
            partition.clone(),
            OffsetMap::new(),
            "Offset objects should either be null or contain the key 'position'",
        ),
        (
            partition.clone(),
            OffsetMap::new().with("position", "1"),
            "The value for the 'position' key in the offset is expected to be a Long value",
        ),
        (
            partition.clone(),
            OffsetMap::new().with("position", -1),
            "The value for the 'position' key in the offset should be a non-negative value",
        ),
        (
            OffsetMap::new(),
            OffsetMap::new().with("position", 1),
            "Partition objects should contain the key 'filename'",
        ),
    ];
    for (partition, offset, text) in cases {
        let error = connector.alter_offsets(&with_file, &[(partition, Some(offset))]).await.unwrap_err();
        assert_eq!(error.message, text);
    }
    let right = [(partition, Some(OffsetMap::new().with("position", 1))), (OffsetMap::new(), None)];
    assert!(connector.alter_offsets(&with_file, &right).await.unwrap());
    let error = connector.alter_offsets(&config(&[("topic", "t")]), &right).await.unwrap_err();
    assert!(
        error.message.starts_with("Offsets cannot be modified if the 'file' configuration is unspecified.")
    );
}

#[tokio::test]
async fn a_sink_that_cannot_open_its_file_says_so_in_apaches_words() {
    let mut task = loaded(CRATE).sink_task(SINK_CLASS).unwrap();
    let context = task_context(&Arc::default(), &Arc::default());
    let error = task.start(context, &config(&[("file", "/no/such/folder/f")])).await.unwrap_err();
    assert_eq!(error.message, "Couldn't find or create file '/no/such/folder/f' for FileStreamSinkTask");
    assert!(!error.causes.is_empty());
}
