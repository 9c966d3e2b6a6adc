//! The answer to a bulk request, and which of its items belongs to which operation.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Asks for no more of an answer than is read here: a third of the bytes, and nothing that a decision needs is left
/// out. Items that succeeded are still listed, so that their number can be compared.
pub(crate) const BULK_PATH: &str = "/_bulk?filter_path=items.*._id,items.*.status,items.*.error.type,items.*.error.reason,\
     items.*.error.caused_by.reason";

/// The answer.
#[derive(Debug, Deserialize)]
pub(crate) struct BulkAnswer<'a> {
    /// One item for each operation, mostly in their order.
    #[serde(borrow)]
    pub(crate) items: Vec<BulkItem<'a>>,
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

/// Some proxies and old plug-ins tell an error as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum ItemErrorShape<'a> {
    Object(#[serde(borrow)] ItemError<'a>),
    Text(#[serde(borrow)] Cow<'a, str>),
    Other(IgnoredAny),
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
        let error = body.error.map(|error| match error {
            ItemErrorShape::Object(error) => error,
            ItemErrorShape::Text(reason) => ItemError { reason: Some(reason), ..ItemError::default() },
            ItemErrorShape::Other(_) => ItemError::default(),
        });
        Ok(BulkItem { id: body.id, status: body.status, error })
    }
}

impl<'a> BulkAnswer<'a> {
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
        serde_json::from_str(text).unwrap()
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
    }

    #[test]
    fn what_is_no_answer_is_no_answer() {
        for text in
            ["", "[]", r#"{"items":[{}]}"#, r#"{"items":[{"index":{"status":"x"}}]}"#, r#"{"items":[1]}"#]
        {
            assert!(serde_json::from_str::<BulkAnswer<'_>>(text).is_err(), "{text}");
        }
    }
}
