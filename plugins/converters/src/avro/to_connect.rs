//! Avro schemas as Connect schemas, with the way to read each: compiled once for every schema id.

use std::cell::Cell;

use aqueduct_avro::{Json, LogicalType, Primitive, Props, Schema as Avro, Type as AvroType, TypeId};
use aqueduct_plugin_api::{ConnectError, Decimal, Schema, SchemaRef, Struct, Type, Value, logical};

use super::from_connect::PRECISION;

/// How deep types may be nested: as deep as a value is read by recursion.
const MAX_DEPTH: usize = 64;
/// How many types a schema may have, each named type counted wherever it is used: types that use the one before twice
/// double with every definition.
const MAX_TYPES: usize = 10_000;
const ENUM: &str = "io.confluent.connect.avro.Enum";
const UNION: &str = "io.confluent.connect.avro.Union";

/// How to read one type.
#[derive(Debug)]
pub(super) enum Plan {
    Null,
    Boolean,
    Int8,
    Int16,
    Int32,
    Date,
    Time,
    Int64,
    Timestamp,
    Float32,
    Float64,
    String,
    Bytes,
    Fixed(usize),
    Decimal {
        scale: i32,
        fixed: Option<usize>,
    },
    Enum(Vec<Value>),
    Array(Box<Plan>),
    Map(Box<Plan>),
    /// An array of records of key and value.
    Pairs(Box<Plan>, Box<Plan>),
    Record(SchemaRef, Vec<Plan>),
    /// Null or one other branch; the number is that of the null branch.
    Optional(i64, Box<Plan>),
    /// A struct with one field for each branch that is not null, `None` for the null branch.
    Union(SchemaRef, Vec<(Option<usize>, Plan)>),
}

impl Plan {
    /// The fewest bytes a value takes.
    pub(super) fn least_bytes(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Float32 => 4,
            Self::Float64 => 8,
            Self::Fixed(size) => *size,
            Self::Decimal { fixed: Some(size), .. } => *size,
            Self::Record(_, fields) => {
                fields.iter().fold(0, |bytes: usize, field| bytes.saturating_add(field.least_bytes()))
            }
            _ => 1,
        }
    }
}

/// Compiles a schema.
pub(super) fn compile(avro: &Avro) -> Result<(SchemaRef, Plan), ConnectError> {
    let (schema, plan) = Compiler { avro, types: Cell::new(0) }.compile(avro.root(), None, 0)?;
    Ok((schema.into(), plan))
}

struct Compiler<'a> {
    avro: &'a Avro,
    /// Types compiled so far: a named type counts wherever it is used.
    types: Cell<usize>,
}

