/*
 * A sink in C: one line of text for each record, at the end of a file.
 *
 * It is a whole plug-in. Build it:
 *
 *     cc -shared -fPIC -O2 -I plugins/abi/include -o libline_sink.so plugins/examples/line-sink/line_sink.c
 *
 * and put it on plugin.path. It says AQ_PLUGIN_BLOCKING, so each of its tasks has a thread of its own in the worker and
 * may simply wait for the disk; and AQ_PLUGIN_FULL_SCHEMAS, so that it need not remember schemas.
 *
 * Texts, bytes and null are written. A value of any other type is an error of that record alone: the worker's
 * errors.tolerance decides about it.
 */
#include "aqueduct_plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASS "com.example.LineSinkConnector"

/* What the worker reads without running any code. */
__attribute__((section(AQ_MANIFEST_SECTION), used)) static const char MANIFEST[] =
    "{\"abi\":\"1.0\",\"name\":\"example-line-sink\",\"version\":\"1.0.0\",\"connectors\":[{"
    "\"class\":\"" CLASS "\",\"aliases\":[],\"kind\":\"sink\",\"config\":[{"
    "\"name\":\"file\",\"kind\":\"STRING\",\"required\":true,\"default\":null,\"check\":\"non_empty\","
    "\"importance\":\"HIGH\",\"doc\":\"The file to append to\",\"width\":\"NONE\"}]}]}";

static AqStr text(const char *text) {
    AqStr str = {(const uint8_t *)text, strlen(text)};
    return str;
}

/* Tells the end of a call that has no content. */
static void tell(AqDone done, uint32_t status, const AqError *error) {
    AqResult result = {.size = sizeof result, .status = status, .error = error};
    done.done(done.ticket, &result);
}

static void tell_ok(AqDone done) {
    tell(done, AQ_OK, NULL);
}

static void tell_failed(AqDone done, uint32_t error_class, const char *what, int reason) {
    AqCause cause = {text("errno"), text(strerror(reason))};
    AqError error = {
        .size = sizeof error,
        .error_class = error_class,
        .retry_after_ms = AQ_NO_RETRY_AFTER,
        .message = text(what),
        .causes = &cause,
        .causes_len = reason ? 1 : 0,
    };
    tell(done, AQ_FAILED, &error);
}

/* A copy of a setting as a C string, to be freed; NULL if it is not set. */
static char *setting(const AqConfig *config, const char *key) {
    for (size_t i = 0; i < config->entries_len; i++) {
        const AqEntry *entry = &config->entries[i];
        if (entry->key.len == strlen(key) && memcmp(entry->key.ptr, key, entry->key.len) == 0) {
            return strndup((const char *)entry->value.ptr, entry->value.len);
        }
    }
    return NULL;
}

/* The connector: one configuration, given to every task. */

typedef struct {
    char *file;
} Connector;

static void connector_destroy(void *self) {
    Connector *connector = self;
    free(connector->file);
    free(connector);
}

static void connector_start(void *self, const AqContext *context, const AqConfig *config, AqDone done) {
    Connector *connector = self;
    /* The context is ours until we release it; this connector makes no calls to the worker. */
    context->table->release(context->ctx);
    connector->file = setting(config, "file");
    if (connector->file == NULL) {
        tell_failed(done, AQ_ERROR_CONFIG, "the setting 'file' is missing", 0);
        return;
    }
    tell_ok(done);
}

static void connector_task_configs(void *self, uint32_t max_tasks, AqDone done) {
    Connector *connector = self;
    (void)max_tasks; /* tasks of one file would only wait for each other */
    AqEntry entry = {text("file"), text(connector->file)};
    AqConfig config = {&entry, 1};
    AqResult result = {.size = sizeof result, .status = AQ_OK, .configs = &config, .configs_len = 1};
    done.done(done.ticket, &result);
}

static const AqConnectorTable CONNECTOR_TABLE = {
    .size = sizeof CONNECTOR_TABLE,
    .destroy = connector_destroy,
    .start = connector_start,
    .task_configs = connector_task_configs,
};

/* The task. */

typedef struct {
    FILE *file;
} Task;

static void task_destroy(void *self) {
    Task *task = self;
    if (task->file != NULL) {
        fclose(task->file);
    }
    free(task);
}

