//! What the worker offers to one connector or task.

use std::ffi::c_void;

use super::{AqDone, AqEntry, AqError, AqStr};

/// [`AqContext::task`] of a connector.
pub const AQ_NO_TASK: u32 = u32::MAX;

c_struct! {
    /// Calls to the worker. None of them blocks; all may be made from any thread until `release`.
    AqContextTable {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// The plug-in needs the context no longer. Call it once, at the latest in destroy.
        release: Option<unsafe extern "C" fn(*mut c_void)> = "void (*release)(void *ctx)";
        /// Reads the committed offsets of source partitions (TAGGED maps). The result's `offsets` are in the same
        /// order.
        offsets: Option<unsafe extern "C" fn(*mut c_void, *const AqStr, usize, AqDone)> =
            "void (*offsets)(void *ctx, const AqStr *partitions, size_t partitions_len, AqDone done)";
        /// Adds to a counter.
        counter: Option<unsafe extern "C" fn(*mut c_void, AqStr, *const AqEntry, usize, u64)> =
            "void (*counter)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, uint64_t delta)";
        /// Sets a gauge.
        gauge: Option<unsafe extern "C" fn(*mut c_void, AqStr, *const AqEntry, usize, f64)> =
            "void (*gauge)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, double value)";
        /// Adds an observation to a histogram.
        histogram: Option<unsafe extern "C" fn(*mut c_void, AqStr, *const AqEntry, usize, f64)> =
            "void (*histogram)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, double value)";
        /// Connectors: task configurations have changed, ask for them again.
        request_task_reconfiguration: Option<unsafe extern "C" fn(*mut c_void)> =
            "void (*request_task_reconfiguration)(void *ctx)";
        /// Connectors: the connector cannot go on.
        raise_error: Option<unsafe extern "C" fn(*mut c_void, *const AqError)> =
            "void (*raise_error)(void *ctx, const AqError *error)";
    }
}

c_struct! {
    /// What a connector or task gets when it starts. Borrowed, but `ctx` is the plug-in's until it calls `release`.
    AqContext {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// The task's number from 0, AQ_NO_TASK for a connector.
        task: u32 = "uint32_t task";
        /// Zero.
        reserved: u32 = "uint32_t reserved";
        /// The connector's name.
        connector: AqStr = "AqStr connector";
        /// For the calls of `table`.
        ctx: *mut c_void = "void *ctx";
        /// The calls. Valid as long as the process.
        table: *const AqContextTable = "const AqContextTable *table";
    }
}
