//! What to do with each column of a result: compiled once for a table's columns, used for every row.

use std::collections::BTreeSet;

use aqueduct_plugin_api::{Schema, SchemaRef, Struct, Type, Value};
use bytestring::ByteString;

use super::cell::{Cell, Fit, Misfit};
use super::mapping::{MappingOptions, Target};
use super::sql_type::SqlType;
use super::text_arena::TextArena;
use crate::moment::{Moment, Zone};
use crate::settings::ZeroDates;

/// A column of a result, with what the catalog knows of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) sql_type: SqlType,
    pub(crate) nullable: bool,
}

/// A part of the position after a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyPart {
    /// The first of these columns that is not null: the timestamp.
    Timestamp(Vec<usize>),
    /// The incrementing column.
    Incrementing(usize),
    /// A column of the unique key.
    Column(usize),
}

/// What a plan is compiled from.
#[derive(Debug)]
pub(crate) struct RowPlanRequest<'a> {
    /// The name of the value's struct schema; a query's has none.
    pub(crate) schema_name: Option<&'a str>,
    /// The columns in the order of the result.
    pub(crate) columns: Vec<Column>,
    /// How many columns at the end are ours and do not go into records.
    pub(crate) hidden: usize,
    /// Columns that showed a null although the catalog says they have none.
    pub(crate) optional: &'a BTreeSet<String>,
    pub(crate) mapping: MappingOptions,
    pub(crate) key_columns: &'a [String],
    pub(crate) position: Vec<KeyPart>,
    pub(crate) zone: Zone,
    pub(crate) zero_dates: ZeroDates,
    pub(crate) invalid_as_null: bool,
}

/// A compiled plan.
#[derive(Debug)]
pub(crate) struct RowPlan {
    pub(crate) columns: Vec<Column>,
    targets: Vec<(Target, bool)>,
    pub(crate) schema: SchemaRef,
    pub(crate) key: Option<(SchemaRef, Vec<usize>)>,
    pub(crate) position: Vec<KeyPart>,
    timestamp_columns: Vec<usize>,
    incrementing: Option<usize>,
    /// Columns without a Connect counterpart.
    pub(crate) foreign: usize,
    zone: Zone,
    zero_dates: ZeroDates,
    invalid_as_null: bool,
}

/// A row's values in the order of the schema, and what its offset is made of.
#[derive(Debug, PartialEq)]
pub(crate) struct DecodedRow {
    pub(crate) values: Vec<Value>,
    pub(crate) timestamp: Option<Moment>,
    pub(crate) incrementing: Option<i64>,
    /// How many values were read as null because their type cannot hold them.
    pub(crate) nulled: u32,
}

impl RowPlan {
    pub(crate) fn compile(request: RowPlanRequest<'_>) -> Self {
        let structure = || request.schema_name.map_or_else(|| Schema::of(Type::Struct), Schema::structure);
        let mut schema = structure();
        let mut targets = Vec::new();
        let visible = request.columns.len() - request.hidden;
        for column in &request.columns[..visible] {
            let optional = column.nullable || request.optional.contains(&column.name);
            let (field, target) = request.mapping.map(&column.sql_type);
            schema = schema.field(&column.name, field.optional_if(optional));
            targets.push((target, optional));
        }
        let find = |name: &String| request.columns[..visible].iter().position(|column| column.name == *name);
        let key_indexes: Vec<usize> = request.key_columns.iter().filter_map(find).collect();
        let key = (!key_indexes.is_empty()).then(|| {
            let mut key = structure();
            for index in &key_indexes {
                key.fields.push(schema.fields[*index].clone());
            }
            (SchemaRef::new(key), key_indexes)
        });
        let foreign = targets.iter().filter(|(target, _)| *target == Target::ForeignText).count();
        let mut plan = Self {
            columns: request.columns,
            targets,
            schema: SchemaRef::new(schema),
            key,
            timestamp_columns: Vec::new(),
            incrementing: None,
            position: request.position,
            foreign,
            zone: request.zone,
            zero_dates: request.zero_dates,
            invalid_as_null: request.invalid_as_null,
        };
        for part in &plan.position {
            match part {
                KeyPart::Timestamp(columns) => plan.timestamp_columns.clone_from(columns),
                KeyPart::Incrementing(column) => plan.incrementing = Some(*column),
                KeyPart::Column(_) => {}
            }
        }
        plan
    }

