//! Turns on the runtime's threads: code of a plug-in that blocks its thread holds up no other instance.
//!
//! The runtime has one thread more than there are turns. Code runs on the thread it is called on while it can have a
//! turn. Without one (as many others run just now, or have blocked for ever) its thread hands its place in the runtime
//! to a fresh one first, which costs some microseconds. So one thread at least is always left for everything else.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

/// A turn that takes longer may have taken the runtime's timers and sockets with it.
const LONG: Duration = Duration::from_millis(250);
/// A turn that nobody has.
const FREE: u64 = 0;

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The turns of a library.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<[AtomicU64]>);

impl Turns {
    /// So many turns on a runtime with one thread more.
    pub(super) fn new(turns: usize) -> Self {
        Self((0..turns).map(|_| AtomicU64::new(FREE)).collect())
    }

    /// Runs code of the plug-in, which may block.
    fn run<T>(&self, code: impl FnOnce() -> T) -> T {
        match self.take() {
            Some(_turn) => code(),
            None => tokio::task::block_in_place(code),
        }
    }

    fn take(&self) -> Option<Turn<'_>> {
        let now = ms_since_the_beginning();
        let free = self
            .0
            .iter()
            .find(|turn| turn.compare_exchange(FREE, now, Ordering::Acquire, Ordering::Relaxed).is_ok());
        free.map(Turn)
    }

    fn is_any_long(&self) -> bool {
        let now = ms_since_the_beginning();
        let began = self.0.iter().map(|turn| turn.load(Ordering::Relaxed)).filter(|began| *began != FREE);
        began.min().is_some_and(|began| now.saturating_sub(began) >= LONG.as_millis() as u64)
    }

    /// Wakes a thread of the runtime while a turn takes long. A thread that waits for timers and sockets runs what they
    /// wake itself, and wakes no other for so little: blocked, it would leave them to nobody.
    pub(super) fn watch(&self, runtime: Handle) -> std::io::Result<()> {
        let turns = self.clone();
        let watch = move || {
            loop {
                std::thread::sleep(LONG);
                if turns.is_any_long() {
                    // Nothing to do: the thread that finds that out waits for timers and sockets next.
                    drop(runtime.spawn(async {}));
                }
            }
        };
        std::thread::Builder::new().name("aqueduct-watch".to_owned()).spawn(watch).map(drop)
    }
}

fn ms_since_the_beginning() -> u64 {
    // Never what stands for a free turn.
    BEGINNING.elapsed().as_millis() as u64 + 1
}

/// A turn, until it is dropped.
struct Turn<'a>(&'a AtomicU64);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(FREE, Ordering::Release);
    }
}

/// A future of the plug-in that has a turn whenever it is polled.
pub(super) struct InTurn<F> {
    pub(super) future: F,
    pub(super) turns: Turns,
}

impl<F: Future + Unpin> Future for InTurn<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.turns.run(|| Pin::new(&mut this.future).poll(context))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use aqueduct_plugin_api::{
        ConfigMap, ConnectError, Connector, ConnectorClass, ConnectorKind, Manifest, Plugin, SinkTask,
        SourceBatch, SourceTask, TaskContext,
    };
    use async_trait::async_trait;

    use crate::PluginLibrary;

    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

    /// How many threads are blocked, and whether they may go on.
    #[derive(Default)]
    struct Gate {
        state: Mutex<(usize, bool)>,
        changed: Condvar,
    }

    static GATE: std::sync::LazyLock<Gate> = std::sync::LazyLock::new(Gate::default);

    struct Blocking;
    struct Ticking;

    #[async_trait]
    impl SourceTask for Blocking {
        async fn start(&mut self, _: TaskContext, _: &ConfigMap) -> Result<(), ConnectError> {
            Ok(())
        }

        async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
            let mut state = GATE.state.lock().unwrap();
            state.0 += 1;
            GATE.changed.notify_all();
            while !state.1 {
                state = GATE.changed.wait(state).unwrap();
            }
            Ok(SourceBatch::default())
        }

        async fn stop(&mut self) {}
    }

    #[async_trait]
    impl SourceTask for Ticking {
        async fn start(&mut self, _: TaskContext, _: &ConfigMap) -> Result<(), ConnectError> {
            Ok(())
        }

        /// Waits for timers only: nothing that the host does wakes it.
        async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
            for _ in 0..20 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            Ok(SourceBatch::default())
        }

        async fn stop(&mut self) {}
    }

    struct TestPlugin;

    impl Plugin for TestPlugin {
        fn manifest(&self) -> Manifest {
            let class = |class: &str| ConnectorClass {
                class: class.to_owned(),
                aliases: Vec::new(),
                kind: ConnectorKind::Source,
                config: aqueduct_plugin_api::ConfigDef::new([]),
            };
            Manifest {
                name: "turns".to_owned(),
                version: "1".to_owned(),
                connectors: vec![class("Blocking"), class("Ticking")],
            }
        }

        fn connector(&self, _: &str) -> Option<Box<dyn Connector>> {
            None
        }

        fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
            Some(if class == "Blocking" { Box::new(Blocking) } else { Box::new(Ticking) })
        }

        fn sink_task(&self, _: &str) -> Option<Box<dyn SinkTask>> {
            None
        }
    }

    #[tokio::test]
    async fn instances_that_block_their_threads_hold_up_no_other() {
        const BLOCKED: usize = 12;
        let library = PluginLibrary::linked(TestPlugin).unwrap();
        let blocked: Vec<_> = (0..BLOCKED)
            .map(|_| {
                let mut task = library.source_task("Blocking").unwrap();
                tokio::spawn(async move { task.poll().await.unwrap() })
            })
            .collect();
        let all_are_in = tokio::task::spawn_blocking(|| {
            let state = GATE.state.lock().unwrap();
            let waited = GATE.changed.wait_timeout_while(state, PATIENCE, |state| state.0 < BLOCKED).unwrap();
            waited.0.0
        });
        assert_eq!(all_are_in.await.unwrap(), BLOCKED, "each call has begun");
        let mut ticking = library.source_task("Ticking").unwrap();
        tokio::time::timeout(PATIENCE, ticking.poll()).await.expect("another instance goes on").unwrap();
        GATE.state.lock().unwrap().1 = true;
        GATE.changed.notify_all();
        for blocked in blocked {
            blocked.await.unwrap();
        }
    }
}
