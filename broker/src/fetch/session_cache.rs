//! Incremental fetch sessions (KIP-227): the broker remembers what a client fetches, requests and
//! answers carry only what changed.
//!
//! There are `max.incremental.fetch.session.cache.slots` of them. A new one takes the place of the
//! one that was longest without a request, if that is at least two minutes; otherwise the client
//! gets none and goes on with full fetches. The same becomes of a large session when all of them together remember too
//! many partitions: clients may name partitions that do not exist.

use std::collections::HashMap;
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::FetchRequest;
use parking_lot::Mutex;

use super::fetch_state::FetchState;

/// A session without a request for this long may lose its place (ms).
const EVICTABLE_AFTER_MS: i64 = 120_000;
/// The most partitions that sessions remember together.
const MAX_PARTITIONS: usize = 1_000_000;
/// A session of this size is never too large.
const SMALL: usize = 1_000;
/// The epoch of a request that wants a new session.
pub(crate) const INITIAL_EPOCH: i32 = 0;
/// The epoch of a request that wants none.
pub(crate) const FINAL_EPOCH: i32 = -1;

/// All sessions.
#[derive(Debug)]
pub(crate) struct SessionCache {
    slots: usize,
    sessions: Mutex<HashMap<i32, Arc<Session>>>,
}

/// One session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: i32,
    /// What its client asks for.
    pub(crate) state: Mutex<FetchState>,
    uses_topic_ids: bool,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    next_epoch: i32,
    last_used_ms: i64,
}

impl SessionCache {
    pub(crate) fn new(slots: usize) -> Self {
        Self { slots, sessions: Mutex::default() }
    }

    /// Ends a session.
    pub(crate) fn remove(&self, id: i32) {
        if id != 0 {
            self.sessions.lock().remove(&id);
        }
    }

    /// Lets sessions that are not in use go on without the partitions that they have found.
    pub(crate) fn release_unused(&self, now_ms: i64) {
        let sessions: Vec<Arc<Session>> = self.sessions.lock().values().cloned().collect();
        for session in sessions {
            let unused_ms = now_ms.saturating_sub(session.progress.lock().last_used_ms);
            if unused_ms >= EVICTABLE_AFTER_MS {
                session.state.lock().release();
            }
        }
    }

    /// How many sessions there are, and how many partitions they remember.
    pub(crate) fn size(&self) -> (usize, usize) {
        let sessions: Vec<Arc<Session>> = self.sessions.lock().values().cloned().collect();
        (sessions.len(), sessions.iter().map(|session| session.state.lock().len()).sum())
    }

    /// Makes a session, if there is a place. `state` comes back if there is none.
    pub(crate) fn create(
        &self,
        state: FetchState,
        version: i16,
        now_ms: i64,
        random: impl Fn() -> i32,
    ) -> Result<Arc<Session>, FetchState> {
        if state.len() > SMALL && self.size().1 + state.len() > MAX_PARTITIONS {
            return Err(state);
        }
        let mut sessions = self.sessions.lock();
        if state.is_empty() || (sessions.len() >= self.slots && !evict(&mut sessions, now_ms)) {
            return Err(state);
        }
        let id = loop {
            let id = random() & i32::MAX;
            if id != 0 && !sessions.contains_key(&id) {
                break id;
            }
        };
        let session = Arc::new(Session {
            id,
            state: Mutex::new(state),
            uses_topic_ids: version >= 13,
            progress: Mutex::new(Progress { next_epoch: 1, last_used_ms: now_ms }),
        });
        sessions.insert(id, Arc::clone(&session));
        Ok(session)
    }

