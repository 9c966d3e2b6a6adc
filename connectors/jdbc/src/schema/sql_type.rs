//! The types of columns, as far as they differ in what becomes of them. The dialects name theirs in these terms.

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SqlType {
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    /// MySQL's BIGINT UNSIGNED.
    UnsignedInt64,
    Float32,
    Float64,
    /// JDBC's DECIMAL. Without a scale the values have any (PostgreSQL, computed columns).
    Decimal {
        precision: Option<u32>,
        scale: Option<i32>,
    },
    /// JDBC's NUMERIC: the same, but subject to `numeric.mapping`.
    Numeric {
        precision: Option<u32>,
        scale: Option<i32>,
    },
    Text,
    Bytes,
    /// A string of bits of this width.
    Bits(u32),
    Date,
    /// MySQL's YEAR.
    Year,
    Time,
    /// A date and time without a zone: the setting `db.timezone` says which is meant.
    Timestamp {
        fraction_digits: u32,
    },
    /// An instant.
    TimestampZoned {
        fraction_digits: u32,
    },
    /// PostgreSQL's array of a type.
    Array(Box<SqlType>),
    /// Any other type, by its name in the database: read as the server's text form.
    Other(String),
}

impl SqlType {
    /// Whether values of this type, as literals, sort as the server's ORDER BY does and compare exactly.
    pub(crate) fn can_be_key(&self) -> bool {
        match self {
            Self::Boolean | Self::Float32 | Self::Float64 | Self::Bits(_) | Self::Array(_) => false,
            Self::Other(name) => name == "uuid",
            _ => true,
        }
    }

    /// Whether a literal of this type stands without quotes.
    pub(crate) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::UnsignedInt64
                | Self::Float32
                | Self::Float64
                | Self::Decimal { .. }
                | Self::Numeric { .. }
                | Self::Year
        )
    }

    /// Digits after the second of a type that can be a timestamp column.
    pub(crate) fn fraction_digits(&self) -> Option<u32> {
        match self {
            Self::Timestamp { fraction_digits } | Self::TimestampZoned { fraction_digits } => {
                Some(*fraction_digits)
            }
            Self::Date => Some(0),
            _ => None,
        }
    }
}
