//! What the C functions of all three tables share: the instance behind `self`, its end, and panics that stay inside.
//!
//! The host's promise, which the tables rest on: `instance` is what a maker in `entry.rs` gave it and is not destroyed
//! before the call returns; everything else that it points to is valid and unchanged until then.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConfigMap, ConnectError, TaskContext};

use super::actor::{Actor, WorkFuture};
use super::context::Started;
use crate::answer::Answer;
use crate::lend::config_of;
use crate::panics::guard;
use crate::raw::{AqConfig, AqContext, AqDone};

/// Runs the code of a function; a panic of the function itself is told as the end of the call.
pub(super) fn shim(done: AqDone, code: impl FnOnce()) {
    if let Err(panic) = guard(code) {
        Answer::panicked(panic).tell(done);
    }
}

/// The instance behind `self`.
///
/// # Safety
/// The host's promise, and `T` is what the table is for.
pub(super) unsafe fn actor_of<'a, T>(instance: *mut c_void) -> &'a Actor<T> {
    // SAFETY: the caller's promise.
    unsafe { &*instance.cast::<Actor<T>>() }
}

/// Ends an instance; calls that have not ended are dropped where they wait.
pub(super) unsafe extern "C" fn destroy<T: Send + 'static>(instance: *mut c_void) {
    // SAFETY: the host's promise, and it destroys an instance once.
    let _panicked = guard(|| drop(unsafe { Box::from_raw(instance.cast::<Actor<T>>()) }));
}

/// The host no longer waits for a call.
pub(super) unsafe extern "C" fn cancel<T: Send + 'static>(instance: *mut c_void, ticket: u64) {
    // SAFETY: the host's promise.
    let _panicked = guard(|| unsafe { actor_of::<T>(instance) }.cancel(ticket));
}

/// Starts a task as `begin` says.
///
/// # Safety
/// The host's promise, and `T` is what the table is for.
pub(super) unsafe fn start_task<T: Send + 'static>(
    instance: *mut c_void,
    context: *const AqContext,
    config: *const AqConfig,
    done: AqDone,
    begin: impl for<'a> FnOnce(&'a mut T, TaskContext, ConfigMap) -> WorkFuture<'a> + Send + 'static,
) {
    shim(done, || {
        // SAFETY: the caller's promise.
        let (actor, config) = unsafe { (actor_of::<T>(instance), config_of(config)) };
        // SAFETY: as above.
        let Some(started) = (unsafe { Started::adopt(context) }) else {
            return Answer::failed(ConnectError::fatal("a task was started without a context")).tell(done);
        };
        actor.name(tracing::info_span!("task", connector = started.connector, task = started.task));
        actor.submit(done, Box::new(move |task| begin(task, started.for_task(), config)));
    });
}
