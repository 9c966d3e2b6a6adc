/*
 * The plug-in ABI of Aqueduct. Generated from plugins/abi/src/raw: do not edit.
 *
 * A plug-in is a shared library that exports one symbol:
 *
 *     int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out);
 *
 * Rules
 *   - A struct that begins with `size` (AqHost and AqPlugin: after `magic`) only ever grows at its end. Fill in
 *     `size` with sizeof; what the other side does not know it ignores, what it does not have is zero.
 *   - What is passed to a call is borrowed: valid until the call returns, unless it says otherwise. Nobody frees
 *     memory of the other side: what passes over has a `release`.
 *   - Texts are UTF-8 with a length, not ended by NUL.
 *   - A call that may wait gets an AqDone and tells its end through it, exactly once.
 *   - No exception, longjmp or panic may cross the boundary.
 *
 * The TAGGED encoding of values: one byte AQ_TAG_*, then its content. Numbers are little-endian. A text or bytes: u32
 * length, bytes. A list: u32 count, values. A map: u32 count, key and value in turn. A struct: u32 schema reference
 * (0 for the schema that the context gives, else 1 + a position in the batch's schemas), u32 count, field values.
 * A schema body: u8 type (AQ_TYPE_*), u16 AQ_SCHEMA_* flags, then what the flags announce, in the order of their bits.
 */
#ifndef AQUEDUCT_PLUGIN_H
#define AQUEDUCT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Handshake */
#define AQ_MAGIC UINT64_C(0x5443554445555141)
#define AQ_ABI_MAJOR 1
#define AQ_ABI_MINOR 0
#define AQ_MANIFEST_SECTION ".aqueduct.manifest"
#define AQ_HOST_LINKED 1
#define AQ_PLUGIN_BLOCKING 1
#define AQ_PLUGIN_FULL_SCHEMAS 2
#define AQ_PLUGIN_ABORTS 4

/* Answers of the entry and of the makers of instances */
#define AQ_ACCEPTED 0
#define AQ_REFUSED 1
#define AQ_UNKNOWN_CLASS 2
#define AQ_MAKER_PANICKED 3

/* How a call ended */
#define AQ_OK 0
#define AQ_FAILED 1
#define AQ_CANCELLED 2
#define AQ_PANICKED 3

/* Errors */
#define AQ_ERROR_RETRIABLE 1
#define AQ_ERROR_DATA 2
#define AQ_ERROR_CONFIG 3
#define AQ_ERROR_FATAL 4
#define AQ_NO_RETRY_AFTER UINT64_MAX

/* Records */
#define AQ_FORM_NULL 0
#define AQ_FORM_BYTES 1
#define AQ_FORM_TEXT 2
#define AQ_FORM_TAGGED 3
#define AQ_NO_PARTITION (-1)
#define AQ_NO_TIMESTAMP INT64_MIN
#define AQ_NO_TASK UINT32_MAX

/* Tags of TAGGED values */
#define AQ_TAG_NULL 0
#define AQ_TAG_FALSE 1
#define AQ_TAG_TRUE 2
#define AQ_TAG_INT8 3
#define AQ_TAG_INT16 4
#define AQ_TAG_INT32 5
#define AQ_TAG_INT64 6
#define AQ_TAG_FLOAT32 7
#define AQ_TAG_FLOAT64 8
#define AQ_TAG_STRING 9
#define AQ_TAG_BYTES 10
#define AQ_TAG_DECIMAL 11
#define AQ_TAG_DATE 12
#define AQ_TAG_TIME 13
#define AQ_TAG_TIMESTAMP 14
#define AQ_TAG_ARRAY 15
#define AQ_TAG_MAP 16
#define AQ_TAG_STRUCT 17

/* Types of schemas */
#define AQ_TYPE_INT8 0
#define AQ_TYPE_INT16 1
#define AQ_TYPE_INT32 2
#define AQ_TYPE_INT64 3
#define AQ_TYPE_FLOAT32 4
#define AQ_TYPE_FLOAT64 5
#define AQ_TYPE_BOOLEAN 6
#define AQ_TYPE_STRING 7
#define AQ_TYPE_BYTES 8
#define AQ_TYPE_ARRAY 9
#define AQ_TYPE_MAP 10
#define AQ_TYPE_STRUCT 11

