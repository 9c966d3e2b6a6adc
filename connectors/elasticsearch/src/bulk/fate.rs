//! What becomes of an operation, from the item that answers it. Pure.

use aqueduct_plugin_api::ConnectError;

use super::conflicts::stored_version;
use super::decision::{ItemVerdict, judge_item};
use super::operation::Operation;
use crate::engine::BulkItem;

/// What to do with an operation that was answered.
#[derive(Debug, PartialEq)]
pub(crate) enum Fate {
    /// Tell that it is done.
    Done,
    /// The document is there in this version already, if the engine said which.
    NewerExists { stored: Option<i64>, detail: String },
    /// Send it again after a pause. `busy` if the engine had too much to do.
    Again { busy: bool, detail: String },
    /// Its content is refused.
    Malformed(String),
    /// Tell that it failed.
    Failed(ConnectError),
}

/// Decides. An operation that has no item was left out by the engine and is sent again like after an internal error.
pub(crate) fn fate(operation: &mut Operation, item: Option<&BulkItem<'_>>, max_retries: u32) -> Fate {
    let Some(item) = item else {
        return after_internal_error(operation, max_retries, "the engine's answer leaves it out".to_owned());
    };
    let kind = item.error.as_ref().map(|error| &*error.kind);
    // The text is only needed, and only made, for what did not succeed.
    let detail = || {
        let text = item.error.as_ref().map(|error| error.text()).unwrap_or_default();
        format!("status {}: {text}", item.status)
    };
    let versioned = operation.version.is_some();
    match judge_item(operation.action, versioned, item.status, kind) {
        ItemVerdict::Done => Fate::Done,
        ItemVerdict::NewerExists => {
            let reason = item.error.as_ref().and_then(|error| error.reason.as_deref());
            Fate::NewerExists { stored: reason.and_then(stored_version), detail: detail() }
        }
        ItemVerdict::Busy => Fate::Again { busy: true, detail: detail() },
        ItemVerdict::IndexBlocked => Fate::Again {
            busy: false,
            detail: format!("index {} takes no writes: {}", operation.index, detail()),
        },
        ItemVerdict::Contended => Fate::Again { busy: false, detail: detail() },
        ItemVerdict::InternalError => after_internal_error(operation, max_retries, detail()),
        ItemVerdict::Malformed => Fate::Malformed(detail()),
        ItemVerdict::IndexDenied => Fate::Failed(ConnectError::fatal(format!(
            "index {} cannot be written (record {}): {}",
            operation.index,
            operation.record(),
            detail()
        ))),
    }
}

/// An internal error may be the document's (a failing ingest processor) or the engine's: after the last attempt the
/// record is reported, never dropped in silence.
pub(super) fn after_internal_error(operation: &mut Operation, max_retries: u32, detail: String) -> Fate {
    if operation.internal_errors < max_retries {
        operation.internal_errors += 1;
        return Fate::Again { busy: false, detail };
    }
    Fate::Failed(ConnectError::data(format!(
        "record {} for index {} failed {} times: {detail}",
        operation.record(),
        operation.index,
        max_retries + 1
    )))
}

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::ErrorClass;

    use super::*;
    use crate::bulk::queue::tests::operation;
    use crate::engine::BulkAnswer;

    fn of(text: &str, operation: &mut Operation) -> Fate {
        let text = format!("{{\"items\":[{{\"index\":{text}}}]}}");
        let answer = BulkAnswer::parse(text.as_bytes(), 1).unwrap();
        fate(operation, answer.items.first(), 2)
    }

    #[test]
    fn a_full_queue_is_waited_for_without_a_limit() {
        let mut full = operation("a", 1, 1);
        for _ in 0..1_000 {
            let text = r#"{"_id":"a","status":429,"error":{"type":"es_rejected_execution_exception"}}"#;
            assert!(matches!(of(text, &mut full), Fate::Again { busy: true, .. }));
        }
    }

    #[test]
    fn internal_errors_and_missing_items_are_bounded_and_then_reported() {
        let mut broken = operation("a", 1, 1);
        let text = r#"{"_id":"a","status":500,"error":{"type":"fail_processor_exception"}}"#;
        assert!(matches!(of(text, &mut broken), Fate::Again { busy: false, .. }));
        assert!(matches!(fate(&mut broken, None, 2), Fate::Again { .. }));
        let Fate::Failed(error) = of(text, &mut broken) else { panic!() };
        assert_eq!(error.class, ErrorClass::Data);
    }

    #[test]
    fn a_conflict_names_the_version_in_the_index() {
        let text = r#"{"_id":"a","status":409,"error":{"type":"version_conflict_engine_exception",
            "reason":"[a]: version conflict, current version [12] is higher or equal to the one provided [1]"}}"#;
        assert!(matches!(of(text, &mut operation("a", 1, 1)), Fate::NewerExists { stored: Some(12), .. }));
    }
}
