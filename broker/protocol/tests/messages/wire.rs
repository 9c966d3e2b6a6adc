//! Random valid bytes of any message in any version, written straight from its descriptor: a second
//! implementation of the encoding rules.

use aqueduct_protocol_generator::descriptor::{Field, Message, Struct, Type};

use crate::random::Random;

/// Writes one message.
pub(crate) struct Writer<'a> {
    pub(crate) message: &'a Message,
    pub(crate) version: i16,
    pub(crate) random: &'a mut Random,
    /// Whether structs may carry tagged fields that nobody knows.
    pub(crate) unknown_tags: bool,
}

impl Writer<'_> {
    pub(crate) fn write(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.structure(&self.message.root, false, &mut out);
        out
    }

    fn flexible(&self) -> bool {
        self.message.flexible.contains(self.version)
    }

    /// `special`: at least one field must differ from its default.
    fn structure(&mut self, of: &Struct, mut special: bool, out: &mut Vec<u8>) {
        let version = self.version;
        let present = |field: &&Field| field.versions.contains(version);
        for field in of.fields.iter().filter(present).filter(|field| field.tag.is_none()) {
            self.field(field, std::mem::take(&mut special), out);
        }
        if !self.flexible() {
            return;
        }
        let mut tags = Vec::new();
        for field in of.fields.iter().filter(present).filter(|field| field.tag.is_some()) {
            if special || self.random.once_in(2) {
                let mut content = Vec::new();
                self.field(field, true, &mut content);
                tags.push((field.tag.unwrap_or_default(), content));
            }
        }
        tags.sort();
        if self.unknown_tags && self.random.once_in(8) {
            let first = 200 + self.random.below(1000) as u32;
            tags.push((first, self.bytes()));
            tags.push((first + 1, Vec::new()));
        }
        varint(tags.len() as u32, out);
        for (tag, content) in tags {
            varint(tag, out);
            varint(content.len() as u32, out);
            out.extend(content);
        }
    }

    fn field(&mut self, field: &Field, special: bool, out: &mut Vec<u8>) {
        let flexible = self.flexible() && !field.never_flexible;
        let may_be_null = field.nullable.contains(self.version);
        // A tagged field at its default would not be written again.
        let null_is_special = field.default.as_deref() != Some("null") && field.kind != Type::Records;
        if may_be_null && self.random.once_in(4) && (!special || null_is_special) {
            return match field.kind {
                Type::Struct(_) => out.push(0xff),
                _ if flexible => out.push(0),
                Type::String => out.extend([0xff; 2]),
                _ => out.extend([0xff; 4]),
            };
        }
        if may_be_null && matches!(field.kind, Type::Struct(_)) {
            out.push(1);
        }
        self.value(&field.kind, flexible, special, out);
    }

    fn value(&mut self, kind: &Type, flexible: bool, special: bool, out: &mut Vec<u8>) {
        match kind {
            Type::Bool => out.push(u8::from(special || self.random.once_in(2))),
            Type::Int8 => self.integer(1, special, out),
            Type::Int16 | Type::Uint16 => self.integer(2, special, out),
            Type::Int32 | Type::Uint32 => self.integer(4, special, out),
            Type::Int64 => self.integer(8, special, out),
            Type::Float64 => {
                let value = 0.5 + self.random.below(1000) as f64;
                out.extend(value.to_be_bytes());
            }
            Type::Uuid => {
                let halves = [self.random.next(), self.random.next()];
                out.extend(halves.iter().flat_map(|half| half.to_be_bytes()));
            }
            Type::String => self.string(flexible, special, out),
            Type::Bytes | Type::Records => {
                let mut bytes = self.bytes();
                bytes.extend(special.then_some(7));
                length(bytes.len(), flexible, out);
                out.extend(bytes);
            }
            Type::Array(element) => {
                let count = usize::from(special) + self.random.below(3);
                length(count, flexible, out);
                for _ in 0..count {
                    self.value(element, flexible, false, out);
                }
            }
            Type::Struct(name) => {
                let message = self.message;
                self.structure(message.nested(name), special, out);
            }
        }
    }

    fn integer(&mut self, width: usize, special: bool, out: &mut Vec<u8>) {
        let mut bytes = self.random.next().to_be_bytes();
        if self.random.once_in(4) {
            bytes = (self.random.below(3) as i64 - 1).to_be_bytes();
        }
        if special {
            // No default has this value.
            bytes = [77; 8];
        }
        out.extend(&bytes[8 - width..]);
    }

    fn string(&mut self, flexible: bool, special: bool, out: &mut Vec<u8>) {
        let mut text = String::new();
        let count = if self.random.once_in(10) { 130 } else { self.random.below(12) };
        for _ in 0..count + usize::from(special) {
            text.push(['a', 'Z', '.', '"', '\\', 'é', '本', ' ', '\n', '}'][self.random.below(10)]);
        }
        if flexible {
            varint(text.len() as u32 + 1, out);
        } else {
            out.extend((text.len() as i16).to_be_bytes());
        }
        out.extend(text.as_bytes());
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length =
            if self.random.once_in(6) { 500 + self.random.below(300) } else { self.random.below(40) };
        (0..length).map(|_| self.random.next() as u8).collect()
    }
}

fn length(length: usize, flexible: bool, out: &mut Vec<u8>) {
    if flexible {
        varint(length as u32 + 1, out);
    } else {
        out.extend((length as i32).to_be_bytes());
    }
}

pub(crate) fn varint(mut value: u32, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
