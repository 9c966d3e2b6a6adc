//! Avro data as Connect values, by a plan compiled from the writer's schema.

use ::bytes::Bytes;
use aqueduct_avro::{ParseOptions, Schema as Avro};
use aqueduct_plugin_api::{ConnectError, Decimal, SchemaRef, Struct, Value};

use super::datum::Datum;
use super::to_connect::{Plan, compile, union_value};

/// Reads the data of one schema id.
#[derive(Debug)]
pub(super) struct Reader {
    /// The Connect schema of what is read.
    pub(super) schema: SchemaRef,
    plan: Plan,
}

impl Reader {
    /// A reader for the schema of this id and text.
    pub(super) fn new(id: u32, text: &str) -> Result<Self, ConnectError> {
        // A schema that the registry took is read, whatever it judges of new ones.
        let avro =
            Avro::parse_with(text, &ParseOptions { strict: false, references: &[] }).map_err(|error| {
                ConnectError::data(format!("schema {id} of the registry cannot be read")).caused_by(&error)
            })?;
        let (schema, plan) = compile(&avro)?;
        Ok(Self { schema, plan })
    }

    /// Reads one datum; nothing may follow it.
    pub(super) fn read(&self, data: &Bytes) -> Result<Value, ConnectError> {
        let mut datum = Datum::new(data);
        let value = read(&self.plan, &mut datum)?;
        match datum.left() {
            0 => Ok(value),
            left => Err(ConnectError::data(format!("{left} bytes follow the data"))),
        }
    }
}

fn read(plan: &Plan, datum: &mut Datum) -> Result<Value, ConnectError> {
    datum.count_values(1)?;
    Ok(match plan {
        Plan::Null => Value::Null,
        Plan::Boolean => match datum.byte()? {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            other => return Err(ConnectError::data(format!("{other} is no boolean"))),
        },
        Plan::Int8 => Value::Int8(narrow(datum.int()?)?),
        Plan::Int16 => Value::Int16(narrow(datum.int()?)?),
        Plan::Int32 => Value::Int32(datum.int()?),
        Plan::Date => Value::Date(datum.int()?),
        Plan::Time => Value::Time(datum.int()?),
        Plan::Int64 => Value::Int64(datum.long()?),
        Plan::Timestamp => Value::Timestamp(datum.long()?),
        Plan::Float32 => Value::Float32(datum.float()?),
        Plan::Float64 => Value::Float64(datum.double()?),
        Plan::String => Value::String(datum.string()?),
        Plan::Bytes => Value::Bytes(datum.bytes()?),
        Plan::Fixed(size) => Value::Bytes(datum.fixed(*size)?),
        Plan::Decimal { scale, fixed } => {
            let bytes = match fixed {
                Some(size) => datum.fixed(*size)?,
                None => datum.bytes()?,
            };
            Value::Decimal(Decimal::from_unscaled_bytes(&bytes, *scale))
        }
        Plan::Enum(symbols) => {
            let index = datum.int()?;
            let symbol = usize::try_from(index).ok().and_then(|index| symbols.get(index));
            symbol.cloned().ok_or_else(|| ConnectError::data(format!("{index} is no symbol of the enum")))?
        }
        Plan::Array(element) => {
            let mut items = Vec::new();
            each_item(datum, element.least_bytes(), |datum| {
                items.push(read(element, datum)?);
                Ok(())
            })?;
            Value::Array(items)
        }
        Plan::Map(values) => {
            let mut entries = Vec::new();
            each_item(datum, values.least_bytes().saturating_add(1), |datum| {
                let key = Value::String(datum.string()?);
                entries.push((key, read(values, datum)?));
                Ok(())
            })?;
            Value::Map(entries)
        }
        Plan::Pairs(keys, values) => {
            let mut entries = Vec::new();
            each_item(datum, keys.least_bytes().saturating_add(values.least_bytes()), |datum| {
                let key = read(keys, datum)?;
                entries.push((key, read(values, datum)?));
                Ok(())
            })?;
            Value::Map(entries)
        }
        Plan::Record(schema, fields) => {
            let values = fields.iter().map(|field| read(field, datum)).collect::<Result<Vec<_>, _>>()?;
            Value::Struct(Struct { schema: schema.clone(), values })
        }
        Plan::Optional(null, other) => match datum.long()? {
            branch if branch == *null => Value::Null,
            0 | 1 => read(other, datum)?,
            branch => return Err(no_branch(branch)),
        },
        Plan::Union(schema, branches) => {
            let branch = datum.long()?;
            let chosen = usize::try_from(branch).ok().and_then(|index| branches.get(index));
            match chosen.ok_or_else(|| no_branch(branch))? {
                (None, _) => Value::Null,
                // A union of one branch is that branch.
                (Some(usize::MAX), plan) => read(plan, datum)?,
                (Some(field), plan) => {
                    datum.count_values(schema.fields.len())?;
                    union_value(schema, *field, read(plan, datum)?)
                }
            }
        }
    })
}

fn each_item(
    datum: &mut Datum,
    least_bytes: usize,
    mut item: impl FnMut(&mut Datum) -> Result<(), ConnectError>,
) -> Result<(), ConnectError> {
    loop {
        let count = datum.block(least_bytes)?;
        if count == 0 {
            return Ok(());
        }
        for _ in 0..count {
            item(datum)?;
        }
    }
}

fn narrow<N: TryFrom<i32>>(number: i32) -> Result<N, ConnectError> {
    N::try_from(number).map_err(|_| ConnectError::data(format!("{number} does not fit its connect.type")))
}

fn no_branch(branch: i64) -> ConnectError {
    ConnectError::data(format!("{branch} is no branch of the union"))
}
