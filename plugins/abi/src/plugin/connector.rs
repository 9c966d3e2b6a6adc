//! The table of a connector.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConnectError, Connector, OffsetMap};

use super::context::Started;
use super::shim::{actor_of, cancel, destroy, shim};
use crate::answer::Answer;
use crate::codec::decode_offset_map;
use crate::lend::{bytes_of, config_of, slice_of};
use crate::raw::{AqConfig, AqConnectorTable, AqContext, AqDone, AqOffsetChange};

/// What its functions are called on.
type Instance = Box<dyn Connector>;

pub(super) static TABLE: AqConnectorTable = AqConnectorTable {
    size: size_of::<AqConnectorTable>(),
    destroy: Some(destroy::<Instance>),
    cancel: Some(cancel::<Instance>),
    validate: Some(validate),
    start: Some(start),
    task_configs: Some(task_configs),
    alter_offsets: Some(alter_offsets),
    stop: Some(stop),
};

unsafe extern "C" fn validate(instance: *mut c_void, config: *const AqConfig, done: AqDone) {
    shim(done, || {
        // SAFETY: the host's promise.
        let (actor, config) = unsafe { (actor_of::<Instance>(instance), config_of(config)) };
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
        let (actor, config) = unsafe { (actor_of::<Instance>(instance), config_of(config)) };
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
        let actor = unsafe { actor_of::<Instance>(instance) };
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
        let (actor, config) = unsafe { (actor_of::<Instance>(instance), config_of(config)) };
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
        let actor = unsafe { actor_of::<Instance>(instance) };
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
