//! Settings of topics, brokers and groups.

use bytestring::ByteString;

use super::{Admin, PerItem};
use crate::ClientError;

/// What has settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigResource {
    /// A topic.
    Topic(ByteString),
    /// A broker by its id; `None` is the default of all.
    Broker(Option<i32>),
    /// A group.
    Group(ByteString),
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Its name.
    pub name: ByteString,
    /// Its value; `None` for null, and for what is secret.
    pub value: Option<ByteString>,
    /// Where it comes from: Kafka's `ConfigSource` number (1 topic, 2 and 3 dynamic broker, 4 static broker, 5 default).
    pub source: i8,
    /// Whether it cannot be changed.
    pub read_only: bool,
    /// Whether its value is never shown.
    pub sensitive: bool,
}

/// How to change a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlterConfigOp {
    /// To this value.
    Set,
    /// Back to the default.
    Delete,
    /// Add to a list.
    Append,
    /// Take out of a list.
    Subtract,
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigAlteration {
    /// The setting.
    pub name: ByteString,
    /// How to change it.
    pub op: AlterConfigOp,
    /// The value, where the change has one.
    pub value: Option<ByteString>,
}

impl Admin {
    /// The settings in force of each resource.
    pub async fn describe_configs(
        &self,
        resources: Vec<ConfigResource>,
    ) -> Result<PerItem<ConfigResource, Vec<ConfigEntry>>, ClientError> {
        let _ = resources;
        todo!()
    }

    /// Changes single settings, leaving the others.
    pub async fn incremental_alter_configs(
        &self,
        alterations: Vec<(ConfigResource, Vec<ConfigAlteration>)>,
        validate_only: bool,
    ) -> Result<PerItem<ConfigResource, ()>, ClientError> {
        let _ = (alterations, validate_only);
        todo!()
    }
}