static void task_start(void *self, const AqContext *context, const AqConfig *config, AqDone done) {
    Task *task = self;
    context->table->release(context->ctx);
    char *path = setting(config, "file");
    task->file = path == NULL ? NULL : fopen(path, "a");
    int reason = errno;
    free(path);
    if (task->file == NULL) {
        tell_failed(done, AQ_ERROR_FATAL, "the file cannot be opened", reason);
        return;
    }
    tell_ok(done);
}

/* Writes one record's value. 0 if it is of a type that this sink does not take. */
static int write_line(FILE *file, const AqBatch *batch, const AqRecord *record) {
    AqDatum value = record->value;
    switch (value.form) {
    case AQ_FORM_NULL:
        fputs("null\n", file);
        return 1;
    case AQ_FORM_TEXT:
    case AQ_FORM_BYTES:
        fwrite(batch->arena + value.data.offset, 1, value.data.len, file);
        fputc('\n', file);
        return 1;
    default:
        return 0;
    }
}

static void task_put(void *self, const AqBatch *batch, AqDone accepted, AqDone outcome) {
    static const AqError WRONG_TYPE = {
        .size = sizeof WRONG_TYPE,
        .error_class = AQ_ERROR_DATA,
        .retry_after_ms = AQ_NO_RETRY_AFTER,
        .message = {(const uint8_t *)"only texts, bytes and null are written", 38},
    };
    Task *task = self;
    const AqError **outcomes = calloc(batch->records_len + 1, sizeof *outcomes);
    for (size_t i = 0; outcomes != NULL && i < batch->records_len; i++) {
        const AqRecord *record = (const AqRecord *)((const char *)batch->records + i * batch->record_stride);
        outcomes[i] = write_line(task->file, batch, record) ? NULL : &WRONG_TYPE;
    }
    size_t records = batch->records_len;
    batch->release(batch->release_ctx);
    tell_ok(accepted);
    /* Done means durable. */
    if (outcomes == NULL || fflush(task->file) != 0 || fdatasync(fileno(task->file)) != 0) {
        tell_failed(outcome, AQ_ERROR_RETRIABLE, "the file could not be written", errno);
    } else {
        AqResult result = {.size = sizeof result, .status = AQ_OK, .outcomes = outcomes, .outcomes_len = records};
        outcome.done(outcome.ticket, &result);
    }
    free(outcomes);
}

static const AqSinkTaskTable TASK_TABLE = {
    .size = sizeof TASK_TABLE,
    .destroy = task_destroy,
    .start = task_start,
    .put = task_put,
};

/* The makers of instances, and the entry. */

static int is_our_class(AqStr class_name) {
    return class_name.len == strlen(CLASS) && memcmp(class_name.ptr, CLASS, class_name.len) == 0;
}

static int32_t make_connector(void *ctx, AqStr class_name, AqConnector *out) {
    (void)ctx;
    Connector *connector = is_our_class(class_name) ? calloc(1, sizeof *connector) : NULL;
    if (connector == NULL) {
        return AQ_UNKNOWN_CLASS;
    }
    out->instance = connector;
    out->table = &CONNECTOR_TABLE;
    return AQ_ACCEPTED;
}

static int32_t make_sink_task(void *ctx, AqStr class_name, AqSinkTask *out) {
    (void)ctx;
    Task *task = is_our_class(class_name) ? calloc(1, sizeof *task) : NULL;
    if (task == NULL) {
        return AQ_UNKNOWN_CLASS;
    }
    out->instance = task;
    out->table = &TASK_TABLE;
    return AQ_ACCEPTED;
}

__attribute__((visibility("default"))) int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    AqPlugin plugin = {
        .magic = AQ_MAGIC,
        .size = sizeof plugin,
        .abi_major = AQ_ABI_MAJOR,
        .abi_minor = AQ_ABI_MINOR,
        .features = AQ_PLUGIN_BLOCKING | AQ_PLUGIN_FULL_SCHEMAS,
        .manifest = {(const uint8_t *)MANIFEST, sizeof MANIFEST - 1},
        .connector = make_connector,
        .sink_task = make_sink_task,
    };
    if (host->magic != AQ_MAGIC || host->abi_major != AQ_ABI_MAJOR) {
        plugin.refusal = text("made for another ABI");
    }
    /* The worker may be older than this file: it gets as much as it has room for. */
    size_t room = out->size < sizeof plugin ? out->size : sizeof plugin;
    plugin.size = room;
    memcpy(out, &plugin, room);
    return plugin.refusal.len == 0 ? AQ_ACCEPTED : AQ_REFUSED;
}
