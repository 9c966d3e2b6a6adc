//! One signal that asks everything to end, and the process signals that raise it.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Asks its holders to end. Clones share the signal; a [`child`](Self::child) ends with its parent or alone.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// A signal of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// A signal that is raised with this one, and can be raised without it.
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Raises the signal.
    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// Whether it has been raised.
    pub fn is_triggered(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is raised.
    pub async fn triggered(&self) {
        self.0.cancelled().await;
    }

    /// Waits for a time, or for the signal if that comes first: then `false`.
    pub async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.0.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Raises the signal on SIGTERM or SIGINT; a second one ends the process at once with exit code 130.
    pub fn on_process_signals(&self) -> std::io::Result<()> {
        let mut term = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            let name = tokio::select! { _ = term.recv() => "SIGTERM", _ = interrupt.recv() => "SIGINT" };
            tracing::info!("{name}: stopping; a second signal stops at once");
            shutdown.trigger();
            tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
            std::process::exit(130);
        });
        Ok(())
    }
}
