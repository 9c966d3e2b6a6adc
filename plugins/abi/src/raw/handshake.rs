//! The one exported symbol, and what both sides tell each other when they meet.

use std::ffi::c_void;

use super::{AqConnector, AqEntry, AqSinkTask, AqSourceTask, AqStr};

/// The name of the one symbol that a plug-in exports.
pub const AQ_ENTRY_SYMBOL: &str = "aq_plugin_entry_v1";
/// The ELF section that holds the plug-in's manifest as JSON.
pub const AQ_MANIFEST_SECTION: &str = ".aqueduct.manifest";
/// The letters `AQUEDUCT`, as a little-endian number.
pub const AQ_MAGIC: u64 = u64::from_le_bytes(*b"AQUEDUCT");
/// Must be the same on both sides.
pub const AQ_ABI_MAJOR: u32 = 1;
/// Grows when something is appended; the lower of both sides counts.
pub const AQ_ABI_MINOR: u32 = 0;

/// [`AqHost::features`]: the plug-in is part of the program itself, so process-wide state (panic hook, tracing
/// subscriber) is not its own.
pub const AQ_HOST_LINKED: u64 = 1;

/// [`AqPlugin::features`]: calls may block; the host makes them on a thread of their own for each instance.
pub const AQ_PLUGIN_BLOCKING: u64 = 1;
/// [`AqPlugin::features`]: every batch brings the bodies of all its schemas; nothing is to be remembered.
pub const AQ_PLUGIN_FULL_SCHEMAS: u64 = 2;
/// [`AqPlugin::features`]: a panic ends the process (built with `panic = "abort"`). The host refuses such a plug-in.
pub const AQ_PLUGIN_ABORTS: u64 = 4;

/// Answer of the entry and of the makers of instances: it worked.
pub const AQ_ACCEPTED: i32 = 0;
/// Answer of the entry: the plug-in cannot work with this host; [`AqPlugin::refusal`] says why.
pub const AQ_REFUSED: i32 = 1;
/// Answer of the makers of instances: the plug-in has no such class.
pub const AQ_UNKNOWN_CLASS: i32 = 2;
/// Answer of the entry and of the makers of instances: the plug-in's code panicked.
pub const AQ_MAKER_PANICKED: i32 = 3;

/// [`AqLogRecord::level`] and [`AqHost::log_level`]: something failed.
pub const AQ_LOG_ERROR: u32 = 1;
/// Something unusual.
pub const AQ_LOG_WARN: u32 = 2;
/// Something an operator wants to know.
pub const AQ_LOG_INFO: u32 = 3;
/// For finding faults.
pub const AQ_LOG_DEBUG: u32 = 4;
/// Everything.
pub const AQ_LOG_TRACE: u32 = 5;

c_struct! {
    /// A line for the log. Borrowed.
    AqLogRecord {
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// One of AQ_LOG_*.
        level: u32 = "uint32_t level";
        /// The line in the source file, 0 if unknown.
        line: u32 = "uint32_t line";
        /// What it is about: a module path such as `jdbc::mysql`. Levels are set by it.
        target: AqStr = "AqStr target";
        /// The text.
        message: AqStr = "AqStr message";
        /// The source file; may be empty.
        file: AqStr = "AqStr file";
        /// Fields.
        fields: *const AqEntry = "const AqEntry *fields";
        /// Their number.
        fields_len: usize = "size_t fields_len";
    }
}

c_struct! {
    /// The host, as it shows itself to a plug-in. Valid as long as the process.
    AqHost {
        /// AQ_MAGIC.
        magic: u64 = "uint64_t magic";
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// AQ_ABI_MAJOR.
        abi_major: u32 = "uint32_t abi_major";
        /// AQ_ABI_MINOR.
        abi_minor: u32 = "uint32_t abi_minor";
        /// AQ_HOST_* bits.
        features: u64 = "uint64_t features";
        /// How many threads the plug-in's runtime should have.
        worker_threads: u32 = "uint32_t worker_threads";
        /// The most talkative level that may be of interest: an AQ_LOG_* number.
        log_level: u32 = "uint32_t log_level";
        /// The program's name and version, for the log.
        version: AqStr = "AqStr version";
        /// Whether a line of this level and target would be kept: 1 or 0. May be null: all are.
        log_enabled: Option<unsafe extern "C" fn(u32, AqStr) -> u32> =
            "uint32_t (*log_enabled)(uint32_t level, AqStr target)";
        /// Writes a line to the log.
        log: Option<unsafe extern "C" fn(*const AqLogRecord)> = "void (*log)(const AqLogRecord *record)";
    }
}

c_struct! {
    /// The plug-in, as it shows itself to the host. The host passes it zeroed but for `size`, which says how much room
    /// there is; the plug-in fills in that much and says how much it filled.
    AqPlugin {
        /// AQ_MAGIC.
        magic: u64 = "uint64_t magic";
        /// The size of this struct in bytes as its maker knows it.
        size: usize = "size_t size";
        /// AQ_ABI_MAJOR.
        abi_major: u32 = "uint32_t abi_major";
        /// AQ_ABI_MINOR.
        abi_minor: u32 = "uint32_t abi_minor";
        /// AQ_PLUGIN_* bits.
        features: u64 = "uint64_t features";
        /// For the makers of instances.
        ctx: *mut c_void = "void *ctx";
        /// The manifest as JSON, as in the section. Valid as long as the process.
        manifest: AqStr = "AqStr manifest";
        /// Why the entry refused. Valid as long as the process.
        refusal: AqStr = "AqStr refusal";
        /// Makes a connector of a class.
        connector: Option<unsafe extern "C" fn(*mut c_void, AqStr, *mut AqConnector) -> i32> =
            "int32_t (*connector)(void *ctx, AqStr class_name, AqConnector *out)";
        /// Makes a task of a source class.
        source_task: Option<unsafe extern "C" fn(*mut c_void, AqStr, *mut AqSourceTask) -> i32> =
            "int32_t (*source_task)(void *ctx, AqStr class_name, AqSourceTask *out)";
        /// Makes a task of a sink class.
        sink_task: Option<unsafe extern "C" fn(*mut c_void, AqStr, *mut AqSinkTask) -> i32> =
            "int32_t (*sink_task)(void *ctx, AqStr class_name, AqSinkTask *out)";
    }
}

/// The type of the exported symbol: `int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out)`.
pub type AqEntryFn = unsafe extern "C" fn(*const AqHost, *mut AqPlugin) -> i32;
