//! `/schemas`: schemas by id and by GUID, and all of them.

use super::answer::{Answer, id_json, json_answer, text_answer, version_json};
use super::parameters::{self, Query, flag, page, page_up_to, refuse_format, text};
use crate::error::RegistryError;
use crate::records::Guid;
use crate::registry::Registry;
use crate::state::{IdEntry, Snapshot, Version};
use crate::subject::DEFAULT_CONTEXT;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Registry>>;

/// `GET /schemas/ids/{id}`
pub(super) async fn by_id(State(registry): Shared, Path(id): Path<String>, query: Query) -> Answer {
    refuse_format(&query)?;
    let id = parameters::id(&id)?;
    let snapshot = registry.store.snapshot();
    let subject = text(&query, "subject");
    let entry = snapshot.id(subject, id).ok_or(RegistryError::SchemaIdNotFound(id))?;
    let render = |wanted| id_json(&snapshot, entry, wanted);
    if subject.is_none() && !flag(&query, "fetchMaxId") {
        let answer = entry.answer.get_or_init(|| Bytes::from(Value::Object(render(None)).to_string()));
        return Ok(text_answer(answer.clone()));
    }
    let mut body = render(subject);
    if flag(&query, "fetchMaxId") {
        let context = snapshot.context(subject.unwrap_or(""));
        body.insert("maxId".into(), context.map_or(0, |context| context.max_id).into());
    }
    json_answer(&Value::Object(body))
}

/// `GET /schemas/ids/{id}/schema`: unlike Confluent's, which fails, a missing id is 404.
pub(super) async fn text_by_id(State(registry): Shared, Path(id): Path<String>, query: Query) -> Answer {
    refuse_format(&query)?;
    let id = parameters::id(&id)?;
    let snapshot = registry.store.snapshot();
    let entry = snapshot.id(text(&query, "subject"), id).ok_or(RegistryError::SchemaIdNotFound(id))?;
    Ok(text_answer(Bytes::from(entry.content.schema.clone())))
}

/// `GET /schemas/ids/{id}/subjects`
pub(super) async fn subjects_of_id(State(registry): Shared, Path(id): Path<String>, query: Query) -> Answer {
    let snapshot = registry.store.snapshot();
    let entry = find(&snapshot, &id, &query)?;
    let versions = uses(&snapshot, entry, flag(&query, "deleted"));
    let mut subjects: Vec<&str> = versions.into_iter().map(|(subject, _)| subject).collect();
    subjects.dedup();
    json_answer(&json!(page(&query, subjects)?))
}

/// `GET /schemas/ids/{id}/versions`
pub(super) async fn versions_of_id(State(registry): Shared, Path(id): Path<String>, query: Query) -> Answer {
    let snapshot = registry.store.snapshot();
    let entry = find(&snapshot, &id, &query)?;
    let versions = uses(&snapshot, entry, flag(&query, "deleted"));
    let versions: Vec<Value> = versions
        .into_iter()
        .map(|(subject, version)| json!({ "subject": subject, "version": version.version }))
        .collect();
    json_answer(&json!(page(&query, versions)?))
}

/// `GET /schemas/guids/{guid}`
pub(super) async fn by_guid(State(registry): Shared, Path(guid): Path<String>, query: Query) -> Answer {
    refuse_format(&query)?;
    let snapshot = registry.store.snapshot();
    let entry = with_guid(&snapshot, &guid).next().ok_or(RegistryError::SchemaNotFound)?;
    json_answer(&Value::Object(id_json(&snapshot, entry.1, None)))
}

/// `GET /schemas/guids/{guid}/ids`
pub(super) async fn ids_of_guid(State(registry): Shared, Path(guid): Path<String>) -> Answer {
    let snapshot = registry.store.snapshot();
    let ids =
        with_guid(&snapshot, &guid).map(|(context, entry)| json!({ "context": context, "id": entry.id }));
    let ids: Vec<Value> = ids.collect();
    if ids.is_empty() {
        return Err(RegistryError::SchemaNotFound);
    }
    json_answer(&Value::Array(ids))
}

/// `GET /schemas/types`
pub(super) async fn types() -> Answer {
    json_answer(&json!(["AVRO"]))
}

/// `GET /schemas`
pub(super) async fn all(State(registry): Shared, query: Query) -> Answer {
    for parameter in ["aliases", "ruleType", "resourceType", "associationType", "lifecycle"] {
        if text(&query, parameter).is_some_and(|value| value != "false") {
            return Err(RegistryError::NotImplemented(format!("{parameter} of /schemas")));
        }
    }
    let list = tokio::task::spawn_blocking(move || list(&registry, &query));
    json_answer(&list.await.map_err(|failure| RegistryError::Store(failure.to_string()))??)
}

fn list(registry: &Registry, query: &Query) -> Result<Value, RegistryError> {
    let snapshot = registry.store.snapshot();
    let (deleted, latest_only) = (flag(query, "deleted"), flag(query, "latestOnly"));
    let prefix = query.get("subjectPrefix").map(String::as_str);
    let mut subjects: Vec<_> = snapshot.subjects.iter().map(|(_, subject)| subject).collect();
    subjects.retain(|subject| parameters::has_prefix(&subject.name, prefix));
    subjects.sort_by(|left, right| left.name.cmp(&right.name));
    let mut versions: Vec<(&str, &Arc<Version>)> = Vec::new();
    for subject in subjects {
        let mut chosen: Vec<_> =
            subject.versions.values().filter(|version| deleted || !version.deleted).collect();
        if latest_only && chosen.len() > 1 {
            chosen.drain(..chosen.len() - 1);
        }
        versions.extend(chosen.into_iter().map(|version| (&*subject.name, version)));
    }
    let chosen = page_up_to(query, versions, registry.config.search_limit)?;
    let bodies = chosen.into_iter().map(|(subject, version)| Value::Object(version_json(subject, version)));
    Ok(Value::Array(bodies.collect()))
}

/// The schema with an id. `subject` chooses the context.
fn find<'s>(snapshot: &'s Snapshot, id: &str, query: &Query) -> Result<&'s Arc<IdEntry>, RegistryError> {
    let id = parameters::id(id)?;
    snapshot.id(text(query, "subject"), id).ok_or(RegistryError::SchemaNotFound)
}

fn uses<'s>(snapshot: &'s Snapshot, entry: &'s IdEntry, deleted: bool) -> Vec<(&'s str, &'s Arc<Version>)> {
    let versions =
        entry.uses.iter().filter_map(|(name, number)| Some((&**name, snapshot.version(name, *number)?)));
    versions.filter(|(_, version)| deleted || !version.deleted).collect()
}

/// Schemas with a GUID, the default context first.
fn with_guid<'s>(snapshot: &'s Snapshot, guid: &str) -> impl Iterator<Item = (&'s str, &'s Arc<IdEntry>)> {
    let guid = Guid::parse(guid);
    let default = snapshot.contexts.get_key_value(DEFAULT_CONTEXT);
    let others = snapshot.contexts.iter().filter(|(name, _)| &***name != DEFAULT_CONTEXT);
    default.into_iter().chain(others).filter_map(move |(name, context)| {
        let id = context.guids.get(&guid?)?;
        Some((&**name, context.ids.get(id)?))
    })
}
