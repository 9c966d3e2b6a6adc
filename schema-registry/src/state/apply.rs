//! How a record of the log changes the state. The same log always gives the same state, before and after compaction.

use super::mode::Mode;
use super::snapshot::{Setting, Snapshot, Subject, Version};
use crate::log::{LogRecord, NewRecord};
use crate::records::{ContextValue, DeleteSubjectValue, Key, KeyError, SchemaValue, SettingsValue};
use crate::subject::{context_of, normalized, qualified};
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// How many records [`Recent`] remembers.
const RECENT: usize = 64;

/// Why a record changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// It has no key.
    #[error("a record without a key")]
    NoKey,
    /// Its key is not understood.
    #[error("key: {0}")]
    Key(#[from] KeyError),
    /// Its value is not understood.
    #[error("value: {0}")]
    Value(#[from] serde_json::Error),
    /// Its value is of another subject or version than its key, or has the id 0.
    #[error("value of {subject} version {version} does not fit its key")]
    Mismatch {
        /// The value's subject.
        subject: String,
        /// The value's version.
        version: u32,
    },
    /// Its version has another id already, and the mode is not IMPORT.
    #[error("{subject} version {version} has the id {id} already")]
    VersionTaken {
        /// The subject.
        subject: String,
        /// The version.
        version: u32,
        /// The id it has.
        id: u32,
    },
    /// Its id belongs to another schema.
    #[error("id {id} of {subject} version {version} belongs to another schema already")]
    IdTaken {
        /// The subject.
        subject: String,
        /// The version.
        version: u32,
        /// The id.
        id: u32,
    },
}

/// A record that meant something, and whether it was accepted.
#[derive(Debug, Clone)]
pub struct RecentRecord {
    /// Its offset.
    pub offset: i64,
    /// Its key.
    pub key: Bytes,
    /// Its value.
    pub value: Option<Bytes>,
    /// Whether it changed the state.
    pub accepted: bool,
}

/// The last records that meant something, by which a writer sees whether another one came in between.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    records: VecDeque<RecentRecord>,
}

impl Recent {
    fn push(&mut self, record: RecentRecord) {
        if self.records.len() == RECENT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// The records from one offset on, as far as they are remembered.
    pub fn since(&self, offset: i64) -> impl Iterator<Item = &RecentRecord> {
        self.records.iter().filter(move |record| record.offset >= offset)
    }
}

impl Snapshot {
    /// Applies a record. What is not understood changes nothing but the offset.
    ///
    /// # Errors
    /// Why it changed nothing, for a warning.
    pub fn apply(&mut self, record: &LogRecord) -> Result<(), Rejected> {
        self.next_offset = self.next_offset.max(record.offset + 1);
        let key_bytes = record.key.as_ref().ok_or(Rejected::NoKey)?;
        let key = Key::parse(key_bytes)?;
        if key == Key::Noop {
            return Ok(());
        }
        let outcome = self.apply_understood(key, key_bytes, record);
        self.note_shadow(key_bytes, &outcome);
        let (key, value) = (key_bytes.clone(), record.value.clone());
        self.recent.push(RecentRecord { offset: record.offset, key, value, accepted: outcome.is_ok() });
        outcome
    }

    fn apply_understood(&mut self, key: Key, key_bytes: &Bytes, record: &LogRecord) -> Result<(), Rejected> {
        let value = record.value.as_deref();
        match key {
            Key::Noop => {}
            Key::Schema { subject, version } => match value {
                Some(value) => self.put_version(&subject, version, record, key_bytes, value)?,
                None => self.remove_version(&subject, version),
            },
            Key::Config { subject } => put_setting(&mut self.configs, subject, key_bytes, value)?,
            Key::Mode { subject } => put_setting(&mut self.modes, subject, key_bytes, value)?,
            Key::DeleteSubject { subject } => {
                if let Some(value) = value {
                    let value: DeleteSubjectValue = serde_json::from_slice(value)?;
                    self.soft_delete_up_to(&subject, value.version);
                }
            }
            Key::ClearSubject { subject } => {
                if value.is_some() {
                    self.purge_deleted(&subject);
                }
            }
            Key::Context { context } => {
                if let Some(value) = value {
                    let value: ContextValue = serde_json::from_slice(value)?;
                    let known = self.contexts.entry(Arc::from(context)).or_default();
                    known.max_id = known.max_id.max(value.max_id.unwrap_or(0));
                }
            }
        }
        Ok(())
    }

    /// Remembers a key whose last record was refused because another one came first: after compaction only the refused
    /// one would be left, so what is in force must be written again.
    fn note_shadow(&mut self, key: &Bytes, outcome: &Result<(), Rejected>) {
        match outcome {
            Err(Rejected::IdTaken { .. } | Rejected::VersionTaken { .. }) => {
                Arc::make_mut(&mut self.shadowed).insert(key.clone());
            }
            Ok(()) if self.shadowed.contains(key) => {
                Arc::make_mut(&mut self.shadowed).remove(key);
            }
            _ => {}
        }
    }

    /// The records that put things in force again whose last record was refused. Those of a version that is not there
    /// are deletions.
    pub fn repairs(&self) -> Vec<NewRecord> {
        let in_force = |key: &Bytes| match Key::parse(key) {
            Ok(Key::Schema { subject, version }) => {
                let subject = normalized(&subject);
                let version = self.version(subject, version)?;
                let Version { version, id, content, deleted, .. } = &**version;
                Some(SchemaValue::new(subject, *version, *id, content, *deleted).to_bytes())
            }
            _ => None,
        };
        self.shadowed.iter().map(|key| NewRecord { key: key.clone(), value: in_force(key) }).collect()
    }

