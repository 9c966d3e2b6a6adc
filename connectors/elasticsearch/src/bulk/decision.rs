//! What an HTTP status means, for a whole request and for one item. Decided by status: error types differ between
//! engines, and the few exceptions are named here.

use super::operation::Action;

/// What a whole request's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestVerdict {
    /// The answer says what became of each item.
    Items,
    /// Too much at the moment: send the same again, later and slower.
    Overloaded,
    /// Nobody able to answer: send the same again, later.
    Unavailable,
    /// The engine failed: send the same again, then in halves; a single operation a bounded number of times.
    InternalError,
    /// Too large: send in two halves; a single operation is malformed.
    TooLarge,
    /// Some line is bad, and fails all of them: send in two halves; a single operation is malformed.
    BadLine,
    /// Not allowed: the task fails.
    Denied,
    /// The request can never work: the task fails.
    Refused,
}

/// Judges a request by its status. `error_type` is the engine's, if the answer holds one.
pub(crate) fn judge_request(status: u16, error_type: Option<&str>) -> RequestVerdict {
    match status {
        200..=299 => RequestVerdict::Items,
        // A cluster that is read-only as a whole.
        403 | 429 if error_type.is_some_and(is_block) => RequestVerdict::Unavailable,
        400 => RequestVerdict::BadLine,
        401 | 403 | 407 => RequestVerdict::Denied,
        500 => RequestVerdict::InternalError,
        408 | 501..=599 if status != 501 && status != 505 => RequestVerdict::Unavailable,
        413 => RequestVerdict::TooLarge,
        429 => RequestVerdict::Overloaded,
        _ => RequestVerdict::Refused,
    }
}

/// What an item's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemVerdict {
    /// Acknowledged.
    Done,
    /// The document is there in this version or a newer one.
    NewerExists,
    /// Too much at the moment, or a shard is away: send it again, without a limit.
    Busy,
    /// Another writer changed the document at the same time: send it again.
    Contended,
    /// An internal error: send it again, a bounded number of times.
    InternalError,
    /// Refused for its content.
    Malformed,
    /// The index takes no writes for now (a block, closed): send it again, without a limit.
    IndexBlocked,
    /// The index cannot be written: the task fails.
    IndexDenied,
}

/// Judges an item. `error_type` is the engine's, if there is an error.
pub(crate) fn judge_item(
    action: Action,
    versioned: bool,
    status: u16,
    error_type: Option<&str>,
) -> ItemVerdict {
    match status {
        200..=299 => ItemVerdict::Done,
        // Told with the status of a bad document, of a missing permission, or (a disk past its flood stage) of
        // overload.
        400 | 403 | 429 if error_type.is_some_and(is_block) => ItemVerdict::IndexBlocked,
        404 if action == Action::Delete => ItemVerdict::Done,
        404 => ItemVerdict::IndexDenied,
        409 if versioned => ItemVerdict::NewerExists,
        409 => ItemVerdict::Contended,
        408 | 429 | 503 => ItemVerdict::Busy,
        500..=599 => ItemVerdict::InternalError,
        401 | 403 => ItemVerdict::IndexDenied,
        _ if error_type == Some("invalid_index_name_exception") => ItemVerdict::IndexDenied,
        _ => ItemVerdict::Malformed,
    }
}

/// Whether an error type tells a state that an operator, or a disk with room again, takes back: a write block, a
/// read-only index or cluster, a closed index.
pub(crate) fn is_block(error_type: &str) -> bool {
    matches!(error_type, "cluster_block_exception" | "index_closed_exception")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What real engines were seen to answer to single items.
    #[test]
    fn items_seen_on_real_engines() {
        use Action::{Delete, Index, Update};
        use ItemVerdict::{
            Busy, Contended, Done, IndexBlocked, IndexDenied, InternalError, Malformed, NewerExists,
        };
        let table = [
            (Index, true, 201, None, Done),
            (Index, true, 200, None, Done),
            (Delete, true, 200, None, Done),
            // Deleting what is not there.
            (Delete, true, 404, None, Done),
            // An equal or older external version, also for a delete, also after a delete.
            (Index, true, 409, Some("version_conflict_engine_exception"), NewerExists),
            (Delete, true, 409, Some("version_conflict_engine_exception"), NewerExists),
            (Update, false, 409, Some("version_conflict_engine_exception"), Contended),
            // A full write queue, OpenSearch and Elasticsearch.
            (Index, true, 429, Some("rejected_execution_exception"), Busy),
            (Index, true, 429, Some("es_rejected_execution_exception"), Busy),
            (Index, true, 503, Some("unavailable_shards_exception"), Busy),
            // A failing ingest processor.
            (Index, true, 500, Some("fail_processor_exception"), InternalError),
            // The same bad document on OpenSearch and ES 7, and on ES 8 and 9.
            (Index, true, 400, Some("mapper_parsing_exception"), Malformed),
            (Index, true, 400, Some("document_parsing_exception"), Malformed),
            (Index, true, 400, Some("illegal_argument_exception"), Malformed),
            (Index, true, 400, Some("strict_dynamic_mapping_exception"), Malformed),
            // A write block; a disk past its flood stage; a closed index; a missing alias with require_alias.
            (Index, true, 403, Some("cluster_block_exception"), IndexBlocked),
            (Index, true, 429, Some("cluster_block_exception"), IndexBlocked),
            (Index, true, 400, Some("index_closed_exception"), IndexBlocked),
            (Index, true, 403, Some("security_exception"), IndexDenied),
            (Index, true, 400, Some("invalid_index_name_exception"), IndexDenied),
            (Index, true, 404, Some("index_not_found_exception"), IndexDenied),
        ];
        for (action, versioned, status, error, verdict) in table {
            assert_eq!(
                judge_item(action, versioned, status, error),
                verdict,
                "{action:?} {status} {error:?}"
            );
        }
    }

    #[test]
    fn requests_seen_on_real_engines() {
        use RequestVerdict::{
            BadLine, Denied, InternalError, Items, Overloaded, Refused, TooLarge, Unavailable,
        };
        let table = [
            (200, Items),
            (429, Overloaded),
            (413, TooLarge),
            (400, BadLine),
            (401, Denied),
            (403, Denied),
            (500, InternalError),
            (502, Unavailable),
            (503, Unavailable),
            (504, Unavailable),
            (404, Refused),
            (405, Refused),
            (406, Refused),
            (501, Refused),
            (301, Refused),
        ];
        for (status, verdict) in table {
            assert_eq!(judge_request(status, None), verdict, "{status}");
        }
        assert_eq!(judge_request(403, Some("cluster_block_exception")), Unavailable);
    }
}
