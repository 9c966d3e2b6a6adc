//! The plug-in: one source class under the names that connectors of its kind go by.

use aqueduct_plugin_api::{Connector, ConnectorClass, ConnectorKind, Manifest, Plugin, SinkTask, SourceTask};

use crate::connector::JdbcSourceConnector;
use crate::settings::config_def;
use crate::task::JdbcSourceTask;

/// The class as Confluent's connector is called.
pub const CLASS_NAME: &str = "io.confluent.connect.jdbc.JdbcSourceConnector";
/// Aiven's name for theirs, and ours.
pub const CLASS_ALIASES: [&str; 2] =
    ["io.aiven.connect.jdbc.JdbcSourceConnector", "io.aqueduct.connect.jdbc.JdbcSourceConnector"];

/// The JDBC plug-in.
#[derive(Debug, Clone, Copy, Default)]
pub struct JdbcPlugin;

impl Plugin for JdbcPlugin {
    fn manifest(&self) -> Manifest {
        Manifest {
            name: "aqueduct-jdbc".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            connectors: vec![ConnectorClass {
                class: CLASS_NAME.to_owned(),
                aliases: CLASS_ALIASES.map(str::to_owned).to_vec(),
                kind: ConnectorKind::Source,
                config: config_def(),
            }],
        }
    }

    fn connector(&self, class: &str) -> Option<Box<dyn Connector>> {
        is_ours(class).then(|| Box::new(JdbcSourceConnector::default()) as _)
    }

    fn source_task(&self, class: &str) -> Option<Box<dyn SourceTask>> {
        is_ours(class).then(|| Box::new(JdbcSourceTask::default()) as _)
    }

    fn sink_task(&self, _class: &str) -> Option<Box<dyn SinkTask>> {
        None
    }
}

fn is_ours(class: &str) -> bool {
    class == CLASS_NAME || CLASS_ALIASES.contains(&class)
}
