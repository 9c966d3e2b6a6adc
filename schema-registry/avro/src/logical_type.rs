//! Logical types: what `logicalType` and its parameters say about a type.

use crate::json::Json;
use crate::schema::{Primitive, Props, Schema, Type, TypeId};

/// A logical type that fits the type it annotates. One that does not fit (a `uuid` on an `int`, a `decimal` whose
/// scale exceeds its precision) is no logical type: Avro has readers ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the Avro specification")]
pub enum LogicalType {
    Decimal { precision: u32, scale: u32 },
    Uuid,
    Date,
    TimeMillis,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    LocalTimestampMillis,
    LocalTimestampMicros,
    LocalTimestampNanos,
    Duration,
}

impl Schema {
    /// The logical type of a type, if it has one that fits.
    pub fn logical_type(&self, id: TypeId) -> Option<LogicalType> {
        let annotated = &self[id];
        let props = annotated.props()?;
        let name = props.get("logicalType")?.as_str()?;
        match annotated {
            Type::Fixed(fixed) => of_fixed(name, fixed.size, props),
            Type::Primitive { kind, .. } => of_primitive(name, *kind, props),
            _ => None,
        }
    }
}

fn of_primitive(name: &str, kind: Primitive, props: &Props) -> Option<LogicalType> {
    let (logical_type, fits) = match name {
        "decimal" => (decimal(props)?, Primitive::Bytes),
        "uuid" => (LogicalType::Uuid, Primitive::String),
        "date" => (LogicalType::Date, Primitive::Int),
        "time-millis" => (LogicalType::TimeMillis, Primitive::Int),
        "time-micros" => (LogicalType::TimeMicros, Primitive::Long),
        "timestamp-millis" => (LogicalType::TimestampMillis, Primitive::Long),
        "timestamp-micros" => (LogicalType::TimestampMicros, Primitive::Long),
        "timestamp-nanos" => (LogicalType::TimestampNanos, Primitive::Long),
        "local-timestamp-millis" => (LogicalType::LocalTimestampMillis, Primitive::Long),
        "local-timestamp-micros" => (LogicalType::LocalTimestampMicros, Primitive::Long),
        "local-timestamp-nanos" => (LogicalType::LocalTimestampNanos, Primitive::Long),
        _ => return None,
    };
    (kind == fits).then_some(logical_type)
}

fn of_fixed(name: &str, size: u32, props: &Props) -> Option<LogicalType> {
    match name {
        "decimal" => decimal(props).filter(|logical_type| fits_fixed(*logical_type, size)),
        "uuid" if size == 16 => Some(LogicalType::Uuid),
        "duration" if size == 12 => Some(LogicalType::Duration),
        _ => None,
    }
}

fn decimal(props: &Props) -> Option<LogicalType> {
    let parameter =
        |name: &str| props.get(name).and_then(Json::as_i64).and_then(|value| u32::try_from(value).ok());
    let precision = parameter("precision").filter(|precision| *precision > 0)?;
    let scale = if props.contains_key("scale") { parameter("scale")? } else { 0 };
    (scale <= precision).then_some(LogicalType::Decimal { precision, scale })
}

/// Whether `size` bytes of two's complement hold every number of `precision` digits.
fn fits_fixed(logical_type: LogicalType, size: u32) -> bool {
    let LogicalType::Decimal { precision, .. } = logical_type else { return false };
    let bits = f64::from(size) * 8.0 - 1.0;
    f64::from(precision) <= (bits * std::f64::consts::LOG10_2).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_type_counts_only_where_it_fits() {
        let table = [
            (r#"{"type":"long","logicalType":"timestamp-millis"}"#, Some(LogicalType::TimestampMillis)),
            (r#"{"type":"int","logicalType":"timestamp-millis"}"#, None),
            (r#"{"type":"int","logicalType":"date"}"#, Some(LogicalType::Date)),
            (
                r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#,
                Some(LogicalType::Decimal { precision: 4, scale: 2 }),
            ),
            (r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":9}"#, None),
            (r#"{"type":"bytes","logicalType":"decimal"}"#, None),
            (r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":40}"#, None),
            (
                r#"{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9}"#,
                Some(LogicalType::Decimal { precision: 9, scale: 0 }),
            ),
            (r#"{"type":"fixed","name":"F","size":16,"logicalType":"uuid"}"#, Some(LogicalType::Uuid)),
            (
                r#"{"type":"fixed","name":"F","size":12,"logicalType":"duration"}"#,
                Some(LogicalType::Duration),
            ),
            (r#"{"type":"string","logicalType":5}"#, None),
            (r#""long""#, None),
        ];
        for (text, expected) in table {
            let schema = Schema::parse(text).unwrap();
            assert_eq!(schema.logical_type(schema.root()), expected, "{text}");
        }
    }
}
