//! The connector: judges a configuration, and gives every task the same one.

use aqueduct_plugin_api::{ConfigMap, ConnectError, Connector, ConnectorContext, KeyReport};
use async_trait::async_trait;

use crate::probe;
use crate::settings::{Dialect, SinkSettings, judge, unused_keys};

/// A configured sink.
#[derive(Debug)]
pub(crate) struct ElasticsearchSinkConnector {
    dialect: Dialect,
    config: Option<ConfigMap>,
}

impl ElasticsearchSinkConnector {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, config: None }
    }
}

#[async_trait]
impl Connector for ElasticsearchSinkConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let reports = judge(self.dialect, config);
        // The engine is only asked with settings that are right as far as they can be judged without it.
        match SinkSettings::parse(self.dialect, config) {
            Ok(settings) if reports.is_empty() => Ok(probe::reports(&settings).await),
            _ => Ok(reports),
        }
    }

    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        SinkSettings::parse(self.dialect, config).map_err(ConnectError::config)?;
        for key in unused_keys(self.dialect, config) {
            tracing::warn!(connector = context.connector, key, "this setting is not known and has no effect");
        }
        self.config = Some(config.clone());
        Ok(())
    }

    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        let config = self.config.clone();
        let config =
            config.ok_or_else(|| ConnectError::fatal("the connector was used before it was started"))?;
        Ok(vec![config; max_tasks])
    }

    async fn stop(&mut self) {}
}
