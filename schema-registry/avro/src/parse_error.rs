//! Why a schema is refused, in Avro's words.

use crate::json::JsonError;
use crate::name::NameError;

/// Why a text is not a schema.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say what each is; a `json` is the offending part of the schema")]
pub enum ParseError {
    #[error(transparent)]
    Json(#[from] JsonError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("Types are nested deeper than {limit}")]
    TooDeep { limit: usize },
    #[error("The full names of the types take more than four times the schema and 256 KiB")]
    NamesTooLong,
    #[error("Schema not yet supported: {json}")]
    NotASchema { json: String },
    #[error("No type: {json}")]
    NoType { json: String },
    #[error("No name in schema: {json}")]
    NoName { json: String },
    #[error("Record has no fields: {json}")]
    NoFields { json: String },
    #[error("No field name: {json}")]
    NoFieldName { json: String },
    #[error("No field type: {json}")]
    NoFieldType { json: String },
    #[error(
        "Duplicate field {field} in record {record}: {field} type:{kind} pos:{position} and {field} type:{first_kind} pos:{first_position}."
    )]
    DuplicateField {
        field: String,
        record: String,
        kind: &'static str,
        position: usize,
        first_kind: &'static str,
        first_position: usize,
    },
    #[error("No enum constant org.apache.avro.Schema.Field.Order.{word}")]
    Order { word: String },
    #[error("Invalid default for field {field}: {default} not a {schema}")]
    InvalidDefault { field: String, default: String, schema: String },
    #[error("For input string: \"{text}\"")]
    DefaultNotANumber { text: String },
    #[error("Default for field {field} is too deep or too large to be judged")]
    DefaultTooComplex { field: String },
    #[error("Enum has no symbols: {json}")]
    NoSymbols { json: String },
    #[error("Null name")]
    SymbolNotAString,
    #[error("Duplicate enum symbol: {symbol}")]
    DuplicateSymbol { symbol: String },
    #[error("The Enum Default: {default} is not in the enum symbol set: [{symbols}]")]
    EnumDefault { default: String, symbols: String },
    #[error("Invalid or no size: {json}")]
    FixedSize { json: String },
    #[error("Malformed data. Length is negative: {size}")]
    NegativeSize { size: i64 },
    #[error("Array has no items type: {json}")]
    NoItems { json: String },
    #[error("Map has no values type: {json}")]
    NoValues { json: String },
    #[error("Nested union: {json}")]
    NestedUnion { json: String },
    #[error("Duplicate in union:{name}")]
    DuplicateBranch { name: String },
    #[error("aliases not an array: {json}")]
    AliasesNotAnArray { json: String },
    #[error("alias not a string: {json}")]
    AliasNotAString { json: String },
    #[error("Can't set a property to null: {property}")]
    BigIntegerProperty { property: String },
    #[error("Can't redefine: {name}")]
    Redefined { name: String },
    #[error("Undefined schema: {name}")]
    Undefined { name: String },
}
