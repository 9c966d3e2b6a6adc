//! Schema compatibility: what a reader's schema can make of data written with another, and the seven levels.

mod incompatibility;
mod level;
mod reader_writer;
mod rules;

pub use incompatibility::{Incompatibility, IncompatibilityKind};
pub use level::{CompatibilityLevel, UnknownLevel};
pub use reader_writer::{CheckError, MAX_PAIRS, check_reader_writer};
