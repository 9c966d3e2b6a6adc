//! Registers a schema under a subject.

use super::compatibility::check_against;
use super::lookup::existing;
use super::mode::refuse_read_only;
use super::schema_request::{Judging, ParsedSchema, SchemaRequest, parse_request};
use crate::error::RegistryError;
use crate::log::NewRecord;
use crate::records::{Content, ContextValue, Key, SchemaValue};
use crate::registry::Registry;
use crate::state::Mode;
use crate::state::{Snapshot, Subject};
use crate::store::Decision;
use crate::subject::{DEFAULT_CONTEXT, context_in_messages, context_of, qualified};
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
            let (subject, request) = (subject.to_owned(), request.clone());
            registry.judge(move |registry| judge(registry, &subject, &request, normalize)).await?
        };
        let judged = match judged {
            Judged::Existing(registered, snapshot) => return Ok((registered, snapshot)),
            Judged::New(judged) => *judged,
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
    New(Box<New>),
}

/// A schema that may be registered, and what that was judged on.
struct New {
    subject: String,
    content: Content,
    version: Option<u32>,
    /// The id it must get, in the mode IMPORT.
    id: Option<u32>,
    judged_on: Option<Arc<Subject>>,
    level: CompatibilityLevel,
    mode: Mode,
}

impl New {
    fn still_holds(&self, now: &Snapshot, default: CompatibilityLevel) -> bool {
        let same_subject = match (&self.judged_on, now.subject(&self.subject)) {
            (None, None) => true,
            (Some(then), Some(now)) => Arc::ptr_eq(then, now),
            _ => false,
        };
        same_subject
            && now.level_in_force(Some(&self.subject), default) == self.level
            && now.mode_in_force(Some(&self.subject)) == self.mode
            && references_exist(now, &self.subject, &self.content)
    }
}

fn judge(
    registry: &Registry,
    subject: &str,
    request: &SchemaRequest,
    normalize: bool,
) -> Result<Judged, RegistryError> {
    let snapshot = registry.store.snapshot();
    let mode = snapshot.mode_in_force(Some(subject));
    let judging = match mode {
        Mode::Import => Judging::AsStored,
        _ if normalize || snapshot.normalize_in_force(subject) => Judging::AsNewNormalized,
        _ => Judging::AsNew,
    };
    let parsed = parse_request(&snapshot, subject, request, judging)?;
    let wanted = |number: Option<i32>| {
        number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
    };
    let (id, version) = (wanted(request.id), wanted(request.version));
    if let Some(found) = existing(&snapshot, subject, &parsed.content, false)
        && id.is_none_or(|id| id == found.id)
        && (mode != Mode::Import || version.is_none_or(|version| version == found.version))
    {
        let registered = Registered { version: found.version, id: found.id };
        return Ok(Judged::Existing(registered, snapshot));
    }
    refuse_read_only(&snapshot, Some(subject))?;
    refuse_other_mode(subject, mode, id)?;
    let level = snapshot.level_in_force(Some(subject), registry.config.compatibility_level);
    let judged_on = snapshot.subject(subject).cloned();
    if let Some(known) = judged_on.as_ref().filter(|_| mode != Mode::Import) {
        refuse_incompatible(registry, &snapshot, known, level, &parsed)?;
    }
    let (subject, content) = (subject.to_owned(), parsed.content);
    Ok(Judged::New(Box::new(New { subject, content, version, id, judged_on, level, mode })))
}

/// An id is given in the mode IMPORT and in no other.
fn refuse_other_mode(subject: &str, mode: Mode, id: Option<u32>) -> Result<(), RegistryError> {
    let missing = match (mode, id) {
        (Mode::Import, None) => "read-write",
        (Mode::Import, Some(_)) | (_, None) => return Ok(()),
        (_, Some(_)) => "import",
    };
    let context = context_in_messages(subject);
    Err(RegistryError::OperationNotPermitted(format!(
        "Subject {subject} in context {context} is not in {missing} mode"
    )))
}

/// Whether what a schema refers to is still there.
fn references_exist(now: &Snapshot, subject: &str, content: &Content) -> bool {
    content.references.iter().all(|reference| {
        let target = qualified(&reference.subject, context_of(subject));
        now.subject(&target).is_some_and(|known| match u32::try_from(reference.version) {
            Ok(version) => known.versions.contains_key(&version),
            Err(_) => known.is_live(),
        })
    })
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
    let next = new.judged_on.as_ref().map_or(1, |known| known.next_version());
    let version = match new.version {
        Some(wanted) if new.mode != Mode::Import && wanted != next => {
            return Err(RegistryError::InvalidSchema("Version is not one more than previous version".into()));
        }
        Some(wanted) => wanted,
        None => next,
    };
    let id = id_of(now, new)?;
    if i32::try_from(id).is_err() || i32::try_from(version).is_err() {
        return Err(RegistryError::Store("Register operation failed: there are no more ids".into()));
    }
    let mut records = Vec::new();
    let context = context_of(subject);
    if now.context(subject).is_none() && context != DEFAULT_CONTEXT {
        let value = ContextValue { tenant: "default".into(), context: context.to_owned(), max_id: None };
        let key = Key::Context { context: context.to_owned() }.to_bytes();
        records.push(NewRecord { key, value: Some(value.to_bytes()) });
    }
    let old = new.judged_on.as_ref().and_then(|known| known.versions.get(&version));
    let key = old.map(|old| old.key.clone());
    let key = key.unwrap_or_else(|| Key::Schema { subject: subject.to_owned(), version }.to_bytes());
    let value = SchemaValue::new(subject, version, id, &new.content, false);
    records.push(NewRecord { key, value: Some(value.to_bytes()) });
    // A soft-deleted version with the same schema makes way, unless something refers to it. It goes last, so that the
    // id is never without a version.
    let deleted = new.judged_on.iter().flat_map(|known| known.versions.values());
    for old in deleted.filter(|old| old.deleted && old.id == id && old.version != version) {
        if now.referrers(subject, old.version).is_none() {
            records.push(NewRecord { key: old.key.clone(), value: None });
        }
    }
    Ok(Decision { records, answer: Some(Registered { version, id }) })
}

/// The id a schema gets: the one it must have, that of an equal schema in the context, or a new one.
fn id_of(now: &Snapshot, new: &New) -> Result<u32, RegistryError> {
    let Some(context) = now.context(&new.subject) else { return Ok(new.id.unwrap_or(1)) };
    let Some(wanted) = new.id else {
        return Ok(context.id_of(&new.content).unwrap_or(context.max_id.saturating_add(1)));
    };
    if context.ids.get(&wanted).is_some_and(|entry| *entry.content != new.content) {
        let context = context_in_messages(&new.subject);
        return Err(RegistryError::OperationNotPermitted(format!(
            "Overwrite new schema with id {wanted} in context {context} is not permitted."
        )));
    }
    Ok(wanted)
}
