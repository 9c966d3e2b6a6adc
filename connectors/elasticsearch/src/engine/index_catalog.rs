//! Which indices exist, and which schemas their mappings already cover: asked once, remembered per task.

use std::collections::HashMap;
use std::sync::Arc;

use aqueduct_plugin_api::SchemaRef;
use parking_lot::Mutex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json, json};

use super::client::{Client, Response};
use super::failure::{NoAnswer, error_type_of, reason_of};
use crate::bulk::is_block;
use crate::document::{ValueJson, mapping_of, missing_properties, name_error};

/// Schemas remembered for one index; the oldest is asked for again.
const MAX_SCHEMAS: usize = 64;

/// An index that cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    #[error("index {index}: {source}")]
    NoAnswer { index: String, source: NoAnswer },
    #[error("index {index}: the engine is busy ({status}): {reason}")]
    Busy { index: String, status: u16, reason: String },
    #[error("index {index} takes no changes ({status}): {reason}")]
    Blocked { index: String, status: u16, reason: String },
    #[error("index {index}: the engine does not allow it ({status}): {reason}")]
    Denied { index: String, status: u16, reason: String },
    #[error("index {index} cannot be made ({status}): {reason}")]
    Refused { index: String, status: u16, reason: String },
    #[error("{index:?} cannot be the name of an index: {reason}")]
    Name { index: String, reason: &'static str },
    #[error("{index} does not exist, and external.resource.usage says it must")]
    Missing { index: String },
}

impl IndexError {
    /// Whether the same call may work later.
    pub(crate) fn is_retriable(&self) -> bool {
        matches!(self, Self::NoAnswer { .. } | Self::Busy { .. } | Self::Blocked { .. })
    }
}

/// The indices known to be ready.
#[derive(Debug)]
pub(crate) struct IndexCatalog {
    client: Arc<Client>,
    json: ValueJson,
    /// Indices that are ready, and the schemas their mappings cover.
    known: Mutex<HashMap<Arc<str>, Vec<SchemaRef>>>,
}

/// An index that records are about to be written to.
#[derive(Debug, Clone)]
pub(crate) struct WantedIndex {
    pub(crate) index: Arc<str>,
    /// What its mapping should cover.
    pub(crate) schema: Option<SchemaRef>,
    /// It must exist: it is not ours to make.
    pub(crate) external: bool,
}

impl IndexCatalog {
    /// Knows nothing yet.
    pub(crate) fn new(client: Arc<Client>, json: ValueJson) -> Self {
        Self { client, json, known: Mutex::default() }
    }

    /// Whether an index is known to be ready for records of a schema.
    pub(crate) fn is_ready(&self, index: &Arc<str>, schema: Option<&SchemaRef>) -> bool {
        let same =
            |covered: &SchemaRef, schema: &SchemaRef| Arc::ptr_eq(covered, schema) || covered == schema;
        self.known.lock().get(index).is_some_and(|known| {
            schema.is_none_or(|schema| known.iter().any(|covered| same(covered, schema)))
        })
    }

    /// Makes an index if it is not there, and adds to its mapping the fields of the schema that it lacks. Giving up in
    /// the middle does no harm: the next call finds what is there.
    pub(crate) async fn make_ready(&self, wanted: &WantedIndex) -> Result<(), IndexError> {
        let WantedIndex { index, schema, external } = wanted;
        if let Some(reason) = name_error(index) {
            return Err(IndexError::Name { index: index.to_string(), reason });
        }
        let properties =
            schema.as_ref().and_then(|schema| mapping_of(schema, &self.json)).unwrap_or_default();
        match self.present_properties(index).await? {
            Some(present) => self.add_missing(index, &properties, &present).await?,
            None if *external => return Err(IndexError::Missing { index: index.to_string() }),
            None => self.create(index, &properties).await?,
        }
        let mut all = self.known.lock();
        let known = all.entry(index.clone()).or_default();
        if known.len() >= MAX_SCHEMAS {
            known.remove(0);
        }
        known.extend(schema.clone());
        Ok(())
    }

