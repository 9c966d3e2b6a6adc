//! What a plug-in holds, readable without running its code.

use aqueduct_config::ConfigDef;
use serde::{Deserialize, Serialize};

/// Which way a connector moves data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectorKind {
    /// Into Aqueduct.
    Source,
    /// Out of Aqueduct.
    Sink,
}

impl ConnectorKind {
    /// The name that Connect tells it by: `source` or `sink`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
        }
    }
}

/// One connector class of a plug-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectorClass {
    /// Its name in `connector.class` and in `GET /connector-plugins`: the Java name of the well-known connector it
    /// stands in for, if there is one.
    pub class: String,
    /// Other names that mean the same class, in full.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Which way it moves data.
    pub kind: ConnectorKind,
    /// The connector's own settings, without those common to all connectors.
    pub config: ConfigDef,
}

/// What a plug-in library holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The plug-in's name: `aqueduct-jdbc`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its connectors.
    pub connectors: Vec<ConnectorClass>,
}
