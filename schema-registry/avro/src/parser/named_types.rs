//! Reads records, enums and fixeds.

use super::reader::{Reader, custom_properties};
use crate::java_double::parse_double;
use crate::json::{Json, Number, Object};
use crate::name::{self, Name};
use crate::parse_error::ParseError;
use crate::schema::{Enum, Field, FieldOrder, Fixed, Props, Record, Type, TypeId};
use std::collections::HashMap;

/// Attributes of a field that are no custom properties.
const FIELD_RESERVED: [&str; 6] = ["default", "doc", "name", "order", "type", "aliases"];

impl Reader {
    pub(super) fn record(
        &mut self,
        json: &Json,
        attributes: &Object,
        namespace: Option<&str>,
    ) -> Result<TypeId, ParseError> {
        let name = self.name(json, attributes, namespace)?;
        let Some(Json::Array(field_values)) = attributes.get("fields") else {
            return Err(ParseError::NoFields { json: json.to_string() });
        };
        let aliases = self.type_aliases(attributes, &name)?;
        let props = custom_properties(attributes, &[])?;
        let definition = self.table.open(&name)?;
        // Not as many at once as there are values: those may be no fields.
        let mut fields = Vec::new();
        let mut field_positions = HashMap::new();
        for (position, value) in field_values.iter().enumerate() {
            let field = self.field(value, name.namespace())?;
            if let Some(first) = field_positions.insert(field.name.clone(), position as u32) {
                return Err(self.duplicate_field(&name, &fields, first as usize, &field));
            }
            fields.push(field);
        }
        let is_error = attributes.get("type").and_then(Json::as_str) == Some("error");
        let doc = optional_text(attributes, "doc");
        let record = Record { name, doc, aliases, is_error, fields, props, field_positions };
        self.table.close(definition, Type::Record(Box::new(record)))
    }

    fn field(&mut self, json: &Json, namespace: Option<&str>) -> Result<Field, ParseError> {
        let no_name = || ParseError::NoFieldName { json: json.to_string() };
        let attributes = json.as_object().ok_or_else(no_name)?;
        let name = optional_text(attributes, "name").ok_or_else(no_name)?;
        if self.strict {
            name::validate_part(&name)?;
        }
        let Some(declared) = attributes.get("type") else {
            return Err(ParseError::NoFieldType { json: json.to_string() });
        };
        let schema = self.read(declared, namespace)?;
        let default = self.field_default(attributes.get("default"), schema)?;
        let order = field_order(attributes)?;
        let aliases = alias_texts(json, attributes)?;
        let props: Props = attributes
            .iter()
            .filter(|(attribute, _)| !FIELD_RESERVED.contains(attribute))
            .map(|(attribute, value)| (attribute.into(), value.clone()))
            .collect();
        Ok(Field { name, schema, doc: optional_text(attributes, "doc"), default, order, aliases, props })
    }

    /// A text as the default of a float or double is read as a number, so that `"NaN"` can be one.
    fn field_default(&self, default: Option<&Json>, schema: TypeId) -> Result<Option<Json>, ParseError> {
        match default {
            Some(Json::String(text)) if self.table.is_floating(schema) => match parse_double(text) {
                Some(value) => Ok(Some(Json::Number(Number::Double(value)))),
                None => Err(ParseError::DefaultNotANumber { text: text.to_string() }),
            },
            other => Ok(other.cloned()),
        }
    }

    fn duplicate_field(&self, record: &Name, fields: &[Field], first: usize, field: &Field) -> ParseError {
        ParseError::DuplicateField {
            field: field.name.clone(),
            record: record.full(),
            kind: self.table.kind_name(field.schema),
            position: fields.len(),
            first_kind: self.table.kind_name(fields[first].schema),
            first_position: first,
        }
    }

