//! What the proxies of connectors and tasks have in common: calls as futures, cancel, poison, and the end.

use std::ffi::c_void;
use std::sync::OnceLock;

use aqueduct_plugin_api::{ConfigMap, ConnectError};
use tokio::sync::oneshot;

use super::context::Services;
use super::library::PluginLibrary;
use super::runner::Runner;
use crate::answer::{Answer, Status};
use crate::calls;
use crate::lend::LentConfig;
use crate::raw::{
    AqConfig, AqConnectorTable, AqContext, AqDone, AqSinkTaskTable, AqSourceTaskTable, Table, adopt,
};

/// An instance in a library, as calls get it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handle(pub(super) *mut c_void);

// SAFETY: calls on an instance may come from any thread, one after the other (the ABI's promise).
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Handle {
    pub(super) fn raw(self) -> *mut c_void {
        self.0
    }
}

/// `start` in the tables.
pub(super) type StartFn = unsafe extern "C" fn(*mut c_void, *const AqContext, *const AqConfig, AqDone);

/// What every table has.
pub(super) trait InstanceTable: Table + Send + Sync + 'static {
    fn destroy(&self) -> Option<unsafe extern "C" fn(*mut c_void)>;
    fn cancel(&self) -> Option<unsafe extern "C" fn(*mut c_void, u64)>;
}

macro_rules! instance_tables {
    ($($name:ident),*) => {
        $(
            impl InstanceTable for $name {
                fn destroy(&self) -> Option<unsafe extern "C" fn(*mut c_void)> {
                    self.destroy
                }
                fn cancel(&self) -> Option<unsafe extern "C" fn(*mut c_void, u64)> {
                    self.cancel
                }
            }
        )*
    };
}

instance_tables!(AqConnectorTable, AqSourceTaskTable, AqSinkTaskTable);

/// An instance and its functions. Dropping it destroys the instance.
pub(super) struct Instance<T: InstanceTable> {
    handle: Handle,
    pub(super) table: T,
    runner: Runner,
    class: String,
    /// The panic after which the instance is not called any more.
    poison: OnceLock<ConnectError>,
}

impl<T: InstanceTable> Instance<T> {
    /// Takes over an instance that a library has made; `None` (and a line in the log) if it has no table.
    ///
    /// # Safety
    /// The pointers are what the library gave.
    pub(super) unsafe fn adopt(
        library: &PluginLibrary,
        class: &str,
        instance: *mut c_void,
        table: *const T,
    ) -> Option<Self> {
        // SAFETY: the caller's promise.
        let Some(table) = (unsafe { adopt(table) }) else {
            tracing::error!(?library, class, "plug-in made an instance without a table of functions");
            return None;
        };
        match Runner::new(library.is_blocking(), class) {
            Ok(runner) => Some(Self {
                handle: Handle(instance),
                table,
                runner,
                class: class.to_owned(),
                poison: OnceLock::new(),
            }),
            Err(error) => {
                tracing::error!(?library, class, %error, "no thread for an instance");
                if let Some(destroy) = table.destroy() {
                    // SAFETY: the instance is not used further.
                    unsafe { destroy(instance) }
                }
                None
            }
        }
    }

    /// Submits a call and waits for its end. Dropping the future cancels the call.
    pub(super) async fn call(
        &self,
        submit: impl FnOnce(*mut c_void, AqDone) + Send + 'static,
    ) -> Result<Answer, ConnectError> {
        let call = self.begin(submit)?;
        let mut on_drop = CancelOnDrop { instance: self, ticket: call.ticket, abandon: true, armed: true };
        let answer = call.answer.await;
        on_drop.armed = false;
        self.judge(answer.unwrap_or_else(|_| Answer::cancelled()))
    }

    /// Starts the connector or task, if the plug-in has a function for that.
    pub(super) async fn start(
        &self,
        start: Option<StartFn>,
        services: Services,
        config: &ConfigMap,
    ) -> Result<(), ConnectError> {
        let Some(start) = start else { return Ok(()) };
        let config = config.clone();
        let submit = move |instance: *mut c_void, done: AqDone| {
            let config = LentConfig::new(&config);
            // SAFETY: settings and context live until the call returns; the services are released by the plug-in.
            services.lend(|context| unsafe { start(instance, context, &config.raw(), done) });
        };
        self.call(submit).await.map(drop)
    }

    /// Submits a call without waiting.
    pub(super) fn begin(
        &self,
        submit: impl FnOnce(*mut c_void, AqDone) + Send + 'static,
    ) -> Result<CallUnderWay, ConnectError> {
        if let Some(poison) = self.poison.get() {
            return Err(poison.clone());
        }
        let (done, answer) = calls::expect_async();
        let handle = self.handle;
        self.runner.run(move || submit(handle.raw(), done));
        Ok(CallUnderWay { ticket: done.ticket, answer })
    }

    /// Tells the plug-in that nobody waits for a call any more.
    pub(super) fn cancel(&self, ticket: u64) {
        if let Some(cancel) = self.table.cancel() {
            // SAFETY: the instance is not destroyed; cancel may come at any time.
            unsafe { cancel(self.handle.raw(), ticket) }
        }
    }

    /// The answer, or the error that it carries. A panic poisons the instance.
    pub(super) fn judge(&self, answer: Answer) -> Result<Answer, ConnectError> {
        match &answer.status {
            Status::Ok => Ok(answer),
            Status::Failed(error) => Err(error.clone()),
            Status::Cancelled => Err(ConnectError::retriable(format!("{} cancelled the call", self.class))),
            Status::Panicked(panic) => {
                tracing::error!(class = self.class, panic = %panic, "plug-in panicked; the instance is given up");
                Err(self.poison.get_or_init(|| panic.clone()).clone())
            }
        }
    }

    /// The error for a function that the plug-in must have and has not.
    pub(super) fn lacks(&self, function: &str) -> ConnectError {
        ConnectError::fatal(format!("plug-in class {} has no function {function}", self.class))
    }
}

impl<T: InstanceTable> Drop for Instance<T> {
    fn drop(&mut self) {
        let Some(destroy) = self.table.destroy() else { return };
        let handle = self.handle;
        // SAFETY: the instance is not used after this, and destroyed after the calls before it have returned.
        self.runner.run(move || unsafe { destroy(handle.raw()) });
    }
}

/// A call that has been submitted.
#[derive(Debug)]
pub(super) struct CallUnderWay {
    pub(super) ticket: u64,
    pub(super) answer: oneshot::Receiver<Answer>,
}

/// Cancels a call when the future that waits for it is dropped.
pub(super) struct CancelOnDrop<'a, T: InstanceTable> {
    pub(super) instance: &'a Instance<T>,
    pub(super) ticket: u64,
    /// Whether the answer is of no interest then.
    pub(super) abandon: bool,
    pub(super) armed: bool,
}

impl<T: InstanceTable> Drop for CancelOnDrop<'_, T> {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        if self.abandon {
            calls::abandon(self.ticket);
        }
        self.instance.cancel(self.ticket);
    }
}
