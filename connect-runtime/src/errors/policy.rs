//! The `errors.*` settings of a connector. Pure.

use std::time::Duration;

use aqueduct_plugin_api::{ConfigMap, ConnectError, ConnectorKind, ErrorClass};

use crate::config::connector_keys::{DLQ_TOPIC, common_keys};

/// What a connector wants done about errors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ErrorPolicy {
    /// How long an operation is tried again; `None` for ever.
    pub(crate) retry_timeout: Option<Duration>,
    /// Longest wait between tries.
    pub(crate) retry_delay_max: Duration,
    /// `errors.tolerance=all`.
    pub(crate) tolerate: bool,
    /// `errors.log.enable`.
    pub(crate) log: bool,
    /// `errors.log.include.messages`.
    pub(crate) log_records: bool,
    /// The dead letter queue of a sink.
    pub(crate) dead_letters: Option<DeadLetterSettings>,
}

/// Settings of the dead letter queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeadLetterSettings {
    pub(crate) topic: String,
    pub(crate) replication_factor: i16,
    pub(crate) context_headers: bool,
}

/// First wait between tries.
const RETRY_DELAY_MIN: Duration = Duration::from_millis(300);

impl ErrorPolicy {
    /// From a configuration that was validated; wrong values are Config errors.
    pub(crate) fn from_config(kind: ConnectorKind, config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed =
            common_keys(kind).parse_map(config).map_err(|errors| ConnectError::config(errors.to_string()))?;
        let dead_letters = match kind {
            ConnectorKind::Source => None,
            ConnectorKind::Sink => {
                Some(parsed.str(DLQ_TOPIC)).filter(|topic| !topic.is_empty()).map(|topic| {
                    DeadLetterSettings {
                        topic: topic.to_owned(),
                        replication_factor: parsed.int("errors.deadletterqueue.topic.replication.factor")
                            as i16,
                        context_headers: parsed.bool("errors.deadletterqueue.context.headers.enable"),
                    }
                })
            }
        };
        let retry_timeout = parsed.int("errors.retry.timeout");
        Ok(Self {
            retry_timeout: (retry_timeout >= 0).then(|| Duration::from_millis(retry_timeout as u64)),
            retry_delay_max: Duration::from_millis(parsed.int("errors.retry.delay.max.ms") as u64),
            tolerate: parsed.str("errors.tolerance") == "all",
            log: parsed.bool("errors.log.enable"),
            log_records: parsed.bool("errors.log.include.messages"),
            dead_letters,
        })
    }

    /// How long to wait before try number `tries` (from 1) of an operation that has failed for `elapsed`; `None` to
    /// give up. `random` is in 0..1.
    pub(crate) fn retry_after(
        &self,
        error: &ConnectError,
        tries: u32,
        elapsed: Duration,
        random: f64,
    ) -> Option<Duration> {
        if error.class != ErrorClass::Retriable {
            return None;
        }
        let left = match self.retry_timeout {
            Some(timeout) => timeout.checked_sub(elapsed).filter(|left| !left.is_zero())?,
            None => Duration::MAX,
        };
        let doubled = RETRY_DELAY_MIN.saturating_mul(1 << tries.saturating_sub(1).min(20));
        let delay = error.retry_after.unwrap_or_else(|| match doubled > self.retry_delay_max {
            true => self.retry_delay_max.mul_f64(random.clamp(0.0, 1.0)),
            false => doubled,
        });
        Some(delay.min(left))
    }
}

/// What the task fails with when an error is not tolerated: Apache's words, then the error.
pub(crate) fn tolerance_exceeded(error: &ConnectError) -> ConnectError {
    let mut failure = ConnectError::new(error.class, "Tolerance exceeded in error handler");
    "org.apache.kafka.connect.errors.ConnectException".clone_into(&mut failure.kind);
    failure
        .causes
        .push(aqueduct_plugin_api::Cause { kind: error.kind.clone(), message: error.message.clone() });
    failure.causes.extend(error.causes.iter().cloned());
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(pairs: &[(&str, &str)]) -> ErrorPolicy {
        let mut config: ConfigMap = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        config.insert("name".to_owned(), "c".to_owned());
        config.insert("connector.class".to_owned(), "C".to_owned());
        ErrorPolicy::from_config(ConnectorKind::Sink, &config).unwrap()
    }

    #[test]
    fn only_retriable_errors_are_tried_again_and_only_so_long() {
        let ms = Duration::from_millis;
        let retriable = ConnectError::retriable("later");
        let default = policy(&[]);
        assert_eq!(default.retry_after(&retriable, 1, ms(0), 0.5), None, "the default is no retry");
        let minute = policy(&[("errors.retry.timeout", "60000"), ("errors.retry.delay.max.ms", "1000")]);
        assert_eq!(minute.retry_after(&ConnectError::data("never"), 1, ms(0), 0.5), None);
        assert_eq!(minute.retry_after(&retriable, 1, ms(0), 0.5), Some(ms(300)));
        assert_eq!(minute.retry_after(&retriable, 2, ms(300), 0.5), Some(ms(600)));
        assert_eq!(
            minute.retry_after(&retriable, 3, ms(900), 0.5),
            Some(ms(500)),
            "random below the longest"
        );
        assert_eq!(minute.retry_after(&retriable, 9, ms(59_900), 1.0), Some(ms(100)));
        assert_eq!(minute.retry_after(&retriable, 9, ms(60_000), 1.0), None);
        let ever = policy(&[("errors.retry.timeout", "-1")]);
        assert!(ever.retry_after(&retriable, 40, Duration::from_secs(1 << 30), 0.0).is_some());
    }

    #[test]
    fn a_trace_begins_with_apaches_words() {
        let trace = tolerance_exceeded(&ConnectError::data("bad field")).trace();
        assert_eq!(
            trace,
            "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n\
             Caused by: org.apache.kafka.connect.errors.DataException: bad field\n"
        );
    }
}
