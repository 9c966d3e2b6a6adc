//! From a record to a document: index name, id, JSON, and the mapping its schema asks for.

mod document_id;
mod index_name;
mod json_text;
mod mapping;
mod value_json;

pub(crate) use document_id::{DocumentIdError, coordinates_id, key_id};
pub(crate) use index_name::{index_name, name_error};
pub(crate) use json_text::{write_number, write_string};
pub(crate) use mapping::{mapping_of, missing_properties};
pub(crate) use value_json::{EncodeError, ValueJson};
