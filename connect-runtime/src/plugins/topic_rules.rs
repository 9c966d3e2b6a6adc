//! Rules between the topic settings of connectors. Pure.

use aqueduct_plugin_api::{ConfigMap, ConnectorKind};
use regex::Regex;

use crate::config::connector_keys::{DLQ_TOPIC, TOPICS, TOPICS_REGEX};

/// Errors by key.
pub(crate) fn check(kind: ConnectorKind, config: &ConfigMap) -> Vec<(&'static str, String)> {
    match kind {
        ConnectorKind::Sink => check_sink(config),
        ConnectorKind::Source => Vec::new(),
    }
}

/// The items of a comma list.
pub(crate) fn list(config: &ConfigMap, key: &str) -> Vec<String> {
    let text = config.get(key).map(String::as_str).unwrap_or_default();
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// A pattern that matches whole names, as in Java.
pub(crate) fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

fn check_sink(config: &ConfigMap) -> Vec<(&'static str, String)> {
    let topics = list(config, TOPICS);
    let regex = config.get(TOPICS_REGEX).map(|text| text.trim()).filter(|text| !text.is_empty());
    let dlq = config.get(DLQ_TOPIC).map(|text| text.trim()).filter(|text| !text.is_empty());
    let both = |text: &str| vec![(TOPICS, text.to_owned()), (TOPICS_REGEX, text.to_owned())];
    match (topics.is_empty(), regex) {
        (true, None) => both("Must configure one of topics or topics.regex"),
        (false, Some(_)) => both("topics and topics.regex are mutually exclusive options, but both are set."),
        (false, None) => {
            let read = dlq.filter(|dlq| topics.iter().any(|topic| topic == dlq)).map(|dlq| {
                let shown = topics.join(", ");
                let text = format!("The DLQ topic '{dlq}' may not be included in the list of topics ('topics=[{shown}]') consumed by the connector");
                vec![(TOPICS, text)]
            });
            read.unwrap_or_default()
        }
        (true, Some(regex)) => {
            let matches = |dlq: &&str| whole(regex).is_ok_and(|regex| regex.is_match(dlq));
            let read = dlq.filter(matches).map(|dlq| {
                let text = format!("The DLQ topic '{dlq}' may not be matched by the regex for the topics ('topics.regex={regex}') consumed by the connector");
                vec![(TOPICS_REGEX, text)]
            });
            read.unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(pairs: &[(&str, &str)]) -> Vec<String> {
        let config = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        check(ConnectorKind::Sink, &config).into_iter().map(|(key, text)| format!("{key}: {text}")).collect()
    }

    #[test]
    fn a_sink_names_its_topics_in_one_way_and_never_its_dead_letter_queue() {
        assert_eq!(errors(&[]).len(), 2);
        assert_eq!(errors(&[("topics", "a"), ("topics.regex", "b")]).len(), 2);
        assert!(errors(&[("topics", "a")]).is_empty());
        let dlq = "errors.deadletterqueue.topic.name";
        assert_eq!(
            errors(&[("topics", "x"), (dlq, "x")]),
            [
                "topics: The DLQ topic 'x' may not be included in the list of topics ('topics=[x]') consumed by the connector"
            ]
        );
        assert_eq!(
            errors(&[("topics.regex", "x"), (dlq, "x")]),
            [
                "topics.regex: The DLQ topic 'x' may not be matched by the regex for the topics ('topics.regex=x') consumed by the connector"
            ]
        );
        assert!(errors(&[("topics.regex", "x"), (dlq, "xy")]).is_empty());
    }
}
