//! Topics that a source writes to: created by its `topic.creation.*` settings (KIP-158), and recorded (KIP-558).

use aqueduct_client::admin::NewTopic;
use aqueduct_plugin_api::{ConfigMap, ConnectError};
use bytestring::ByteString;
use regex::Regex;

use super::env::WorkerEnv;
use super::topic_lookup;
use crate::config::worker_config::below;
use crate::errors::dead_letter::is_topic_exists;
use crate::plugins::topic_rules::{list, whole};

/// The rules of a connector: the groups in order, the default last. Empty if it has no such settings.
#[derive(Debug, Default)]
pub(crate) struct TopicRules {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    name: String,
    include: Vec<Regex>,
    exclude: Vec<Regex>,
    partitions: i32,
    replication_factor: i16,
    settings: Vec<(ByteString, ByteString)>,
}

impl TopicRules {
    /// The rules in a configuration. Errors name the key.
    pub(crate) fn from_config(config: &ConfigMap) -> Result<Self, ConnectError> {
        if below(config, "topic.creation.").keys().all(|key| key == "groups") {
            return Ok(Self::default());
        }
        let fallback = Group::from_config("default", config, None)?;
        let names = list(config, "topic.creation.groups");
        let named = names.iter().filter(|name| *name != "default");
        let mut groups = named
            .map(|name| Group::from_config(name, config, Some(&fallback)))
            .collect::<Result<Vec<_>, _>>()?;
        groups.push(fallback);
        Ok(Self { groups })
    }

    /// What to create for a topic; `None` if it is left to the broker.
    fn topic(&self, name: &ByteString) -> Option<NewTopic> {
        let group = self.groups.iter().find(|group| group.is_for(name))?;
        tracing::debug!(topic = &**name, group = group.name, "creating by a group of topic.creation");
        Some(NewTopic {
            name: name.clone(),
            partitions: group.partitions,
            replication_factor: group.replication_factor,
            settings: group.settings.clone(),
        })
    }
}

impl Group {
    fn from_config(name: &str, config: &ConfigMap, fallback: Option<&Self>) -> Result<Self, ConnectError> {
        let prefix = format!("topic.creation.{name}.");
        let mut own = below(config, &prefix);
        let patterns = |key: &str| {
            let compile = |pattern: String| {
                whole(&pattern).map_err(|error| {
                    ConnectError::config(format!(
                        "Invalid value {pattern} for configuration {prefix}{key}: {error}"
                    ))
                })
            };
            list(&below(config, &prefix), key).into_iter().map(compile).collect::<Result<Vec<_>, _>>()
        };
        let (mut include, exclude) = (patterns("include")?, patterns("exclude")?);
        if fallback.is_none() && include.is_empty() {
            include = vec![whole(".*").map_err(|error| ConnectError::config(error.to_string()))?];
        } else if include.is_empty() {
            return Err(ConnectError::config(format!(
                "Missing required configuration \"{prefix}include\" which has no default value."
            )));
        }
        let number = |key: &str, text: Option<String>, inherited: Option<i64>| {
            let missing = || {
                ConnectError::config(format!(
                    "Missing required configuration \"{prefix}{key}\" which has no default value."
                ))
            };
            let Some(text) = text else { return inherited.ok_or_else(missing) };
            let number =
                text.trim().parse::<i64>().ok().filter(|n| *n == -1 || (1..=i64::from(i16::MAX)).contains(n));
            number.ok_or_else(|| {
                ConnectError::config(format!(
                    "Invalid value {text} for configuration {prefix}{key}: it is -1 or at least 1"
                ))
            })
        };
        let partitions =
            number("partitions", own.remove("partitions"), fallback.map(|f| f.partitions.into()))?;
        let replicas = number(
            "replication.factor",
            own.remove("replication.factor"),
            fallback.map(|f| f.replication_factor.into()),
        )?;
        own.retain(|key, _| key != "include" && key != "exclude");
        Ok(Self {
            name: name.to_owned(),
            include,
            exclude,
            partitions: partitions as i32,
            replication_factor: replicas as i16,
            settings: own.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
        })
    }

    fn is_for(&self, topic: &str) -> bool {
        self.include.iter().any(|regex| regex.is_match(topic))
            && !self.exclude.iter().any(|regex| regex.is_match(topic))
    }
}

/// Makes sure that a topic is there, if the connector has rules for it.
pub(crate) async fn ensure(
    env: &WorkerEnv,
    rules: &TopicRules,
    topic: &ByteString,
) -> Result<(), ConnectError> {
    if !env.config.topic_creation {
        return Ok(());
    }
    let Some(new) = rules.topic(topic) else { return Ok(()) };
    let refuse = |error: aqueduct_client::ClientError| {
        let text = format!("topic {topic} cannot be created");
        let refusal =
            if error.is_retriable() { ConnectError::retriable(text) } else { ConnectError::fatal(text) };
        refusal.caused_by(&error)
    };
    if topic_lookup::find(&env.client, topic).await.map_err(refuse)?.is_some() {
        return Ok(());
    }
    for (_, created) in env.client.admin().create_topics(vec![new], false).await.map_err(refuse)? {
        match created {
            Ok(_) => tracing::info!("created topic {topic}"),
            Err(error) if is_topic_exists(&error) => {}
            Err(error) => return Err(refuse(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(pairs: &[(&str, &str)]) -> Result<TopicRules, ConnectError> {
        TopicRules::from_config(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn the_first_group_that_matches_counts() {
        let rules = rules(&[
            ("topic.creation.groups", "compacted"),
            ("topic.creation.default.partitions", "3"),
            ("topic.creation.default.replication.factor", "-1"),
            ("topic.creation.compacted.include", "state\\..*"),
            ("topic.creation.compacted.exclude", "state\\.tmp.*"),
            ("topic.creation.compacted.partitions", "1"),
            ("topic.creation.compacted.cleanup.policy", "compact"),
        ])
        .unwrap();
        let topic = rules.topic(&"state.users".into()).unwrap();
        assert_eq!((topic.partitions, topic.replication_factor), (1, -1));
        assert_eq!(topic.settings, [("cleanup.policy".into(), "compact".into())]);
        assert_eq!(rules.topic(&"state.tmp1".into()).unwrap().partitions, 3);
    }

    #[test]
    fn without_rules_the_broker_creates_and_wrong_rules_are_told() {
        assert!(rules(&[]).unwrap().topic(&"t".into()).is_none());
        let error = rules(&[
            ("topic.creation.default.partitions", "0"),
            ("topic.creation.default.replication.factor", "1"),
        ]);
        assert!(error.unwrap_err().message.contains("topic.creation.default.partitions"));
        let error = rules(&[("topic.creation.default.partitions", "1")]).unwrap_err();
        assert!(error.message.contains("\"topic.creation.default.replication.factor\""), "{error}");
    }
}
