//! The tables of a connector, a source task and a sink task.
//!
//! A call returns at once and tells its end through an `AqDone` (unless the plug-in says AQ_PLUGIN_BLOCKING). The host
//! makes the next call on an instance when the one before has ended; only `cancel` and `destroy` may come at any time.
//! A function that is null does nothing and succeeds, but for `task_configs`, `poll` and `put`.

use std::ffi::c_void;

use super::{AqBatch, AqCallFn, AqConfig, AqContext, AqDone, AqOffsetChange, AqTopicPartition};

c_struct! {
    /// One configured connector.
    AqConnectorTable {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// Frees the instance. No other call comes after it. A call that has not ended is abandoned.
        destroy: Option<unsafe extern "C" fn(*mut c_void)> = "void (*destroy)(void *self)";
        /// The host no longer waits for a call: end it soon, with AQ_CANCELLED if it had no effect.
        cancel: Option<unsafe extern "C" fn(*mut c_void, u64)> = "void (*cancel)(void *self, uint64_t ticket)";
        /// Judges a configuration beyond what the manifest says; also called on an instance that is not started.
        validate: Option<unsafe extern "C" fn(*mut c_void, *const AqConfig, AqDone)> =
            "void (*validate)(void *self, const AqConfig *config, AqDone done)";
        /// Begins.
        start: Option<unsafe extern "C" fn(*mut c_void, *const AqContext, *const AqConfig, AqDone)> =
            "void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done)";
        /// Splits the work into at most this many configurations.
        task_configs: Option<unsafe extern "C" fn(*mut c_void, u32, AqDone)> =
            "void (*task_configs)(void *self, uint32_t max_tasks, AqDone done)";
        /// Judges offsets a user wants to set. Null: the worker stores them.
        alter_offsets: Option<
            unsafe extern "C" fn(*mut c_void, *const AqConfig, *const AqOffsetChange, usize, AqDone),
        > = "void (*alter_offsets)(void *self, const AqConfig *config, const AqOffsetChange *changes, size_t changes_len, AqDone done)";
        /// Ends.
        stop: Option<AqCallFn> = "void (*stop)(void *self, AqDone done)";
    }
}

c_struct! {
    /// One unit of reading.
    AqSourceTaskTable {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// As for connectors.
        destroy: Option<unsafe extern "C" fn(*mut c_void)> = "void (*destroy)(void *self)";
        /// As for connectors. A cancelled poll may still end with a batch; the host keeps it.
        cancel: Option<unsafe extern "C" fn(*mut c_void, u64)> = "void (*cancel)(void *self, uint64_t ticket)";
        /// Begins.
        start: Option<unsafe extern "C" fn(*mut c_void, *const AqContext, *const AqConfig, AqDone)> =
            "void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done)";
        /// Reads the next records; may wait for some as long as it likes. Ends with `batch`.
        poll: Option<AqCallFn> = "void (*poll)(void *self, AqDone done)";
        /// The first `prefix` records of a batch are durable in the log.
        acknowledged: Option<unsafe extern "C" fn(*mut c_void, u64, u64, AqDone)> =
            "void (*acknowledged)(void *self, uint64_t batch, uint64_t prefix, AqDone done)";
        /// Ends.
        stop: Option<AqCallFn> = "void (*stop)(void *self, AqDone done)";
    }
}

c_struct! {
    /// One unit of writing.
    AqSinkTaskTable {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// As for connectors.
        destroy: Option<unsafe extern "C" fn(*mut c_void)> = "void (*destroy)(void *self)";
        /// As for connectors.
        cancel: Option<unsafe extern "C" fn(*mut c_void, u64)> = "void (*cancel)(void *self, uint64_t ticket)";
        /// Begins.
        start: Option<unsafe extern "C" fn(*mut c_void, *const AqContext, *const AqConfig, AqDone)> =
            "void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done)";
        /// Partitions the task now reads from.
        open: Option<unsafe extern "C" fn(*mut c_void, *const AqTopicPartition, usize, AqDone)> =
            "void (*open)(void *self, const AqTopicPartition *partitions, size_t partitions_len, AqDone done)";
        /// Takes a batch in; the struct is borrowed, what it points to is the plug-in's until it calls `release`.
        /// `accepted` is told when the next call may come. `outcome` is told, at once or later, with what became of
        /// every record; several batches may be under way.
        put: Option<unsafe extern "C" fn(*mut c_void, *const AqBatch, AqDone, AqDone)> =
            "void (*put)(void *self, const AqBatch *batch, AqDone accepted, AqDone outcome)";
        /// Writes what is held back for batching.
        flush: Option<AqCallFn> = "void (*flush)(void *self, AqDone done)";
        /// Partitions the task no longer reads from; outcomes of their records are told before it ends. Null: the
        /// worker waits for the outcomes of all records.
        close: Option<unsafe extern "C" fn(*mut c_void, *const AqTopicPartition, usize, AqDone)> =
            "void (*close)(void *self, const AqTopicPartition *partitions, size_t partitions_len, AqDone done)";
        /// Ends.
        stop: Option<AqCallFn> = "void (*stop)(void *self, AqDone done)";
    }
}

c_struct! {
    /// A connector: what its functions get as `self`, and the functions. The table is valid as long as the process.
    AqConnector {
        /// The instance.
        instance: *mut c_void = "void *instance";
        /// Its functions.
        table: *const AqConnectorTable = "const AqConnectorTable *table";
    }
}

c_struct! {
    /// A source task.
    AqSourceTask {
        /// The instance.
        instance: *mut c_void = "void *instance";
        /// Its functions.
        table: *const AqSourceTaskTable = "const AqSourceTaskTable *table";
    }
}

c_struct! {
    /// A sink task.
    AqSinkTask {
        /// The instance.
        instance: *mut c_void = "void *instance";
        /// Its functions.
        table: *const AqSinkTaskTable = "const AqSinkTaskTable *table";
    }
}
