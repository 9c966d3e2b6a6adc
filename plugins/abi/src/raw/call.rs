//! Texts, settings, errors, and the completion of a call.

use std::ffi::c_void;

use super::AqBatch;

/// [`AqResult::status`]: the call did what it was asked for.
pub const AQ_OK: u32 = 0;
/// [`AqResult::status`]: it failed; `error` says why.
pub const AQ_FAILED: u32 = 1;
/// [`AqResult::status`]: it was cancelled before it had an effect.
pub const AQ_CANCELLED: u32 = 2;
/// [`AqResult::status`]: the plug-in's code panicked; `error` says where. The instance is not used again.
pub const AQ_PANICKED: u32 = 3;

/// [`AqError::error_class`]: the same call may work later.
pub const AQ_ERROR_RETRIABLE: u32 = 1;
/// [`AqError::error_class`]: this record cannot be handled, others can.
pub const AQ_ERROR_DATA: u32 = 2;
/// [`AqError::error_class`]: the configuration is wrong; no restart until it changes.
pub const AQ_ERROR_CONFIG: u32 = 3;
/// [`AqError::error_class`]: the task cannot go on; it is restarted with back-off.
pub const AQ_ERROR_FATAL: u32 = 4;

/// [`AqError::retry_after_ms`]: nothing is known about when to try again.
pub const AQ_NO_RETRY_AFTER: u64 = u64::MAX;

c_struct! {
    /// A text in UTF-8 or plain bytes, not ended by NUL. Borrowed: valid only during the call it is passed to.
    /// A null pointer stands for "none" where the field says so, else for the empty text.
    AqStr {
        /// The first byte.
        ptr: *const u8 = "const uint8_t *ptr";
        /// The number of bytes.
        len: usize = "size_t len";
    }
}

c_struct! {
    /// A setting, a label or a field: a name and a value.
    AqEntry {
        /// The name.
        key: AqStr = "AqStr key";
        /// The value.
        value: AqStr = "AqStr value";
    }
}

c_struct! {
    /// Settings, each name once.
    AqConfig {
        /// The settings.
        entries: *const AqEntry = "const AqEntry *entries";
        /// Their number.
        entries_len: usize = "size_t entries_len";
    }
}

c_struct! {
    /// One link of a chain of causes.
    AqCause {
        /// The kind of error.
        kind: AqStr = "AqStr kind";
        /// What it said.
        message: AqStr = "AqStr message";
    }
}

c_struct! {
    /// What went wrong, and what the worker should do about it. Borrowed.
    AqError {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// One of AQ_ERROR_*; anything else is taken as AQ_ERROR_FATAL.
        error_class: u32 = "uint32_t error_class";
        /// Zero.
        reserved: u32 = "uint32_t reserved";
        /// Milliseconds after which to try again, or AQ_NO_RETRY_AFTER.
        retry_after_ms: u64 = "uint64_t retry_after_ms";
        /// The class name shown in traces; may be empty.
        kind: AqStr = "AqStr kind";
        /// What went wrong, naming the subject; never a secret.
        message: AqStr = "AqStr message";
        /// The causes, nearest first.
        causes: *const AqCause = "const AqCause *causes";
        /// Their number.
        causes_len: usize = "size_t causes_len";
    }
}

c_struct! {
    /// What validation says of one setting.
    AqKeyReport {
        /// The setting.
        name: AqStr = "AqStr name";
        /// The value in force; null pointer for none.
        value: AqStr = "AqStr value";
        /// Complete texts.
        errors: *const AqStr = "const AqStr *errors";
        /// Their number.
        errors_len: usize = "size_t errors_len";
        /// Values to offer to a user.
        recommended: *const AqStr = "const AqStr *recommended";
        /// Their number.
        recommended_len: usize = "size_t recommended_len";
    }
}

c_struct! {
    /// What a call came to. Borrowed during the completion, but for `batch`, which passes to the receiver.
    AqResult {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// One of AQ_OK, AQ_FAILED, AQ_CANCELLED, AQ_PANICKED.
        status: u32 = "uint32_t status";
        /// alter_offsets: 1 if the worker is to store the offsets, 0 if they are not its to keep.
        flag: u32 = "uint32_t flag";
        /// Why, with AQ_FAILED and AQ_PANICKED; else null.
        error: *const AqError = "const AqError *error";
        /// poll: the records, or null for none now. The receiver calls its `release` once, at any time.
        batch: *const AqBatch = "const AqBatch *batch";
        /// outcome of put: one pointer for each record, null for a durable one. Null if all are durable.
        outcomes: *const *const AqError = "const AqError *const *outcomes";
        /// The number of outcomes: that of the records, or 0 if all are durable.
        outcomes_len: usize = "size_t outcomes_len";
        /// task_configs: the configurations.
        configs: *const AqConfig = "const AqConfig *configs";
        /// Their number.
        configs_len: usize = "size_t configs_len";
        /// validate: reports for settings with errors or recommended values.
        reports: *const AqKeyReport = "const AqKeyReport *reports";
        /// Their number.
        reports_len: usize = "size_t reports_len";
        /// The host's offsets: one TAGGED map for each partition asked for, null pointer for none.
        offsets: *const AqStr = "const AqStr *offsets";
        /// Their number.
        offsets_len: usize = "size_t offsets_len";
    }
}

c_struct! {
    /// How to tell the end of a call: call `done(ticket, result)` exactly once, from any thread, even before the call
    /// itself has returned, and after a cancel too. A second call does nothing.
    AqDone {
        /// Names the call, also for cancel.
        ticket: u64 = "uint64_t ticket";
        /// Tells the end.
        done: Option<unsafe extern "C" fn(u64, *const AqResult)> =
            "void (*done)(uint64_t ticket, const AqResult *result)";
    }
}

c_struct! {
    /// A topic and one of its partitions.
    AqTopicPartition {
        /// The topic.
        topic: AqStr = "AqStr topic";
        /// The partition, from 0.
        partition: i32 = "int32_t partition";
        /// Zero.
        reserved: u32 = "uint32_t reserved";
    }
}

c_struct! {
    /// A source offset that a user wants to set.
    AqOffsetChange {
        /// The source partition, a TAGGED map.
        partition: AqStr = "AqStr partition";
        /// The source offset, a TAGGED map; null pointer to reset.
        offset: AqStr = "AqStr offset";
    }
}

/// A call without arguments on an instance: `self` and the completion.
pub type AqCallFn = unsafe extern "C" fn(*mut c_void, AqDone);