    fn put_version(
        &mut self,
        subject: &str,
        version: u32,
        record: &LogRecord,
        key: &Bytes,
        value: &[u8],
    ) -> Result<(), Rejected> {
        let value: SchemaValue = serde_json::from_slice(value)?;
        if normalized(&value.subject) != normalized(subject)
            || value.version != version
            || value.id == 0
            || version == 0
        {
            return Err(Rejected::Mismatch { subject: value.subject, version: value.version });
        }
        let subject = normalized(subject);
        let (id, deleted) = (value.id, value.deleted);
        let content = Arc::new(value.into_content());
        let context_name = context_of(subject);
        let bound = self.contexts.get(context_name).and_then(|context| context.ids.get(&id));
        if let Some(bound) = bound
            && *bound.content != *content
            && !(deleted && is_only_use(bound, subject, version))
        {
            return Err(Rejected::IdTaken { subject: subject.to_owned(), version, id });
        }
        if let Some(known) = self.version(subject, version)
            && known.id != id
            && !known.deleted
            && self.mode_in_force(Some(subject)) != Mode::Import
        {
            return Err(Rejected::VersionTaken { subject: subject.to_owned(), version, id: known.id });
        }
        let same_id =
            self.version(subject, version).is_some_and(|old| old.id == id && *old.content == *content);
        if !same_id {
            self.remove_version(subject, version);
        }
        let name: Arc<str> = match self.subject(subject) {
            Some(known) => known.name.clone(),
            None => Arc::from(subject),
        };
        let context = self.contexts.entry(Arc::from(context_name)).or_default();
        let content = if same_id {
            context.refresh(id);
            context.ids.get(&id).map_or(content, |entry| entry.content.clone())
        } else {
            context.bind(id, &content, &name, version)
        };
        if !same_id {
            self.refer(&content, context_name, id, true);
        }
        let timestamp_ms = record.timestamp_ms;
        let version = Version { version, id, content, deleted, timestamp_ms, key: key.clone() };
        self.change_subject(&name, |versions| drop(versions.insert(version.version, Arc::new(version))));
        Ok(())
    }

    fn remove_version(&mut self, subject: &str, version: u32) {
        let subject = normalized(subject);
        let Some(removed) = self.version(subject, version).cloned() else { return };
        let context_name = context_of(subject).to_owned();
        if let Some(context) = self.contexts.get_mut(&*context_name) {
            context.unbind(removed.id, subject, version);
            if context.ids.get(&removed.id).is_none() {
                self.refer(&removed.content, &context_name, removed.id, false);
            }
        }
        self.change_subject(subject, |versions| drop(versions.remove(&version)));
    }

    fn soft_delete_up_to(&mut self, subject: &str, last: u32) {
        let subject = normalized(subject);
        let mut ids = Vec::new();
        self.change_subject(subject, |versions| {
            for version in
                versions.range_mut(..=last).map(|(_, version)| version).filter(|version| !version.deleted)
            {
                ids.push(version.id);
                Arc::make_mut(version).deleted = true;
            }
        });
        if let Some(context) = self.contexts.get_mut(context_of(subject)) {
            for id in ids {
                context.refresh(id);
            }
        }
    }

    fn purge_deleted(&mut self, subject: &str) {
        let Some(found) = self.subject(normalized(subject)).cloned() else { return };
        for version in found.versions.values().filter(|version| version.deleted) {
            self.remove_version(subject, version.version);
        }
    }

    /// Changes a subject's versions; a subject without versions is gone.
    fn change_subject(&mut self, name: &str, change: impl FnOnce(&mut BTreeMap<u32, Arc<Version>>)) {
        if let Some(subject) = self.subjects.get_mut(name) {
            let versions = &mut Arc::make_mut(subject).versions;
            change(versions);
            if versions.is_empty() {
                self.subjects.remove(name);
            }
            return;
        }
        let mut versions = BTreeMap::new();
        change(&mut versions);
        if !versions.is_empty() {
            let name: Arc<str> = Arc::from(name);
            self.subjects.insert(name.clone(), Arc::new(Subject { name, versions }));
        }
    }

    /// Notes, or forgets, that a schema refers to others.
    fn refer(&mut self, content: &crate::records::Content, context: &str, id: u32, refers: bool) {
        if content.references.is_empty() {
            return;
        }
        let referrers = Arc::make_mut(&mut self.referrers);
        for reference in &content.references {
            let Ok(version) = u32::try_from(reference.version) else { continue };
            let target = (qualified(&reference.subject, context), version);
            let referrer = (Arc::from(context), id);
            if refers {
                referrers.entry(target).or_default().insert(referrer);
            } else if let Some(known) = referrers.get_mut(&target) {
                known.remove(&referrer);
                if known.is_empty() {
                    referrers.remove(&target);
                }
            }
        }
    }
}

/// Whether an id has no other use than this version: then a record that deletes the version may spell its schema
/// otherwise.
fn is_only_use(entry: &super::context::IdEntry, subject: &str, version: u32) -> bool {
    matches!(entry.uses.as_slice(), [(used_by, used_as)] if &**used_by == subject && *used_as == version)
}

fn put_setting(
    settings: &mut Arc<HashMap<Option<String>, Setting>>,
    subject: Option<String>,
    key: &Bytes,
    value: Option<&[u8]>,
) -> Result<(), Rejected> {
    let subject = subject.map(|subject| normalized(&subject).to_owned());
    match value {
        Some(value) => {
            let value: SettingsValue = serde_json::from_slice(value)?;
            Arc::make_mut(settings).insert(subject, Setting { value, key: key.clone() });
        }
        None => drop(Arc::make_mut(settings).remove(&subject)),
    }
    Ok(())
}