impl Compiler<'_> {
    fn compile(
        &self,
        id: TypeId,
        default: Option<&Json>,
        depth: usize,
    ) -> Result<(Schema, Plan), ConnectError> {
        if depth > MAX_DEPTH {
            let text = format!("the Avro schema is recursive or nested deeper than {MAX_DEPTH} levels");
            return Err(ConnectError::data(text));
        }
        self.types.set(self.types.get() + 1);
        if self.types.get() > MAX_TYPES {
            let text = format!(
                "the Avro schema has more than {MAX_TYPES} types once its named types are written out"
            );
            return Err(ConnectError::data(text));
        }
        let kind = &self.avro[id];
        let empty = Props::default();
        let props = kind.props().unwrap_or(&empty);
        let (mut schema, plan) = match kind {
            AvroType::Primitive { kind, .. } => self.primitive(id, *kind, props),
            AvroType::Record(record) => {
                let mut schema = Schema::structure(&record.name.full());
                let mut plans = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    let (mut inner, plan) = self.compile(field.schema, field.default.as_ref(), depth + 1)?;
                    if inner.doc.is_none() {
                        inner.doc = field.doc.as_deref().map(Into::into);
                    }
                    schema = schema.field(&field.name, inner);
                    plans.push(plan);
                }
                schema.doc = record.doc.as_deref().map(Into::into);
                (schema, Plan::Record(Schema::of(Type::Struct).into(), plans))
            }
            AvroType::Enum(symbols) => {
                let mut schema = Schema::of(Type::String).parameter(ENUM, &symbols.name.full());
                for symbol in &symbols.symbols {
                    schema = schema.parameter(&format!("{ENUM}.{symbol}"), symbol);
                }
                let values = symbols.symbols.iter().map(|symbol| Value::string(symbol.as_str())).collect();
                (schema, Plan::Enum(values))
            }
            AvroType::Fixed(fixed) => match self.avro.logical_type(id) {
                Some(LogicalType::Decimal { precision, scale }) => {
                    decimal(precision, scale, Some(fixed.size as usize))
                }
                _ => (Schema::of(Type::Bytes), Plan::Fixed(fixed.size as usize)),
            },
            AvroType::Array(array) => self.array(array.items, depth)?,
            AvroType::Map(map) => {
                let (values, plan) = self.compile(map.values, None, depth + 1)?;
                (Schema::map(Schema::of(Type::String), values), Plan::Map(Box::new(plan)))
            }
            AvroType::Union(union) => return self.union(&union.branches, default, depth),
        };
        annotate(&mut schema, props);
        let mut plan = plan;
        if let Some(default) = default {
            schema.default = default_value(&schema, default);
        }
        if let Plan::Record(of, _) = &mut plan {
            // The struct of a value carries the schema itself, not the optional one around it.
            *of = SchemaRef::new(schema.clone());
        }
        Ok((schema, plan))
    }

    fn primitive(&self, id: TypeId, kind: Primitive, props: &Props) -> (Schema, Plan) {
        let connect_type = props.get("connect.type").and_then(Json::as_str);
        match (kind, self.avro.logical_type(id), connect_type) {
            (Primitive::Int, Some(LogicalType::Date), _) => (logical::date(), Plan::Date),
            (Primitive::Int, Some(LogicalType::TimeMillis), _) => (logical::time(), Plan::Time),
            (Primitive::Long, Some(LogicalType::TimestampMillis), _) => {
                (logical::timestamp(), Plan::Timestamp)
            }
            (Primitive::Bytes, Some(LogicalType::Decimal { precision, scale }), _) => {
                decimal(precision, scale, None)
            }
            (Primitive::Int, _, Some("int8")) => (Schema::of(Type::Int8), Plan::Int8),
            (Primitive::Int, _, Some("int16")) => (Schema::of(Type::Int16), Plan::Int16),
            (Primitive::Int, ..) => (Schema::of(Type::Int32), Plan::Int32),
            (Primitive::Long, ..) => (Schema::of(Type::Int64), Plan::Int64),
            (Primitive::Float, ..) => (Schema::of(Type::Float32), Plan::Float32),
            (Primitive::Double, ..) => (Schema::of(Type::Float64), Plan::Float64),
            (Primitive::Boolean, ..) => (Schema::of(Type::Boolean), Plan::Boolean),
            (Primitive::String, ..) => (Schema::of(Type::String), Plan::String),
            (Primitive::Bytes, ..) => (Schema::of(Type::Bytes), Plan::Bytes),
            (Primitive::Null, ..) => (Schema::of(Type::String).optional(), Plan::Null),
        }
    }

    /// An array, or a map written as an array of pairs.
    fn array(&self, items: TypeId, depth: usize) -> Result<(Schema, Plan), ConnectError> {
        if let AvroType::Record(record) = &self.avro[items] {
            let internal = record.props.get("connect.internal.type").and_then(Json::as_str);
            let is_pair =
                internal == Some("MapEntry") || record.name.full() == "io.confluent.connect.avro.MapEntry";
            if let ([key, value], true) = (&record.fields[..], is_pair) {
                let (key_schema, key_plan) = self.compile(key.schema, None, depth + 1)?;
                let (value_schema, value_plan) = self.compile(value.schema, None, depth + 1)?;
                let plan = Plan::Pairs(Box::new(key_plan), Box::new(value_plan));
                return Ok((Schema::map(key_schema, value_schema), plan));
            }
        }
        let (element, plan) = self.compile(items, None, depth + 1)?;
        Ok((Schema::array(element), Plan::Array(Box::new(plan))))
    }

    fn union(
        &self,
        branches: &[TypeId],
        default: Option<&Json>,
        depth: usize,
    ) -> Result<(Schema, Plan), ConnectError> {
        let is_null =
            |id: &TypeId| matches!(&self.avro[*id], AvroType::Primitive { kind: Primitive::Null, .. });
        let null = branches.iter().position(is_null);
        let others: Vec<TypeId> = branches.iter().copied().filter(|id| !is_null(id)).collect();
        match (&others[..], null) {
            ([only], Some(null)) => {
                let default = default.filter(|default| !matches!(default, Json::Null));
                let (mut schema, plan) = self.compile(*only, default, depth + 1)?;
                schema.optional = true;
                Ok((schema, Plan::Optional(null as i64, Box::new(plan))))
            }
            ([only], None) => {
                let (schema, plan) = self.compile(*only, default, depth + 1)?;
                let of = SchemaRef::new(schema.clone());
                // A union of one still writes its branch number.
                Ok((schema, Plan::Union(of, vec![(Some(usize::MAX), plan)])))
            }
            _ => {
                let mut schema = Schema::structure(UNION).optional_if(null.is_some());
                let mut plans = Vec::with_capacity(branches.len());
                for branch in branches {
                    if is_null(branch) {
                        plans.push((None, Plan::Null));
                        continue;
                    }
                    let (inner, plan) = self.compile(*branch, None, depth + 1)?;
                    let name = self.branch_name(*branch);
                    plans.push((Some(schema.fields.len()), plan));
                    schema = schema.field(&name, inner.optional());
                }
                let of = SchemaRef::new(schema.clone());
                Ok((schema, Plan::Union(of, plans)))
            }
        }
    }

    fn branch_name(&self, id: TypeId) -> String {
        match self.avro[id].name() {
            Some(name) => name.simple().to_owned(),
            None => self.avro[id].kind_name().to_lowercase(),
        }
    }
}

