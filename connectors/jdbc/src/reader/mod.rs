//! A task's reader: it owns the connection, reads tables when they are due, and hands batches of records over.
//!
//! The reader runs beside the task and puts batches into a short queue. So a chunk is read while the one before is
//! converted and sent, a poll that is dropped loses nothing, and a reader that has to wait holds no open statement
//! (save where a table has no unique key to continue from).

mod bounds;
mod layout;
mod read_error;
mod reading;
mod run;
mod scan;
mod source;
mod upper_bound;

pub(crate) use layout::{Layout, LayoutError};
pub(crate) use run::{Reader, ReaderHandle};
pub(crate) use source::{Origin, Source};
