//! The worker's services behind the table that plug-ins call.

use std::ffi::c_void;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aqueduct_plugin_api::{
    ConnectError, ConnectorContext, ConnectorHost, Metrics, OffsetMap, OffsetReader, TaskContext,
};
use tokio::runtime::Handle;

use crate::answer::Answer;
use crate::codec::decode_offset_map;
use crate::lend::{bytes_of, error_of, lend, slice_of, text_of};
use crate::raw::{AQ_NO_TASK, AqContext, AqContextTable, AqDone, AqEntry, AqError, AqStr};

static TABLE: AqContextTable = AqContextTable {
    size: size_of::<AqContextTable>(),
    release: Some(release),
    offsets: Some(offsets),
    counter: Some(counter),
    gauge: Some(gauge),
    histogram: Some(histogram),
    request_task_reconfiguration: Some(request_task_reconfiguration),
    raise_error: Some(raise_error),
};

/// The services of one connector or task.
pub(super) struct Services {
    connector: String,
    task: u32,
    offsets: Arc<dyn OffsetReader>,
    metrics: Arc<dyn Metrics>,
    host: Option<Arc<dyn ConnectorHost>>,
    /// Where questions for offsets are answered.
    runtime: Option<Handle>,
}

impl Services {
    pub(super) fn of_connector(context: ConnectorContext) -> Self {
        Self {
            connector: context.connector,
            task: AQ_NO_TASK,
            offsets: context.offsets,
            metrics: context.metrics,
            host: Some(context.host),
            runtime: Handle::try_current().ok(),
        }
    }

    pub(super) fn of_task(context: TaskContext) -> Self {
        Self {
            connector: context.connector,
            task: context.task,
            offsets: context.offsets,
            metrics: context.metrics,
            host: None,
            runtime: Handle::try_current().ok(),
        }
    }

    /// Passes the services to a plug-in, which releases them.
    pub(super) fn lend<R>(self, start: impl FnOnce(*const AqContext) -> R) -> R {
        let services = Arc::new(self);
        let context = AqContext {
            size: size_of::<AqContext>(),
            task: services.task,
            reserved: 0,
            connector: lend(&services.connector),
            ctx: Arc::into_raw(services.clone()).cast_mut().cast::<c_void>(),
            table: &TABLE,
        };
        start(&context)
    }
}

/// Runs a service for a plug-in. A panic must not cross into it.
fn serve(ctx: *mut c_void, service: impl FnOnce(&Services)) {
    let served = std::panic::catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the plug-in has not released the context.
        service(unsafe { &*ctx.cast::<Services>() });
    }));
    if served.is_err() {
        tracing::error!("a service for a plug-in panicked");
    }
}

unsafe extern "C" fn release(ctx: *mut c_void) {
    // SAFETY: the plug-in releases the context once.
    let released = std::panic::catch_unwind(|| drop(unsafe { Arc::from_raw(ctx.cast::<Services>()) }));
    if released.is_err() {
        tracing::error!("the services for a plug-in panicked at their end");
    }
}

unsafe extern "C" fn offsets(
    ctx: *mut c_void,
    partitions: *const AqStr,
    partitions_len: usize,
    done: AqDone,
) {
    serve(ctx, |services| {
        // SAFETY: the partitions live until the call returns.
        let asked = unsafe { slice_of(partitions, partitions_len) };
        // SAFETY: as above.
        let asked: Result<Vec<OffsetMap>, _> =
            asked.iter().map(|partition| decode_offset_map(unsafe { bytes_of(*partition) })).collect();
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => return Answer::failed(error.into()).tell(done),
        };
        let Some(runtime) = &services.runtime else {
            let error = ConnectError::fatal("the worker has no runtime to read offsets on");
            return Answer::failed(error).tell(done);
        };
        let reader = services.offsets.clone();
        runtime.spawn(async move {
            match reader.offsets(asked).await {
                Ok(offsets) => Answer { offsets, ..Answer::ok() }.tell(done),
                Err(error) => Answer::failed(error).tell(done),
            }
        });
    });
}

/// Copies a name and labels.
unsafe fn with_labels(
    name: AqStr,
    labels: *const AqEntry,
    labels_len: usize,
    measure: impl FnOnce(&str, &[(&str, &str)]),
) {
    // SAFETY: the texts live until the call returns.
    let (name, labels) = unsafe { (text_of(name), slice_of(labels, labels_len)) };
    // SAFETY: as above.
    let labels: Vec<(String, String)> =
        labels.iter().map(|label| unsafe { (text_of(label.key), text_of(label.value)) }).collect();
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    measure(&name, &labels);
}

unsafe extern "C" fn counter(
    ctx: *mut c_void,
    name: AqStr,
    labels: *const AqEntry,
    labels_len: usize,
    delta: u64,
) {
    serve(ctx, |services| {
        // SAFETY: the plug-in's promise.
        unsafe {
            with_labels(name, labels, labels_len, |name, labels| {
                services.metrics.counter(name, labels, delta)
            });
        }
    });
}

unsafe extern "C" fn gauge(
    ctx: *mut c_void,
    name: AqStr,
    labels: *const AqEntry,
    labels_len: usize,
    value: f64,
) {
    serve(ctx, |services| {
        // SAFETY: the plug-in's promise.
        unsafe {
            with_labels(name, labels, labels_len, |name, labels| services.metrics.gauge(name, labels, value));
        }
    });
}

unsafe extern "C" fn histogram(
    ctx: *mut c_void,
    name: AqStr,
    labels: *const AqEntry,
    labels_len: usize,
    value: f64,
) {
    serve(ctx, |services| {
        // SAFETY: the plug-in's promise.
        unsafe {
            with_labels(name, labels, labels_len, |name, labels| {
                services.metrics.histogram(name, labels, value)
            });
        }
    });
}

unsafe extern "C" fn request_task_reconfiguration(ctx: *mut c_void) {
    serve(ctx, |services| {
        if let Some(host) = &services.host {
            host.request_task_reconfiguration();
        }
    });
}

unsafe extern "C" fn raise_error(ctx: *mut c_void, error: *const AqError) {
    serve(ctx, |services| {
        // SAFETY: the error lives until the call returns.
        let error = unsafe { error_of(error) };
        if let (Some(host), Some(error)) = (&services.host, error) {
            host.raise_error(error);
        }
    });
}
