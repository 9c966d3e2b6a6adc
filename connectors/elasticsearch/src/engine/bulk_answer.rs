//! The answer to a bulk request, and which of its items belongs to which operation.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Asks for no more of an answer than is read here: a third of the bytes, and nothing that a decision needs is left
/// out. Items that succeeded are still listed, so that their number can be compared.
pub(crate) const BULK_PATH: &str = "/_bulk?filter_path=items.*._id,items.*.status,items.*.error.type,items.*.error.reason,\
     items.*.error.caused_by.reason";

/// The answer.
#[derive(Debug)]
pub(crate) struct BulkAnswer<'a> {
    /// One item for each operation, mostly in their order.
    pub(crate) items: Vec<BulkItem<'a>>,
}

/// The object around the items.
struct AnswerShape<'a> {
    operations: usize,
    lifetime: PhantomData<&'a ()>,
}

impl<'de: 'a, 'a> Visitor<'de> for AnswerShape<'a> {
    type Value = Vec<BulkItem<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer to a bulk request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == "items" {
                let items = Items { most: self.operations, lifetime: PhantomData };
                found = Some(map.next_value_seed(items)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| A::Error::missing_field("items"))
    }
}

/// The items, no more than there were operations.
struct Items<'a> {
    most: usize,
    lifetime: PhantomData<&'a ()>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Items<'a> {
    type Value = Vec<BulkItem<'a>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Items<'a> {
    type Value = Vec<BulkItem<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            if items.len() == self.most {
                return Err(A::Error::custom(format!("more than {} items", self.most)));
            }
            items.push(item);
        }
        Ok(items)
    }
}

/// What became of one operation.
#[derive(Debug, PartialEq)]
pub(crate) struct BulkItem<'a> {
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) status: u16,
    pub(crate) error: Option<ItemError<'a>>,
}

/// Why an operation failed.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct ItemError<'a> {
    #[serde(rename = "type", borrow, default)]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) caused_by: Option<CausedBy<'a>>,
}

/// The nearest cause.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct CausedBy<'a> {
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

impl ItemError<'_> {
    /// `type: reason: cause`.
    pub(crate) fn text(&self) -> String {
        let cause = self.caused_by.as_ref().and_then(|cause| cause.reason.as_deref());
        let parts = [Some(&*self.kind), self.reason.as_deref(), cause];
        super::failure::shorten(&parts.into_iter().flatten().collect::<Vec<_>>().join(": "))
    }
}

#[derive(Deserialize)]
struct ItemBody<'a> {
    #[serde(rename = "_id", borrow, default)]
    id: Option<Cow<'a, str>>,
    status: u16,
    #[serde(borrow, default)]
    error: Option<ItemErrorShape<'a>>,
}

/// An error in whatever shape: some proxies and old plug-ins tell it as a text.
struct ItemErrorShape<'a>(ItemError<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for ItemErrorShape<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyError(PhantomData)).map(Self)
    }
}

struct AnyError<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for AnyError<'a> {
    type Value = ItemError<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        ItemError::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_borrowed_str<E>(self, reason: &'de str) -> Result<Self::Value, E> {
        Ok(ItemError { reason: Some(Cow::Borrowed(reason)), ..ItemError::default() })
    }

    fn visit_str<E>(self, reason: &str) -> Result<Self::Value, E> {
        Ok(ItemError { reason: Some(Cow::Owned(reason.to_owned())), ..ItemError::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ItemError::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(ItemError::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(ItemError::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(ItemError::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(ItemError::default())
    }
}

/// An item is an object of one entry: the action, and what became of it.
impl<'de: 'a, 'a> Deserialize<'de> for BulkItem<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneEntry(PhantomData))
    }
}

struct OneEntry<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for OneEntry<'a> {
    type Value = BulkItem<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of one action")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let body = map.next_entry::<Cow<'de, str>, ItemBody<'a>>()?;
        let (_, body) = body.ok_or_else(|| serde::de::Error::custom("an item without an action"))?;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        let error = body.error.map(|shape| shape.0);
        Ok(BulkItem { id: body.id, status: body.status, error })
    }
}

impl<'a> BulkAnswer<'a> {
    /// Reads the answer to a request of so many operations.
    ///
    /// # Errors
    /// It is none: no JSON of that shape, or with more items than there were operations.
    pub(crate) fn parse(bytes: &'a [u8], operations: usize) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let items = reader.deserialize_map(AnswerShape { operations, lifetime: PhantomData })?;
        reader.end()?;
        Ok(Self { items })
    }