fn decimal(precision: u32, scale: u32, fixed: Option<usize>) -> (Schema, Plan) {
    let scale = i32::try_from(scale).unwrap_or(i32::MAX);
    let mut schema = logical::decimal(scale);
    if precision != 64 {
        schema = schema.parameter(PRECISION, &precision.to_string());
    }
    (schema, Plan::Decimal { scale, fixed })
}

/// Takes back what the writing side noted beside Avro's own attributes.
fn annotate(schema: &mut Schema, props: &Props) {
    if let Some(version) = props.get("connect.version").and_then(Json::as_i64) {
        schema.version = i32::try_from(version).ok();
    }
    if let Some(doc) = props.get("connect.doc").and_then(Json::as_str) {
        schema.doc = Some(doc.into());
    }
    let parameters = props.get("connect.parameters").and_then(Json::as_object);
    for (name, value) in parameters.into_iter().flat_map(|parameters| parameters.iter()) {
        let Some(value) = value.as_str() else { continue };
        match schema.parameters.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, known)) => *known = value.into(),
            None => schema.parameters.push((name.into(), value.into())),
        }
    }
    if let Some(name) = props.get("connect.name").and_then(Json::as_str) {
        schema.name = Some(name.into());
    }
    if let Some(default) = props.get("connect.default") {
        schema.default = default_value(schema, default);
    }
}

/// A default of a simple type; defaults of records, arrays and maps are not carried, as nothing downstream uses them.
fn default_value(schema: &Schema, default: &Json) -> Option<Value> {
    let integer = || default.as_i64();
    match schema.kind {
        Type::Boolean => match default {
            Json::Bool(b) => Some(Value::Bool(*b)),
            _ => None,
        },
        Type::Int8 => integer()?.try_into().ok().map(Value::Int8),
        Type::Int16 => integer()?.try_into().ok().map(Value::Int16),
        Type::Int32 => {
            let number = integer()?.try_into().ok()?;
            Some(match schema.name.as_deref() {
                Some(logical::DATE) => Value::Date(number),
                Some(logical::TIME) => Value::Time(number),
                _ => Value::Int32(number),
            })
        }
        Type::Int64 if schema.is_logical(logical::TIMESTAMP) => integer().map(Value::Timestamp),
        Type::Int64 => integer().map(Value::Int64),
        Type::Float32 => default.as_f64().map(|n| Value::Float32(n as f32)),
        Type::Float64 => default.as_f64().map(Value::Float64),
        Type::String => default.as_str().map(Value::string),
        Type::Bytes => {
            let bytes: Vec<u8> =
                default.as_str()?.chars().map(|c| u8::try_from(c).ok()).collect::<Option<_>>()?;
            Some(match schema.decimal_scale() {
                Some(scale) => Value::Decimal(Decimal::from_unscaled_bytes(&bytes, scale)),
                None => Value::Bytes(bytes.into()),
            })
        }
        Type::Array | Type::Map | Type::Struct => None,
    }
}

/// A struct of a union: one field set.
pub(super) fn union_value(schema: &SchemaRef, field: usize, value: Value) -> Value {
    let mut values = vec![Value::Null; schema.fields.len()];
    values[field] = value;
    Value::Struct(Struct::new(schema.clone(), values))
}
