//! DescribeConfigs (key 32), versions 1 to 4.
//!
//! Settings of topics, of this broker, and of groups, and the levels of this broker's loggers
//! ([`broker_loggers`]). Every setting has the source of its value
//! and, if asked for, the values behind it (KIP-226) and its documentation (KIP-569). Settings
//! that the broker stores but does not act upon say so in their documentation.
//!
//! Sources: 1 the topic's own, 2 and 3 set at run time for this broker or all of them, 4 the broker's file, 5 default,
//! 6 a logger's level. Passwords are null.

use std::collections::BTreeMap;

use aqueduct_config::KeyType;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_configs_request::DescribeConfigsResource;
use aqueduct_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use aqueduct_protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use bytestring::ByteString;

use super::broker_loggers::{self, BROKER_LOGGER};
use super::handler::{Answer, Handler, RequestContext};
use crate::config::broker_config::BrokerConfig;
use crate::config::dynamic::{ConfigSource, DynamicSettings, is_dynamic};
use crate::config::key_row::{KeyRow, type_code};
use crate::config::topic_config::broker_values;
use crate::config::{broker_keys, topic_keys};
use crate::controller::topic_name;
use crate::controller::topics::Refusal;
use crate::metadata::record::{ConfigResource, ConfigResourceKind};

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeConfigsHandler;

/// A setting with where its value comes from.
#[derive(Debug, Clone)]
pub(super) struct ConfigEntry {
    pub(super) name: &'static str,
    pub(super) value: Option<String>,
    pub(super) source: ConfigSource,
    row: &'static KeyRow,
    /// Every value that could be in force, the one that is first: key, value, source.
    synonyms: Vec<(&'static str, Option<String>, ConfigSource)>,
    read_only: bool,
}

impl Handler for DescribeConfigsHandler {
    type Request = DescribeConfigsRequest;

    fn handle(context: &RequestContext, request: DescribeConfigsRequest) -> Answer<DescribeConfigsResponse> {
        let describe = |resource: &DescribeConfigsResource| {
            let found = describe_resource(context, resource, &request);
            DescribeConfigsResult {
                error_code: found.as_ref().err().map_or(0, |refusal| refusal.code.code()),
                // Kafka's text for "no error" is empty here, not null.
                error_message: Some(found.as_ref().err().map_or("", |refusal| &*refusal.message).into()),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                configs: found.unwrap_or_default(),
                ..DescribeConfigsResult::default()
            }
        };
        let results = request.resources.iter().map(describe).collect();
        Answer::Now(DescribeConfigsResponse { results, ..DescribeConfigsResponse::default() })
    }
}

fn describe_resource(
    context: &RequestContext,
    resource: &DescribeConfigsResource,
    request: &DescribeConfigsRequest,
) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
    if resource.resource_type == BROKER_LOGGER {
        let keys = resource.configuration_keys.as_deref();
        return broker_loggers::describe(context.broker.config.node_id, &resource.resource_name, keys);
    }
    Ok(select(entries(context, resource)?, resource, request))
}

fn entries(
    context: &RequestContext,
    resource: &DescribeConfigsResource,
) -> Result<Vec<ConfigEntry>, Refusal> {
    let broker = &context.broker;
    let name = &*resource.resource_name;
    match ConfigResourceKind::from_code(resource.resource_type) {
        Some(ConfigResourceKind::Topic) => {
            topic_name::validate(name)
                .map_err(|text| Refusal::new(ErrorCode::InvalidTopicException, text))?;
            let image = broker.image();
            if image.topic(name).is_none() {
                return Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, ""));
            }
            let own = image.config(&ConfigResource::topic(name));
            let dynamic = DynamicSettings::of(&image, broker.config.node_id);
            Ok(topic_entries(own.map(|own| &**own), &broker.config, &dynamic))
        }
        Some(ConfigResourceKind::Broker) if name.is_empty() => {
            Ok(default_broker_entries(&DynamicSettings::of(&broker.image(), broker.config.node_id)))
        }
        Some(ConfigResourceKind::Broker) if name == broker.config.node_id.to_string() => {
            let dynamic = DynamicSettings::of(&broker.image(), broker.config.node_id);
            Ok(broker_entries(&broker.config, &dynamic))
        }
        Some(ConfigResourceKind::Broker) => {
            let text = match name.parse::<i32>() {
                Ok(id) => format!(
                    "Unexpected broker id, expected {} or empty string, but received {id}",
                    broker.config.node_id
                ),
                Err(_) => format!("Broker id must be an integer, but it is: {name}"),
            };
            Err(Refusal::new(ErrorCode::InvalidRequest, text))
        }
        Some(ConfigResourceKind::Group) if name.is_empty() => {
            Err(Refusal::new(ErrorCode::InvalidRequest, "Group name must not be empty"))
        }
        Some(ConfigResourceKind::Group) => Ok(Vec::new()),
        None => Err(Refusal::of(ErrorCode::InvalidRequest)),
    }
}

