//! The rules for one pair of types: what is wrong with it by itself, and which further pairs must be looked at.

use super::incompatibility::IncompatibilityKind;
use super::reader_writer::CheckError;
use crate::name::Name;
use crate::schema::{Enum, Primitive, Record, Schema, Type, TypeId};
use std::collections::{BTreeSet, HashSet};

/// One thing to do about a pair, in order.
pub(super) enum Step {
    /// A difference of the pair itself, at `place` below its location.
    Report { kind: IncompatibilityKind, place: Place },
    /// Another pair, whose differences are the pair's own.
    Merge { place: Place, reader: TypeId, writer: TypeId },
    /// Another pair, judged as if it stood alone; if it has differences the pair lacks a union branch.
    Require { place: Place, reader: TypeId, writer: TypeId },
    /// One of these readers must take the writer, each judged as if it stood alone.
    AnyOf { readers: Vec<TypeId>, writer: TypeId },
}

/// Where something is below a pair's location.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Here,
    /// `name`, `size`, `symbols`, `items`, `values`.
    Attribute(&'static str),
    /// A branch of a union.
    Branch(usize),
    /// `fields/N`.
    Field(usize),
    /// `fields/N/type`.
    FieldType(usize),
}

/// The rules of Avro's schema resolution for one pair. Logical types do not count.
pub(super) fn steps(
    readers: &Schema,
    reader: TypeId,
    writers: &Schema,
    writer: TypeId,
) -> Result<Vec<Step>, CheckError> {
    let mut steps = Vec::new();
    match (&readers[reader], &writers[writer]) {
        (Type::Union(_), Type::Union(union)) => {
            for (index, branch) in union.branches.iter().enumerate() {
                steps.push(Step::Require { place: Place::Branch(index), reader, writer: *branch });
            }
        }
        (_, Type::Union(union)) => {
            for (index, branch) in union.branches.iter().enumerate() {
                steps.push(Step::Merge { place: Place::Branch(index), reader, writer: *branch });
            }
        }
        (Type::Union(union), _) => steps.push(Step::AnyOf { readers: union.branches.clone(), writer }),
        (Type::Primitive { kind: to, .. }, Type::Primitive { kind: from, .. }) if promotes(*from, *to) => {}
        (Type::Array(to), Type::Array(from)) => {
            steps.push(Step::Merge {
                place: Place::Attribute("items"),
                reader: to.items,
                writer: from.items,
            });
        }
        (Type::Map(to), Type::Map(from)) => {
            steps.push(Step::Merge {
                place: Place::Attribute("values"),
                reader: to.values,
                writer: from.values,
            });
        }
        (Type::Fixed(to), Type::Fixed(from)) => {
            steps.extend(name_step(&to.name, &to.aliases, &from.name));
            if to.size != from.size {
                steps.push(Step::Report {
                    kind: IncompatibilityKind::FixedSizeMismatch,
                    place: Place::Attribute("size"),
                });
            }
        }
        (Type::Enum(to), Type::Enum(from)) => {
            steps.extend(name_step(&to.name, &to.aliases, &from.name));
            steps.extend(symbols_step(to, from));
        }
        (Type::Record(to), Type::Record(from)) => {
            steps.extend(name_step(&to.name, &to.aliases, &from.name));
            field_steps(readers, to, writers, (writer, from), &mut steps)?;
        }
        _ => steps.push(Step::Report { kind: IncompatibilityKind::TypeMismatch, place: Place::Here }),
    }
    Ok(steps)
}

fn promotes(from: Primitive, to: Primitive) -> bool {
    use Primitive::{Bytes, Double, Float, Int, Long, String};
    from == to
        || matches!(
            (from, to),
            (Int, Long | Float | Double)
                | (Long, Float | Double)
                | (Float, Double)
                | (String, Bytes)
                | (Bytes, String)
        )
}

/// Names agree if the simple names do, or if the reader has the writer's full name as an alias.
fn name_step(reader: &Name, aliases: &[Name], writer: &Name) -> Option<Step> {
    if reader.simple() == writer.simple() || aliases.contains(writer) {
        return None;
    }
    Some(Step::Report { kind: IncompatibilityKind::NameMismatch, place: Place::Attribute("name") })
}

fn symbols_step(reader: &Enum, writer: &Enum) -> Option<Step> {
    // A default that is none of the symbols was refused by the parser, so having one is enough.
    if reader.default.is_some() || missing_symbols(reader, writer).is_empty() {
        return None;
    }
    Some(Step::Report { kind: IncompatibilityKind::MissingEnumSymbols, place: Place::Attribute("symbols") })
}

/// The writer's symbols that the reader lacks, sorted.
fn missing_symbols<'w>(reader: &Enum, writer: &'w Enum) -> BTreeSet<&'w str> {
    let known: HashSet<&str> = reader.symbols.iter().map(String::as_str).collect();
    writer.symbols.iter().map(String::as_str).filter(|symbol| !known.contains(symbol)).collect()
}

/// The detail of a difference of a pair, in Avro's words. `place` is where it was found.
pub(super) fn detail(kind: IncompatibilityKind, place: Place, reader: &Type, writer: &Type) -> String {
    match (kind, reader, writer) {
        (IncompatibilityKind::FixedSizeMismatch, Type::Fixed(to), Type::Fixed(from)) => {
            format!("expected: {}, found: {}", from.size, to.size)
        }
        (IncompatibilityKind::MissingEnumSymbols, Type::Enum(to), Type::Enum(from)) => {
            let missing: Vec<&str> = missing_symbols(to, from).into_iter().collect();
            format!("[{}]", missing.join(", "))
        }
        (IncompatibilityKind::ReaderFieldMissingDefaultValue, Type::Record(to), _) => match place {
            Place::Field(position) => to.fields[position].name.clone(),
            _ => String::new(),
        },
        (IncompatibilityKind::NameMismatch, _, from) => {
            format!("expected: {}", from.name().map(Name::full).unwrap_or_default())
        }
        (IncompatibilityKind::MissingUnionBranch, _, from) => {
            format!("reader union lacking writer type: {}", from.kind_name())
        }
        (_, to, from) => {
            format!("reader type: {} not compatible with writer type: {}", to.kind_name(), from.kind_name())
        }
    }
}

fn field_steps(
    readers: &Schema,
    reader: &Record,
    writers: &Schema,
    (writer_id, writer): (TypeId, &Record),
    steps: &mut Vec<Step>,
) -> Result<(), CheckError> {
    for (position, field) in reader.fields.iter().enumerate() {
        let names = std::iter::once(&field.name).chain(&field.aliases);
        let mut written = names.filter_map(|name| writer.field(name));
        if let Some((_, source)) = written.next() {
            if written.next().is_some() {
                return Err(CheckError::AmbiguousField {
                    field: field.name.clone(),
                    kind: readers[field.schema].kind_name(),
                    position,
                    record: writers.canonical_text_of(writer_id),
                });
            }
            let place = Place::FieldType(position);
            steps.push(Step::Merge { place, reader: field.schema, writer: source.schema });
        } else if field.default.is_none() {
            // Avro compares a field whose enum type has a default with the writer's whole record: a mismatch by type.
            steps.push(match &readers[field.schema] {
                Type::Enum(symbols) if symbols.default.is_some() => {
                    Step::Merge { place: Place::FieldType(position), reader: field.schema, writer: writer_id }
                }
                _ => Step::Report {
                    kind: IncompatibilityKind::ReaderFieldMissingDefaultValue,
                    place: Place::Field(position),
                },
            });
        }
    }
    Ok(())
}
