//! Settings of topics, brokers and groups.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_configs_request::DescribeConfigsResource;
use aqueduct_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use aqueduct_protocol::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};
use bytestring::ByteString;

use super::{Admin, PerItem};
use crate::{ClientError, Target};

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
    /// Where it comes from: Kafka's `ConfigSource` number (1 topic, 2 and 3 dynamic broker, 4 static broker, 5
    /// default).
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
        let ask = |(target, resources): (Target, Vec<ConfigResource>)| async move {
            let named = resources.iter().map(|resource| DescribeConfigsResource {
                resource_type: resource.kind(),
                resource_name: resource.name(),
                configuration_keys: None,
                ..DescribeConfigsResource::default()
            });
            let request =
                DescribeConfigsRequest { resources: named.collect(), ..DescribeConfigsRequest::default() };
            let response = self.client.request(target, request, |_| ErrorCode::None).await?;
            let mut found = response.results;
            let results = resources.into_iter().map(|resource| {
                let at = found.iter().position(|one| resource.is(one.resource_type, &one.resource_name));
                let Some(result) = at.map(|at| found.swap_remove(at)) else {
                    let error = resource.missing("DescribeConfigs");
                    return (resource, Err(error));
                };
                let what = || format!("DescribeConfigs {resource:?}");
                let checked = ClientError::check(result.error_code, result.error_message.as_ref(), what);
                let entries = result.configs.into_iter().map(|entry| ConfigEntry {
                    name: entry.name,
                    value: entry.value,
                    source: entry.config_source,
                    read_only: entry.read_only,
                    sensitive: entry.is_sensitive,
                });
                let entries = entries.collect();
                (resource, checked.map(|()| entries))
            });
            Ok(results.collect::<PerItem<ConfigResource, Vec<ConfigEntry>>>())
        };
        self.until_settled(resources, |resources| async move {
            let mut results = Vec::new();
            for group in by_target(resources, |resource| resource) {
                results.extend(ask(group).await?);
            }
            Ok(results)
        })
        .await
    }

    /// Changes single settings, leaving the others.
    pub async fn incremental_alter_configs(
        &self,
        alterations: Vec<(ConfigResource, Vec<ConfigAlteration>)>,
        validate_only: bool,
    ) -> Result<PerItem<ConfigResource, ()>, ClientError> {
        let mut results = Vec::new();
        for (target, alterations) in by_target(alterations, |(resource, _)| resource) {
            let resources = alterations.iter().map(|(resource, changes)| AlterConfigsResource {
                resource_type: resource.kind(),
                resource_name: resource.name(),
                configs: changes.iter().map(ConfigAlteration::to_wire).collect(),
                ..AlterConfigsResource::default()
            });
            let request = IncrementalAlterConfigsRequest {
                resources: resources.collect(),
                validate_only,
                ..IncrementalAlterConfigsRequest::default()
            };
            let response = self.client.request(target, request, |_| ErrorCode::None).await?;
            results.extend(alterations.into_iter().map(|(resource, _)| {
                let mut found = response.responses.iter();
                let Some(result) = found.find(|one| resource.is(one.resource_type, &one.resource_name))
                else {
                    let error = resource.missing("IncrementalAlterConfigs");
                    return (resource, Err(error));
                };
                let what = || format!("IncrementalAlterConfigs {resource:?}");
                let checked = ClientError::check(result.error_code, result.error_message.as_ref(), what);
                (resource, checked)
            }));
        }
        Ok(results)
    }
}

impl ConfigResource {
    /// Kafka's number of the kind.
    fn kind(&self) -> i8 {
        match self {
            ConfigResource::Topic(_) => 2,
            ConfigResource::Broker(_) => 4,
            ConfigResource::Group(_) => 32,
        }
    }

    /// Whether an answer is about this resource: brokers do not keep to the order of the question.
    fn is(&self, kind: i8, name: &ByteString) -> bool {
        self.kind() == kind && self.name() == *name
    }

    /// A broker's answer leaves it out.
    fn missing(&self, call: &str) -> ClientError {
        let code = ErrorCode::UnknownServerError;
        let message = Some("the broker's answer does not name the resource".into());
        ClientError::Broker { what: format!("{call} {self:?}"), code, message }
    }

    fn name(&self) -> ByteString {
        match self {
            ConfigResource::Topic(name) | ConfigResource::Group(name) => name.clone(),
            ConfigResource::Broker(Some(id)) => id.to_string().into(),
            ConfigResource::Broker(None) => ByteString::new(),
        }
    }

    /// A broker answers for itself.
    fn target(&self) -> Target {
        match self {
            ConfigResource::Broker(Some(id)) => Target::Node(*id),
            _ => Target::Controller,
        }
    }
}

impl ConfigAlteration {
    fn to_wire(&self) -> AlterableConfig {
        AlterableConfig {
            name: self.name.clone(),
            config_operation: match self.op {
                AlterConfigOp::Set => 0,
                AlterConfigOp::Delete => 1,
                AlterConfigOp::Append => 2,
                AlterConfigOp::Subtract => 3,
            },
            value: self.value.clone(),
            ..AlterableConfig::default()
        }
    }
}

/// Groups what goes to the same broker, in order.
fn by_target<T>(items: Vec<T>, resource: impl Fn(&T) -> &ConfigResource) -> Vec<(Target, Vec<T>)> {
    let mut groups: Vec<(Target, Vec<T>)> = Vec::new();
    for item in items {
        let target = resource(&item).target();
        match groups.iter_mut().find(|(other, _)| *other == target) {
            Some((_, group)) => group.push(item),
            None => groups.push((target, vec![item])),
        }
    }
    groups
}
