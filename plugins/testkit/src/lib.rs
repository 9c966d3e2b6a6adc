//! Conformance tests that every connector passes, linked and loaded as a library.
//!
//! A connector brings a fixture ([`SourceFixture`], [`SinkFixture`]) and names it in a test binary of its cdylib:
//!
//! ```ignore
//! source_conformance!(file_source_linked, linked(FilePlugin), FileSource::new());
//! source_conformance!(file_source_loaded, loaded("aqueduct_plugin_file"), FileSource::new());
//! ```
//!
//! Each macro makes one test per promise of the traits, named after it.

mod fixture;
mod library;
mod services;
mod sink;
mod source;

pub use fixture::{SinkFixture, SourceFixture};
pub use library::{library_file, linked, loaded};
pub use services::{Offsets, Recorder, connector_context, task_context};
pub use sink::SinkConformance;
pub use source::SourceConformance;

/// How long a promise may take to be kept before the test fails.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Waits for a future, but not forever.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing for {PATIENCE:?}"),
    }
}

/// The conformance tests of a source: a module of this name with one test per promise.
#[macro_export]
macro_rules! source_conformance {
    ($name:ident, $library:expr, $fixture:expr) => {
        $crate::conformance!(
            $name, $crate::SourceConformance::new($library, $fixture);
            manifest_names_the_class,
            a_wrong_configuration_is_told_at_validate,
            a_right_configuration_is_accepted,
            tasks_get_configurations_within_their_number,
            records_are_read_once_and_in_order,
            reading_goes_on_after_the_acknowledged_offset,
            unacknowledged_records_come_again,
            a_dropped_poll_loses_nothing,
            a_waiting_poll_does_not_hold_up_stop,
            a_task_may_be_dropped_without_stop,
            batches_have_growing_numbers,
        );
    };
}

/// The conformance tests of a sink: a module of this name with one test per promise.
#[macro_export]
macro_rules! sink_conformance {
    ($name:ident, $library:expr, $fixture:expr) => {
        $crate::conformance!(
            $name, $crate::SinkConformance::new($library, $fixture);
            manifest_names_the_class,
            a_wrong_configuration_is_told_at_validate,
            a_right_configuration_is_accepted,
            tasks_get_configurations_within_their_number,
            every_record_gets_an_outcome_and_done_means_written,
            flush_tells_what_is_held_back,
            close_tells_the_outcomes_first,
            several_batches_may_be_under_way,
            an_empty_batch_is_done,
            a_task_may_be_dropped_with_batches_under_way,
            writing_goes_on_after_a_restart,
        );
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance {
    ($name:ident, $kit:expr; $($test:ident),* $(,)?) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let mut kit = $kit;
                    kit.$test().await;
                }
            )*
        }
    };
}