/* What a schema body holds */
#define AQ_SCHEMA_OPTIONAL 1
#define AQ_SCHEMA_NAME 2
#define AQ_SCHEMA_VERSION 4
#define AQ_SCHEMA_DOC 8
#define AQ_SCHEMA_PARAMETERS 16
#define AQ_SCHEMA_FIELDS 32
#define AQ_SCHEMA_KEY_SCHEMA 64
#define AQ_SCHEMA_VALUE_SCHEMA 128
#define AQ_SCHEMA_DEFAULT 256

/* Levels of the log */
#define AQ_LOG_ERROR 1
#define AQ_LOG_WARN 2
#define AQ_LOG_INFO 3
#define AQ_LOG_DEBUG 4
#define AQ_LOG_TRACE 5

typedef struct AqStr AqStr;
typedef struct AqEntry AqEntry;
typedef struct AqConfig AqConfig;
typedef struct AqCause AqCause;
typedef struct AqError AqError;
typedef struct AqKeyReport AqKeyReport;
typedef struct AqSpan AqSpan;
typedef struct AqDatum AqDatum;
typedef struct AqHeader AqHeader;
typedef struct AqSchema AqSchema;
typedef struct AqRecord AqRecord;
typedef struct AqBatch AqBatch;
typedef struct AqResult AqResult;
typedef struct AqDone AqDone;
typedef struct AqTopicPartition AqTopicPartition;
typedef struct AqOffsetChange AqOffsetChange;
typedef struct AqContextTable AqContextTable;
typedef struct AqContext AqContext;
typedef struct AqConnectorTable AqConnectorTable;
typedef struct AqSourceTaskTable AqSourceTaskTable;
typedef struct AqSinkTaskTable AqSinkTaskTable;
typedef struct AqConnector AqConnector;
typedef struct AqSourceTask AqSourceTask;
typedef struct AqSinkTask AqSinkTask;
typedef struct AqLogRecord AqLogRecord;
typedef struct AqHost AqHost;
typedef struct AqPlugin AqPlugin;

/* A text in UTF-8 or plain bytes, not ended by NUL. Borrowed: valid only during the call it is passed to.
 * A null pointer stands for "none" where the field says so, else for the empty text. */
struct AqStr {
    /* The first byte. */
    const uint8_t *ptr;
    /* The number of bytes. */
    size_t len;
};

/* A setting, a label or a field: a name and a value. */
struct AqEntry {
    /* The name. */
    AqStr key;
    /* The value. */
    AqStr value;
};

/* Settings, each name once. */
struct AqConfig {
    /* The settings. */
    const AqEntry *entries;
    /* Their number. */
    size_t entries_len;
};

/* One link of a chain of causes. */
struct AqCause {
    /* The kind of error. */
    AqStr kind;
    /* What it said. */
    AqStr message;
};

/* What went wrong, and what the worker should do about it. Borrowed. */
struct AqError {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* One of AQ_ERROR_*; anything else is taken as AQ_ERROR_FATAL. */
    uint32_t error_class;
    /* Zero. */
    uint32_t reserved;
    /* Milliseconds after which to try again, or AQ_NO_RETRY_AFTER. */
    uint64_t retry_after_ms;
    /* The class name shown in traces; may be empty. */
    AqStr kind;
    /* What went wrong, naming the subject; never a secret. */
    AqStr message;
    /* The causes, nearest first. */
    const AqCause *causes;
    /* Their number. */
    size_t causes_len;
};

/* What validation says of one setting. */
struct AqKeyReport {
    /* The setting. */
    AqStr name;
    /* The value in force; null pointer for none. */
    AqStr value;
    /* Complete texts. */
    const AqStr *errors;
    /* Their number. */
    size_t errors_len;
    /* Values to offer to a user. */
    const AqStr *recommended;
    /* Their number. */
    size_t recommended_len;
};

/* A part of a batch's arena. */
struct AqSpan {
    /* Where it begins. */
    uint32_t offset;
    /* Its number of bytes. */
    uint32_t len;
};

