//! The registry's state at one offset of the log.

use super::apply::Recent;
use super::context::{Context, IdEntry};
use super::sharded::Sharded;
use crate::records::{Content, SettingsValue};
use crate::subject::{DEFAULT_CONTEXT, context_of};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything. A clone shares nearly all of it.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The offset after the last record that is in it.
    pub next_offset: i64,
    /// Subjects by name with context; those with no version at all are not in it.
    pub subjects: Sharded<Arc<str>, Arc<Subject>>,
    /// Contexts by name.
    pub contexts: BTreeMap<Arc<str>, Context>,
    /// CONFIG records by subject.
    pub configs: Arc<HashMap<Option<String>, Setting>>,
    /// MODE records by subject.
    pub modes: Arc<HashMap<Option<String>, Setting>>,
    /// Ids of the schemas that refer to a subject's version, with the context of the referring schema.
    pub referrers: Arc<HashMap<(String, u32), Referrers>>,
    /// The last records that meant something, refused ones too.
    pub recent: Recent,
    /// Keys of SCHEMA records whose last record in the log was refused because another registry's came first.
    pub shadowed: Arc<BTreeSet<Bytes>>,
}

/// Schemas that refer to a version: their contexts and ids.
pub type Referrers = BTreeSet<(Arc<str>, u32)>;

/// A subject with its versions, live and soft deleted.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name with context.
    pub name: Arc<str>,
    /// Versions by number.
    pub versions: BTreeMap<u32, Arc<Version>>,
}

/// One version.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub version: u32,
    /// Its id in the context.
    pub id: u32,
    /// Its schema.
    pub content: Arc<Content>,
    /// Whether it is soft deleted.
    pub deleted: bool,
    /// When its record was written, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The key of its record as it was written, which alone deletes it in a compacted log.
    pub key: Bytes,
}

/// A CONFIG or MODE record.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its value.
    pub value: SettingsValue,
    /// Its key as it was written.
    pub key: Bytes,
}

impl Snapshot {
    /// A subject that has versions, be they deleted or not.
    pub fn subject(&self, name: &str) -> Option<&Arc<Subject>> {
        self.subjects.get(name)
    }

    /// The context of a subject, if anything is in it.
    pub fn context(&self, subject: &str) -> Option<&Context> {
        self.contexts.get(context_of(subject))
    }

    /// A schema by id in the context of a subject, or in the default context. Ids below 1 belong to no schema.
    pub fn id(&self, subject: Option<&str>, id: i32) -> Option<&Arc<IdEntry>> {
        let id = u32::try_from(id).ok()?;
        let context = subject.map_or(DEFAULT_CONTEXT, context_of);
        self.contexts.get(context)?.ids.get(&id)
    }

    /// A version of a subject.
    pub fn version(&self, subject: &str, version: u32) -> Option<&Arc<Version>> {
        self.subject(subject)?.versions.get(&version)
    }

    /// Ids of the schemas that refer to a version.
    pub fn referrers(&self, subject: &str, version: u32) -> Option<&Referrers> {
        self.referrers.get(&(subject.to_owned(), version))
    }

    /// Whether any version that is not deleted refers to a version.
    pub fn has_live_referrer(&self, subject: &str, version: u32) -> bool {
        let Some(referrers) = self.referrers(subject, version) else { return false };
        referrers.iter().any(|(context, id)| {
            let entry = self.contexts.get(context).and_then(|context| context.ids.get(id));
            entry.is_some_and(|entry| {
                entry
                    .uses
                    .iter()
                    .any(|(name, number)| self.version(name, *number).is_some_and(|used| !used.deleted))
            })
        })
    }
}

impl Subject {
    /// The versions that are not deleted, oldest first.
    pub fn live(&self) -> impl DoubleEndedIterator<Item = &Arc<Version>> {
        self.versions.values().filter(|version| !version.deleted)
    }

    /// The latest version that is not deleted.
    pub fn latest(&self) -> Option<&Arc<Version>> {
        self.live().next_back()
    }

    /// Whether there is a version that is not deleted.
    pub fn is_live(&self) -> bool {
        self.latest().is_some()
    }

    /// The version after all that were ever there; they start again at 1 once all are deleted for good.
    pub fn next_version(&self) -> u32 {
        self.versions.last_key_value().map_or(1, |(last, _)| last + 1)
    }
}
