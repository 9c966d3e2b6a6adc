//! The connector (what splits the work into tasks) and the plug-in (what makes connectors and tasks).

use async_trait::async_trait;

use crate::ConfigMap;
use crate::error::ConnectError;
use crate::host::ConnectorContext;
use crate::manifest::Manifest;
use crate::offset::OffsetMap;
use crate::sink::SinkTask;
use crate::source::SourceTask;
use aqueduct_config::KeyReport;

/// One configured connector. It moves no data: it splits the work into task configurations.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Judges a configuration beyond what the key table says: combinations of keys, and whether the other system can
    /// be reached with what is needed (database, credentials, tables, columns). Gives reports only for keys with
    /// errors of its own or with recommended values; the worker merges them with those of the key table. Each error
    /// is a complete text. Must be bounded in time (a few seconds when the other side does not answer).
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let _ = config;
        Ok(Vec::new())
    }

    /// Begins, for instance to watch for new tables.
    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError>;

    /// At most `max_tasks` task configurations. The worker passes each to a task in place of the connector's.
    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError>;

    /// Judges offsets a user wants to set (`None` = reset that partition). Sources only. Gives `false` when offsets are
    /// not the worker's to keep.
    async fn alter_offsets(
        &mut self,
        config: &ConfigMap,
        offsets: &[(OffsetMap, Option<OffsetMap>)],
    ) -> Result<bool, ConnectError> {
        let _ = (config, offsets);
        Ok(true)
    }

    /// Ends. Called once after a successful start.
    async fn stop(&mut self);
}

/// A plug-in: makes instances of the classes its manifest names. Making one does no work and cannot block.
pub trait Plugin: Send + Sync {
    /// What the plug-in holds.
    fn manifest(&self) -> Manifest;

    /// An instance of a connector class (its main name).
    fn connector(&self, class: &str) -> Option<Box<dyn Connector>>;

    /// A task of a source class.
    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>>;

    /// A task of a sink class.
    fn sink_task(&self, class: &str) -> Option<Box<dyn SinkTask>>;
}
