//! What a message's fields are in Rust and on the wire: types, defaults, least sizes.

use crate::descriptor::{Field, Message, Struct, Type};
use crate::versions::Versions;

impl Message {
    pub(crate) fn has_flexible(&self) -> bool {
        !self.flexible.intersect(self.versions).is_empty()
    }

    /// The least number of bytes that `struct` takes in `version`.
    pub(crate) fn min_size(&self, of: &Struct, version: i16) -> usize {
        let tags = usize::from(self.flexible.contains(version));
        let fields = of.fields.iter().filter(|f| f.tag.is_none() && f.versions.contains(version));
        tags + fields.map(|field| self.field_min_size(field, version)).sum::<usize>()
    }

    fn field_min_size(&self, field: &Field, version: i16) -> usize {
        let flexible = self.flexible.contains(version) && !field.never_flexible;
        match &field.kind {
            Type::Struct(_) if field.nullable.contains(version) => 1,
            kind => self.type_min_size(kind, version, flexible),
        }
    }

    pub(crate) fn type_min_size(&self, kind: &Type, version: i16, flexible: bool) -> usize {
        match kind {
            Type::Bool | Type::Int8 => 1,
            Type::Int16 | Type::Uint16 => 2,
            Type::Int32 | Type::Uint32 => 4,
            Type::Int64 | Type::Float64 => 8,
            Type::Uuid => 16,
            Type::String => {
                if flexible {
                    1
                } else {
                    2
                }
            }
            Type::Bytes | Type::Records | Type::Array(_) => {
                if flexible {
                    1
                } else {
                    4
                }
            }
            Type::Struct(name) => self.min_size(self.nested(name), version),
        }
    }

    /// The definition of a struct that the message uses.
    pub fn nested(&self, name: &str) -> &Struct {
        self.structs.iter().find(|nested| nested.name == name).expect("a struct that is used is defined")
    }
}

impl Field {
    /// The field's versions among those of its struct; empty if it has left the protocol.
    pub(crate) fn present(&self, within: Versions) -> Versions {
        self.versions.intersect(within)
    }

    /// Whether it is an `Option` in Rust.
    pub(crate) fn optional(&self, within: Versions) -> bool {
        !self.nullable.intersect(within).is_empty()
    }

    pub(crate) fn null_by_default(&self) -> bool {
        self.default.as_deref() == Some("null") || self.kind == Type::Records
    }

    pub(crate) fn rust_type(&self, within: Versions) -> String {
        let plain = self.kind.rust();
        if self.optional(within) { format!("Option<{plain}>") } else { plain }
    }

    /// The value of a field that is absent.
    pub(crate) fn default_value(&self, within: Versions) -> String {
        if self.optional(within) {
            if self.null_by_default() {
                return "None".into();
            }
            return format!("Some({})", self.plain_default());
        }
        self.plain_default()
    }

    fn plain_default(&self) -> String {
        let given = self.default.as_deref().filter(|text| *text != "null");
        match (&self.kind, given) {
            (Type::Bool, text) => text.unwrap_or("false").into(),
            (Type::Float64, text) => format!("{}_f64", text.unwrap_or("0.0")),
            (Type::Uuid, _) => "Uuid::nil()".into(),
            (Type::String, None) => "ByteString::new()".into(),
            (Type::String, Some(text)) => format!("ByteString::from_static({text:?})"),
            (Type::Bytes | Type::Records, _) => "Bytes::new()".into(),
            (Type::Array(_), _) => "Vec::new()".into(),
            (Type::Struct(name), _) => format!("{name}::default()"),
            (_, Some("-2147483648")) => "i32::MIN".into(),
            (_, Some("2147483647")) => "i32::MAX".into(),
            (_, Some("9223372036854775807")) => "i64::MAX".into(),
            (_, text) => text.unwrap_or("0").into(),
        }
    }

    /// Whether Rust's default of the field's type is Kafka's of the field.
    pub(crate) fn has_rust_default(&self, within: Versions) -> bool {
        if self.optional(within) {
            return self.null_by_default();
        }
        self.default.as_deref().is_none_or(|text| text == "null")
    }

    /// The condition that `value` (a place expression) is not the default.
    pub(crate) fn differs_from_default(&self, value: &str, within: Versions) -> String {
        let given = self.default.as_deref();
        if self.optional(within) {
            return if self.null_by_default() {
                format!("{value}.is_some()")
            } else {
                format!("{value}.as_ref().is_none_or(|value| !value.is_empty())")
            };
        }
        match &self.kind {
            Type::Bool if given == Some("true") => format!("!{value}"),
            Type::Bool => value.into(),
            Type::String if given.is_some() => format!("{value} != {:?}", given.unwrap_or_default()),
            Type::String | Type::Bytes | Type::Records | Type::Array(_) => format!("!{value}.is_empty()"),
            Type::Uuid => format!("!{value}.is_nil()"),
            _ => format!("{value} != {}", self.plain_default()),
        }
    }
}

impl Type {
    pub(crate) fn rust(&self) -> String {
        match self {
            Self::Bool => "bool".into(),
            Self::Int8 => "i8".into(),
            Self::Int16 => "i16".into(),
            Self::Uint16 => "u16".into(),
            Self::Int32 => "i32".into(),
            Self::Uint32 => "u32".into(),
            Self::Int64 => "i64".into(),
            Self::Float64 => "f64".into(),
            Self::Uuid => "Uuid".into(),
            Self::String => "ByteString".into(),
            Self::Bytes | Self::Records => "Bytes".into(),
            Self::Struct(name) => name.clone(),
            Self::Array(element) => format!("Vec<{}>", element.rust()),
        }
    }

    /// The name of the codec's methods for a type of fixed size.
    pub(crate) fn fixed_method(&self) -> Option<String> {
        match self {
            Self::Uuid => Some("uuid".into()),
            Self::String | Self::Bytes | Self::Records | Self::Struct(_) | Self::Array(_) => None,
            fixed => Some(fixed.rust()),
        }
    }
}
