//! The topics that a subscription means, and noticing when they change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::fetcher::Shared;
use crate::ClientError;
use crate::admin::TopicDescription;

/// How often metadata are asked for while a topic subscribed to does not exist.
const UNKNOWN_TOPIC_REFRESH: Duration = Duration::from_secs(1);

/// Chooses topics by name.
pub(super) type TopicMatcher = Arc<dyn Fn(&str) -> bool + Send + Sync>;

type Looking = JoinHandle<Result<Vec<TopicDescription>, ClientError>>;

/// Which topics are wanted.
#[derive(Clone)]
pub(super) enum Wanted {
    Named(Vec<ByteString>),
    Matching(TopicMatcher),
}

pub(super) struct WatchedTopics {
    wanted: Wanted,
    topics: Vec<ByteString>,
    /// When the topics are looked at again.
    look_at: Option<Instant>,
    /// The look under way: it goes on where it was when whoever waits for it is dropped.
    looking: Option<Looking>,
    /// When metadata are asked for again because of a topic that is not there.
    ask_at: Option<Instant>,
    /// As the group's leader: the partition counts that the assignment was made from.
    led: Option<BTreeMap<ByteString, i32>>,
}

impl WatchedTopics {
    pub(super) fn new(wanted: Wanted) -> WatchedTopics {
        let topics = match &wanted {
            Wanted::Named(topics) => topics.clone(),
            Wanted::Matching(_) => Vec::new(),
        };
        WatchedTopics { wanted, topics, look_at: None, looking: None, ask_at: None, led: None }
    }

    /// The topics as they were last looked at.
    pub(super) fn topics(&self) -> &[ByteString] {
        &self.topics
    }

    /// Takes note of what this member, as the leader, made an assignment from.
    pub(super) fn led(&mut self, counts: BTreeMap<ByteString, i32>) {
        self.led = Some(counts);
    }

    /// Finds the topics that a pattern means now, and keeps the metadata of all fresh.
    pub(super) async fn look(&mut self, shared: &Shared) -> Result<(), ClientError> {
        if let Wanted::Matching(matches) = &self.wanted {
            let admin = shared.client.admin();
            let looking =
                self.looking.get_or_insert_with(|| tokio::spawn(async move { admin.list_topics().await }));
            // It ends without an answer only when the runtime does.
            let all = looking.await.unwrap_or(Err(ClientError::Closed));
            self.looking = None;
            self.look_at = Some(Instant::now() + UNKNOWN_TOPIC_REFRESH);
            let found = all?.into_iter().filter(|topic| !topic.internal && matches(&topic.name));
            self.topics = found.map(|topic| topic.name).collect();
            self.topics.sort();
        }
        self.look_at = Some(Instant::now() + shared.client.config().metadata_max_age);
        for topic in &self.topics {
            shared.client.metadata_cache().want(topic);
        }
        Ok(())
    }

    /// Ends when the group should be assigned anew, with the reason. Cancel safe.
    pub(super) async fn change(&mut self, shared: &Shared) -> String {
        let mut changes = shared.client.metadata_cache().changes();
        loop {
            if let Some(topic) = self.grown(shared) {
                self.led = None;
                return format!("the partitions of topic {topic} changed");
            }
            let unknown = self.has_unknown(shared);
            let now = Instant::now();
            let ask_at = *self.ask_at.get_or_insert(now + UNKNOWN_TOPIC_REFRESH);
            let look_at = *self.look_at.get_or_insert(now + shared.client.config().metadata_max_age);
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep_until(ask_at), if unknown => {
                    self.ask_at = None;
                    shared.client.metadata_cache().request();
                }
                () = sleep_until(look_at) => {
                    let before = self.topics.clone();
                    if self.look(shared).await.is_ok() && self.topics != before {
                        return "the topics subscribed to changed".to_owned();
                    }
                }
            }
        }
    }

    /// Whether a topic is not there (yet): its creation is to be noticed soon.
    fn has_unknown(&self, shared: &Shared) -> bool {
        let metadata = shared.client.metadata();
        let is_known =
            |topic: &ByteString| metadata.topic(topic).is_some_and(|topic| topic.error.ok().is_ok());
        !self.topics.iter().all(is_known)
    }

    /// A topic whose partitions are not those that were assigned.
    fn grown(&self, shared: &Shared) -> Option<ByteString> {
        let metadata = shared.client.metadata();
        let differs = |topic: &ByteString, led: i32| {
            metadata
                .topic(topic)
                .is_some_and(|topic| topic.error.ok().is_ok() && topic.partition_count() != led)
        };
        let found = self.led.iter().flatten().find(|(topic, led)| differs(topic, **led));
        found.map(|(topic, _)| topic.clone())
    }
}
