//! Which Connect schema a SQL type becomes. `TYPES.md` shows the whole table.

use aqueduct_plugin_api::{Schema, Type, logical};

use super::granularity::Granularity;
use super::sql_type::SqlType;

/// `numeric.mapping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumericMapping {
    None,
    PrecisionOnly,
    BestFit,
    BestFitEagerDouble,
}

/// The settings that decide about types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MappingOptions {
    pub(crate) numeric: NumericMapping,
    /// Apply it to DECIMAL too.
    pub(crate) numeric_for_decimal: bool,
    pub(crate) granularity: Granularity,
    /// `type.mapping=precise`.
    pub(crate) precise: bool,
}

/// What a cell is turned into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Decimal {
        scale: i32,
    },
    Text,
    Bytes,
    Date,
    /// A year as its first of January.
    YearDate,
    Time,
    Timestamp(Granularity),
    Array(Box<Target>),
    /// A type without a Connect counterpart, as the server's text.
    ForeignText,
}

/// Digits after the point that Confluent's connector gives a PostgreSQL `numeric` without precision.
const SCALE_OF_UNLIMITED: i32 = 127;
/// The parameter of Decimal schemas that holds the column's precision.
const PRECISION_PARAMETER: &str = "connect.decimal.precision";

impl MappingOptions {
    /// The schema of a column's values, required as yet, and the form its cells take.
    pub(crate) fn map(&self, sql_type: &SqlType) -> (Schema, Target) {
        let plain = |kind: Type, target: Target| (Schema::of(kind), target);
        match sql_type {
            SqlType::Boolean => plain(Type::Boolean, Target::Bool),
            SqlType::Int8 => plain(Type::Int8, Target::Int8),
            SqlType::Int16 => plain(Type::Int16, Target::Int16),
            SqlType::Int32 => plain(Type::Int32, Target::Int32),
            SqlType::UnsignedInt64 if self.precise => (logical::decimal(0), Target::Decimal { scale: 0 }),
            SqlType::Int64 | SqlType::UnsignedInt64 => plain(Type::Int64, Target::Int64),
            SqlType::Float32 => plain(Type::Float32, Target::Float32),
            SqlType::Float64 => plain(Type::Float64, Target::Float64),
            SqlType::Decimal { precision, scale } if !self.numeric_for_decimal => {
                self.decimal(*precision, *scale)
            }
            SqlType::Decimal { precision, scale } | SqlType::Numeric { precision, scale } => {
                self.numeric(*precision, *scale)
            }
            SqlType::Text => plain(Type::String, Target::Text),
            SqlType::Bytes => plain(Type::Bytes, Target::Bytes),
            SqlType::Bits(1) => plain(Type::Boolean, Target::Bool),
            SqlType::Bits(2..=8) => plain(Type::Int8, Target::Int8),
            SqlType::Bits(_) => plain(Type::Bytes, Target::Bytes),
            SqlType::Date => (logical::date(), Target::Date),
            SqlType::Year => (logical::date(), Target::YearDate),
            SqlType::Time => (logical::time(), Target::Time),
            SqlType::Timestamp { .. } | SqlType::TimestampZoned { .. } => {
                (self.granularity.schema(), Target::Timestamp(self.granularity))
            }
            SqlType::Array(element) if self.precise => {
                let (schema, target) = self.map(element);
                (Schema::array(schema.optional()), Target::Array(Box::new(target)))
            }
            SqlType::Array(_) | SqlType::Other(_) => plain(Type::String, Target::ForeignText),
        }
    }

    fn decimal(&self, precision: Option<u32>, scale: Option<i32>) -> (Schema, Target) {
        if self.precise && scale.is_none() {
            return (Schema::of(Type::String), Target::Text);
        }
        let scale = scale.unwrap_or(SCALE_OF_UNLIMITED);
        let mut schema = logical::decimal(scale);
        if let Some(precision) = precision {
            schema = schema.parameter(PRECISION_PARAMETER, &precision.to_string());
        }
        (schema, Target::Decimal { scale })
    }

