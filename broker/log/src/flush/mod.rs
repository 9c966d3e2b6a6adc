//! Group commit: appends wait for a flush that they share with all others of the moment.

mod committer;
mod progress;
mod stats;
mod ticket;
mod time_histogram;

pub(crate) use committer::{Committer, FlushState, Flushable};
pub(crate) use progress::FlushProgress;
pub use stats::FlushStats;
pub use ticket::FlushTicket;
pub use time_histogram::TimeHistogram;