    /// The session of an incremental request, brought up to date by it.
    pub(crate) fn resume(
        &self,
        request: &FetchRequest,
        version: i16,
        now_ms: i64,
    ) -> Result<Arc<Session>, ErrorCode> {
        let found = self.sessions.lock().get(&request.session_id).cloned();
        let session = found.ok_or(ErrorCode::FetchSessionIdNotFound)?;
        if session.uses_topic_ids != (version >= 13) {
            return Err(ErrorCode::FetchSessionTopicIdError);
        }
        {
            let mut progress = session.progress.lock();
            if progress.next_epoch != request.session_epoch {
                return Err(ErrorCode::InvalidFetchSessionEpoch);
            }
            // After the largest comes 1 again: 0 asks for a new session.
            progress.next_epoch = progress.next_epoch.checked_add(1).unwrap_or(1);
            progress.last_used_ms = now_ms;
        }
        let size = {
            let mut state = session.state.lock();
            state.update(request, version);
            state.len()
        };
        if size > SMALL && !request.topics.is_empty() && self.size().1 > MAX_PARTITIONS {
            self.remove(session.id);
            return Err(ErrorCode::FetchSessionIdNotFound);
        }
        Ok(session)
    }
}

fn evict(sessions: &mut HashMap<i32, Arc<Session>>, now_ms: i64) -> bool {
    let oldest = sessions.values().map(|s| (s.progress.lock().last_used_ms, s.id)).min();
    match oldest {
        Some((last_used, id)) if now_ms.saturating_sub(last_used) >= EVICTABLE_AFTER_MS => {
            sessions.remove(&id);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};

    use super::*;

    fn request(id: i32, epoch: i32, indexes: &[i32], forgotten: &[i32]) -> FetchRequest {
        let partitions =
            indexes.iter().map(|i| FetchPartition { partition: *i, ..FetchPartition::default() }).collect();
        let topic = FetchTopic { topic: "t".into(), partitions, ..FetchTopic::default() };
        let forgot =
            ForgottenTopic { topic: "t".into(), partitions: forgotten.to_vec(), ..ForgottenTopic::default() };
        FetchRequest {
            session_id: id,
            session_epoch: epoch,
            topics: vec![topic],
            forgotten_topics_data: vec![forgot],
            ..FetchRequest::default()
        }
    }

    fn create(cache: &SessionCache, now: i64, id: i32) -> Option<i32> {
        let state = FetchState::of(&request(0, 0, &[0, 1], &[]), 12, true);
        cache.create(state, 12, now, || id).ok().map(|session| session.id)
    }

    #[test]
    fn a_session_remembers_adds_and_forgets() {
        let cache = SessionCache::new(2);
        assert_eq!(create(&cache, 0, 7), Some(7));
        let session = cache.resume(&request(7, 1, &[2], &[0]), 12, 1).expect("resumes");
        let indexes: Vec<i32> = session.state.lock().in_turn().map(|(_, item)| item.index).collect();
        assert_eq!(indexes, [1, 2]);
        let again = cache.resume(&request(7, 1, &[], &[]), 12, 1).map(|s| s.id);
        assert_eq!(again, Err(ErrorCode::InvalidFetchSessionEpoch));
        let other = cache.resume(&request(8, 1, &[], &[]), 12, 1).map(|s| s.id);
        assert_eq!(other, Err(ErrorCode::FetchSessionIdNotFound));
    }

    #[test]
    fn a_session_does_not_grow_for_ever() {
        let cache = SessionCache::new(2);
        assert_eq!(create(&cache, 0, 7), Some(7));
        let mut epoch = 1;
        let grown = loop {
            let first = epoch * 250_000;
            let indexes: Vec<i32> = (first..first + 250_000).collect();
            match cache.resume(&request(7, epoch, &indexes, &[]), 12, 1) {
                Ok(_) => epoch += 1,
                Err(code) => break code,
            }
        };
        assert_eq!((grown, epoch), (ErrorCode::FetchSessionIdNotFound, 4));
        assert_eq!(cache.size(), (0, 0), "the client begins again without a session");
    }

    #[test]
    fn only_a_long_unused_session_gives_up_its_place() {
        let cache = SessionCache::new(1);
        assert_eq!(create(&cache, 0, 1), Some(1));
        assert_eq!(create(&cache, 60_000, 2), None);
        assert_eq!(create(&cache, 120_000, 3), Some(3));
        assert_eq!(cache.size(), (1, 2));
    }
}
