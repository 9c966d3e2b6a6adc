//! Pairs of schemas that are like two versions of one: a random schema, and the same after a few edits. A seed gives
//! always the same pairs.

use aqueduct_avro::{ParseOptions, Schema};
use serde_json::{Value, json};

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

/// A pair of texts that are both schemas, one a changed copy of the other.
pub(crate) fn pair(random: &mut Random) -> (String, String) {
    loop {
        let one = Maker { random, named: Vec::new(), next: 0 }.schema(3);
        let mut other = one.clone();
        for _ in 0..=random.below(3) {
            edit(&mut other, random);
        }
        let (one, other) = (one.to_string(), other.to_string());
        if is_schema(&one) && is_schema(&other) {
            return (one, other);
        }
    }
}

fn is_schema(text: &str) -> bool {
    Schema::parse_with(text, &ParseOptions { strict: false, references: &[] }).is_ok()
}

/// SplitMix64: the same numbers on every machine and in every release.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Makes a schema whose named types all have names of their own.
struct Maker<'r> {
    random: &'r mut Random,
    /// Full names that may be referred to.
    named: Vec<String>,
    next: usize,
}

impl Maker<'_> {
    fn schema(&mut self, depth: usize) -> Value {
        match self.random.below(if depth == 0 { 5 } else { 12 }) {
            0 | 1 => json!(self.random.pick(&PRIMITIVES)),
            2 => self.annotated(),
            3 => self.enumeration(),
            4 => self.fixed(),
            5 => json!({ "type": "array", "items": self.schema(depth - 1) }),
            6 => json!({ "type": "map", "values": self.schema(depth - 1) }),
            7 => self.union(depth - 1),
            _ => self.record(depth - 1),
        }
    }

    fn annotated(&mut self) -> Value {
        let (kind, logical) = self.random.pick(&[
            ("long", "timestamp-millis"),
            ("int", "date"),
            ("string", "uuid"),
            ("int", "nonsense"),
        ]);
        json!({ "type": kind, "logicalType": logical })
    }

    /// A new name with or without a namespace, noted for references.
    fn name(&mut self, schema: &mut Value) {
        let name = format!("N{}", self.next);
        self.next += 1;
        let namespace = self.random.pick(&["", "", "a", "a.b"]);
        schema["name"] = json!(name);
        schema["namespace"] = json!(namespace);
        self.named.push(if namespace.is_empty() { name } else { format!("{namespace}.{name}") });
    }

    fn enumeration(&mut self) -> Value {
        let symbols: Vec<String> = (0..=self.random.below(3)).map(|i| format!("S{i}")).collect();
        let mut schema = json!({ "type": "enum", "symbols": symbols });
        if self.random.chance(20) {
            schema["default"] = json!("S0");
        }
        self.name(&mut schema);
        schema
    }

    fn fixed(&mut self) -> Value {
        let mut schema = json!({ "type": "fixed", "size": self.random.below(3) });
        self.name(&mut schema);
        schema
    }

    fn union(&mut self, depth: usize) -> Value {
        Value::Array((0..=self.random.below(3)).map(|_| self.schema(depth)).collect())
    }

    fn record(&mut self, depth: usize) -> Value {
        let mut schema = json!({ "type": self.random.pick(&["record", "record", "record", "error"]) });
        self.name(&mut schema);
        let fields: Vec<Value> = (0..self.random.below(4)).map(|i| self.field(i, depth)).collect();
        schema["fields"] = json!(fields);
        schema
    }

    fn field(&mut self, position: usize, depth: usize) -> Value {
        let known = self.named[self.random.below(self.named.len())].clone();
        let kind = match self.random.below(8) {
            0 => json!(["null", known]),
            1 => json!(known),
            _ => self.schema(depth),
        };
        let mut field = json!({ "name": format!("f{position}"), "type": kind });
        if self.random.chance(30) {
            field["default"] = Value::Null;
        }
        field
    }
}

