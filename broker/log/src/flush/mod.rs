//! Group commit: appends wait for a flush that they share with all others of the moment.

mod committer;
mod progress;
mod ticket;

pub(crate) use committer::{Committer, FlushState, Flushable};
pub(crate) use progress::FlushProgress;
pub use ticket::FlushTicket;
