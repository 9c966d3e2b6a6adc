//! Deletes versions and subjects: first softly, then for good.

use super::mode::refuse_read_only;
use super::version_id::VersionId;
use crate::error::RegistryError;
use crate::log::NewRecord;
use crate::records::{ContextValue, DeleteSubjectValue, Key, SchemaValue};
use crate::state::{Snapshot, Version};
use crate::store::Decision;
use crate::subject::context_of;
use std::sync::Arc;

/// Deletes all versions of a subject; the answer are their numbers.
///
/// # Errors
/// 40401, 40404, 40405, 42205, 42206.
pub fn delete_subject(
    snapshot: &Snapshot,
    subject: &str,
    permanent: bool,
) -> Result<Decision<Vec<u32>>, RegistryError> {
    let name = || subject.to_owned();
    let known = snapshot.subject(subject).ok_or_else(|| RegistryError::SubjectNotFound(name()))?;
    if !permanent && !known.is_live() {
        return Err(RegistryError::SubjectSoftDeleted(name()));
    }
    refuse_read_only(snapshot, Some(subject))?;
    let versions: Vec<&Arc<Version>> =
        known.versions.values().filter(|version| permanent || !version.deleted).collect();
    for version in &versions {
        refuse_referred(snapshot, subject, version.version)?;
        if permanent && !version.deleted {
            return Err(RegistryError::SubjectNotSoftDeleted(name()));
        }
    }
    let answer: Vec<u32> = versions.iter().map(|version| version.version).collect();
    if permanent {
        let mut records = purge(snapshot, subject, &versions);
        records.extend(forget_settings(snapshot, subject));
        return Ok(Decision { records, answer });
    }
    let last = known.versions.keys().next_back().copied().unwrap_or(0);
    let value = DeleteSubjectValue { subject: name(), version: last };
    let key = Key::DeleteSubject { subject: name() }.to_bytes();
    Ok(Decision { records: vec![NewRecord { key, value: Some(value.to_bytes()) }], answer })
}

/// Deletes one version; the answer is its number.
///
/// # Errors
/// 40401, 40402, 40406, 40407, 42205, 42206.
pub fn delete_version(
    snapshot: &Snapshot,
    subject: &str,
    version: VersionId,
    permanent: bool,
) -> Result<Decision<u32>, RegistryError> {
    let known =
        snapshot.subject(subject).ok_or_else(|| RegistryError::SubjectNotFound(subject.to_owned()))?;
    let found = match version {
        VersionId::Latest => known.latest(),
        VersionId::Number(number) => known.versions.get(&number),
    };
    let found = found.ok_or(RegistryError::VersionNotFound(version.in_messages()))?;
    let number = found.version;
    if found.deleted && !permanent {
        return Err(RegistryError::VersionSoftDeleted(subject.to_owned(), number));
    }
    refuse_read_only(snapshot, Some(subject))?;
    refuse_referred(snapshot, subject, number)?;
    if !found.deleted && permanent {
        return Err(RegistryError::VersionNotSoftDeleted(subject.to_owned(), number));
    }
    if permanent {
        let mut records = purge(snapshot, subject, &[found]);
        if known.versions.len() == 1 {
            records.extend(forget_settings(snapshot, subject));
        }
        return Ok(Decision { records, answer: number });
    }
    let value = SchemaValue::new(subject, number, found.id, &found.content, true);
    let record = NewRecord { key: found.key.clone(), value: Some(value.to_bytes()) };
    Ok(Decision { records: vec![record], answer: number })
}

fn refuse_referred(snapshot: &Snapshot, subject: &str, version: u32) -> Result<(), RegistryError> {
    if snapshot.has_live_referrer(subject, version) {
        return Err(RegistryError::ReferenceExists { subject: subject.to_owned(), version });
    }
    Ok(())
}

/// The records that delete versions for good. The highest id of the context is noted first: the records that had it may
/// be the only ones that know it.
pub(super) fn purge(snapshot: &Snapshot, subject: &str, versions: &[&Arc<Version>]) -> Vec<NewRecord> {
    let context = context_of(subject).to_owned();
    let max_id = snapshot.context(subject).map(|context| context.max_id);
    let note = ContextValue { tenant: "default".into(), context: context.clone(), max_id };
    let mut records =
        vec![NewRecord { key: Key::Context { context }.to_bytes(), value: Some(note.to_bytes()) }];
    records.extend(versions.iter().map(|version| NewRecord { key: version.key.clone(), value: None }));
    records
}

/// The records that delete a subject's own settings.
fn forget_settings(snapshot: &Snapshot, subject: &str) -> Vec<NewRecord> {
    let scope = Some(subject.to_owned());
    let settings = [snapshot.configs.get(&scope), snapshot.modes.get(&scope)];
    settings
        .into_iter()
        .flatten()
        .map(|setting| NewRecord { key: setting.key.clone(), value: None })
        .collect()
}
