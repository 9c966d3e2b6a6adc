//! Judges the defaults of fields against their types, as for new schemas.

use crate::json::{Json, Number};
use crate::parse_error::ParseError;
use crate::schema::{Primitive, Schema, Type, TypeId};
use std::collections::HashMap;

/// How many values are looked at for one default: defaults of fields that are left out can multiply.
const MAX_STEPS: usize = 100_000;
/// How deep values may nest, including defaults that stand in for fields that are left out.
const MAX_DEPTH: usize = 250;

/// Judges every field's default.
///
/// A union takes what any branch takes (since Avro 1.12); an enum takes any text, as Confluent's registry does.
pub(crate) fn validate(schema: &Schema) -> Result<(), ParseError> {
    for owner in &schema.types {
        let Type::Record(record) = owner else { continue };
        for field in &record.fields {
            let Some(default) = &field.default else { continue };
            let mut judge = Judge { schema, steps: 0 };
            match judge.fits(field.schema, default, 0) {
                Ok(true) => {}
                Ok(false) => {
                    return Err(ParseError::InvalidDefault {
                        field: field.name.clone(),
                        default: default.to_string(),
                        schema: schema.canonical_text_of(field.schema),
                    });
                }
                Err(TooComplex) => return Err(ParseError::DefaultTooComplex { field: field.name.clone() }),
            }
        }
    }
    Ok(())
}

struct TooComplex;

struct Judge<'a> {
    schema: &'a Schema,
    steps: usize,
}

impl Judge<'_> {
    fn fits(&mut self, id: TypeId, value: &Json, depth: usize) -> Result<bool, TooComplex> {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            return Err(TooComplex);
        }
        let schema = self.schema;
        match &schema[id] {
            Type::Primitive { kind, .. } => Ok(fits_primitive(*kind, value)),
            Type::Enum(_) | Type::Fixed(_) => Ok(matches!(value, Json::String(_))),
            Type::Array(array) => match value {
                Json::Array(elements) => self.all_fit(array.items, elements.iter(), depth),
                _ => Ok(false),
            },
            Type::Map(map) => match value {
                Json::Object(members) => self.all_fit(map.values, members.values(), depth),
                _ => Ok(false),
            },
            Type::Union(union) => {
                for branch in &union.branches {
                    if self.fits(*branch, value, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Type::Record(record) => {
                let Json::Object(members) = value else { return Ok(false) };
                let members: HashMap<&str, &Json> = members.iter().collect();
                for field in &record.fields {
                    let given = members.get(field.name.as_str()).copied();
                    let Some(value) = given.or(field.default.as_ref()) else {
                        return Ok(false);
                    };
                    if !self.fits(field.schema, value, depth + 1)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn all_fit<'v>(
        &mut self,
        id: TypeId,
        values: impl Iterator<Item = &'v Json>,
        depth: usize,
    ) -> Result<bool, TooComplex> {
        for value in values {
            if !self.fits(id, value, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn fits_primitive(kind: Primitive, value: &Json) -> bool {
    match kind {
        Primitive::Null => *value == Json::Null,
        Primitive::Boolean => matches!(value, Json::Bool(_)),
        Primitive::Int => value.as_i64().is_some_and(|value| i32::try_from(value).is_ok()),
        Primitive::Long => matches!(value, Json::Number(Number::Int(_))),
        Primitive::Float | Primitive::Double => matches!(value, Json::Number(_)),
        Primitive::Bytes | Primitive::String => matches!(value, Json::String(_)),
    }
}

#[cfg(test)]
mod tests {
    use crate::Schema;

    fn with_default(kind: &str, default: &str) -> Result<(), String> {
        let text = format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":{kind},"default":{default}}}]}}"#
        );
        Schema::parse(&text).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_judged_as_avro_does() {
        let record = r#"{"type":"record","name":"S","fields":[{"name":"x","type":"int","default":1},{"name":"y","type":"int"}]}"#;
        let fits = [
            (r#""int""#, "1"),
            (r#""double""#, "1"),
            (r#""double""#, r#""1.5""#),
            (r#""float""#, r#""NaN""#),
            (r#"["null","int","string"]"#, "5"),
            (r#"["int","null"]"#, "null"),
            (r#"{"type":"enum","name":"E","symbols":["A"]}"#, r#""Z""#),
            (r#""bytes""#, "\"\u{ff}\""),
            (r#"{"type":"array","items":"int"}"#, "[1]"),
            (r#"{"type":"map","values":"int"}"#, r#"{"a":1}"#),
            (record, r#"{"y":2}"#),
        ];
        for (kind, default) in fits {
            assert_eq!(with_default(kind, default), Ok(()), "{kind} {default}");
        }
        let misfits = [
            (r#""int""#, "\"x\""),
            (r#""int""#, "1.0"),
            (r#""int""#, "12345678901"),
            (r#""int""#, "null"),
            (r#""long""#, "12345678901234567890"),
            (r#"["null","double"]"#, r#""NaN""#),
            (r#"{"type":"enum","name":"E","symbols":["X"]}"#, "5"),
            (r#"{"type":"map","values":"int"}"#, r#"{"a":"z"}"#),
            (r#"{"type":"array","items":"int"}"#, "{}"),
            (record, "{}"),
        ];
        for (kind, default) in misfits {
            let told = with_default(kind, default).unwrap_err();
            assert_eq!(told, format!("Invalid default for field a: {default} not a {kind}"));
        }
    }

    #[test]
    fn a_default_that_stands_for_itself_for_ever_is_refused() {
        let told =
            Schema::parse(r#"{"type":"record","name":"R","fields":[{"name":"f","type":"R","default":{}}]}"#);
        assert!(told.unwrap_err().to_string().contains("too deep or too large"));
    }
}
