//! Panics become errors: caught where they happen, with their place if the hook saw it.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use aqueduct_plugin_api::ConnectError;

thread_local! {
    /// What the hook of a plug-in library saw last on this thread.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics of this library known to the log instead of printing them. Only for a library that is loaded: its
/// standard library, and so its hook, is its own.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let text = format!("panicked{place}: {}", message(info.payload()));
        tracing::error!(target: "aqueduct_plugin_abi::panic", "{text}");
        LAST_PANIC.with(|last| *last.borrow_mut() = Some(text));
    }));
}

/// Runs a plug-in's code; a panic becomes an error.
pub(crate) fn guard<T>(code: impl FnOnce() -> T) -> Result<T, ConnectError> {
    std::panic::catch_unwind(AssertUnwindSafe(code)).map_err(|payload| to_error(&*payload))
}

/// A future whose panics become errors. It is not polled again after one.
pub(crate) struct Guarded<'a, T>(pub(crate) Pin<Box<dyn Future<Output = T> + Send + 'a>>);

impl<T> Future for Guarded<'_, T> {
    type Output = Result<T, ConnectError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match guard(|| self.0.as_mut().poll(context)) {
            Ok(poll) => poll.map(Ok),
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

fn to_error(payload: &(dyn Any + Send)) -> ConnectError {
    let seen = LAST_PANIC.with(|last| last.borrow_mut().take());
    let text = seen.unwrap_or_else(|| format!("panicked: {}", message(payload)));
    let mut error = ConnectError::fatal(format!("the plug-in {text}"));
    error.kind = "aqueduct.plugin.Panic".to_owned();
    error
}

fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no text)")
}
