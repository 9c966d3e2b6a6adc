//! The Parsing Canonical Form of the Avro specification: what decoding needs and nothing else.

use crate::fingerprint::crc64_avro;
use crate::schema::{Schema, Type, TypeId};

impl Schema {
    /// The Parsing Canonical Form, with referenced types in full.
    pub fn parsing_canonical_form(&self) -> String {
        let mut writer = Writer { schema: self, written: vec![false; self.type_count()], out: String::new() };
        writer.write(self.root);
        writer.out
    }

    /// The CRC-64-AVRO of the Parsing Canonical Form.
    pub fn fingerprint(&self) -> u64 {
        crc64_avro(self.parsing_canonical_form().as_bytes())
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    written: Vec<bool>,
    out: String,
}

impl Writer<'_> {
    fn write(&mut self, id: TypeId) {
        let schema = self.schema;
        let described = &schema[id];
        if let Some(name) = described.name() {
            if std::mem::replace(&mut self.written[id.index()], true) {
                self.quoted(&name.full());
                return;
            }
            self.out.push_str("{\"name\":");
            self.quoted(&name.full());
            self.out.push_str(",\"type\":");
        }
        match described {
            Type::Primitive { kind, .. } => self.quoted(kind.name()),
            Type::Record(record) => {
                self.out.push_str("\"record\",\"fields\":[");
                for (index, field) in record.fields.iter().enumerate() {
                    self.comma(index);
                    self.out.push_str("{\"name\":");
                    self.quoted(&field.name);
                    self.out.push_str(",\"type\":");
                    self.write(field.schema);
                    self.out.push('}');
                }
                self.out.push_str("]}");
            }
            Type::Enum(symbols) => {
                self.out.push_str("\"enum\",\"symbols\":[");
                for (index, symbol) in symbols.symbols.iter().enumerate() {
                    self.comma(index);
                    self.quoted(symbol);
                }
                self.out.push_str("]}");
            }
            Type::Fixed(fixed) => self.out.push_str(&format!("\"fixed\",\"size\":{}}}", fixed.size)),
            Type::Array(array) => {
                self.out.push_str("{\"type\":\"array\",\"items\":");
                self.write(array.items);
                self.out.push('}');
            }
            Type::Map(map) => {
                self.out.push_str("{\"type\":\"map\",\"values\":");
                self.write(map.values);
                self.out.push('}');
            }
            Type::Union(union) => {
                self.out.push('[');
                for (index, branch) in union.branches.iter().enumerate() {
                    self.comma(index);
                    self.write(*branch);
                }
                self.out.push(']');
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_fingerprint_equal_those_of_avro_for_java() {
        let table = [
            (r#"{"type":"int","p":1}"#, r#""int""#, 0x7275d51a3f395c8f_u64),
            ("[]", "[]", 0xeec6e173d23fb9d1),
            (
                r#"{"type":"map","values":"int","p":1}"#,
                r#"{"type":"map","values":"int"}"#,
                0xdb39e2c2534c8973,
            ),
            (
                r#"{"type":"error","name":"R","fields":[]}"#,
                r#"{"name":"R","type":"record","fields":[]}"#,
                0xbb62c914b860f139,
            ),
            (
                r#"{"type":"enum","name":"E","doc":"d","symbols":["a"],"default":"a"}"#,
                r#"{"name":"E","type":"enum","symbols":["a"]}"#,
                0xfa6d18aa82898c2c,
            ),
            (
                r#"{"type":"record","name":"a.R","fields":[{"name":"a","type":{"type":"record","name":"S","fields":[{"name":"x","type":{"type":"enum","name":"b.T","symbols":[]}},{"name":"y","type":"R"}]}},{"name":"z","type":"S"},{"name":"zz","type":"b.T"}]}"#,
                r#"{"name":"a.R","type":"record","fields":[{"name":"a","type":{"name":"a.S","type":"record","fields":[{"name":"x","type":{"name":"b.T","type":"enum","symbols":[]}},{"name":"y","type":"a.R"}]}},{"name":"z","type":"a.S"},{"name":"zz","type":"b.T"}]}"#,
                0xe4246cd2956c01ee,
            ),
        ];
        for (text, form, fingerprint) in table {
            let schema = Schema::parse(text).unwrap();
            assert_eq!(schema.parsing_canonical_form(), form);
            assert_eq!(schema.fingerprint(), fingerprint, "{text}");
        }
    }
}
