//! The table of a connector.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConnectError, Connector, OffsetMap};

use super::actor::Actor;
use super::context::Started;
use crate::answer::Answer;
use crate::codec::decode_offset_map;
use crate::lend::{bytes_of, config_of, slice_of};
use crate::panics::guard;
use crate::raw::{AqConfig, AqConnectorTable, AqContext, AqDone, AqOffsetChange};

pub(super) static TABLE: AqConnectorTable = AqConnectorTable {
    size: size_of::<AqConnectorTable>(),
    destroy: Some(destroy),
    cancel: Some(cancel),
    validate: Some(validate),
    start: Some(start),
    task_configs: Some(task_configs),
    alter_offsets: Some(alter_offsets),
    stop: Some(stop),
};

/// What `self` points to.
pub(super) type Instance = Actor<Box<dyn Connector>>;

/// Runs the code of a shim; a panic of the shim itself is told as the end of the call.
fn shim(done: AqDone, code: impl FnOnce()) {
    if let Err(panic) = guard(code) {
        Answer::panicked(panic).tell(done);
    }
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    // SAFETY: the host destroys an instance once.
    let _panicked = guard(|| drop(unsafe { Box::from_raw(instance.cast::<Instance>()) }));
}

unsafe extern "C" fn cancel(instance: *mut c_void, ticket: u64) {
    // SAFETY: the host's promise: the instance is not destroyed.
    let _panicked = guard(|| unsafe { &*instance.cast::<Instance>() }.cancel(ticket));
}

unsafe extern "C" fn validate(instance: *mut c_void, config: *const AqConfig, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, config) = unsafe { (&*instance.cast::<Instance>(), config_of(config)) };
        actor.submit(
            done,
            Box::new(move |connector| {
                Box::pin(async move {
                    match connector.validate(&config).await {
                        Ok(reports) => Answer { reports, ..Answer::ok() },
                        Err(error) => Answer::failed(error),
                    }
                })
            }),
        );
    });
}

unsafe extern "C" fn start(
    instance: *mut c_void,
    context: *const AqContext,
    config: *const AqConfig,
    done: AqDone,
) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, config) = unsafe { (&*instance.cast::<Instance>(), config_of(config)) };
        // SAFETY: as above.
        let Some(started) = (unsafe { Started::adopt(context) }) else {
            return Answer::failed(ConnectError::fatal("a connector was started without a context"))
                .tell(done);
        };
        actor.name(tracing::info_span!("connector", connector = started.connector));
        actor.submit(
            done,
            Box::new(move |connector| {
                let context = started.for_connector();
                Box::pin(async move { Answer::of(connector.start(context, &config).await) })
            }),
        );
    });
}

unsafe extern "C" fn task_configs(instance: *mut c_void, max_tasks: u32, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { &*instance.cast::<Instance>() };
        actor.submit(
            done,
            Box::new(move |connector| {
                Box::pin(async move {
                    match connector.task_configs(max_tasks as usize).await {
                        Ok(configs) => Answer { configs, ..Answer::ok() },
                        Err(error) => Answer::failed(error),
                    }
                })
            }),
        );
    });
}

unsafe extern "C" fn alter_offsets(
    instance: *mut c_void,
    config: *const AqConfig,
    changes: *const AqOffsetChange,
    changes_len: usize,
    done: AqDone,
) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, config) = unsafe { (&*instance.cast::<Instance>(), config_of(config)) };
        // SAFETY: as above.
        let changes = unsafe { slice_of(changes, changes_len) };
        // SAFETY: as above.
        let changes = match changes.iter().map(|change| unsafe { change_of(change) }).collect() {
            Ok::<Vec<_>, ConnectError>(changes) => changes,
            Err(error) => return Answer::failed(error).tell(done),
        };
        actor.submit(
            done,
            Box::new(move |connector| {
                Box::pin(async move {
                    match connector.alter_offsets(&config, &changes).await {
                        Ok(flag) => Answer { flag, ..Answer::ok() },
                        Err(error) => Answer::failed(error),
                    }
                })
            }),
        );
    });
}

unsafe fn change_of(change: &AqOffsetChange) -> Result<(OffsetMap, Option<OffsetMap>), ConnectError> {
    // SAFETY: the caller reads valid changes.
    let partition = decode_offset_map(unsafe { bytes_of(change.partition) })?;
    if change.offset.ptr.is_null() {
        return Ok((partition, None));
    }
    // SAFETY: as above.
    Ok((partition, Some(decode_offset_map(unsafe { bytes_of(change.offset) })?)))
}

unsafe extern "C" fn stop(instance: *mut c_void, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let actor = unsafe { &*instance.cast::<Instance>() };
        actor.submit(
            done,
            Box::new(move |connector| {
                Box::pin(async move {
                    connector.stop().await;
                    Answer::ok()
                })
            }),
        );
    });
}
