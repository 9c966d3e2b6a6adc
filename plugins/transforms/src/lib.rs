//! Single message transforms and predicates: small changes to records between connector and converter.
//!
//! A [`Chain`] is made from a connector's `transforms` and `predicates` settings. Names, settings, defaults and texts
//! are those of Apache's transforms; [`classes`] lists them.

mod chain;
mod class;
mod extract_field;
mod field_path;
mod filter;
mod insert_field;
mod predicates;
mod record;
mod regex_router;
mod replace_field;
mod replacement;
mod schema_cache;
mod value_to_key;

pub use chain::{Chain, ChainError};
pub use class::{Class, ClassKind, classes, find};
pub use record::{Predicate, RecordView, Transformation, Verdict};
