//! The promises of a sink.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::{
    ConfigMap, ConnectorKind, ErrorClass, Plugin, PutCompletion, PutOutcome, RecordOutcome, SinkTask,
    TopicPartition,
};
use tokio::sync::oneshot;

use crate::fixture::SinkFixture;
use crate::services::{Offsets, Recorder, connector_context, task_context};
use crate::soon;
use crate::source::validation_errors;

/// When a batch is put again that was refused without a word on when.
const PUT_AGAIN: Duration = Duration::from_millis(50);

/// A sink under test.
pub struct SinkConformance<F> {
    library: Arc<PluginLibrary>,
    fixture: F,
    offsets: Arc<Offsets>,
    recorder: Arc<Recorder>,
}

/// An outcome that is to come.
type Outcome = oneshot::Receiver<PutOutcome>;

impl<F: SinkFixture> SinkConformance<F> {
    /// A sink in a library, and the system it writes to.
    pub fn new(library: Arc<PluginLibrary>, fixture: F) -> Self {
        Self { library, fixture, offsets: Arc::default(), recorder: Arc::default() }
    }

    /// The manifest has the class as a sink, and the library makes it.
    pub async fn manifest_names_the_class(&mut self) {
        let manifest = self.library.manifest();
        let class = manifest.connectors.iter().find(|class| class.class == self.fixture.class());
        assert_eq!(class.expect("in the manifest").kind, ConnectorKind::Sink);
        assert!(self.library.sink_task(self.fixture.class()).is_some());
        assert!(self.library.source_task(self.fixture.class()).is_none(), "a sink is no source");
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

    /// A started connector gives at least one configuration and not more than asked for.
    pub async fn tasks_get_configurations_within_their_number(&mut self) {
        for most in [1, 3] {
            let configs = self.task_configs(most).await;
            assert!((1..=most).contains(&configs.len()), "{} of {most}", configs.len());
        }
    }

    /// A batch has an outcome for every record, and what is told as done is in the target.
    pub async fn every_record_gets_an_outcome_and_done_means_written(&mut self) {
        let mut task = self.started().await;
        let outcome = self.put(&mut *task, 0..20).await;
        soon("flush", task.flush()).await.expect("flush works");
        assert_all_done(soon("the outcome", outcome).await.ok(), 20);
        self.assert_written(20);
        self.end(task).await;
    }

    /// After a flush the outcomes of all batches before it come without more records.
    pub async fn flush_tells_what_is_held_back(&mut self) {
        let mut task = self.started().await;
        let outcome = self.put(&mut *task, 0..1).await;
        soon("flush", task.flush()).await.expect("flush works");
        assert_all_done(soon("the outcome", outcome).await.ok(), 1);
        self.end(task).await;
    }

    /// When close returns, the outcomes of the partition's records are known.
    pub async fn close_tells_the_outcomes_first(&mut self) {
        let mut task = self.started().await;
        let mut outcome = self.put(&mut *task, 0..3).await;
        soon("close", task.close(&partitions())).await.expect("close works");
        assert_all_done(outcome.try_recv().ok(), 3);
        soon("stop", task.stop()).await;
    }

    /// Batches may be put before the outcomes of earlier ones are known.
    pub async fn several_batches_may_be_under_way(&mut self) {
        let mut task = self.started().await;
        let mut outcomes = Vec::new();
        for batch in 0..10 {
            outcomes.push(self.put(&mut *task, batch * 5..batch * 5 + 5).await);
        }
        soon("flush", task.flush()).await.expect("flush works");
        for outcome in outcomes {
            assert_all_done(soon("the outcome", outcome).await.ok(), 5);
        }
        self.assert_written(50);
        self.end(task).await;
    }

    /// No records are no reason not to answer.
    pub async fn an_empty_batch_is_done(&mut self) {
        let mut task = self.started().await;
        let outcome = self.put(&mut *task, 0..0).await;
        soon("flush", task.flush()).await.expect("flush works");
        assert_all_done(soon("the outcome", outcome).await.ok(), 0);
        self.end(task).await;
    }

    /// A task that is dropped tells an outcome for every batch all the same.
    pub async fn a_task_may_be_dropped_with_batches_under_way(&mut self) {
        let mut task = self.started().await;
        let outcome = self.put(&mut *task, 0..5).await;
        drop(task);
        soon("the outcome", outcome).await.expect("told, whatever it is");
    }

    /// A new task adds to what the one before has written; records that come twice do no harm.
    pub async fn writing_goes_on_after_a_restart(&mut self) {
        for records in [0..6, 4..9] {
            let mut task = self.started().await;
            let count = records.len();
            let outcome = self.put(&mut *task, records).await;
            soon("flush", task.flush()).await.expect("flush works");
            assert_all_done(soon("the outcome", outcome).await.ok(), count);
            self.end(task).await;
        }
        self.assert_written(9);
    }

    /// Every record up to this number is in the target.
    fn assert_written(&mut self, records: usize) {
        let mut written = self.fixture.written();
        written.sort_unstable();
        written.dedup();
        assert_eq!(written, (0..records).collect::<Vec<_>>());
    }

    async fn put(&self, task: &mut dyn SinkTask, numbers: std::ops::Range<usize>) -> Outcome {
        soon("put", self.put_until_taken(task, numbers)).await
    }

    /// Puts a batch; again when the task says that it may work later, as the worker does.
    async fn put_until_taken(&self, task: &mut dyn SinkTask, numbers: std::ops::Range<usize>) -> Outcome {
        loop {
            let (sender, receiver) = oneshot::channel();
            let completion = PutCompletion::new(move |outcome| drop(sender.send(outcome)));
            let records = numbers.clone().map(|number| self.fixture.record(number)).collect();
            match task.put(records, completion).await {
                Ok(()) => return receiver,
                Err(error) if error.class == ErrorClass::Retriable => {
                    tokio::time::sleep(error.retry_after.unwrap_or(PUT_AGAIN)).await;
                }
                Err(error) => panic!("the batch is not accepted: {error}"),
            }
        }
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

    async fn started(&self) -> Box<dyn SinkTask> {
        let config = self.task_configs(1).await.remove(0);
        let mut task = self.library.sink_task(self.fixture.class()).expect("the library makes its class");
        let context = task_context(&self.offsets, &self.recorder);
        soon("start", task.start(context, &config)).await.expect("the configuration works");
        soon("open", task.open(&partitions())).await.expect("open works");
        task
    }

    async fn end(&self, mut task: Box<dyn SinkTask>) {
        soon("close", task.close(&partitions())).await.expect("close works");
        soon("stop", task.stop()).await;
    }
}

fn partitions() -> [TopicPartition; 1] {
    [TopicPartition { topic: "conformance".into(), partition: 0 }]
}

fn assert_all_done(outcome: Option<PutOutcome>, records: usize) {
    match outcome.expect("an outcome is told") {
        PutOutcome::AllDone => {}
        PutOutcome::PerRecord(outcomes) => {
            assert_eq!(outcomes.len(), records);
            assert!(outcomes.iter().all(|outcome| *outcome == RecordOutcome::Done), "{outcomes:?}");
        }
        PutOutcome::AllFailed(error) => panic!("all failed: {error}"),
    }
}
