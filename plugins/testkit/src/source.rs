//! The promises of a source.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::{ConfigMap, Connector, ConnectorKind, Plugin, SourceBatch, SourceTask};

use crate::fixture::SourceFixture;
use crate::services::{Offsets, Recorder, connector_context, task_context};
use crate::soon;

/// A source under test.
pub struct SourceConformance<F> {
    library: Arc<PluginLibrary>,
    fixture: F,
    offsets: Arc<Offsets>,
    recorder: Arc<Recorder>,
}

impl<F: SourceFixture> SourceConformance<F> {
    /// A source in a library, and the system it reads from.
    pub fn new(library: Arc<PluginLibrary>, fixture: F) -> Self {
        Self { library, fixture, offsets: Arc::default(), recorder: Arc::default() }
    }

    /// The manifest has the class as a source, and the library makes it.
    pub async fn manifest_names_the_class(&mut self) {
        let manifest = self.library.manifest();
        let class = manifest.connectors.iter().find(|class| class.class == self.fixture.class());
        assert_eq!(class.expect("in the manifest").kind, ConnectorKind::Source);
        assert!(self.library.source_task(self.fixture.class()).is_some());
        assert!(self.library.sink_task(self.fixture.class()).is_none(), "a source is no sink");
        assert!(self.library.connector("no.such.Class").is_none());
    }

    /// Each wrong configuration has an error that names what is wrong, without anything being started.
    pub async fn a_wrong_configuration_is_told_at_validate(&mut self) {
        for (config, word) in self.fixture.wrong_configs() {
            let errors = validation_errors(&self.library, self.fixture.class(), &config).await;
            assert!(errors.iter().any(|error| error.contains(word)), "{config:?}: no {word:?} in {errors:?}");
        }
    }

    /// The working configuration has no errors.
    pub async fn a_right_configuration_is_accepted(&mut self) {
        let errors = validation_errors(&self.library, self.fixture.class(), &self.fixture.config()).await;
        assert_eq!(errors, Vec::<String>::new());
    }

    /// A started connector gives at least one configuration and not more than asked for, also when asked again.
    pub async fn tasks_get_configurations_within_their_number(&mut self) {
        for most in [1, 3, 3] {
            let configs = self.task_configs(most).await;
            assert!((1..=most).contains(&configs.len()), "{} of {most}", configs.len());
        }
    }

    /// Everything fed comes, in order, once.
    pub async fn records_are_read_once_and_in_order(&mut self) {
        self.fixture.feed(25);
        let mut task = self.started().await;
        assert_eq!(self.read(&mut *task, 25).await, numbers(0..25));
        self.fixture.feed(5);
        assert_eq!(self.read(&mut *task, 5).await, numbers(25..30));
        soon("stop", task.stop()).await;
    }

    /// A new task goes on after what was committed.
    pub async fn reading_goes_on_after_the_acknowledged_offset(&mut self) {
        self.fixture.feed(10);
        let mut task = self.started().await;
        let read = self.read_and_commit(&mut *task, 10).await;
        assert_eq!(read, numbers(0..10));
        soon("stop", task.stop()).await;
        drop(task);
        self.fixture.feed(3);
        let mut task = self.started().await;
        assert_eq!(self.read(&mut *task, 3).await, numbers(10..13));
        soon("stop", task.stop()).await;
    }

    /// What was read but not committed is read again by a new task.
    pub async fn unacknowledged_records_come_again(&mut self) {
        self.fixture.feed(4);
        let mut task = self.started().await;
        self.read(&mut *task, 4).await;
        soon("stop", task.stop()).await;
        let mut task = self.started().await;
        assert_eq!(self.read(&mut *task, 4).await, numbers(0..4));
        soon("stop", task.stop()).await;
    }

    /// A worker that gives up polls at any moment misses no record.
    pub async fn a_dropped_poll_loses_nothing(&mut self) {
        let mut task = self.started().await;
        let mut read = Vec::new();
        for round in 0..40u64 {
            self.fixture.feed(1);
            let patience = Duration::from_micros(round * 331 % 5_000);
            if let Ok(batch) = tokio::time::timeout(patience, task.poll()).await {
                read.extend(self.numbers_of(&batch.expect("poll works")));
            }
        }
        let rest = self.read(&mut *task, 40 - read.len()).await;
        read.extend(rest);
        assert_eq!(read, numbers(0..40));
        soon("stop", task.stop()).await;
    }