/* A key, a value or a header's value. */
struct AqDatum {
    /* One of AQ_FORM_*. */
    uint32_t form;
    /* Its schema: 0 for none, else 1 + a position in the batch's `schemas`. */
    uint32_t schema;
    /* The bytes, in that form. */
    AqSpan data;
};

/* A header of a record. */
struct AqHeader {
    /* Its name. */
    AqSpan key;
    /* Its value. */
    AqDatum value;
};

/* A schema that records of the batch use. */
struct AqSchema {
    /* Names the schema within the batch's `schema_epoch`. */
    uint64_t id;
    /* The schema, or an empty span if an earlier batch of the same epoch and instance had it. */
    AqSpan body;
};

/* A record. Sources fill in what they know; sinks get everything but the source fields. */
struct AqRecord {
    /* The topic: a position in the batch's `topics`. */
    uint32_t topic;
    /* The partition, or AQ_NO_PARTITION. */
    int32_t partition;
    /* To a sink: the offset in the partition. From a source: 0. */
    int64_t offset;
    /* Milliseconds since the epoch, or AQ_NO_TIMESTAMP. */
    int64_t timestamp;
    /* To a sink: 0 none, 1 set by the producer, 2 set by the broker. */
    uint32_t timestamp_type;
    /* To a sink: the topic before any transformation, a position in `topics`. */
    uint32_t original_topic;
    /* From a source: 1 + a position in `source_partitions`, 0 for an empty partition. */
    uint32_t source_partition;
    /* The position of its first header in `headers`. */
    uint32_t headers_first;
    /* The number of its headers. */
    uint32_t headers_len;
    /* Zero. */
    uint32_t reserved;
    /* From a source: where to go on after it, a TAGGED map; empty span for none. */
    AqSpan source_offset;
    /* The key. */
    AqDatum key;
    /* The value. */
    AqDatum value;
};

/* Records. All of it belongs to the maker until the receiver calls `release(release_ctx)`, once, at any time and
 * from any thread; until then nothing in it changes. */
struct AqBatch {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* From a source: the batch's number, for acknowledged. */
    uint64_t id;
    /* A new number means: forget all schemas of earlier batches. */
    uint64_t schema_epoch;
    /* The bytes that spans point into, at most 4 GiB. */
    const uint8_t *arena;
    /* Their number. */
    size_t arena_len;
    /* The records in order. */
    const AqRecord *records;
    /* Their number. */
    size_t records_len;
    /* The distance from a record to the next in bytes. */
    size_t record_stride;
    /* The headers of all records. */
    const AqHeader *headers;
    /* Their number. */
    size_t headers_len;
    /* The schemas that the records use. */
    const AqSchema *schemas;
    /* Their number. */
    size_t schemas_len;
    /* The topics that the records name. */
    const AqSpan *topics;
    /* Their number. */
    size_t topics_len;
    /* The source partitions that the records name, each a TAGGED map. */
    const AqSpan *source_partitions;
    /* Their number. */
    size_t source_partitions_len;
    /* For release. */
    void *release_ctx;
    /* Gives the batch back; null if there is nothing to give back. */
    void (*release)(void *release_ctx);
};

/* What a call came to. Borrowed during the completion, but for `batch`, which passes to the receiver. */
struct AqResult {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* One of AQ_OK, AQ_FAILED, AQ_CANCELLED, AQ_PANICKED. */
    uint32_t status;
    /* alter_offsets: 1 if the worker is to store the offsets, 0 if they are not its to keep. */
    uint32_t flag;
    /* Why, with AQ_FAILED and AQ_PANICKED; else null. */
    const AqError *error;
    /* poll: the records, or null for none now. The receiver calls its `release` once, at any time. */
    const AqBatch *batch;
    /* outcome of put: one pointer for each record, null for a durable one. Null if all are durable. */
    const AqError *const *outcomes;
    /* The number of outcomes: that of the records, or 0 if all are durable. */
    size_t outcomes_len;
    /* task_configs: the configurations. */
    const AqConfig *configs;
    /* Their number. */
    size_t configs_len;
    /* validate: reports for settings with errors or recommended values. */
    const AqKeyReport *reports;
    /* Their number. */
    size_t reports_len;
    /* The host's offsets: one TAGGED map for each partition asked for, null pointer for none. */
    const AqStr *offsets;
    /* Their number. */
    size_t offsets_len;
};

