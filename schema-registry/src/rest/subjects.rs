//! `/subjects`: names, lookup and deletion of whole subjects.

use super::answer::{Answer, json_answer, version_json};
use super::parameters::{self, Query, flag, page, refuse_format};
use super::request_body;
use crate::error::RegistryError;
use crate::operation::{self, Judging, SchemaRequest};
use crate::registry::Registry;
use axum::body::Body;
use axum::extract::{Path, Query as AxumQuery, State};
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Registry>>;

/// `GET /subjects`
pub(super) async fn list(State(registry): Shared, query: Query) -> Answer {
    let names = tokio::task::spawn_blocking(move || {
        let snapshot = registry.store.snapshot();
        let (deleted, deleted_only) = (flag(&query, "deleted"), flag(&query, "deletedOnly"));
        let prefix = query.get("subjectPrefix").map(String::as_str);
        let chosen = snapshot.subjects.iter().filter(|(name, subject)| {
            let wanted = match (deleted_only, deleted) {
                (true, _) => !subject.is_live(),
                (false, true) => true,
                (false, false) => subject.is_live(),
            };
            wanted && parameters::has_prefix(name, prefix)
        });
        let mut names: Vec<&str> = chosen.map(|(name, _)| &**name).collect();
        names.sort_unstable();
        page(&query, names).map(|names| json!(names))
    });
    json_answer(&names.await.map_err(|failure| RegistryError::Store(failure.to_string()))??)
}

/// `POST /subjects/{subject}`: the version that has this schema.
pub(super) async fn lookup(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
    body: Body,
) -> Answer {
    refuse_format(&query)?;
    let request: SchemaRequest = request_body::read(&registry, body).await?;
    let name = parameters::subject(&subject)?.to_owned();
    let (normalize, deleted) = (flag(&query, "normalize"), flag(&query, "deleted"));
    let found = registry.judge(move |registry| {
        let snapshot = registry.store.snapshot();
        let judging = match normalize || snapshot.normalize_in_force(&name) {
            true => Judging::AsNewNormalized,
            false => Judging::AsNew,
        };
        let parsed = operation::parse_request(&snapshot, &name, &request, judging)?;
        if let Some(version) = operation::existing(&snapshot, &name, &parsed.content, deleted) {
            return Ok(Value::Object(version_json(&name, version)));
        }
        let known = snapshot.subject(&name).is_some_and(|known| deleted || known.is_live());
        Err(if known { RegistryError::SchemaNotFound } else { RegistryError::SubjectNotFound(name) })
    });
    json_answer(&found.await?)
}

/// `DELETE /subjects/{subject}`
pub(super) async fn delete(State(registry): Shared, Path(subject): Path<String>, query: Query) -> Answer {
    let name = parameters::subject(&subject)?.to_owned();
    let permanent = flag(&query, "permanent");
    let decide = move |now: &crate::state::Snapshot| operation::delete_subject(now, &name, permanent);
    let (versions, _) = registry.store.write("Delete subject", decide).await?;
    json_answer(&json!(versions))
}

/// `GET /subjects/{subject}/metadata`: the latest version that has all the properties, given as pairs of `key` and
/// `value` in the same order.
pub(super) async fn metadata(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
    AxumQuery(pairs): AxumQuery<Vec<(String, String)>>,
) -> Answer {
    refuse_format(&query)?;
    let name = parameters::subject(&subject)?;
    let all = |wanted: &'static str| {
        pairs.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let wanted: Vec<(&str, &str)> = all("key").zip(all("value")).collect();
    let snapshot = registry.store.snapshot();
    let deleted = flag(&query, "deleted");
    let known = snapshot.subject(name).filter(|known| deleted || known.is_live());
    let known = known.ok_or_else(|| RegistryError::SubjectNotFound(name.to_owned()))?;
    let mut versions = known.versions.values().rev().filter(|version| deleted || !version.deleted);
    let found = versions.find(|version| version.content.has_properties(&wanted));
    let found = found.ok_or(RegistryError::SchemaNotFound)?;
    json_answer(&Value::Object(version_json(name, found)))
}
