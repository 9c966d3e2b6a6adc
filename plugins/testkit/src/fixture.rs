//! What a connector brings to be tested: configurations, and hands on the system at its other side.

use aqueduct_plugin_api::{ConfigMap, SinkRecord, SourceRecord};

/// A source and the system it reads from.
pub trait SourceFixture: Send {
    /// The class.
    fn class(&self) -> &str;

    /// A configuration that works.
    fn config(&self) -> ConfigMap;

    /// Configurations that must be refused at validate, each with a word that its errors must contain.
    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)>;

    /// Puts so many more records where the source finds them.
    fn feed(&mut self, records: usize);

    /// Which of the records fed this is, counted from 0.
    fn number(&self, record: &SourceRecord) -> usize;
}

/// A sink and the system it writes to.
pub trait SinkFixture: Send {
    /// The class.
    fn class(&self) -> &str;

    /// A configuration that works.
    fn config(&self) -> ConfigMap;

    /// Configurations that must be refused at validate, each with a word that its errors must contain.
    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)>;

    /// A record that the sink takes: the record of this number, at this offset of partition 0 of topic `conformance`.
    fn record(&self, number: usize) -> SinkRecord;

    /// The numbers of the records that the system holds, in any order, with duplicates.
    fn written(&mut self) -> Vec<usize>;
}
