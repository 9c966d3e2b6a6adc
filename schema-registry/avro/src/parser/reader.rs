//! Reads types from JSON.

use super::name_table::NameTable;
use crate::default_value;
use crate::json::{self, Json, Number, Object};
use crate::parse_error::ParseError;
use crate::schema::{Array, Map, Primitive, Props, Schema, Type, TypeId, Union};
use std::cell::Cell;
use std::collections::HashSet;

/// The deepest nesting of types: of types in the text, and of definitions in the canonical text.
pub const MAX_TYPE_DEPTH: usize = 250;

/// Attributes of a schema that are no custom properties.
const RESERVED: [&str; 10] =
    ["doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"];

/// How a schema is parsed.
#[derive(Debug, Clone)]
pub struct ParseOptions<'a> {
    /// Judge names and defaults, as for new schemas. Without it, what is in the store already stays readable.
    pub strict: bool,
    /// Texts of the schemas whose named types may be used, each after those it needs itself.
    pub references: &'a [&'a str],
}

impl Default for ParseOptions<'_> {
    fn default() -> Self {
        ParseOptions { strict: true, references: &[] }
    }
}

pub(crate) fn parse(text: &str, options: &ParseOptions<'_>) -> Result<Schema, ParseError> {
    let length = text.len() + options.references.iter().map(|reference| reference.len()).sum::<usize>();
    let mut reader = Reader {
        table: NameTable::default(),
        strict: options.strict,
        depth: 0,
        names_left: Cell::new(length.saturating_mul(4).saturating_add(256 << 10)),
    };
    for reference in options.references {
        reader.read(&json::parse(reference)?, None)?;
    }
    let referenced = reader.table.named();
    let root = reader.read(&json::parse(text)?, None)?;
    let schema = Schema { types: reader.table.finish()?, root, referenced };
    bound_depth(&schema)?;
    if options.strict {
        default_value::validate(&schema)?;
    }
    Ok(schema)
}

/// Builds types from JSON values. `namespace` is always the one that holds where the value stands.
pub(super) struct Reader {
    pub(super) table: NameTable,
    pub(super) strict: bool,
    depth: usize,
    /// Bytes that full names may yet take: a text has a namespace once, and each name in it again.
    names_left: Cell<usize>,
}

impl Reader {
    /// Counts a full name that is made, whether it is kept or only looked up.
    pub(super) fn count_name(&self, name: &str, namespace: Option<&str>) -> Result<(), ParseError> {
        let length = name.len() + namespace.map_or(0, str::len);
        let left = self.names_left.get().checked_sub(length).ok_or(ParseError::NamesTooLong)?;
        self.names_left.set(left);
        Ok(())
    }

    pub(super) fn read(&mut self, json: &Json, namespace: Option<&str>) -> Result<TypeId, ParseError> {
        self.depth += 1;
        if self.depth > MAX_TYPE_DEPTH {
            return Err(ParseError::TooDeep { limit: MAX_TYPE_DEPTH });
        }
        let id = match json {
            Json::String(name) => self.reference(name, namespace)?,
            Json::Object(attributes) => self.object(json, attributes, namespace)?,
            Json::Array(branches) => self.union(json, branches, namespace)?,
            _ => return Err(ParseError::NotASchema { json: json.to_string() }),
        };
        self.depth -= 1;
        Ok(id)
    }

    fn reference(&mut self, name: &str, namespace: Option<&str>) -> Result<TypeId, ParseError> {
        if let Some(kind) = Primitive::from_name(name) {
            return Ok(self.table.add(Type::Primitive { kind, props: Props::default() }));
        }
        self.count_name(name, namespace)?;
        Ok(self.table.find(name, namespace))
    }

    fn object(
        &mut self,
        json: &Json,
        attributes: &Object,
        namespace: Option<&str>,
    ) -> Result<TypeId, ParseError> {
        let Some(kind) = attributes.get("type").and_then(Json::as_str) else {
            return Err(ParseError::NoType { json: json.to_string() });
        };
        match kind {
            "record" | "error" => self.record(json, attributes, namespace),
            "enum" => self.enumeration(json, attributes, namespace),
            "fixed" => self.fixed(json, attributes, namespace),
            "array" => {
                let Some(items) = attributes.get("items") else {
                    return Err(ParseError::NoItems { json: json.to_string() });
                };
                let items = self.read(items, namespace)?;
                let props = custom_properties(attributes, &[])?;
                Ok(self.table.add(Type::Array(Array { items, props })))
            }
            "map" => {
                let Some(values) = attributes.get("values") else {
                    return Err(ParseError::NoValues { json: json.to_string() });
                };
                let values = self.read(values, namespace)?;
                let props = custom_properties(attributes, &[])?;
                Ok(self.table.add(Type::Map(Map { values, props })))
            }
            name => match Primitive::from_name(name) {
                Some(kind) => {
                    let props = custom_properties(attributes, &[])?;
                    Ok(self.table.add(Type::Primitive { kind, props }))
                }
                None => self.reference(name, namespace),
            },
        }
    }

    fn union(
        &mut self,
        json: &Json,
        branches: &[Json],
        namespace: Option<&str>,
    ) -> Result<TypeId, ParseError> {
        let mut ids = Vec::new();
        let mut names = HashSet::new();
        for branch in branches {
            let id = self.read(branch, namespace)?;
            if self.table.is_union(id) {
                return Err(ParseError::NestedUnion { json: json.to_string() });
            }
            let name = self.table.branch_name(id);
            if names.contains(&name) {
                return Err(ParseError::DuplicateBranch { name });
            }
            names.insert(name);
            ids.push(id);
        }
        Ok(self.table.add(Type::Union(Union { branches: ids })))
    }
}

