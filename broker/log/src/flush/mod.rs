//! Group commit: appends wait for a flush that they share with all others of the moment.

mod progress;
mod ticket;

pub(crate) use progress::FlushProgress;
pub use ticket::FlushTicket;
