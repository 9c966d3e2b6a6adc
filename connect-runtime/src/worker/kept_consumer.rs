//! The consumer of a sink task. It outlives the attempts to run the task: while that waits to be started again by
//! itself, the consumer stays in its group.
//!
//! A task that left with each failure and came back would have its connector's other tasks rebalanced twice each time,
//! and the only one of its group would find it empty: a broker lets the first member of an empty group wait for
//! `group.initial.rebalance.delay.ms`, three seconds by default, before it has anything to read. The price is that the
//! partitions of a failed task wait for it, and are not read by other tasks meanwhile.

use std::convert::Infallible;
use std::time::Duration;

use aqueduct_client::config::ConsumerConfig;
use aqueduct_client::{Client, Consumer, TopicPartition};
use aqueduct_plugin_api::{ConfigMap, ConnectError};

use super::sink::POLL_BACKOFF;
use crate::config::connector_keys::{TOPICS, TOPICS_REGEX};
use crate::plugins::topic_rules::{list, whole};

/// Longest wait of one poll while nothing is to be read.
const POLL: Duration = Duration::from_secs(10);

/// The consumer of one sink task, if it has one at present. Instances of other kinds never have one.
#[derive(Debug, Default)]
pub(crate) struct KeptConsumer(Option<Kept>);

#[derive(Debug)]
struct Kept {
    consumer: Consumer,
    subscription: Subscription,
    /// Whether the task has read with it. One that never got so far takes no partitions from those that did.
    in_group: bool,
}

/// What a consumer was made for.
#[derive(Debug, PartialEq)]
struct Subscription {
    config: ConsumerConfig,
    topics: Option<String>,
    topics_regex: Option<String>,
}

impl KeptConsumer {
    /// Has a consumer with these settings for the connector's topics: the one there is, or a new one.
    pub(super) async fn prepare(
        &mut self,
        client: &Client,
        config: ConsumerConfig,
        connector: &ConfigMap,
    ) -> Result<(), ConnectError> {
        let subscription = Subscription {
            config: config.clone(),
            topics: connector.get(TOPICS).cloned(),
            topics_regex: connector.get(TOPICS_REGEX).cloned(),
        };
        if self.0.as_ref().is_some_and(|kept| kept.subscription == subscription) {
            return Ok(());
        }
        self.close(config.session_timeout).await;
        let mut consumer = client.consumer(config);
        subscribe(&mut consumer, connector)?;
        self.0 = Some(Kept { consumer, subscription, in_group: false });
        Ok(())
    }

    /// The consumer for an attempt that reads from here on, and the partitions that it holds already: what is read of
    /// them begins after what is committed. `None` without [`KeptConsumer::prepare`].
    pub(super) fn begin(&mut self) -> Option<(&mut Consumer, Vec<TopicPartition>)> {
        let kept = self.0.as_mut()?;
        kept.in_group = true;
        let held = kept.consumer.begin_anew();
        Some((&mut kept.consumer, held))
    }

    /// Takes its part in the group without reading anything, for as long as the caller waits for something else.
    pub(super) async fn stay(&mut self) -> Infallible {
        let Some(Kept { consumer, in_group: true, .. }) = &mut self.0 else {
            return std::future::pending().await;
        };
        loop {
            let held = consumer.assignment();
            consumer.pause(&held);
            if let Err(error) = consumer.poll(POLL).await {
                tracing::debug!("staying in the group: {error}");
                tokio::time::sleep(POLL_BACKOFF).await;
            }
        }
    }

    /// Leaves the group, if there is a consumer. Whether a coordinator that is away hears of it is waited for no longer
    /// than `within`; it is told in any case.
    pub(super) async fn close(&mut self, within: Duration) {
        let Some(kept) = self.0.take() else { return };
        let group = kept.subscription.config.group_id.unwrap_or_default();
        match tokio::time::timeout(within, kept.consumer.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(group, "leaving the group: {error}"),
            Err(_) => tracing::warn!(group, "leaving the group: no answer within {within:?}"),
        }
    }
}

fn subscribe(consumer: &mut Consumer, config: &ConfigMap) -> Result<(), ConnectError> {
    let topics = list(config, TOPICS);
    let subscribed = if topics.is_empty() {
        let pattern = config.get(TOPICS_REGEX).map(|text| text.trim()).unwrap_or_default();
        let regex = whole(pattern).map_err(|error| ConnectError::config(error.to_string()))?;
        consumer.subscribe_matching(move |topic| regex.is_match(topic))
    } else {
        consumer.subscribe(topics.into_iter().map(Into::into).collect())
    };
    subscribed.map_err(|error| ConnectError::config("the topics cannot be subscribed").caused_by(&error))
}
