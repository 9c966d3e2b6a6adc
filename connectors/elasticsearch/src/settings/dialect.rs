//! Whose settings a configuration is written in: Confluent's or Aiven's. They share most keys and differ in defaults.

/// The connector a configuration was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Confluent's Elasticsearch sink.
    Confluent,
    /// Aiven's sinks for OpenSearch and Elasticsearch: tombstones are ignored by default, and some keys have other
    /// names.
    Aiven,
}