/// Changes one place of a schema.
fn edit(schema: &mut Value, random: &mut Random) {
    let mut places = Vec::new();
    collect(schema, String::new(), &mut places);
    let place = places[random.below(places.len())].clone();
    let Some(target) = schema.pointer_mut(&place) else { return };
    if random.chance(12) {
        let whole = target.take();
        *target = match random.below(4) {
            0 => json!(["null", whole]),
            1 => json!([whole]),
            2 => json!({ "type": "array", "items": whole }),
            _ => json!(random.pick(&PRIMITIVES)),
        };
        return;
    }
    match target {
        Value::String(name) => *name = random.pick(&PRIMITIVES).to_owned(),
        Value::Array(branches) => edit_union(branches, random),
        Value::Object(_) => edit_object(target, random),
        _ => {}
    }
}

/// Pointers to every type in a schema.
fn collect(schema: &Value, at: String, places: &mut Vec<String>) {
    match schema {
        Value::Array(branches) => {
            for (index, branch) in branches.iter().enumerate() {
                collect(branch, format!("{at}/{index}"), places);
            }
        }
        Value::Object(members) => {
            for member in ["items", "values"] {
                if let Some(inner) = members.get(member) {
                    collect(inner, format!("{at}/{member}"), places);
                }
            }
            for (index, field) in
                members.get("fields").and_then(Value::as_array).into_iter().flatten().enumerate()
            {
                collect(&field["type"], format!("{at}/fields/{index}/type"), places);
            }
        }
        _ => {}
    }
    places.push(at);
}

fn edit_union(branches: &mut Vec<Value>, random: &mut Random) {
    match random.below(3) {
        0 => branches.push(json!(random.pick(&PRIMITIVES))),
        1 if !branches.is_empty() => drop(branches.remove(random.below(branches.len()))),
        _ => branches.reverse(),
    }
}

fn edit_object(schema: &mut Value, random: &mut Random) {
    let kind = schema["type"].as_str().unwrap_or_default().to_owned();
    if matches!(kind.as_str(), "enum" | "fixed" | "record" | "error") && random.chance(25) {
        return rename(schema, random);
    }
    match kind.as_str() {
        "enum" => edit_enum(schema, random),
        "fixed" => schema["size"] = json!(random.below(3)),
        "record" | "error" => edit_record(schema, random),
        "array" => *schema = json!({ "type": "map", "values": schema["items"].take() }),
        "map" => *schema = json!({ "type": "array", "items": schema["values"].take() }),
        _ => *schema = json!(random.pick(&PRIMITIVES)),
    }
}

/// Another name, or only another namespace, with or without the old name as an alias.
fn rename(schema: &mut Value, random: &mut Random) {
    let (name, namespace) =
        (schema["name"].as_str().unwrap_or(""), schema["namespace"].as_str().unwrap_or(""));
    let full = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") };
    if random.chance(50) {
        schema["aliases"] = json!([if random.chance(70) { full } else { name.to_owned() }]);
    }
    match random.below(2) {
        0 => schema["name"] = json!(format!("M{}", random.below(3))),
        _ => schema["namespace"] = json!(random.pick(&["", "c"])),
    }
}

fn edit_enum(schema: &mut Value, random: &mut Random) {
    if random.chance(30) {
        schema["default"] = schema["symbols"][0].clone();
        return;
    }
    let Some(symbols) = schema["symbols"].as_array_mut() else { return };
    match random.below(3) {
        0 => symbols.push(json!("Z")),
        1 if symbols.len() > 1 => drop(symbols.pop()),
        _ => symbols.reverse(),
    }
}

fn edit_record(schema: &mut Value, random: &mut Random) {
    let Some(fields) = schema["fields"].as_array_mut() else { return };
    if fields.is_empty() || random.chance(30) {
        let mut field = json!({ "name": format!("g{}", random.below(4)), "type": random.pick(&PRIMITIVES) });
        if random.chance(50) {
            field["default"] = Value::Null;
        }
        fields.insert(random.below(fields.len() + 1), field);
        return;
    }
    let at = random.below(fields.len());
    match random.below(6) {
        0 => drop(fields.remove(at)),
        1 => fields.reverse(),
        2 => fields[at]["default"] = Value::Null,
        3 => drop(fields[at].as_object_mut().and_then(|field| field.remove("default"))),
        4 => {
            let old = std::mem::replace(&mut fields[at]["name"], json!("renamed"));
            if random.chance(70) {
                fields[at]["aliases"] = json!([old, "g1"]);
            }
        }
        _ => fields[at]["aliases"] = json!(["f0", "f1"]),
    }
}
