//! From text to [`Schema`](crate::Schema): judges structure and names, resolves named types, bounds depth.

mod name_table;
mod named_types;
mod reader;

pub(crate) use reader::parse;
pub use reader::{MAX_TYPE_DEPTH, ParseOptions};