    /// The properties an index has; `None` if there is no such index. An alias of several indices has the properties
    /// that all of them have.
    async fn present_properties(&self, index: &str) -> Result<Option<Map<String, Json>>, IndexError> {
        let answer = self.client.get(&format!("/{}/_mapping", path_segment(index))).await;
        let answer = answer.map_err(|source| IndexError::NoAnswer { index: index.to_owned(), source })?;
        match answer.status {
            200 => {}
            404 => return Ok(None),
            _ => return Err(refusal(index, &answer)),
        }
        let body: Map<String, Json> = serde_json::from_slice(&answer.body).map_err(|error| {
            let (url, reason) = (answer.url.clone(), error.to_string());
            IndexError::NoAnswer { index: index.to_owned(), source: NoAnswer::Unreadable { url, reason } }
        })?;
        let properties = |of: &Json| of["mappings"]["properties"].as_object().cloned().unwrap_or_default();
        let mut each = body.values().map(properties);
        let mut common = each.next().unwrap_or_default();
        for other in each {
            common.retain(|name, _| other.contains_key(name));
        }
        Ok(Some(common))
    }

    async fn create(&self, index: &str, wanted: &Map<String, Json>) -> Result<(), IndexError> {
        let body =
            if wanted.is_empty() { json!({}) } else { json!({ "mappings": { "properties": wanted } }) };
        let answer = self.put(index, "", &body).await?;
        if answer.status == 200 {
            tracing::info!(index, fields = wanted.len(), "index created");
            return Ok(());
        }
        let reason = reason_of(&answer.body);
        if answer.status == 400 && reason.contains("already_exists_exception") {
            // Another task was faster; its schema may be another.
            let present = self.present_properties(index).await?.unwrap_or_default();
            return self.add_missing(index, wanted, &present).await;
        }
        Err(refusal(index, &answer))
    }

    async fn add_missing(
        &self,
        index: &str,
        wanted: &Map<String, Json>,
        present: &Map<String, Json>,
    ) -> Result<(), IndexError> {
        let missing = missing_properties(wanted, present);
        if missing.is_empty() {
            return Ok(());
        }
        let fields: Vec<&str> = missing.keys().map(String::as_str).collect();
        let fields = fields.join(", ");
        let answer = self.put(index, "/_mapping", &json!({ "properties": missing })).await?;
        match answer.status {
            200 => tracing::info!(index, fields, "mapping extended"),
            // The documents may be fine nonetheless: the engine judges each of them.
            400 => {
                let reason = reason_of(&answer.body);
                tracing::warn!(index, fields, reason, "the mapping could not be extended");
            }
            _ => return Err(refusal(index, &answer)),
        }
        Ok(())
    }

    async fn put(&self, index: &str, below: &str, body: &Json) -> Result<Response, IndexError> {
        let answer = self.client.put_json(&format!("/{}{below}", path_segment(index)), body).await;
        answer.map_err(|source| IndexError::NoAnswer { index: index.to_owned(), source })
    }
}

fn refusal(index: &str, answer: &Response) -> IndexError {
    let (index, status, reason) = (index.to_owned(), answer.status, reason_of(&answer.body));
    match status {
        _ if error_type_of(answer).is_some_and(|kind| is_block(&kind)) => {
            IndexError::Blocked { index, status, reason }
        }
        401 | 403 | 407 => IndexError::Denied { index, status, reason },
        408 | 429 | 500..=599 => IndexError::Busy { index, status, reason },
        _ => IndexError::Refused { index, status, reason },
    }
}

/// One segment of a path: an index name may hold anything a transformation made of a topic.
fn path_segment(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_name_stays_one_segment() {
        assert_eq!(path_segment("mysql.orders-1_a"), "mysql.orders-1_a");
        assert_eq!(path_segment("a/../b?c"), "a%2F..%2Fb%3Fc");
    }
}