    /// `numeric.mapping`: whole numbers of up to 18 digits by their size, fractions perhaps as float64.
    fn numeric(&self, precision: Option<u32>, scale: Option<i32>) -> (Schema, Target) {
        let small = precision.is_some_and(|digits| digits <= 18);
        let whole = scale.is_some_and(|scale| scale <= 0);
        let fraction = scale.is_some_and(|scale| scale > 0);
        let as_double = match self.numeric {
            NumericMapping::None | NumericMapping::PrecisionOnly => false,
            NumericMapping::BestFit => fraction && small,
            NumericMapping::BestFitEagerDouble => fraction,
        };
        if as_double {
            return (Schema::of(Type::Float64), Target::Float64);
        }
        if self.numeric == NumericMapping::None || !small || !whole {
            return self.decimal(precision, scale);
        }
        let (kind, target) = match precision.unwrap_or(18) {
            10.. => (Type::Int64, Target::Int64),
            5..=9 => (Type::Int32, Target::Int32),
            3..=4 => (Type::Int16, Target::Int16),
            _ => (Type::Int8, Target::Int8),
        };
        (Schema::of(kind), target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(numeric: NumericMapping) -> MappingOptions {
        MappingOptions {
            numeric,
            numeric_for_decimal: false,
            granularity: Granularity::ConnectLogical,
            precise: false,
        }
    }

    #[test]
    fn numeric_mapping_follows_confluents_table() {
        let target = |mapping, precision, scale| {
            options(mapping).map(&SqlType::Numeric { precision: Some(precision), scale: Some(scale) }).1
        };
        use NumericMapping::{BestFit, BestFitEagerDouble, None, PrecisionOnly};
        assert_eq!(target(None, 5, 0), Target::Decimal { scale: 0 });
        assert_eq!(target(PrecisionOnly, 2, 0), Target::Int8);
        assert_eq!(target(PrecisionOnly, 3, 0), Target::Int16);
        assert_eq!(target(PrecisionOnly, 5, 0), Target::Int32);
        assert_eq!(target(PrecisionOnly, 18, 0), Target::Int64);
        assert_eq!(target(PrecisionOnly, 19, 0), Target::Decimal { scale: 0 });
        assert_eq!(target(PrecisionOnly, 5, 2), Target::Decimal { scale: 2 });
        assert_eq!(target(BestFit, 18, 2), Target::Float64);
        assert_eq!(target(BestFit, 19, 2), Target::Decimal { scale: 2 });
        assert_eq!(target(BestFitEagerDouble, 30, 2), Target::Float64);
    }

    #[test]
    fn decimal_is_left_alone_unless_told_otherwise() {
        let decimal = SqlType::Decimal { precision: Some(10), scale: Some(2) };
        let (schema, target) = options(NumericMapping::BestFit).map(&decimal);
        assert_eq!(target, Target::Decimal { scale: 2 });
        assert_eq!(
            schema.get_parameter("connect.decimal.precision").map(|p| p.to_string()),
            Some("10".to_owned())
        );
        let told = MappingOptions { numeric_for_decimal: true, ..options(NumericMapping::BestFit) };
        assert_eq!(told.map(&decimal).1, Target::Float64);
    }

    #[test]
    fn precise_mapping_loses_nothing() {
        let precise = MappingOptions { precise: true, ..options(NumericMapping::None) };
        assert_eq!(precise.map(&SqlType::UnsignedInt64).1, Target::Decimal { scale: 0 });
        assert_eq!(precise.map(&SqlType::Numeric { precision: None, scale: None }).1, Target::Text);
        assert_eq!(
            options(NumericMapping::None).map(&SqlType::Numeric { precision: None, scale: None }).1,
            Target::Decimal { scale: 127 }
        );
        let array = SqlType::Array(Box::new(SqlType::Int32));
        assert_eq!(precise.map(&array).1, Target::Array(Box::new(Target::Int32)));
        assert_eq!(options(NumericMapping::None).map(&array).1, Target::ForeignText);
    }
}
