//! JSON as Avro schemas use it: members in order, numbers by kind, text written as Jackson writes it.

mod parser;
mod value;
mod writer;

pub use parser::{JsonError, MAX_JSON_DEPTH, parse};
pub use value::{Json, Number, Object};
pub use writer::write_string;