/* How to tell the end of a call: call `done(ticket, result)` exactly once, from any thread, even before the call
 * itself has returned, and after a cancel too. A second call does nothing. */
struct AqDone {
    /* Names the call, also for cancel. */
    uint64_t ticket;
    /* Tells the end. */
    void (*done)(uint64_t ticket, const AqResult *result);
};

/* A topic and one of its partitions. */
struct AqTopicPartition {
    /* The topic. */
    AqStr topic;
    /* The partition, from 0. */
    int32_t partition;
    /* Zero. */
    uint32_t reserved;
};

/* A source offset that a user wants to set. */
struct AqOffsetChange {
    /* The source partition, a TAGGED map. */
    AqStr partition;
    /* The source offset, a TAGGED map; null pointer to reset. */
    AqStr offset;
};

/* Calls to the worker. None of them blocks; all may be made from any thread until `release`. */
struct AqContextTable {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* The plug-in needs the context no longer. Call it once, at the latest in destroy. */
    void (*release)(void *ctx);
    /* Reads the committed offsets of source partitions (TAGGED maps). The result's `offsets` are in the same
     * order. */
    void (*offsets)(void *ctx, const AqStr *partitions, size_t partitions_len, AqDone done);
    /* Adds to a counter. */
    void (*counter)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, uint64_t delta);
    /* Sets a gauge. */
    void (*gauge)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, double value);
    /* Adds an observation to a histogram. */
    void (*histogram)(void *ctx, AqStr name, const AqEntry *labels, size_t labels_len, double value);
    /* Connectors: task configurations have changed, ask for them again. */
    void (*request_task_reconfiguration)(void *ctx);
    /* Connectors: the connector cannot go on. */
    void (*raise_error)(void *ctx, const AqError *error);
};

/* What a connector or task gets when it starts. Borrowed, but `ctx` is the plug-in's until it calls `release`. */
struct AqContext {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* The task's number from 0, AQ_NO_TASK for a connector. */
    uint32_t task;
    /* Zero. */
    uint32_t reserved;
    /* The connector's name. */
    AqStr connector;
    /* For the calls of `table`. */
    void *ctx;
    /* The calls. Valid as long as the process. */
    const AqContextTable *table;
};

/* One configured connector. */
struct AqConnectorTable {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* Frees the instance. No other call comes after it. A call that has not ended is abandoned. */
    void (*destroy)(void *self);
    /* The host no longer waits for a call: end it soon, with AQ_CANCELLED if it had no effect. */
    void (*cancel)(void *self, uint64_t ticket);
    /* Judges a configuration beyond what the manifest says; also called on an instance that is not started. */
    void (*validate)(void *self, const AqConfig *config, AqDone done);
    /* Begins. */
    void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done);
    /* Splits the work into at most this many configurations. */
    void (*task_configs)(void *self, uint32_t max_tasks, AqDone done);
    /* Judges offsets a user wants to set. Null: the worker stores them. */
    void (*alter_offsets)(void *self, const AqConfig *config, const AqOffsetChange *changes, size_t changes_len, AqDone done);
    /* Ends. */
    void (*stop)(void *self, AqDone done);
};

/* One unit of reading. */
struct AqSourceTaskTable {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* As for connectors. */
    void (*destroy)(void *self);
    /* As for connectors. A cancelled poll may still end with a batch; the host keeps it. */
    void (*cancel)(void *self, uint64_t ticket);
    /* Begins. */
    void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done);
    /* Reads the next records; may wait for some as long as it likes. Ends with `batch`. */
    void (*poll)(void *self, AqDone done);
    /* The first `prefix` records of a batch are durable in the log. */
    void (*acknowledged)(void *self, uint64_t batch, uint64_t prefix, AqDone done);
    /* Ends. */
    void (*stop)(void *self, AqDone done);
};

