//! Whatever a plug-in does, the worker gets an error and goes on; linked and loaded.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, ErrorClass, OffsetMap, Plugin, PutCompletion, PutOutcome, RecordOutcome,
    SinkRecord, SinkTask, SourceTask, TimestampType, Value,
};
use aqueduct_plugin_misbehaving::{MisbehavingPlugin, SINK, SOURCE, STILLBORN};
use aqueduct_plugin_testkit::{Offsets, Recorder, connector_context, linked, loaded, soon, task_context};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// Runs a test with the plug-in linked, and then loaded.
macro_rules! both_ways {
    ($($(#[doc = $doc:literal])* $name:ident($library:ident) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn promise($library: Arc<PluginLibrary>) $body

                $(#[doc = $doc])*
                #[tokio::test]
                async fn linked_in() {
                    promise(linked(MisbehavingPlugin)).await;
                }

                $(#[doc = $doc])*
                #[tokio::test]
                async fn loaded_as_library() {
                    promise(loaded("aqueduct_plugin_misbehaving")).await;
                }
            }
        )*
    };
}

fn config(how: &str) -> ConfigMap {
    ConfigMap::from([("how".to_owned(), how.to_owned())])
}

async fn source(library: &Arc<PluginLibrary>, how: &str) -> Box<dyn SourceTask> {
    let mut task = library.source_task(SOURCE).unwrap();
    task.start(task_context(&Arc::default(), &Arc::default()), &config(how)).await.unwrap();
    task
}

async fn sink(library: &Arc<PluginLibrary>, how: &str) -> Box<dyn SinkTask> {
    let mut task = library.sink_task(SINK).unwrap();
    task.start(task_context(&Arc::default(), &Arc::default()), &config(how)).await.unwrap();
    task
}

fn records(count: i64) -> Vec<SinkRecord> {
    let record = |offset| SinkRecord {
        topic: "t".into(),
        partition: 0,
        offset,
        timestamp: None,
        timestamp_type: TimestampType::None,
        key_schema: None,
        key: Value::Null,
        value_schema: None,
        value: Value::Int64(offset),
        headers: Vec::new(),
        original_topic: "t".into(),
    };
    (0..count).map(record).collect()
}

/// Puts a batch. Gives what put returned, and the outcome that is to come.
async fn put(
    task: &mut dyn SinkTask,
    count: i64,
) -> (Result<(), ConnectError>, oneshot::Receiver<PutOutcome>) {
    let (sender, receiver) = oneshot::channel();
    let completion = PutCompletion::new(move |outcome| drop(sender.send(outcome)));
    (soon("put", task.put(records(count), completion)).await, receiver)
}

both_ways! {
    a_panic_in_poll_is_an_error_and_poisons_the_task(library) {
        let mut task = source(&library, "panic").await;
        assert_eq!(task.poll().await.unwrap().records.len(), 1);
        for _ in 0..2 {
            let error = soon("poll", task.poll()).await.unwrap_err();
            assert_eq!(error.class, ErrorClass::Fatal);
            assert!(error.message.contains("made to fail in poll 2"), "{error}");
        }
        soon("stop", task.stop()).await;
        // Another task of the library is as good as ever.
        assert_eq!(source(&library, "").await.poll().await.unwrap().records.len(), 1);
    }

    a_panic_after_waiting_and_one_in_drop_are_errors_too(library) {
        for how in ["panic later", "panic twice"] {
            let mut task = source(&library, how).await;
            let error = soon("poll", task.poll()).await.unwrap_err();
            assert!(error.message.contains("made to fail"), "{error}");
        }
    }

    a_panic_in_a_task_of_the_plugin_is_its_own_affair(library) {
        let mut task = source(&library, "panic in a task").await;
        let error = soon("poll", task.poll()).await.unwrap_err();
        assert_eq!(error.message, "a task of the plug-in panicked");
        soon("poll", task.poll()).await.unwrap_err();
    }

    a_panic_in_stop_is_swallowed(library) {
        let mut task = source(&library, "panic in stop").await;
        soon("stop", task.stop()).await;
    }

    a_panic_while_an_instance_is_made_is_no_instance(library) {
        assert!(library.connector(STILLBORN).is_none());
        assert!(library.connector(SOURCE).is_some());
    }

    a_connector_that_panics_or_never_starts_fails_alone(library) {
        let context = || connector_context(&Arc::default(), &Arc::default());
        let mut panicking = library.connector(SOURCE).unwrap();
        assert!(soon("start", panicking.start(context(), &config("panic"))).await.is_err());
        let mut stuck = library.connector(SOURCE).unwrap();
        let config = config("never");
        let started = tokio::time::timeout(Duration::from_millis(20), stuck.start(context(), &config)).await;
        assert!(started.is_err(), "it never starts");
        soon("stop", stuck.stop()).await;
    }

    a_poll_that_never_ends_is_cancelled(library) {
        let mut task = source(&library, "never").await;
        assert!(tokio::time::timeout(Duration::from_millis(20), task.poll()).await.is_err());
        soon("acknowledged", task.acknowledged(1, 0)).await.unwrap();
        soon("stop", task.stop()).await;
    }

    a_poll_that_blocks_its_thread_blocks_no_other_task(library) {
        let mut stuck = source(&library, "block").await;
        assert!(tokio::time::timeout(Duration::from_millis(20), stuck.poll()).await.is_err());
        // Stop cannot come through. The worker gives up after its deadline.
        assert!(tokio::time::timeout(Duration::from_millis(20), stuck.stop()).await.is_err());
        drop(stuck);
        let mut other = source(&library, "").await;
        assert_eq!(soon("poll", other.poll()).await.unwrap().records.len(), 1);
    }

    records_of_a_dropped_poll_are_kept_for_the_next(library) {
        let mut task = source(&library, "late").await;
        assert!(tokio::time::timeout(Duration::from_millis(10), task.poll()).await.is_err());
        soon("acknowledged", task.acknowledged(0, 0)).await.unwrap();
        let batch = soon("poll", task.poll()).await.unwrap();
        assert_eq!((batch.id, batch.records[0].value.as_str()), (1, Some("late")));
    }

    a_batch_that_breaks_the_rules_is_an_error(library) {
        let mut task = source(&library, "wrong struct").await;
        let error = soon("poll", task.poll()).await.unwrap_err();
        assert!(error.to_string().contains("a struct of 1 fields has 2 values"), "{error}");
    }

    offsets_metrics_and_calls_of_connectors_reach_the_worker(library) {
        let (offsets, recorder) = (Arc::<Offsets>::default(), Arc::<Recorder>::default());
        offsets.commit(OffsetMap::new().with("p", 2), OffsetMap::new().with("n", 7));
        let mut task = library.source_task(SOURCE).unwrap();
        task.start(task_context(&offsets, &recorder), &config("offsets")).await.unwrap();
        let batch = soon("poll", task.poll()).await.unwrap();
        let expected = vec![None, Some(OffsetMap::new().with("n", 7))];
        assert_eq!(batch.records[0].value.as_str(), Some(format!("{expected:?}").as_str()));
        assert_eq!(*recorder.metrics.lock(), [r#"starts_total[("how", "offsets")] += 1"#]);
        for how in ["raise", "reconfigure"] {
            let mut connector = library.connector(SOURCE).unwrap();
            connector.start(connector_context(&offsets, &recorder), &config(how)).await.unwrap();
        }
        assert_eq!(*recorder.raised.lock(), [ConnectError::fatal("raised")]);
        assert_eq!(*recorder.reconfigurations.lock(), 1);
    }

    the_workers_services_are_released_with_the_task(library) {
        let recorder = Arc::<Recorder>::default();
        let mut task = library.source_task(SOURCE).unwrap();
        task.start(task_context(&Arc::default(), &recorder), &config("")).await.unwrap();
        task.stop().await;
        drop(task);
        soon("release", async {
            while Arc::strong_count(&recorder) > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    every_record_has_an_outcome_of_its_own(library) {
        let mut task = sink(&library, "every second").await;
        let (accepted, outcome) = put(&mut *task, 4).await;
        accepted.unwrap();
        let failed = |text| RecordOutcome::Failed(ConnectError::data(text));
        let expected = vec![RecordOutcome::Done, failed("offset 1"), RecordOutcome::Done, failed("offset 3")];
        assert_eq!(soon("the outcome", outcome).await.unwrap(), PutOutcome::PerRecord(expected));
    }

    a_refused_batch_has_no_outcome(library) {
        let mut task = sink(&library, "refuse").await;
        let (accepted, outcome) = put(&mut *task, 1).await;
        let error = accepted.unwrap_err();
        assert_eq!((error.class, error.retry_after), (ErrorClass::Retriable, Some(Duration::from_millis(7))));
        assert!(soon("the outcome", outcome).await.is_err(), "the completion is void");
    }

    a_forgotten_or_short_outcome_is_a_fatal_error(library) {
        for how in ["drop", "too few"] {
            let mut task = sink(&library, how).await;
            let (accepted, outcome) = put(&mut *task, 2).await;
            accepted.unwrap();
            let PutOutcome::AllFailed(error) = soon("the outcome", outcome).await.unwrap() else { panic!() };
            assert_eq!(error.class, ErrorClass::Fatal, "{how}");
        }
    }

    outcomes_are_told_when_the_task_is_dropped(library) {
        let mut task = sink(&library, "hold").await;
        let (accepted, outcome) = put(&mut *task, 2).await;
        accepted.unwrap();
        drop(task);
        assert!(matches!(soon("the outcome", outcome).await.unwrap(), PutOutcome::AllFailed(_)));
    }

    a_panic_in_put_tells_the_outcomes_of_earlier_batches(library) {
        let mut task = sink(&library, "hold then panic").await;
        let (accepted, first) = put(&mut *task, 2).await;
        accepted.unwrap();
        let (accepted, second) = put(&mut *task, 2).await;
        assert!(accepted.unwrap_err().message.contains("with a batch held"));
        assert!(matches!(soon("the outcome", first).await.unwrap(), PutOutcome::AllFailed(_)));
        assert!(soon("the outcome", second).await.is_err(), "refused, so without an outcome");
        assert!(task.flush().await.is_err(), "the task is poisoned");
    }

    a_put_that_never_ends_is_cancelled(library) {
        let mut task = sink(&library, "never").await;
        let completion = PutCompletion::new(|_| ());
        assert!(tokio::time::timeout(Duration::from_millis(20), task.put(records(1), completion)).await.is_err());
        soon("stop", task.stop()).await;
    }
}

/// Lines of the log: target, then fields and text.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps lines of the plug-in.
struct Capture;

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.0 += &format!(" {}={value:?}", field.name());
            }
        }
        let mut text = Text(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut text);
        LINES.lock().push(text.0);
    }
}

/// A loaded plug-in's lines have their own level and target, their fields, and those of the task they belong to.
#[tokio::test]
async fn lines_of_a_loaded_plugin_reach_the_workers_log() {
    let filter = tracing_subscriber::filter::Targets::new().with_target("misbehaving", tracing::Level::INFO);
    let subscriber = tracing_subscriber::registry().with(Capture.with_filter(filter));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let _task = source(&loaded("aqueduct_plugin_misbehaving"), "log").await;
    let lines = LINES.lock().clone();
    let line = lines.iter().find(|line| line.contains("\"log\"")).expect("the line of this task");
    assert!(line.starts_with("INFO misbehaving::source message=started how=\"log\""), "{line}");
    assert!(line.contains("connector=\"conformance\" task=\"0\""), "{line}");
}