/// The attributes that have no meaning of their own. An integer beyond 64 bits cannot be one, as in Java.
pub(super) fn custom_properties(attributes: &Object, also_reserved: &[&str]) -> Result<Props, ParseError> {
    let property = |(name, value): (&str, &Json)| match value {
        Json::Number(Number::BigInt(_)) => Err(ParseError::BigIntegerProperty { property: name.to_owned() }),
        value => Ok((name.into(), value.clone())),
    };
    let own = |(name, _): &(&str, &Json)| !RESERVED.contains(name) && !also_reserved.contains(name);
    attributes.iter().filter(own).map(property).collect()
}

/// Refuses definitions that would nest too deep when written: a name used before its definition is written in full
/// where it is first used, so a flat text can have a deep canonical form.
fn bound_depth(schema: &Schema) -> Result<(), ParseError> {
    let mut written = vec![false; schema.type_count()];
    for id in &schema.referenced {
        written[id.index()] = true;
    }
    let mut open = vec![vec![schema.root].into_iter()];
    while let Some(siblings) = open.last_mut() {
        let Some(id) = siblings.next() else {
            open.pop();
            continue;
        };
        if schema[id].name().is_some() && std::mem::replace(&mut written[id.index()], true) {
            continue;
        }
        open.push(schema[id].children().into_iter());
        if open.len() > MAX_TYPE_DEPTH + 1 {
            return Err(ParseError::TooDeep { limit: MAX_TYPE_DEPTH });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match Schema::parse(text) {
            Ok(schema) => panic!("{text} was taken as {}", schema.canonical_text()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn faulty_schemas_are_refused_in_avros_words() {
        let table = [
            (r#""nope""#, "Undefined schema: nope"),
            (r#"{"type":"nope"}"#, "Undefined schema: nope"),
            ("1", "Schema not yet supported: 1"),
            ("null", "Schema not yet supported: null"),
            ("{}", "No type: {}"),
            (r#"{"type":null}"#, r#"No type: {"type":null}"#),
            (r#"{"type":{"type":"int"}}"#, r#"No type: {"type":{"type":"int"}}"#),
            (r#"{"type":"array","items":null}"#, "Schema not yet supported: null"),
            (r#"{"type":"array"}"#, r#"Array has no items type: {"type":"array"}"#),
            (r#"{"type":"map"}"#, r#"Map has no values type: {"type":"map"}"#),
            (r#"["int","int"]"#, "Duplicate in union:int"),
            (
                r#"[{"type":"array","items":"int"},{"type":"array","items":"string"}]"#,
                "Duplicate in union:array",
            ),
            (r#"["int",["null"]]"#, r#"Nested union: ["int",["null"]]"#),
            (r#"{"type":"int","big":123456789012345678901234567890}"#, "Can't set a property to null: big"),
            (r#"["null",{"type":"record","name":"R","fields":[]},"R"]"#, "Duplicate in union:R"),
        ];
        for (text, expected) in table {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn types_nested_too_deep_are_refused_whatever_makes_them_deep() {
        let nested =
            |levels: usize| r#"{"type":"array","items":"#.repeat(levels) + "\"int\"" + &"}".repeat(levels);
        assert!(Schema::parse(&nested(MAX_TYPE_DEPTH - 1)).is_ok());
        assert_eq!(error(&nested(MAX_TYPE_DEPTH)), "Types are nested deeper than 250");
        assert!(error(&nested(10_000)).starts_with("Document nesting depth (1001)"));
        let chain: Vec<String> = (1..400)
            .map(|i| {
                let definition = format!(
                    r#"{{"type":"record","name":"A{i}","fields":[{{"name":"n","type":"A{}"}}]}}"#,
                    i + 1
                );
                format!(r#"{{"name":"f{i}","type":{definition}}}"#)
            })
            .collect();
        let fields = chain.join(",");
        let last = r#"{"name":"z","type":{"type":"fixed","name":"A400","size":1}}"#;
        let flat = format!(r#"{{"type":"record","name":"R","fields":[{fields},{last}]}}"#);
        assert_eq!(error(&flat), "Types are nested deeper than 250");
    }

    #[test]
    fn a_name_may_be_used_before_its_definition() {
        let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"D"},{"name":"b","type":{"type":"fixed","name":"D","size":3}}]}"#;
        let schema = Schema::parse(text).unwrap();
        assert_eq!(
            schema.canonical_text(),
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"D","size":3}},{"name":"b","type":"D"}]}"#
        );
    }

    #[test]
    fn a_long_namespace_is_not_copied_into_very_many_names() {
        let text = |namespace: usize, types: usize| {
            let fields: Vec<String> = (0..types)
                .map(|n| format!(r#"{{"name":"f{n}","type":{{"type":"fixed","name":"F{n}","size":1}}}}"#))
                .collect();
            let (namespace, fields) = ("n".repeat(namespace), fields.join(","));
            format!(r#"{{"type":"record","name":"R","namespace":"{namespace}","fields":[{fields}]}}"#)
        };
        assert!(Schema::parse(&text(100, 4_000)).is_ok());
        assert_eq!(error(&text(100_000, 20)), ParseError::NamesTooLong.to_string());
    }

    #[test]
    fn referenced_types_are_written_by_name() {
        let references = [r#"{"type":"record","name":"a.Other","fields":[]}"#];
        let options = ParseOptions { strict: true, references: &references };
        let text = r#"{"type":"record","name":"R","fields":[{"name":"o","type":"a.Other"}]}"#;
        assert_eq!(Schema::parse_with(text, &options).unwrap().canonical_text(), text);
        assert_eq!(error(text), "Undefined schema: a.Other");
    }
}