    /// Decodes a row; `cell` reads the cell of a column. On failure the column's index is told.
    pub(crate) fn decode<'r>(
        &self,
        arena: &mut TextArena,
        mut cell: impl FnMut(usize) -> Cell<'r>,
    ) -> Result<DecodedRow, (usize, Misfit)> {
        let mut values = Vec::with_capacity(self.targets.len());
        let mut nulled = 0;
        let mut fit = Fit { zone: self.zone, zero_dates: self.zero_dates, arena };
        for (index, (target, optional)) in self.targets.iter().enumerate() {
            let value = match fit.value(cell(index), target) {
                Err(Misfit::Invalid(_) | Misfit::Scale) if self.invalid_as_null && *optional => {
                    nulled += 1;
                    Value::Null
                }
                Err(Misfit::Invalid(_)) if self.invalid_as_null => return Err((index, Misfit::Null)),
                Err(misfit) => return Err((index, misfit)),
                Ok(value) => value,
            };
            if value == Value::Null && !optional {
                return Err((index, Misfit::Null));
            }
            values.push(value);
        }
        let timestamp = self.timestamp(&mut cell)?;
        let incrementing = self.incrementing(&mut cell)?;
        Ok(DecodedRow { values, timestamp, incrementing, nulled })
    }

    /// The column whose cell is a part of the position: for timestamps the first that is not null.
    pub(crate) fn position_column<'r>(
        &self,
        part: &KeyPart,
        mut cell: impl FnMut(usize) -> Cell<'r>,
    ) -> usize {
        match part {
            KeyPart::Incrementing(column) | KeyPart::Column(column) => *column,
            KeyPart::Timestamp(columns) => {
                let set = columns.iter().find(|column| !matches!(cell(**column), Cell::Null));
                *set.or(columns.first()).unwrap_or(&0)
            }
        }
    }

    fn timestamp<'r>(
        &self,
        cell: &mut impl FnMut(usize) -> Cell<'r>,
    ) -> Result<Option<Moment>, (usize, Misfit)> {
        for column in &self.timestamp_columns {
            let found = cell(*column);
            if found != Cell::Null {
                return match moment_of(found, self.zone) {
                    Some(moment) => Ok(Some(moment)),
                    None => Err((*column, Misfit::Invalid(super::cell::show(found)))),
                };
            }
        }
        Ok(None)
    }

    fn incrementing<'r>(
        &self,
        cell: &mut impl FnMut(usize) -> Cell<'r>,
    ) -> Result<Option<i64>, (usize, Misfit)> {
        let Some(column) = self.incrementing else { return Ok(None) };
        let found = cell(column);
        let number = match found {
            Cell::Null => return Ok(None),
            Cell::Int(number) => Some(number),
            Cell::Unsigned(number) => i64::try_from(number).ok(),
            Cell::Text(text) => text.split('.').next().and_then(|whole| whole.parse().ok()),
            _ => None,
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err((column, Misfit::Invalid(super::cell::show(found)))),
        }
    }

    /// The record's key and its schema.
    pub(crate) fn key_of(&self, values: &[Value]) -> (Option<SchemaRef>, Value) {
        match &self.key {
            None => (None, Value::Null),
            Some((schema, indexes)) => {
                let values = indexes.iter().map(|index| values[*index].clone()).collect();
                (Some(schema.clone()), Value::Struct(Struct::new(schema.clone(), values)))
            }
        }
    }

    /// The name of a column for an error.
    pub(crate) fn column_name(&self, index: usize) -> ByteString {
        self.columns.get(index).map_or_else(ByteString::new, |column| column.name.as_str().into())
    }
}

/// The instant of a cell that is a timestamp.
fn moment_of(cell: Cell<'_>, zone: Zone) -> Option<Moment> {
    let (wall, offset) = match cell {
        Cell::DateTime(wall, offset) => (wall, offset),
        Cell::Text(text) => crate::moment::WallTime::parse(text)?,
        Cell::Int(millis) => return Some(Moment::from_millis(millis)),
        _ => return None,
    };
    Some(match offset {
        Some(seconds) => wall.to_moment(Zone::Fixed(seconds as i32)),
        None => wall.to_moment(zone),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Granularity, NumericMapping};

    fn plan(optional: &BTreeSet<String>, key_columns: &[String]) -> RowPlan {
        let column = |name: &str, sql_type, nullable| Column { name: name.into(), sql_type, nullable };
        RowPlan::compile(RowPlanRequest {
            schema_name: Some("orders"),
            columns: vec![
                column("id", SqlType::Int64, false),
                column("at", SqlType::Timestamp { fraction_digits: 0 }, false),
                column("rowid", SqlType::Int64, false),
            ],
            hidden: 1,
            optional,
            mapping: MappingOptions {
                numeric: NumericMapping::None,
                numeric_for_decimal: false,
                granularity: Granularity::ConnectLogical,
                precise: false,
            },
            key_columns,
            position: vec![KeyPart::Timestamp(vec![1]), KeyPart::Incrementing(0), KeyPart::Column(2)],
            zone: Zone::Utc,
            zero_dates: ZeroDates::Null,
            invalid_as_null: false,
        })
    }

    #[test]
    fn a_row_gives_values_and_its_offset() {
        let plan = plan(&BTreeSet::new(), &["id".to_owned()]);
        let cells = [Cell::Int(7), Cell::Text("1970-01-01 00:00:02"), Cell::Int(1)];
        let row = plan.decode(&mut TextArena::default(), |index| cells[index]).unwrap();
        assert_eq!(row.values, [Value::Int64(7), Value::Timestamp(2000)]);
        assert_eq!((row.timestamp.map(Moment::millis), row.incrementing), (Some(2000), Some(7)));
        assert_eq!(plan.schema.fields.len(), 2);
        assert!(
            matches!(plan.key_of(&row.values), (Some(_), Value::Struct(key)) if key.values == [Value::Int64(7)])
        );
    }

    #[test]
    fn an_unexpected_null_names_its_column() {
        let cells = [Cell::Int(7), Cell::ZeroDate, Cell::Int(1)];
        let strict = plan(&BTreeSet::new(), &[]);
        assert_eq!(strict.decode(&mut TextArena::default(), |index| cells[index]), Err((1, Misfit::Null)));
        assert_eq!(strict.column_name(1), "at");
        assert!(plan(&BTreeSet::from(["at".to_owned()]), &[]).schema.fields[1].schema.optional);
    }
}
