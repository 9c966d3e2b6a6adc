//! Registers a schema under a subject.

use super::compatibility::check_against;
use super::lookup::existing;
use super::schema_request::{ParsedSchema, SchemaRequest, parse_request};
use super::setting::refuse_read_only;
use crate::error::RegistryError;
use crate::log::NewRecord;
use crate::records::{Content, ContextValue, Key, SchemaValue};
use crate::registry::Registry;
use crate::state::{Snapshot, Subject};
use crate::store::Decision;
use crate::subject::{DEFAULT_CONTEXT, context_in_messages, context_of};
use aqueduct_avro::compatibility::CompatibilityLevel;
use std::sync::Arc;

/// How often a registration is judged anew because its subject changed meanwhile. Each time another write succeeded.
const MAX_JUDGEMENTS: usize = 64;

/// Where a schema is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The version.
    pub version: u32,
    /// The id.
    pub id: u32,
}

/// Registers a schema, unless the subject has it already. Judging it (parsing, compatibility) is done beside other
/// writes; only placing it is done alone, if what was judged still holds.
///
/// # Errors
/// 409, 42201, 42205, 42208, 50001, 50002.
pub async fn register(
    registry: &Arc<Registry>,
    subject: &str,
    request: SchemaRequest,
    normalize: bool,
) -> Result<(Registered, Arc<Snapshot>), RegistryError> {
    let request = Arc::new(request);
    for _ in 0..MAX_JUDGEMENTS {
        let judged = {
            let (registry, subject, request) = (registry.clone(), subject.to_owned(), request.clone());
            let judge = tokio::task::spawn_blocking(move || judge(&registry, &subject, &request, normalize));
            judge
                .await
                .map_err(|failure| RegistryError::Store(format!("Register operation failed: {failure}")))??
        };
        let judged = match judged {
            Judged::Existing(registered, snapshot) => return Ok((registered, snapshot)),
            Judged::New(judged) => judged,
        };
        let default_level = registry.config.compatibility_level;
        let (placed, snapshot) = registry
            .store
            .write("Register", move |now| {
                if judged.still_holds(now, default_level) {
                    place(now, &judged)
                } else {
                    Ok(Decision { records: Vec::new(), answer: None })
                }
            })
            .await?;
        if let Some(registered) = placed {
            return Ok((registered, snapshot));
        }
    }
    Err(RegistryError::Store("Register operation failed: the subject changes all the time".into()))
}

enum Judged {
    Existing(Registered, Arc<Snapshot>),
    New(New),
}

/// A schema that may be registered, and what that was judged on.
struct New {
    subject: String,
    content: Content,
    version: Option<i32>,
    judged_on: Option<Arc<Subject>>,
    level: CompatibilityLevel,
}

impl New {
    fn still_holds(&self, now: &Snapshot, default: CompatibilityLevel) -> bool {
        let same_subject = match (&self.judged_on, now.subject(&self.subject)) {
            (None, None) => true,
            (Some(then), Some(now)) => Arc::ptr_eq(then, now),
            _ => false,
        };
        same_subject && now.level_in_force(Some(&self.subject), default) == self.level
    }
}

fn judge(
    registry: &Registry,
    subject: &str,
    request: &SchemaRequest,
    normalize: bool,
) -> Result<Judged, RegistryError> {
    let snapshot = registry.store.snapshot();
    let normalize = normalize || snapshot.normalize_in_force(subject);
    let parsed = parse_request(&snapshot, subject, request, normalize)?;
    if let Some(found) = existing(&snapshot, subject, &parsed.content, false)
        && request.id.is_none_or(|id| id < 0 || id as u32 == found.id)
    {
        let registered = Registered { version: found.version, id: found.id };
        return Ok(Judged::Existing(registered, snapshot));
    }
    refuse_read_only(&snapshot, Some(subject))?;
    if request.id.is_some_and(|id| id >= 0) {
        let context = context_in_messages(subject);
        return Err(RegistryError::OperationNotPermitted(format!(
            "Subject {subject} in context {context} is not in import mode"
        )));
    }
    let level = snapshot.level_in_force(Some(subject), registry.config.compatibility_level);
    let judged_on = snapshot.subject(subject).cloned();
    if let Some(known) = &judged_on {
        refuse_incompatible(registry, &snapshot, known, level, &parsed)?;
    }
    let version = request.version.filter(|version| *version > 0);
    Ok(Judged::New(New { subject: subject.to_owned(), content: parsed.content, version, judged_on, level }))
}

fn refuse_incompatible(
    registry: &Registry,
    snapshot: &Snapshot,
    subject: &Subject,
    level: CompatibilityLevel,
    parsed: &ParsedSchema,
) -> Result<(), RegistryError> {
    let messages = check_against(snapshot, &subject.name, level, parsed, subject.live());
    if messages.is_empty() {
        return Ok(());
    }
    let (subject, code) = (subject.name.to_string(), registry.config.incompatible_error_code);
    Err(RegistryError::Incompatible { subject, messages, code })
}

/// The records that register a schema.
fn place(now: &Snapshot, new: &New) -> Result<Decision<Option<Registered>>, RegistryError> {
    let subject = new.subject.as_str();
    let version = new.judged_on.as_ref().map_or(1, |known| known.next_version());
    if new.version.is_some_and(|wanted| wanted as u32 != version) {
        return Err(RegistryError::InvalidSchema("Version is not one more than previous version".into()));
    }
    let context = now.context(subject);
    let id = match context.and_then(|context| context.id_of(&new.content)) {
        Some(id) => id,
        None => context.map_or(0, |context| context.max_id) + 1,
    };
    if i32::try_from(id).is_err() || i32::try_from(version).is_err() {
        return Err(RegistryError::Store("Register operation failed: there are no more ids".into()));
    }
    let mut records = Vec::new();
    let context_name = context_of(subject);
    if context.is_none() && context_name != DEFAULT_CONTEXT {
        let value = ContextValue { tenant: "default".into(), context: context_name.to_owned(), max_id: None };
        let key = Key::Context { context: context_name.to_owned() }.to_bytes();
        records.push(NewRecord { key, value: Some(value.to_bytes()) });
    }
    // A soft-deleted version with the same schema makes way, unless something refers to it.
    for old in new
        .judged_on
        .iter()
        .flat_map(|known| known.versions.values())
        .filter(|old| old.deleted && old.id == id)
    {
        if now.referrers(subject, old.version).is_none() {
            records.push(NewRecord { key: old.key.clone(), value: None });
        }
    }
    let value = SchemaValue::new(subject, version, id, &new.content, false);
    let key = Key::Schema { subject: subject.to_owned(), version }.to_bytes();
    records.push(NewRecord { key, value: Some(value.to_bytes()) });
    Ok(Decision { records, answer: Some(Registered { version, id }) })
}
