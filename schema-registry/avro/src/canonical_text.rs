//! The canonical text: what the registry stores and compares, equal to `Schema.toString()` of Avro for Java.

use crate::json::write_string;
use crate::name::Name;
use crate::schema::{Enum, Field, FieldOrder, Fixed, Props, Record, Schema, Type, TypeId};

impl Schema {
    /// The schema as one line of JSON: a named type in full where it is first used and by name afterwards, attributes
    /// in Avro's order, custom properties in the order they were given. Referenced types stand by name.
    pub fn canonical_text(&self) -> String {
        self.canonical_text_of(self.root)
    }

    /// The canonical text of one type alone.
    pub fn canonical_text_of(&self, id: TypeId) -> String {
        let mut written = vec![false; self.type_count()];
        for referenced in &self.referenced {
            written[referenced.index()] = true;
        }
        let mut writer = Writer { schema: self, written, out: String::new() };
        writer.write(id, None);
        writer.out
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    /// Which named types have been written in full.
    written: Vec<bool>,
    out: String,
}

impl Writer<'_> {
    /// The depth of this recursion was bounded when the schema was parsed.
    fn write(&mut self, id: TypeId, namespace: Option<&str>) {
        let schema = self.schema;
        if let Some(name) = schema[id].name()
            && std::mem::replace(&mut self.written[id.index()], true)
        {
            write_string(&name.relative_to(namespace), &mut self.out);
            return;
        }
        match &schema[id] {
            Type::Primitive { kind, props } if props.is_empty() => write_string(kind.name(), &mut self.out),
            Type::Primitive { kind, props } => {
                self.open(kind.name());
                self.props(props);
                self.out.push('}');
            }
            Type::Record(record) => self.record(record, namespace),
            Type::Enum(symbols) => self.enumeration(symbols, namespace),
            Type::Fixed(fixed) => self.fixed(fixed, namespace),
            Type::Array(array) => {
                self.open("array");
                self.out.push_str(",\"items\":");
                self.write(array.items, namespace);
                self.props(&array.props);
                self.out.push('}');
            }
            Type::Map(map) => {
                self.open("map");
                self.out.push_str(",\"values\":");
                self.write(map.values, namespace);
                self.props(&map.props);
                self.out.push('}');
            }
            Type::Union(union) => {
                self.out.push('[');
                for (index, branch) in union.branches.iter().enumerate() {
                    self.comma(index);
                    self.write(*branch, namespace);
                }
                self.out.push(']');
            }
        }
    }

    fn record(&mut self, record: &Record, namespace: Option<&str>) {
        self.open(if record.is_error { "error" } else { "record" });
        self.name_and_doc(&record.name, record.doc.as_deref(), namespace);
        self.out.push_str(",\"fields\":[");
        for (index, field) in record.fields.iter().enumerate() {
            self.comma(index);
            self.field(field, record.name.namespace());
        }
        self.out.push(']');
        self.props(&record.props);
        self.type_aliases(&record.aliases, &record.name);
        self.out.push('}');
    }

    fn field(&mut self, field: &Field, namespace: Option<&str>) {
        self.out.push_str("{\"name\":");
        write_string(&field.name, &mut self.out);
        self.out.push_str(",\"type\":");
        self.write(field.schema, namespace);
        if let Some(doc) = &field.doc {
            self.text("doc", doc);
        }
        if let Some(default) = &field.default {
            self.out.push_str(",\"default\":");
            default.write_to(&mut self.out);
        }
        if field.order != FieldOrder::Ascending {
            self.text("order", field.order.name());
        }
        self.texts("aliases", &field.aliases);
        self.props(&field.props);
        self.out.push('}');
    }

    fn enumeration(&mut self, symbols: &Enum, namespace: Option<&str>) {
        self.open("enum");
        self.name_and_doc(&symbols.name, symbols.doc.as_deref(), namespace);
        self.out.push_str(",\"symbols\":[");
        for (index, symbol) in symbols.symbols.iter().enumerate() {
            self.comma(index);
            write_string(symbol, &mut self.out);
        }
        self.out.push(']');
        if let Some(default) = &symbols.default {
            self.text("default", default);
        }
        self.props(&symbols.props);
        self.type_aliases(&symbols.aliases, &symbols.name);
        self.out.push('}');
    }

    fn fixed(&mut self, fixed: &Fixed, namespace: Option<&str>) {
        self.open("fixed");
        self.name_and_doc(&fixed.name, fixed.doc.as_deref(), namespace);
        self.out.push_str(&format!(",\"size\":{}", fixed.size));
        self.props(&fixed.props);
        self.type_aliases(&fixed.aliases, &fixed.name);
        self.out.push('}');
    }

    fn open(&mut self, kind: &str) {
        self.out.push_str("{\"type\":\"");
        self.out.push_str(kind);
        self.out.push('"');
    }

    fn name_and_doc(&mut self, name: &Name, doc: Option<&str>, namespace: Option<&str>) {
        self.text("name", name.simple());
        if name.namespace() != namespace {
            self.text("namespace", name.namespace().unwrap_or(""));
        }
        if let Some(doc) = doc {
            self.text("doc", doc);
        }
    }

    fn type_aliases(&mut self, aliases: &[Name], name: &Name) {
        let texts: Vec<String> = aliases.iter().map(|alias| alias.relative_to(name.namespace())).collect();
        self.texts("aliases", &texts);
    }

    fn text(&mut self, attribute: &str, value: &str) {
        self.out.push(',');
        write_string(attribute, &mut self.out);
        self.out.push(':');
        write_string(value, &mut self.out);
    }

    /// A list of texts, left out if it is empty.
    fn texts(&mut self, attribute: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        self.out.push(',');
        write_string(attribute, &mut self.out);
        self.out.push_str(":[");
        for (index, value) in values.iter().enumerate() {
            self.comma(index);
            write_string(value, &mut self.out);
        }
        self.out.push(']');
    }

    fn props(&mut self, props: &Props) {
        for (name, value) in props.iter() {
            self.out.push(',');
            write_string(name, &mut self.out);
            self.out.push(':');
            value.write_to(&mut self.out);
        }
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
    }
}
