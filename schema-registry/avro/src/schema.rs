//! The schema model: an arena of types, in which a named type is one entry however often it is used.

use crate::json::{Json, Object};
use crate::name::Name;
use crate::parse_error::ParseError;
use crate::parser::{self, ParseOptions};
use std::collections::HashMap;
use std::ops::Index;

/// Custom properties in the order of the text, including `logicalType` and its parameters.
pub type Props = Object;

/// A type's place in its [`Schema`]. Recursive types are cycles of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(crate) u32);

impl TypeId {
    /// The id as an index below [`Schema::type_count`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A parsed schema with every attribute and its order. Index it by [`TypeId`].
#[derive(Debug, Clone)]
pub struct Schema {
    pub(crate) types: Vec<Type>,
    pub(crate) root: TypeId,
    /// Named types that came from referenced schemas: written as a name, never in full.
    pub(crate) referenced: Vec<TypeId>,
}

/// One type.
#[derive(Debug, Clone)]
pub enum Type {
    /// `null`, `boolean`, `bytes`, `int`, `long`, `float`, `double` or `string`.
    Primitive {
        /// Which of them.
        kind: Primitive,
        /// Logical type and custom properties.
        props: Props,
    },
    /// A record or an error.
    Record(Box<Record>),
    /// An enum.
    Enum(Box<Enum>),
    /// A fixed.
    Fixed(Box<Fixed>),
    /// An array.
    Array(Array),
    /// A map with string keys.
    Map(Map),
    /// A union.
    Union(Union),
}

/// The primitive types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Primitive {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
}

/// A record type.
#[derive(Debug, Clone)]
pub struct Record {
    /// Name and namespace.
    pub name: Name,
    /// `doc`.
    pub doc: Option<String>,
    /// Other names under which a writer may know it, in order.
    pub aliases: Vec<Name>,
    /// Declared with `"type":"error"`.
    pub is_error: bool,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Custom properties.
    pub props: Props,
    pub(crate) field_positions: HashMap<String, u32>,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub schema: TypeId,
    /// `doc`.
    pub doc: Option<String>,
    /// The default as written; `Some(Json::Null)` is the default `null`.
    pub default: Option<Json>,
    /// Sort order.
    pub order: FieldOrder,
    /// Other names, in order, without repeats.
    pub aliases: Vec<String>,
    /// Custom properties.
    pub props: Props,
}

/// How a field takes part in the order of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FieldOrder {
    #[default]
    Ascending,
    Descending,
    Ignore,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Name and namespace.
    pub name: Name,
    /// `doc`.
    pub doc: Option<String>,
    /// Other names under which a writer may know it, in order.
    pub aliases: Vec<Name>,
    /// Symbols in order.
    pub symbols: Vec<String>,
    /// The symbol that stands for symbols the reader does not know.
    pub default: Option<String>,
    /// Custom properties.
    pub props: Props,
}

/// A fixed type.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// Name and namespace.
    pub name: Name,
    /// `doc`.
    pub doc: Option<String>,
    /// Other names under which a writer may know it, in order.
    pub aliases: Vec<Name>,
    /// Length of a value in bytes.
    pub size: u32,
    /// Logical type and custom properties.
    pub props: Props,
}

/// An array type.
#[derive(Debug, Clone)]
pub struct Array {
    /// Type of the elements.
    pub items: TypeId,
    /// Custom properties.
    pub props: Props,
}

/// A map type.
#[derive(Debug, Clone)]
pub struct Map {
    /// Type of the values.
    pub values: TypeId,
    /// Custom properties.
    pub props: Props,
}

/// A union type.
#[derive(Debug, Clone)]
pub struct Union {
    /// Branches in order.
    pub branches: Vec<TypeId>,
}

impl Schema {
    /// Parses a schema, judging names and defaults as the registry does for new schemas.
    ///
    /// # Errors
    /// What is wrong with the text, in Avro's words.
    pub fn parse(text: &str) -> Result<Schema, ParseError> {
        parser::parse(text, &ParseOptions::default())
    }

