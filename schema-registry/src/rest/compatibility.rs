//! `/compatibility`: checks a schema without registering it.

use super::answer::{Answer, json_answer};
use super::parameters::{self, Query, flag};
use super::request_body;
use crate::error::RegistryError;
use crate::operation::{self, Judging, SchemaRequest, VersionId};
use crate::registry::Registry;
use axum::body::Body;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<Registry>>;

/// `POST /compatibility/subjects/{subject}/versions/{version}`
pub(super) async fn with_version(
    State(registry): Shared,
    Path((subject, version)): Path<(String, String)>,
    query: Query,
    body: Body,
) -> Answer {
    check(registry, subject, Some(version.parse()?), query, body).await
}

/// `POST /compatibility/subjects/{subject}/versions`: as a registration would check it.
pub(super) async fn with_all(
    State(registry): Shared,
    Path(subject): Path<String>,
    query: Query,
    body: Body,
) -> Answer {
    check(registry, subject, None, query, body).await
}

async fn check(
    registry: Arc<Registry>,
    subject: String,
    version: Option<VersionId>,
    query: Query,
    body: Body,
) -> Answer {
    let request: SchemaRequest = request_body::read(&registry, body).await?;
    let name = parameters::subject(&subject)?.to_owned();
    let (verbose, normalize) = (flag(&query, "verbose"), flag(&query, "normalize"));
    let judged = registry.judge(move |registry| judge(registry, &name, version, &request, normalize));
    let messages = match judged.await {
        // A client that wants to know why is told, instead of an error.
        Err(RegistryError::InvalidSchema(text)) if verbose => vec![text],
        other => other?,
    };
    let mut answer = json!({ "is_compatible": messages.is_empty() });
    if verbose {
        answer["messages"] = Value::from(messages);
    }
    json_answer(&answer)
}

fn judge(
    registry: &Registry,
    subject: &str,
    version: Option<VersionId>,
    request: &SchemaRequest,
    normalize: bool,
) -> Result<Vec<String>, RegistryError> {
    let snapshot = registry.store.snapshot();
    let level = snapshot.level_in_force(Some(subject), registry.config.compatibility_level);
    let known = snapshot.subject(subject);
    let versions: Vec<_> = match version {
        None => known.iter().flat_map(|known| known.live()).collect(),
        Some(VersionId::Latest) => known.and_then(|known| known.latest()).into_iter().collect(),
        Some(VersionId::Number(number)) => {
            let found = known.and_then(|known| known.versions.get(&number)).filter(|found| !found.deleted);
            vec![found.ok_or(RegistryError::VersionNotFound(i64::from(number)))?]
        }
    };
    let judging = match normalize || snapshot.normalize_in_force(subject) {
        true => Judging::AsNewNormalized,
        false => Judging::AsNew,
    };
    let parsed = operation::parse_request(&snapshot, subject, request, judging)?;
    Ok(operation::check_against(&snapshot, subject, level, &parsed, versions.into_iter()))
}
