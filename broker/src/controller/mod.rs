//! The one writer of the metadata log: decides on an image, writes records, and answers when the
//! broker has taken them over.

pub mod configs;
pub mod internal_topics;
pub mod producer_ids;
pub mod topic_name;
pub mod topics;
mod writer;

pub use writer::{Controller, ControllerError, Plan};