    /// Stop comes through while the source waits for records.
    pub async fn a_waiting_poll_does_not_hold_up_stop(&mut self) {
        let mut task = self.started().await;
        // A source may give empty batches while there is nothing.
        let waited = tokio::time::timeout(Duration::from_millis(50), async {
            loop {
                let batch = task.poll().await.expect("poll works");
                assert_eq!(batch.records.len(), 0, "nothing was fed");
                tokio::task::yield_now().await;
            }
        });
        assert!(waited.await.is_err());
        soon("stop", task.stop()).await;
    }

    /// A task that is dropped without stop does no harm to the next one.
    pub async fn a_task_may_be_dropped_without_stop(&mut self) {
        self.fixture.feed(2);
        let mut task = self.started().await;
        // The poll may be anywhere when it is given up.
        let _given_up = tokio::time::timeout(Duration::from_micros(100), task.poll()).await;
        drop(task);
        let mut task = self.started().await;
        assert_eq!(self.read(&mut *task, 2).await, numbers(0..2));
        soon("stop", task.stop()).await;
    }

    /// Batches with records are numbered upwards.
    pub async fn batches_have_growing_numbers(&mut self) {
        let mut task = self.started().await;
        let mut last = None;
        for _ in 0..3 {
            self.fixture.feed(2);
            let mut read = 0;
            while read < 2 {
                let batch = next_batch(&mut *task).await;
                assert!(last.is_none_or(|last| last < batch.id), "{last:?} before {}", batch.id);
                last = Some(batch.id);
                read += batch.records.len();
                soon("acknowledged", task.acknowledged(batch.id, batch.records.len()))
                    .await
                    .expect("it works");
            }
        }
        soon("stop", task.stop()).await;
    }

    async fn task_configs(&self, most: usize) -> Vec<ConfigMap> {
        let mut connector =
            self.library.connector(self.fixture.class()).expect("the library makes its class");
        let context = connector_context(&self.offsets, &self.recorder);
        soon("start", connector.start(context, &self.fixture.config()))
            .await
            .expect("the configuration works");
        let configs = soon("task_configs", connector.task_configs(most)).await.expect("there are tasks");
        soon("stop", connector.stop()).await;
        configs
    }

    /// A task with the connector's first task configuration.
    async fn started(&self) -> Box<dyn SourceTask> {
        let config = self.task_configs(1).await.remove(0);
        let mut task = self.library.source_task(self.fixture.class()).expect("the library makes its class");
        let context = task_context(&self.offsets, &self.recorder);
        soon("start", task.start(context, &config)).await.expect("the configuration works");
        task
    }

    async fn read(&self, task: &mut dyn SourceTask, records: usize) -> Vec<usize> {
        let mut read = Vec::new();
        while read.len() < records {
            let batch = next_batch(task).await;
            read.extend(self.numbers_of(&batch));
        }
        read
    }

    /// Reads as the worker does: acknowledges in two steps and commits the offsets.
    async fn read_and_commit(&self, task: &mut dyn SourceTask, records: usize) -> Vec<usize> {
        let mut read = Vec::new();
        while read.len() < records {
            let batch = next_batch(task).await;
            read.extend(self.numbers_of(&batch));
            for prefix in [batch.records.len() / 2, batch.records.len()] {
                soon("acknowledged", task.acknowledged(batch.id, prefix)).await.expect("it works");
            }
            for record in batch.records {
                if let Some(offset) = record.source_offset {
                    self.offsets.commit((*record.source_partition).clone(), offset);
                }
            }
        }
        read
    }

    fn numbers_of(&self, batch: &SourceBatch) -> Vec<usize> {
        batch.records.iter().map(|record| self.fixture.number(record)).collect()
    }
}

/// The next batch that has records.
async fn next_batch(task: &mut dyn SourceTask) -> SourceBatch {
    soon("a batch with records", async {
        loop {
            let batch = task.poll().await.expect("poll works");
            if !batch.records.is_empty() {
                return batch;
            }
            // A source may say that there is nothing now, without waiting.
            tokio::task::yield_now().await;
        }
    })
    .await
}

fn numbers(range: std::ops::Range<usize>) -> Vec<usize> {
    range.collect()
}

/// The errors of a configuration, as the worker finds them: those of the key table, and those of the connector.
pub(crate) async fn validation_errors(
    library: &Arc<PluginLibrary>,
    class: &str,
    config: &ConfigMap,
) -> Vec<String> {
    let manifest = library.manifest();
    let table = manifest.connectors.iter().find(|known| known.class == class).expect("in the manifest");
    let mut reports = table.config.validate(|name| config.get(name).map(String::as_str));
    let connector: Box<dyn Connector> = library.connector(class).expect("the library makes its class");
    match soon("validate", connector.validate(config)).await {
        Ok(more) => reports.extend(more),
        Err(error) => return vec![error.to_string()],
    }
    reports.into_iter().flat_map(|report| report.errors).collect()
}
