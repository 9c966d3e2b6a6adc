//! JSON from outside, read into a bounded number of values: a tree takes many times the bytes of its text, `{"a":0}`
//! some sixty times.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// How much of a text becomes a tree.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most values, members of objects and elements of arrays.
    pub values: usize,
    /// How deep containers are read. What lies in deeper ones is checked and left out: they are empty.
    pub depth: usize,
}

impl Bounds {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON, or has more values.
    pub fn read(self, text: &[u8]) -> Result<Json, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let mut left = self.values;
        let json = Seed { left: &mut left, most: self.values, depth: self.depth }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(json)
    }

    /// Reads a text without keeping it: for what is then read into types.
    ///
    /// # Errors
    /// It is no JSON, or has more values.
    pub fn check(values: usize, text: &[u8]) -> Result<(), serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let mut left = values;
        Count { left: &mut left, most: values }.deserialize(&mut reader)?;
        reader.end()
    }
}

/// Reads a field with its members and nothing below them, for `#[serde(deserialize_with)]`: where the whole text has
/// passed [`Bounds::check`].
///
/// # Errors
/// It is no JSON.
pub fn flat<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
    let mut left = usize::MAX;
    Seed { left: &mut left, most: usize::MAX, depth: 1 }.deserialize(deserializer)
}

fn count<E: Error>(left: &mut usize, most: usize) -> Result<(), E> {
    *left = left.checked_sub(1).ok_or_else(|| E::custom(format!("more than {most} values")))?;
    Ok(())
}

/// A value that is kept.
struct Seed<'a> {
    left: &'a mut usize,
    most: usize,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::Array(Vec::new()));
        };
        let mut kept = Vec::new();
        while let Some(item) =
            items.next_element_seed(Seed { left: &mut *self.left, most: self.most, depth })?
        {
            count(self.left, self.most)?;
            kept.push(item);
        }
        Ok(Json::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Object(Map::new()));
        };
        let mut kept = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            count(self.left, self.most)?;
            if kept.is_empty() {
                // Left to itself it would make room for three.
                kept = Map::with_capacity(1);
            }
            let value = members.next_value_seed(Seed { left: &mut *self.left, most: self.most, depth })?;
            kept.insert(name, value);
        }
        Ok(Json::Object(kept))
    }
}

/// A value that is only counted.
struct Count<'a> {
    left: &'a mut usize,
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Count { left: &mut *self.left, most: self.most })?.is_some() {
            count(self.left, self.most)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key::<IgnoredAny>()?.is_some() {
            count(self.left, self.most)?;
            members.next_value_seed(Count { left: &mut *self.left, most: self.most })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_within_the_bounds_is_read_as_it_is() {
        let text = br#"{"a":[1,-2,2.5,true,null,"x"],"b":{"c":18446744073709551615},"a\n":"\u00e9"}"#;
        let whole: Json = serde_json::from_slice(text).unwrap();
        assert_eq!(Bounds { values: 10, depth: 3 }.read(text).unwrap(), whole);
        assert!(Bounds::check(10, text).is_ok());
        for values in 0..10 {
            let error = Bounds { values, depth: 3 }.read(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("more than {values} values")), "{error}");
            assert!(Bounds::check(values, text).is_err());
        }
    }

    #[test]
    fn what_lies_deeper_is_checked_and_left_out() {
        let bounds = Bounds { values: 3, depth: 1 };
        let read = bounds.read(br#"{"a":[1,2,3,4,5],"b":{"c":{"d":1}},"e":1}"#).unwrap();
        assert_eq!(read, json!({ "a": [], "b": {}, "e": 1 }));
        assert!(bounds.read(br#"{"a":[1,}"#).is_err());
        assert!(bounds.read(b"{} x").is_err());
        assert!(bounds.read("[".repeat(100_000).as_bytes()).is_err());
    }
}
