//! The GUID of a schema: an MD5 over everything that makes it the same schema, in Confluent's order.

use super::content::{Metadata, SchemaReference};
use md5::{Digest, Md5};
use std::fmt;

/// An MD5 that is written as a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// The GUID of a schema's text, references, metadata and rules.
    pub(super) fn of(
        schema: &str,
        references: &[SchemaReference],
        metadata: Option<&Metadata>,
        rule_set: Option<&serde_json::Value>,
    ) -> Guid {
        let mut digest = Md5::new();
        digest.update(schema.as_bytes());
        for reference in references {
            digest.update(reference.name.as_bytes());
            digest.update(reference.subject.as_bytes());
            digest.update(reference.version.to_be_bytes());
        }
        if let Some(metadata) = metadata {
            digest.update([1]);
            for (name, values) in metadata.tags.iter().flatten() {
                digest.update(name.as_bytes());
                for value in values {
                    digest.update(value.as_bytes());
                }
            }
            for (name, value) in metadata.properties.iter().flatten() {
                digest.update(name.as_bytes());
                digest.update(value.as_bytes());
            }
            for name in metadata.sensitive.iter().flatten() {
                digest.update(name.as_bytes());
            }
        }
        if let Some(rules) = rule_set {
            digest.update([1]);
            digest.update(rules.to_string().as_bytes());
        }
        Guid(digest.finalize().into())
    }

    /// Reads a GUID as it is written, in any case; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Guid> {
        let hyphens = [8, 13, 18, 23];
        let shaped = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| hyphens.contains(&at) == (byte == b'-'));
        let digits: Vec<u8> =
            text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
        if !shaped || digits.len() != 32 {
            return None;
        }
        Some(Guid(std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1])))
    }

    /// The digest as Confluent's records have it: Base64 with padding.
    pub fn to_base64(self) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::with_capacity(24);
        for chunk in self.0.chunks(3) {
            let bits = chunk
                .iter()
                .enumerate()
                .fold(0_u32, |bits, (i, byte)| bits | u32::from(*byte) << (16 - 8 * i));
            for digit in 0..4 {
                if digit > chunk.len() {
                    text.push('=');
                } else {
                    text.push(char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]));
                }
            }
        }
        text
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_of_a_plain_schema_is_that_of_confluents_registry() {
        let schema = r#"{"type":"record","name":"TestRecord","namespace":"com.example","fields":[{"name":"message","type":"string"},{"name":"timestamp","type":"long"}]}"#;
        let guid = Guid::of(schema, &[], None, None);
        assert_eq!(guid.to_string(), "5c6c5f26-e876-e5ab-02b0-8d9bebbc90d7");
        assert_eq!(guid.to_base64(), "XGxfJuh25asCsI2b67yQ1w==");
        assert_eq!(Guid::parse("5C6C5F26-e876-e5ab-02b0-8d9bebbc90d7"), Some(guid));
        for bad in
            ["", "zz", "5c6c5f26-e876-e5ab-02b0-8d9bebbc90d", "5c6c5f26-e876-e5ab-02b08-d9bebbc90d7", "é"]
        {
            assert_eq!(Guid::parse(bad), None);
        }
    }
}
