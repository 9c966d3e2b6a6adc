//! Where calls into a plug-in run: at once, or on a thread of the instance's own if the plug-in may block.

use std::sync::mpsc::{Sender, channel};

/// A call, or the end of the instance.
type Job = Box<dyn FnOnce() + Send>;

/// Runs the calls of one instance in order.
pub(super) enum Runner {
    /// The plug-in never blocks.
    Inline,
    /// The plug-in may block: only this thread waits for it. It ends when the sender is dropped; if the plug-in never
    /// returns, it is all that is lost.
    Thread(Sender<Job>),
}

impl Runner {
    pub(super) fn new(blocking: bool, class: &str) -> std::io::Result<Self> {
        if !blocking {
            return Ok(Self::Inline);
        }
        let (sender, jobs) = channel::<Job>();
        let simple_name = class.rsplit('.').next().unwrap_or(class);
        std::thread::Builder::new().name(format!("plugin-{simple_name}")).spawn(move || {
            for job in jobs {
                job();
            }
        })?;
        Ok(Self::Thread(sender))
    }

    /// Runs a call.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        match self {
            Self::Inline => job(),
            Self::Thread(jobs) => {
                if jobs.send(Box::new(job)).is_err() {
                    tracing::error!("the thread of a plug-in's instance has ended");
                }
            }
        }
    }
}