    pub(super) fn enumeration(
        &mut self,
        json: &Json,
        attributes: &Object,
        namespace: Option<&str>,
    ) -> Result<TypeId, ParseError> {
        let name = self.name(json, attributes, namespace)?;
        let Some(Json::Array(values)) = attributes.get("symbols") else {
            return Err(ParseError::NoSymbols { json: json.to_string() });
        };
        let symbols = self.symbols(values)?;
        let default = optional_text(attributes, "default");
        if let Some(default) = default.as_ref().filter(|default| !symbols.contains(default)) {
            return Err(ParseError::EnumDefault { default: default.clone(), symbols: symbols.join(", ") });
        }
        let aliases = self.type_aliases(attributes, &name)?;
        let props = custom_properties(attributes, &["default"])?;
        let definition = self.table.open(&name)?;
        let doc = optional_text(attributes, "doc");
        let enumeration = Enum { name, doc, aliases, symbols, default, props };
        self.table.close(definition, Type::Enum(Box::new(enumeration)))
    }

    fn symbols(&self, values: &[Json]) -> Result<Vec<String>, ParseError> {
        let mut symbols = indexmap::IndexSet::new();
        for value in values {
            let symbol = value.as_str().ok_or(ParseError::SymbolNotAString)?;
            if self.strict {
                name::validate_part(symbol)?;
            }
            if !symbols.insert(symbol.to_owned()) {
                return Err(ParseError::DuplicateSymbol { symbol: symbol.to_owned() });
            }
        }
        Ok(symbols.into_iter().collect())
    }

    pub(super) fn fixed(
        &mut self,
        json: &Json,
        attributes: &Object,
        namespace: Option<&str>,
    ) -> Result<TypeId, ParseError> {
        let name = self.name(json, attributes, namespace)?;
        let size = attributes.get("size").and_then(Json::as_i64).and_then(|size| i32::try_from(size).ok());
        let size = size.ok_or_else(|| ParseError::FixedSize { json: json.to_string() })?;
        let size = u32::try_from(size).map_err(|_| ParseError::NegativeSize { size: i64::from(size) })?;
        let aliases = self.type_aliases(attributes, &name)?;
        let props = custom_properties(attributes, &[])?;
        let definition = self.table.open(&name)?;
        let doc = optional_text(attributes, "doc");
        self.table.close(definition, Type::Fixed(Box::new(Fixed { name, doc, aliases, size, props })))
    }

    fn name(&self, json: &Json, attributes: &Object, namespace: Option<&str>) -> Result<Name, ParseError> {
        let Some(written) = attributes.get("name").and_then(Json::as_str) else {
            return Err(ParseError::NoName { json: json.to_string() });
        };
        let own_namespace = attributes.get("namespace").and_then(Json::as_str);
        let namespace = own_namespace.or(namespace);
        self.count_name(written, namespace)?;
        let name = Name::new(written, namespace);
        if self.strict {
            name.validate()?;
        }
        name.refuse_primitive()?;
        Ok(name)
    }

    /// Aliases as full names; those without a namespace are of the type's own.
    fn type_aliases(&self, attributes: &Object, name: &Name) -> Result<Vec<Name>, ParseError> {
        let mut aliases = Vec::new();
        for alias in alias_texts(&Json::Null, attributes)? {
            self.count_name(&alias, name.namespace())?;
            let alias = Name::new(&alias, name.namespace());
            if self.strict {
                alias.validate()?;
            }
            aliases.push(alias);
        }
        Ok(aliases)
    }
}

/// The texts of `aliases`, each once.
fn alias_texts(json: &Json, attributes: &Object) -> Result<Vec<String>, ParseError> {
    let Some(value) = attributes.get("aliases") else { return Ok(Vec::new()) };
    let Json::Array(values) = value else {
        let whole = if *json == Json::Null { Json::Object(attributes.clone()) } else { json.clone() };
        return Err(ParseError::AliasesNotAnArray { json: whole.to_string() });
    };
    let mut aliases = indexmap::IndexSet::new();
    for alias in values {
        let text = alias.as_str().ok_or_else(|| ParseError::AliasNotAString { json: alias.to_string() })?;
        aliases.insert(text.to_owned());
    }
    Ok(aliases.into_iter().collect())
}

fn field_order(attributes: &Object) -> Result<FieldOrder, ParseError> {
    let Some(value) = attributes.get("order") else { return Ok(FieldOrder::Ascending) };
    let word = value.as_str().map_or_else(|| value.to_string(), str::to_uppercase);
    match word.as_str() {
        "ASCENDING" => Ok(FieldOrder::Ascending),
        "DESCENDING" => Ok(FieldOrder::Descending),
        "IGNORE" => Ok(FieldOrder::Ignore),
        _ => Err(ParseError::Order { word }),
    }
}