    /// The item of each operation, by the operations' ids (`None` where the engine makes the id): by place if the id
    /// agrees there, else by id. An operation without an item gets none: the engine left it out.
    pub(crate) fn match_items(self, ids: &[Option<&str>]) -> Vec<Option<BulkItem<'a>>> {
        let in_place =
            self.items.len() == ids.len() && self.items.iter().zip(ids).all(|(item, id)| agrees(item, *id));
        if in_place {
            return self.items.into_iter().map(Some).collect();
        }
        let mut by_id: HashMap<String, Vec<BulkItem<'a>>> = HashMap::new();
        let count = self.items.len();
        let mut places: Vec<Option<BulkItem<'a>>> = Vec::with_capacity(ids.len());
        let mut items = self.items.into_iter();
        for id in ids {
            // An engine's own ids tell nothing: such requests are matched by place, if nothing is missing.
            match id {
                None if count == ids.len() => places.push(items.next()),
                _ => places.push(None),
            }
        }
        for item in items {
            if let Some(id) = &item.id {
                by_id.entry(id.to_string()).or_default().push(item);
            }
        }
        for (place, id) in places.iter_mut().zip(ids) {
            if let Some(found) = id.and_then(|id| by_id.get_mut(id)) {
                *place = found.pop();
            }
        }
        places
    }
}

fn agrees(item: &BulkItem<'_>, id: Option<&str>) -> bool {
    id.is_none() || item.id.is_none() || item.id.as_deref() == id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> BulkAnswer<'_> {
        BulkAnswer::parse(text.as_bytes(), 3).unwrap()
    }

    fn statuses(answer: BulkAnswer<'_>, ids: &[&str]) -> Vec<Option<u16>> {
        let ids: Vec<Option<&str>> = ids.iter().map(|id| Some(*id)).collect();
        answer.match_items(&ids).into_iter().map(|item| item.map(|item| item.status)).collect()
    }

    #[test]
    fn items_are_matched_by_place_or_by_id() {
        let text = r#"{"errors":true,"items":[{"index":{"_id":"a","status":201}},
            {"delete":{"_id":"b\"","status":404}}]}"#;
        assert_eq!(statuses(parse(text), &["a", "b\""]), [Some(201), Some(404)]);
        assert_eq!(statuses(parse(text), &["b\"", "a"]), [Some(404), Some(201)]);
        assert_eq!(statuses(parse(text), &["a", "x", "b\""]), [Some(201), None, Some(404)]);
    }

    #[test]
    fn errors_are_read_in_every_shape() {
        let text = r#"{"took":3,"errors":true,"items":[{"index":{"_index":"i","_id":"a","status":400,"error":
            {"type":"mapper_parsing_exception","reason":"failed","caused_by":{"type":"x","reason":"for input"}}}},
            {"index":{"_id":"b","status":500,"error":"text"}}]}"#;
        let items = parse(text).items;
        assert_eq!(items[0].error.as_ref().unwrap().text(), "mapper_parsing_exception: failed: for input");
        assert!(items[1].error.as_ref().unwrap().text().contains("text"));
        for odd in ["[1,{}]", "7", "true", "-1.5"] {
            let text = format!("{{\"items\":[{{\"index\":{{\"status\":500,\"error\":{odd}}}}}]}}");
            assert_eq!(parse(&text).items[0].error, Some(ItemError::default()), "{odd}");
        }
        assert_eq!(parse(r#"{"items":[{"index":{"status":200,"error":null}}]}"#).items[0].error, None);
    }

    #[test]
    fn an_answer_has_no_more_items_than_there_were_operations() {
        let text = r#"{"items":[{"index":{"status":200}},{"index":{"status":200}}]}"#;
        assert!(BulkAnswer::parse(text.as_bytes(), 2).is_ok());
        let error = BulkAnswer::parse(text.as_bytes(), 1).unwrap_err();
        assert!(error.to_string().starts_with("more than 1 items"), "{error}");
    }

    #[test]
    fn what_is_no_answer_is_no_answer() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"items":[{}]}"#,
            r#"{"items":[{"index":{"status":"x"}}]}"#,
            r#"{"items":[1]}"#,
        ] {
            assert!(BulkAnswer::parse(text.as_bytes(), 3).is_err(), "{text}");
        }
    }
}