/* One unit of writing. */
struct AqSinkTaskTable {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* As for connectors. */
    void (*destroy)(void *self);
    /* As for connectors. */
    void (*cancel)(void *self, uint64_t ticket);
    /* Begins. */
    void (*start)(void *self, const AqContext *context, const AqConfig *config, AqDone done);
    /* Partitions the task now reads from. */
    void (*open)(void *self, const AqTopicPartition *partitions, size_t partitions_len, AqDone done);
    /* Takes a batch in; the struct is borrowed, what it points to is the plug-in's until it calls `release`.
     * `accepted` is told when the next call may come. `outcome` is told, at once or later, with what became of
     * every record; several batches may be under way. */
    void (*put)(void *self, const AqBatch *batch, AqDone accepted, AqDone outcome);
    /* Writes what is held back for batching. */
    void (*flush)(void *self, AqDone done);
    /* Partitions the task no longer reads from; outcomes of their records are told before it ends. Null: the
     * worker waits for the outcomes of all records. */
    void (*close)(void *self, const AqTopicPartition *partitions, size_t partitions_len, AqDone done);
    /* Ends. */
    void (*stop)(void *self, AqDone done);
};

/* A connector: what its functions get as `self`, and the functions. The table is valid as long as the process. */
struct AqConnector {
    /* The instance. */
    void *instance;
    /* Its functions. */
    const AqConnectorTable *table;
};

/* A source task. */
struct AqSourceTask {
    /* The instance. */
    void *instance;
    /* Its functions. */
    const AqSourceTaskTable *table;
};

/* A sink task. */
struct AqSinkTask {
    /* The instance. */
    void *instance;
    /* Its functions. */
    const AqSinkTaskTable *table;
};

/* A line for the log. Borrowed. */
struct AqLogRecord {
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* One of AQ_LOG_*. */
    uint32_t level;
    /* The line in the source file, 0 if unknown. */
    uint32_t line;
    /* What it is about: a module path such as `jdbc::mysql`. Levels are set by it. */
    AqStr target;
    /* The text. */
    AqStr message;
    /* The source file; may be empty. */
    AqStr file;
    /* Fields. */
    const AqEntry *fields;
    /* Their number. */
    size_t fields_len;
};

/* The host, as it shows itself to a plug-in. Valid as long as the process. */
struct AqHost {
    /* AQ_MAGIC. */
    uint64_t magic;
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* AQ_ABI_MAJOR. */
    uint32_t abi_major;
    /* AQ_ABI_MINOR. */
    uint32_t abi_minor;
    /* AQ_HOST_* bits. */
    uint64_t features;
    /* How many threads the plug-in's runtime should have. */
    uint32_t worker_threads;
    /* The most talkative level that may be of interest: an AQ_LOG_* number. */
    uint32_t log_level;
    /* The program's name and version, for the log. */
    AqStr version;
    /* Whether a line of this level and target would be kept: 1 or 0. May be null: all are. */
    uint32_t (*log_enabled)(uint32_t level, AqStr target);
    /* Writes a line to the log. */
    void (*log)(const AqLogRecord *record);
};

/* The plug-in, as it shows itself to the host. The host passes it zeroed but for `size`, which says how much room
 * there is; the plug-in fills in that much and says how much it filled. */
struct AqPlugin {
    /* AQ_MAGIC. */
    uint64_t magic;
    /* The size of this struct in bytes as its maker knows it. */
    size_t size;
    /* AQ_ABI_MAJOR. */
    uint32_t abi_major;
    /* AQ_ABI_MINOR. */
    uint32_t abi_minor;
    /* AQ_PLUGIN_* bits. */
    uint64_t features;
    /* For the makers of instances. */
    void *ctx;
    /* The manifest as JSON, as in the section. Valid as long as the process. */
    AqStr manifest;
    /* Why the entry refused. Valid as long as the process. */
    AqStr refusal;
    /* Makes a connector of a class. */
    int32_t (*connector)(void *ctx, AqStr class_name, AqConnector *out);
    /* Makes a task of a source class. */
    int32_t (*source_task)(void *ctx, AqStr class_name, AqSourceTask *out);
    /* Makes a task of a sink class. */
    int32_t (*sink_task)(void *ctx, AqStr class_name, AqSinkTask *out);
};

/* The one exported symbol. */
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out);

#ifdef __cplusplus
}
#endif

#endif /* AQUEDUCT_PLUGIN_H */
