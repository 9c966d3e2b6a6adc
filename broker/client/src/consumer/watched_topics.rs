//! The topics that a subscription means, and noticing when they change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use tokio::time::{Instant, sleep, sleep_until};

use super::fetcher::Shared;
use crate::ClientError;

/// How often metadata are asked for while a topic subscribed to does not exist.
const UNKNOWN_TOPIC_REFRESH: Duration = Duration::from_secs(1);

/// Chooses topics by name.
pub(super) type TopicMatcher = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Which topics are wanted.
#[derive(Clone)]
pub(super) enum Wanted {
    Named(Vec<ByteString>),
    Matching(TopicMatcher),
}

pub(super) struct WatchedTopics {
    wanted: Wanted,
    topics: Vec<ByteString>,
    looked_at: Instant,
    /// As the group's leader: the partition counts that the assignment was made from.
    led: Option<BTreeMap<ByteString, i32>>,
}

impl WatchedTopics {
    pub(super) fn new(wanted: Wanted) -> WatchedTopics {
        let topics = match &wanted {
            Wanted::Named(topics) => topics.clone(),
            Wanted::Matching(_) => Vec::new(),
        };
        WatchedTopics { wanted, topics, looked_at: Instant::now(), led: None }
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
        self.looked_at = Instant::now();
        if let Wanted::Matching(matches) = &self.wanted {
            let all = shared.client.admin().list_topics().await?;
            let found = all.into_iter().filter(|topic| !topic.internal && matches(&topic.name));
            self.topics = found.map(|topic| topic.name).collect();
            self.topics.sort();
        }
        for topic in &self.topics {
            shared.client.metadata_cache().want(topic);
        }
        Ok(())
    }

    /// Ends when the group should be assigned anew, with the reason. Cancel safe.
    pub(super) async fn change(&mut self, shared: &Shared) -> String {
        let interval = shared.client.config().metadata_max_age;
        let mut changes = shared.client.metadata_cache().changes();
        loop {
            if let Some(topic) = self.grown(shared) {
                self.led = None;
                return format!("the partitions of topic {topic} changed");
            }
            let unknown = self.has_unknown(shared);
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep(UNKNOWN_TOPIC_REFRESH), if unknown => shared.client.metadata_cache().request(),
                () = sleep_until(self.looked_at + interval) => {
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
