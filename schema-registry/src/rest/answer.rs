//! Answers: JSON bodies in Confluent's order of members, and errors.

use crate::error::RegistryError;
use crate::records::Content;
use crate::state::{IdEntry, Snapshot, Version};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

/// The media type of answers unless the client asks for another.
pub(super) const DEFAULT_MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// A successful answer or an error.
pub(super) type Answer = Result<Response, RegistryError>;

/// An answer with a JSON body.
pub(super) fn json_answer(body: &Value) -> Answer {
    Ok(text_answer(Bytes::from(body.to_string())))
}

/// An answer with a body that is JSON already.
pub(super) fn text_answer(body: Bytes) -> Response {
    with_status(StatusCode::OK, body)
}

fn with_status(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(DEFAULT_MEDIA_TYPE));
    response
}

impl IntoResponse for RegistryError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            tracing::warn!("answered {}: {self}", self.code());
        }
        with_status(status, Bytes::from(aqueduct_service::http::error_body(self.code(), &self.to_string())))
    }
}

/// One version of a subject, as `GET /subjects/s/versions/1` tells it.
pub(super) fn version_json(subject: &str, version: &Version) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("subject".into(), subject.into());
    body.insert("version".into(), version.version.into());
    body.insert("id".into(), version.id.into());
    put_content(&mut body, &version.content, Some("guid"));
    body.insert("schema".into(), version.content.schema.as_str().into());
    body.insert("ts".into(), version.timestamp_ms.into());
    body.insert("deleted".into(), version.deleted.into());
    body
}

/// The answer to a registration.
pub(super) fn registered_json(version: &Version) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("id".into(), version.id.into());
    body.insert("version".into(), version.version.into());
    put_content(&mut body, &version.content, Some("guid"));
    body.insert("schema".into(), version.content.schema.as_str().into());
    body.insert("ts".into(), version.timestamp_ms.into());
    body
}

/// A schema by id. Of the versions that have it, the first that is not deleted is told, or that of the wanted subject.
pub(super) fn id_json(snapshot: &Snapshot, entry: &IdEntry, wanted: Option<&str>) -> Map<String, Value> {
    let content = &entry.content;
    let mut body = Map::new();
    body.insert("schemaType".into(), content.schema_type.as_str().into());
    body.insert("schema".into(), content.schema.as_str().into());
    put_details(&mut body, content);
    let uses =
        || entry.uses.iter().filter_map(|(name, number)| Some((name, snapshot.version(name, *number)?)));
    let shown = uses()
        .find(|(name, _)| wanted == Some(&***name))
        .or_else(|| uses().find(|(_, version)| !version.deleted))
        .or_else(|| uses().next());
    if let Some((_, version)) = shown {
        body.insert("ts".into(), version.timestamp_ms.into());
    }
    body.insert("guid".into(), content.guid.to_string().into());
    if let Some((name, version)) = shown {
        body.insert("subject".into(), (&**name).into());
        body.insert("version".into(), version.version.into());
        body.insert("deleted".into(), version.deleted.into());
    }
    body
}

fn put_content(body: &mut Map<String, Value>, content: &Content, guid: Option<&str>) {
    if let Some(member) = guid {
        body.insert(member.into(), content.guid.to_string().into());
    }
    body.insert("schemaType".into(), content.schema_type.as_str().into());
    put_details(body, content);
}

fn put_details(body: &mut Map<String, Value>, content: &Content) {
    if !content.references.is_empty() {
        body.insert("references".into(), json!(content.references));
    }
    if let Some(metadata) = &content.metadata {
        body.insert("metadata".into(), json!(metadata));
    }
    if let Some(rules) = &content.rule_set {
        body.insert("ruleSet".into(), rules.clone());
    }
}
