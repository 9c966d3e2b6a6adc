//! A context: a space of ids, and the schemas that have them.

use super::sharded::Sharded;
use crate::records::{Content, Guid};
use bytes::Bytes;
use std::sync::{Arc, OnceLock};

/// A context's ids.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Schemas by id.
    pub ids: Sharded<u32, Arc<IdEntry>>,
    /// Ids by digest. Only ever a hint: the content decides.
    pub guids: Sharded<Guid, u32>,
    /// The highest id that was ever given, 0 if none.
    pub max_id: u32,
}

/// A schema and where it is registered.
#[derive(Debug, Clone)]
pub struct IdEntry {
    /// The id.
    pub id: u32,
    /// The schema.
    pub content: Arc<Content>,
    /// Subjects and versions that have it, live and soft deleted, sorted.
    pub uses: Vec<(Arc<str>, u32)>,
    /// The answer to a request for the id, made when it is first asked for.
    pub answer: OnceLock<Bytes>,
}

impl Context {
    /// The id of an equal schema.
    pub fn id_of(&self, content: &Content) -> Option<u32> {
        let id = *self.guids.get(&content.guid)?;
        let entry = self.ids.get(&id)?;
        (*entry.content == *content).then_some(id)
    }

    /// Notes that a version, which has no id, gets one. The caller made sure that the id is free or has an equal
    /// schema.
    pub(super) fn bind(
        &mut self,
        id: u32,
        content: &Arc<Content>,
        subject: &Arc<str>,
        version: u32,
    ) -> Arc<Content> {
        self.max_id = self.max_id.max(id);
        if let Some(entry) = self.ids.get_mut(&id) {
            let entry = Arc::make_mut(entry);
            let this = (subject.clone(), version);
            if let Err(place) = entry.uses.binary_search(&this) {
                entry.uses.insert(place, this);
            }
            entry.answer = OnceLock::new();
            return entry.content.clone();
        }
        if self.guids.get(&content.guid).is_none() {
            self.guids.insert(content.guid, id);
        }
        let uses = vec![(subject.clone(), version)];
        self.ids
            .insert(id, Arc::new(IdEntry { id, content: content.clone(), uses, answer: OnceLock::new() }));
        content.clone()
    }

    /// Notes that a version no longer has an id; an id without versions is gone.
    pub(super) fn unbind(&mut self, id: u32, subject: &str, version: u32) {
        let Some(entry) = self.ids.get_mut(&id) else { return };
        let entry = Arc::make_mut(entry);
        if let Ok(place) =
            entry.uses.binary_search_by(|(name, number)| (&**name, *number).cmp(&(subject, version)))
        {
            entry.uses.remove(place);
            entry.answer = OnceLock::new();
        }
        if entry.uses.is_empty() {
            let guid = entry.content.guid;
            if self.guids.get(&guid) == Some(&id) {
                self.guids.remove(&guid);
            }
            self.ids.remove(&id);
        }
    }

    /// Forgets a rendered answer because something it tells has changed.
    pub(super) fn refresh(&mut self, id: u32) {
        if let Some(entry) = self.ids.get_mut(&id) {
            Arc::make_mut(entry).answer = OnceLock::new();
        }
    }
}
