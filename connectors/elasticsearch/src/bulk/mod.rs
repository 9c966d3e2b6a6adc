//! From operations to acknowledged operations: the queue with its order per document, bulk requests in flight, and what
//! follows from every answer.
//!
//! `queue`, `flow`, `trouble`, `backoff` and `decision` are pure; `sender` carries out what they say.

mod backoff;
mod conflicts;
mod decision;
mod encoder;
mod fate;
mod flow;
mod gauges;
mod item_settlement;
mod operation;
mod outcomes;
mod policy;
mod queue;
mod request;
mod sender;
mod settlement;
mod ticket;
mod trouble;

pub(crate) use decision::is_block;
pub(crate) use encoder::{Encoded, Encoder};
pub(crate) use gauges::Gauges;
pub(crate) use sender::{Sender, SenderSettings};
pub(crate) use ticket::{Batch, Ticket};