/// The settings of a topic with these of its own.
pub(super) fn topic_entries(
    own: Option<&BTreeMap<String, String>>,
    broker: &BrokerConfig,
    dynamic: &DynamicSettings,
) -> Vec<ConfigEntry> {
    let mut entries = Vec::with_capacity(topic_keys::rows().len());
    for row in topic_keys::rows() {
        let mut synonyms = Vec::new();
        if let Some(value) = own.and_then(|own| own.get(row.name)) {
            synonyms.push((row.name, Some(value.clone()), ConfigSource::DynamicTopic));
        }
        for (given, value, source) in broker_values(row, broker, dynamic) {
            synonyms.push((given, Some(value), source));
        }
        synonyms.extend(broker_default(row));
        entries.push(entry(row, synonyms, false));
    }
    entries
}

/// The default of the broker's key for a topic's setting. A key whose own default is null (`log.retention.ms`) is none.
fn broker_default(row: &KeyRow) -> Option<(&'static str, Option<String>, ConfigSource)> {
    let key = row.broker_keys.first()?;
    let default = broker_keys::row(key).map_or(row.default, |broker| broker.default)?;
    Some((*key, Some(default.to_owned()), ConfigSource::Default))
}

fn broker_entries(broker: &BrokerConfig, dynamic: &DynamicSettings) -> Vec<ConfigEntry> {
    broker_keys::rows().iter().map(|row| broker_entry(row, broker, dynamic)).collect()
}

/// A setting of the broker. Behind its own value stand those of its other keys; without a value there is nothing
/// behind.
fn broker_entry(row: &'static KeyRow, broker: &BrokerConfig, dynamic: &DynamicSettings) -> ConfigEntry {
    let keys = broker_keys::synonyms(row);
    let mut synonyms = Vec::new();
    for wanted in [ConfigSource::DynamicBroker, ConfigSource::DynamicDefaultBroker] {
        let at_run_time = |key: &&'static str| {
            let (value, source) = dynamic.values(key).find(|(_, source)| *source == wanted)?;
            Some((*key, Some(value.to_owned()), source))
        };
        synonyms.extend(keys.iter().filter_map(at_run_time));
    }
    let of_file =
        |key: &&'static str| Some((*key, Some(broker.given.get(*key)?.clone()), ConfigSource::StaticBroker));
    synonyms.extend(keys.iter().filter_map(of_file));
    let default = |key: &&'static str| {
        Some((*key, Some(broker_keys::row(key)?.default?.to_owned()), ConfigSource::Default))
    };
    synonyms.extend(keys.iter().filter_map(default));
    if synonyms.first().is_none_or(|(key, ..)| *key != row.name) {
        synonyms.clear();
    }
    entry(row, synonyms, !is_dynamic(row.name))
}

/// What is set for all brokers at run time.
fn default_broker_entries(dynamic: &DynamicSettings) -> Vec<ConfigEntry> {
    let known = dynamic.of_all().filter_map(|(key, value)| Some((broker_keys::row(key)?, value)));
    let source = ConfigSource::DynamicDefaultBroker;
    known.map(|(row, value)| entry(row, vec![(row.name, Some(value.to_owned()), source)], false)).collect()
}

fn entry(
    row: &'static KeyRow,
    synonyms: Vec<(&'static str, Option<String>, ConfigSource)>,
    read_only: bool,
) -> ConfigEntry {
    let default = || (row.default.map(str::to_owned), ConfigSource::Default);
    let (value, source) =
        synonyms.first().map_or_else(default, |(_, value, source)| (value.clone(), *source));
    let value = value.filter(|_| row.kind != KeyType::Password);
    ConfigEntry { name: row.name, value, source, row, synonyms, read_only }
}

fn select(
    entries: Vec<ConfigEntry>,
    resource: &DescribeConfigsResource,
    request: &DescribeConfigsRequest,
) -> Vec<DescribeConfigsResourceResult> {
    // No keys means all of them; an empty list does too, as in Kafka.
    let keys = resource.configuration_keys.as_deref().filter(|keys| !keys.is_empty());
    let wanted = |entry: &ConfigEntry| keys.is_none_or(|keys| keys.iter().any(|key| &**key == entry.name));
    entries.into_iter().filter(wanted).map(|entry| describe(entry, request)).collect()
}

fn describe(entry: ConfigEntry, request: &DescribeConfigsRequest) -> DescribeConfigsResourceResult {
    let sensitive = entry.row.kind == KeyType::Password;
    let shown = |value: Option<String>| value.filter(|_| !sensitive).map(ByteString::from);
    let synonyms = entry.synonyms.into_iter().map(|(name, value, source)| DescribeConfigsSynonym {
        name: name.into(),
        value: shown(value),
        source: source as i8,
        ..DescribeConfigsSynonym::default()
    });
    DescribeConfigsResourceResult {
        name: entry.name.into(),
        value: entry.value.map(ByteString::from),
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: sensitive,
        synonyms: if request.include_synonyms { synonyms.collect() } else { Vec::new() },
        config_type: type_code(entry.row.kind),
        documentation: request.include_documentation.then(|| entry.row.doc.into()),
        ..DescribeConfigsResourceResult::default()
    }
}
