//! JSON as Avro schemas use it: members in order, numbers by kind, text written as Jackson writes it.

mod object;
mod parser;
mod value;
mod writer;

pub use object::Object;
pub use parser::{JsonError, MAX_JSON_DEPTH, parse};
pub use value::{Json, Number};
pub use writer::write_string;
