//! `/config` and `/mode`, of a subject or of all.

use super::answer::{Answer, json_answer};
use super::parameters::{self, Query, flag};
use super::request_body;
use crate::error::RegistryError;
use crate::operation;
use crate::records::SettingsValue;
use crate::registry::Registry;
use crate::state::Snapshot;
use axum::body::Body;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use std::sync::Arc;

type Shared = State<Arc<Registry>>;

/// `GET /config`
pub(super) async fn get_config(State(registry): Shared) -> Answer {
    let snapshot = registry.store.snapshot();
    let level = snapshot.level_in_force(None, registry.config.compatibility_level);
    match snapshot.own_level(None) {
        Some(own) => json_answer(&config_json(&own.value)),
        None => json_answer(&json!({ "compatibilityLevel": level.name() })),
    }
}

/// `GET /config/{subject}`
pub(super) async fn get_subject_config(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
) -> Answer {
    let name = parameters::subject_of_settings(&subject)?;
    let snapshot = registry.store.snapshot();
    if let Some(own) = snapshot.own_level(Some(name)) {
        return json_answer(&config_json(&own.value));
    }
    if flag(&query, "defaultToGlobal") {
        let level = snapshot.level_in_force(Some(name), registry.config.compatibility_level);
        return json_answer(&json!({ "compatibilityLevel": level.name() }));
    }
    Err(RegistryError::SubjectLevelNotConfigured(name.to_owned()))
}

/// `PUT /config`
pub(super) async fn put_config(State(registry): Shared, body: Body) -> Answer {
    write_config(&registry, None, body).await
}

/// `PUT /config/{subject}`
pub(super) async fn put_subject_config(
    State(registry): Shared,
    Path(subject): Path<String>,
    body: Body,
) -> Answer {
    let name = parameters::subject_of_settings(&subject)?.to_owned();
    write_config(&registry, Some(name), body).await
}

async fn write_config(registry: &Arc<Registry>, subject: Option<String>, body: Body) -> Answer {
    let given: Map<String, Value> = request_body::read(registry, body).await?;
    let echo: Map<String, Value> = ["normalize", "compatibility"]
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), given.get(member)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .map(|(member, value)| match value {
            Value::String(level) => (member, Value::String(level.to_ascii_uppercase())),
            other => (member, other),
        })
        .collect();
    let default = registry.config.compatibility_level;
    let decide = move |now: &Snapshot| operation::put_config(now, subject.as_deref(), &given, default);
    registry.store.write("Update compatibility level", decide).await?;
    json_answer(&Value::Object(echo))
}

/// `DELETE /config`
pub(super) async fn delete_config(State(registry): Shared) -> Answer {
    remove_config(&registry, None).await
}

/// `DELETE /config/{subject}`
pub(super) async fn delete_subject_config(State(registry): Shared, Path(subject): Path<String>) -> Answer {
    let name = parameters::subject_of_settings(&subject)?.to_owned();
    remove_config(&registry, Some(name)).await
}

async fn remove_config(registry: &Arc<Registry>, subject: Option<String>) -> Answer {
    let default = registry.config.compatibility_level;
    let decide = move |now: &Snapshot| operation::delete_config(now, subject.as_deref(), default);
    let (old, _) = registry.store.write("Delete compatibility level", decide).await?;
    json_answer(&config_json(&old))
}

/// `GET /mode`
pub(super) async fn get_mode(State(registry): Shared) -> Answer {
    json_answer(&json!({ "mode": registry.store.snapshot().mode_in_force(None).name() }))
}

/// `GET /mode/{subject}`
pub(super) async fn get_subject_mode(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
) -> Answer {
    let name = parameters::subject_of_settings(&subject)?;
    let snapshot = registry.store.snapshot();
    if let Some(own) = snapshot.own_mode(Some(name)) {
        return json_answer(&json!({ "mode": own }));
    }
    if flag(&query, "defaultToGlobal") {
        return json_answer(&json!({ "mode": snapshot.mode_in_force(Some(name)).name() }));
    }
    Err(RegistryError::SubjectModeNotConfigured(name.to_owned()))
}

/// `PUT /mode`
pub(super) async fn put_mode(State(registry): Shared, query: Query, body: Body) -> Answer {
    write_mode(&registry, None, flag(&query, "force"), body).await
}

/// `PUT /mode/{subject}`
pub(super) async fn put_subject_mode(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
    body: Body,
) -> Answer {
    let name = parameters::subject_of_settings(&subject)?.to_owned();
    write_mode(&registry, Some(name), flag(&query, "force"), body).await
}

async fn write_mode(registry: &Arc<Registry>, subject: Option<String>, force: bool, body: Body) -> Answer {
    let given: Map<String, Value> = request_body::read(registry, body).await?;
    let asked = given.get("mode").and_then(Value::as_str).ok_or(RegistryError::InvalidMode)?;
    let (mode, echo) = (asked.to_ascii_uppercase(), json!({ "mode": asked }));
    let mutable = registry.config.mode_mutability;
    let decide = move |now: &Snapshot| operation::put_mode(now, subject.as_deref(), &mode, force, mutable);
    registry.store.write("Update mode", decide).await?;
    json_answer(&echo)
}

/// `DELETE /mode`
pub(super) async fn delete_mode(State(registry): Shared) -> Answer {
    remove_mode(&registry, None).await
}

/// `DELETE /mode/{subject}`
pub(super) async fn delete_subject_mode(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
) -> Answer {
    if flag(&query, "recursive") {
        return Err(RegistryError::NotImplemented("recursive of /mode".into()));
    }
    let name = parameters::subject_of_settings(&subject)?.to_owned();
    remove_mode(&registry, Some(name)).await
}

async fn remove_mode(registry: &Arc<Registry>, subject: Option<String>) -> Answer {
    let mutable = registry.config.mode_mutability;
    let decide = move |now: &Snapshot| operation::delete_mode(now, subject.as_deref(), mutable);
    let (old, _) = registry.store.write("Delete mode", decide).await?;
    json_answer(&json!({ "mode": old }))
}

/// A config as it is told: without the subject that its record names.
fn config_json(value: &SettingsValue) -> Value {
    let mut members = value.0.clone();
    members.shift_remove("subject");
    Value::Object(members)
}