    /// Parses a schema with the given strictness and referenced schemas.
    ///
    /// # Errors
    /// What is wrong with the text or with a referenced schema.
    pub fn parse_with(text: &str, options: &ParseOptions<'_>) -> Result<Schema, ParseError> {
        parser::parse(text, options)
    }

    /// The outermost type.
    pub fn root(&self) -> TypeId {
        self.root
    }

    /// How many entries the arena has; every [`TypeId::index`] is below it.
    pub fn type_count(&self) -> usize {
        self.types.len()
    }
}

impl Index<TypeId> for Schema {
    type Output = Type;

    fn index(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }
}

impl Type {
    /// The type's name in upper case as Avro's messages have it: `RECORD`, `LONG`, ….
    pub fn kind_name(&self) -> &'static str {
        match self {
            Type::Primitive { kind, .. } => kind.upper_name(),
            Type::Record(_) => "RECORD",
            Type::Enum(_) => "ENUM",
            Type::Fixed(_) => "FIXED",
            Type::Array(_) => "ARRAY",
            Type::Map(_) => "MAP",
            Type::Union(_) => "UNION",
        }
    }

    /// The name of a record, enum or fixed.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Type::Record(record) => Some(&record.name),
            Type::Enum(symbols) => Some(&symbols.name),
            Type::Fixed(fixed) => Some(&fixed.name),
            _ => None,
        }
    }

    /// Custom properties; a union has none.
    pub fn props(&self) -> Option<&Object> {
        match self {
            Type::Primitive { props, .. } => Some(props),
            Type::Record(record) => Some(&record.props),
            Type::Enum(symbols) => Some(&symbols.props),
            Type::Fixed(fixed) => Some(&fixed.props),
            Type::Array(array) => Some(&array.props),
            Type::Map(map) => Some(&map.props),
            Type::Union(_) => None,
        }
    }

    /// The types this one is directly made of.
    pub fn children(&self) -> Vec<TypeId> {
        match self {
            Type::Record(record) => record.fields.iter().map(|field| field.schema).collect(),
            Type::Array(array) => vec![array.items],
            Type::Map(map) => vec![map.values],
            Type::Union(union) => union.branches.clone(),
            Type::Primitive { .. } | Type::Enum(_) | Type::Fixed(_) => Vec::new(),
        }
    }
}

impl Record {
    /// The field of that name and its position, in constant time.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        let position = *self.field_positions.get(name)? as usize;
        Some((position, &self.fields[position]))
    }
}

impl Primitive {
    /// The primitive of that name.
    pub fn from_name(name: &str) -> Option<Primitive> {
        Some(match name {
            "null" => Primitive::Null,
            "boolean" => Primitive::Boolean,
            "int" => Primitive::Int,
            "long" => Primitive::Long,
            "float" => Primitive::Float,
            "double" => Primitive::Double,
            "bytes" => Primitive::Bytes,
            "string" => Primitive::String,
            _ => return None,
        })
    }

    /// The name in a schema: `long`.
    pub fn name(self) -> &'static str {
        match self {
            Primitive::Null => "null",
            Primitive::Boolean => "boolean",
            Primitive::Int => "int",
            Primitive::Long => "long",
            Primitive::Float => "float",
            Primitive::Double => "double",
            Primitive::Bytes => "bytes",
            Primitive::String => "string",
        }
    }

    /// The name in messages: `LONG`.
    pub fn upper_name(self) -> &'static str {
        match self {
            Primitive::Null => "NULL",
            Primitive::Boolean => "BOOLEAN",
            Primitive::Int => "INT",
            Primitive::Long => "LONG",
            Primitive::Float => "FLOAT",
            Primitive::Double => "DOUBLE",
            Primitive::Bytes => "BYTES",
            Primitive::String => "STRING",
        }
    }
}

impl FieldOrder {
    /// The word in a schema.
    pub fn name(self) -> &'static str {
        match self {
            FieldOrder::Ascending => "ascending",
            FieldOrder::Descending => "descending",
            FieldOrder::Ignore => "ignore",
        }
    }
}
