//! Modes of a subject or of all: what may be written.

use super::delete::purge;
use crate::error::RegistryError;
use crate::log::NewRecord;
use crate::records::{Key, SettingsValue};
use crate::state::{Mode, Snapshot, Subject, Version};
use crate::store::Decision;
use crate::subject::{DEFAULT_CONTEXT, context_in_messages, context_of, is_context};
use std::sync::Arc;

/// Sets a mode. IMPORT needs a scope without schemas, unless forced, and purges what is soft deleted in it.
///
/// # Errors
/// 42204, 42205; FORWARD is not implemented.
pub fn put_mode(
    snapshot: &Snapshot,
    subject: Option<&str>,
    mode: &str,
    force: bool,
    mutable: bool,
) -> Result<Decision<()>, RegistryError> {
    let mode = match mode {
        "FORWARD" => return Err(RegistryError::NotImplemented("Mode FORWARD".into())),
        name => Mode::from_name(name).ok_or(RegistryError::InvalidMode)?,
    };
    refuse_immutable_mode(mutable)?;
    let mut records = Vec::new();
    if mode == Mode::Import && snapshot.mode_in_force(subject) != Mode::Import && !force {
        records = purge_for_import(snapshot, subject)?;
    }
    let mut value = SettingsValue::default();
    if let Some(subject) = subject {
        value.0.insert("subject".into(), subject.into());
    }
    value.0.insert("mode".into(), mode.name().into());
    let scope = subject.map(str::to_owned);
    let key = match snapshot.modes.get(&scope) {
        Some(setting) => setting.key.clone(),
        None => Key::Mode { subject: scope }.to_bytes(),
    };
    records.push(NewRecord { key, value: Some(value.to_bytes()) });
    Ok(Decision { records, answer: () })
}

/// Removes a mode; the answer is what it was.
///
/// # Errors
/// 40401 if the subject has none, 42205.
pub fn delete_mode(
    snapshot: &Snapshot,
    subject: Option<&str>,
    mutable: bool,
) -> Result<Decision<String>, RegistryError> {
    refuse_immutable_mode(mutable)?;
    let scope = subject.map(str::to_owned);
    match (snapshot.modes.get(&scope), subject) {
        (Some(own), _) => Ok(Decision {
            records: vec![NewRecord { key: own.key.clone(), value: None }],
            answer: own.value.text("mode").unwrap_or(Mode::default().name()).to_owned(),
        }),
        (None, Some(subject)) => Err(RegistryError::SubjectNotFound(subject.to_owned())),
        (None, None) => Ok(Decision { records: Vec::new(), answer: Mode::default().name().into() }),
    }
}

/// Refuses a write where the mode does not allow it.
///
/// # Errors
/// 42205
pub(super) fn refuse_read_only(snapshot: &Snapshot, subject: Option<&str>) -> Result<(), RegistryError> {
    if !snapshot.mode_in_force(subject).is_read_only() {
        return Ok(());
    }
    let name = subject.unwrap_or("null");
    let context = subject.map_or_else(String::new, context_in_messages);
    Err(RegistryError::OperationNotPermitted(format!(
        "Subject {name} in context {context} is in read-only mode"
    )))
}

/// The records that purge the soft-deleted versions of a scope.
fn purge_for_import(snapshot: &Snapshot, scope: Option<&str>) -> Result<Vec<NewRecord>, RegistryError> {
    let subjects = snapshot.subjects.iter().map(|(_, subject)| subject);
    let subjects: Vec<&Arc<Subject>> = subjects.filter(|subject| is_in_scope(&subject.name, scope)).collect();
    if subjects.iter().any(|subject| subject.is_live()) {
        return Err(RegistryError::OperationNotPermitted(
            "Cannot import since found existing subjects".into(),
        ));
    }
    let mut records = Vec::new();
    for subject in subjects {
        let versions: Vec<&Arc<Version>> = subject.versions.values().collect();
        records.extend(purge(snapshot, &subject.name, &versions));
    }
    Ok(records)
}

/// Whether a subject is in the scope of a setting: itself, its context, or the default context for the setting of all.
fn is_in_scope(subject: &str, scope: Option<&str>) -> bool {
    match scope {
        None => context_of(subject) == DEFAULT_CONTEXT,
        Some(scope) if is_context(scope) => context_of(subject) == context_of(scope),
        Some(scope) => subject == scope,
    }
}

fn refuse_immutable_mode(mutable: bool) -> Result<(), RegistryError> {
    if mutable {
        return Ok(());
    }
    Err(RegistryError::OperationNotPermitted("Mode changes are not allowed".into()))
}
