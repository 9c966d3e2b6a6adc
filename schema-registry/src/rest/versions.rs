//! `/subjects/{subject}/versions`: versions of a subject, registration.

use super::answer::{Answer, json_answer, registered_json, text_answer, version_json};
use super::parameters::{self, Query, flag, page, refuse_format, text};
use super::request_body;
use crate::error::RegistryError;
use crate::operation::{self, SchemaRequest, VersionId};
use crate::registry::Registry;
use crate::state::Snapshot;
use axum::body::Body;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Registry>>;
type SubjectAndVersion = Path<(String, String)>;

/// `GET /subjects/{subject}/versions`
pub(super) async fn list(State(registry): Shared, Path(subject): Path<String>, query: Query) -> Answer {
    let name = parameters::subject(&subject)?;
    let snapshot = registry.store.snapshot();
    let (deleted, deleted_only) = (flag(&query, "deleted"), flag(&query, "deletedOnly"));
    let negative = flag(&query, "deletedAsNegative");
    let not_found = || RegistryError::SubjectNotFound(name.to_owned());
    let known = snapshot.subject(name).ok_or_else(not_found)?;
    let chosen = known.versions.values().filter(|version| match (deleted_only, deleted || negative) {
        (true, _) => version.deleted,
        (false, true) => true,
        (false, false) => !version.deleted,
    });
    let number = |version: u32, deleted: bool| {
        if negative && deleted { -i64::from(version) } else { i64::from(version) }
    };
    let versions: Vec<i64> = chosen.map(|version| number(version.version, version.deleted)).collect();
    if versions.is_empty() {
        return Err(not_found());
    }
    json_answer(&json!(page(&query, versions)?))
}

/// `POST /subjects/{subject}/versions`
pub(super) async fn register(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
    body: Body,
) -> Answer {
    refuse_format(&query)?;
    let request: SchemaRequest = request_body::read(&registry, body).await?;
    let name = parameters::subject(&subject)?;
    let (registered, snapshot) =
        operation::register(&registry, name, request, flag(&query, "normalize")).await?;
    let gone = || RegistryError::Store("Register operation failed: the version was deleted at once".into());
    let version = snapshot.version(name, registered.version).ok_or_else(gone)?;
    json_answer(&Value::Object(registered_json(version)))
}

/// `GET /subjects/{subject}/versions/{version}`
pub(super) async fn get(
    State(registry): Shared,
    Path((subject, version)): SubjectAndVersion,
    query: Query,
) -> Answer {
    refuse_format(&query)?;
    let name = parameters::subject(&subject)?;
    let snapshot = registry.store.snapshot();
    let (known, found) = operation::find_version(&snapshot, name, version.parse()?, flag(&query, "deleted"))?;
    json_answer(&Value::Object(version_json(&known.name, found)))
}

/// `GET /subjects/{subject}/versions/{version}/schema`
pub(super) async fn get_text(
    State(registry): Shared,
    Path((subject, version)): SubjectAndVersion,
    query: Query,
) -> Answer {
    refuse_format(&query)?;
    let name = parameters::subject(&subject)?;
    let snapshot = registry.store.snapshot();
    let (_, found) = operation::find_version(&snapshot, name, version.parse()?, flag(&query, "deleted"))?;
    Ok(text_answer(Bytes::from(found.content.schema.clone())))
}

/// `GET /subjects/{subject}/versions/{version}/referencedby`
pub(super) async fn referenced_by(
    State(registry): Shared,
    Path((subject, version)): SubjectAndVersion,
    query: Query,
) -> Answer {
    let name = parameters::subject(&subject)?;
    let snapshot = registry.store.snapshot();
    let (_, found) = operation::find_version(&snapshot, name, version.parse()?, true)?;
    let referrers = snapshot.referrers(name, found.version).into_iter().flatten();
    let deleted = flag(&query, "deleted");
    let shown = referrers.filter(|(context, id)| {
        let entry = snapshot.contexts.get(context).and_then(|context| context.ids.get(id));
        let mut uses = entry.iter().flat_map(|entry| &entry.uses);
        uses.any(|(name, number)| {
            snapshot.version(name, *number).is_some_and(|used| deleted || !used.deleted)
        })
    });
    let ids: Vec<u32> = shown.map(|(_, id)| *id).collect();
    json_answer(&json!(page(&query, ids)?))
}

/// `DELETE /subjects/{subject}/versions/{version}`
pub(super) async fn delete(
    State(registry): Shared,
    Path((subject, version)): SubjectAndVersion,
    query: Query,
) -> Answer {
    let version: VersionId = version.parse()?;
    let name = parameters::subject(&subject)?.to_owned();
    let permanent = flag(&query, "permanent");
    let decide = move |now: &Snapshot| operation::delete_version(now, &name, version, permanent);
    let (number, _) = registry.store.write("Delete Schema Version", decide).await?;
    json_answer(&json!(number))
}

/// `POST /subjects/{subject}/versions/{version}/tags`
pub(super) async fn tags(query: Query) -> Answer {
    let _ = text(&query, "normalize");
    Err(RegistryError::NotImplemented("Changing tags".into()))
}