/// An attribute's text; one of another kind counts as absent.
fn optional_text(attributes: &Object, attribute: &str) -> Option<String> {
    attributes.get(attribute).and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::{ParseOptions, Schema};

    #[test]
    fn faulty_named_types_are_refused_in_avros_words() {
        let table = [
            (r#"{"type":"record","fields":[]}"#, r#"No name in schema: {"type":"record","fields":[]}"#),
            (
                r#"{"type":"record","name":1,"fields":[]}"#,
                r#"No name in schema: {"type":"record","name":1,"fields":[]}"#,
            ),
            (r#"{"type":"record","name":"C"}"#, r#"Record has no fields: {"type":"record","name":"C"}"#),
            (
                r#"{"type":"record","name":"R","fields":{}}"#,
                r#"Record has no fields: {"type":"record","name":"R","fields":{}}"#,
            ),
            (r#"{"type":"record","name":"R","fields":[1]}"#, "No field name: 1"),
            (r#"{"type":"record","name":"R","fields":[{"name":"a"}]}"#, r#"No field type: {"name":"a"}"#),
            (
                r#"{"type":"record","name":"int","fields":[]}"#,
                "Schemas may not be named after primitives: int",
            ),
            (
                r#"{"type":"record","name":"C","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}"#,
                "Duplicate field a in record C: a type:INT pos:1 and a type:INT pos:0.",
            ),
            (
                r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"foo"}]}"#,
                "No enum constant org.apache.avro.Schema.Field.Order.FOO",
            ),
            (
                r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":"x"}]}"#,
                r#"aliases not an array: {"name":"a","type":"int","aliases":"x"}"#,
            ),
            (r#"{"type":"record","name":"R","aliases":["Q",1],"fields":[]}"#, "alias not a string: 1"),
            (r#"{"type":"enum","name":"E"}"#, r#"Enum has no symbols: {"type":"enum","name":"E"}"#),
            (r#"{"type":"enum","name":"E","symbols":["a","a"]}"#, "Duplicate enum symbol: a"),
            (r#"{"type":"enum","name":"E","symbols":["a b"]}"#, "Illegal character in: a b"),
            (
                r#"{"type":"enum","name":"E","symbols":["a"],"default":"b"}"#,
                "The Enum Default: b is not in the enum symbol set: [a]",
            ),
            (
                r#"{"type":"fixed","name":"E","size":"1"}"#,
                r#"Invalid or no size: {"type":"fixed","name":"E","size":"1"}"#,
            ),
            (r#"{"type":"fixed","name":"E","size":-1}"#, "Malformed data. Length is negative: -1"),
            (
                r#"{"type":"record","name":"A","fields":[{"name":"a","type":{"type":"record","name":"A","fields":[]}}]}"#,
                "Can't redefine: A",
            ),
            (
                r#"[{"type":"fixed","name":"D","size":2},{"type":"array","items":{"type":"fixed","name":"D","size":3}}]"#,
                "Can't redefine: D",
            ),
            (
                r#"{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":"xx"}]}"#,
                "For input string: \"xx\"",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(Schema::parse(text).unwrap_err().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn a_type_defined_twice_alike_is_one_type() {
        let twice = |doc: &str| {
            format!(
                r#"{{"type":"record","name":"C","fields":[{{"name":"a","type":{{"type":"record","name":"D","fields":[]}}}},{{"name":"b","type":{{"type":"record","name":"D","doc":"{doc}","fields":[]}}}}]}}"#
            )
        };
        let schema = Schema::parse(&twice("else")).unwrap();
        assert!(schema.canonical_text().ends_with(r#"{"name":"b","type":"D"}]}"#));
    }

    #[test]
    fn lenient_parsing_judges_neither_names_nor_defaults() {
        let lenient = ParseOptions { strict: false, references: &[] };
        let text = r#"{"type":"record","name":"R-1","namespace":"a-b","fields":[{"name":"1x-","type":"int","default":"bad"}]}"#;
        assert_eq!(Schema::parse_with(text, &lenient).unwrap().canonical_text(), text);
        assert!(Schema::parse(text).is_err());
    }
}
