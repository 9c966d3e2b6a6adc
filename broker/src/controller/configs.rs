//! Decides about changes to settings (KIP-339, KIP-133). Texts and codes are Kafka's.

use std::collections::{BTreeMap, HashSet};

use aqueduct_config::KeyType;
use aqueduct_protocol::ErrorCode;

use super::topic_name;
use super::topics::Refusal;
use crate::config::broker_config::BrokerConfig;
use crate::config::dynamic::{self, DynamicSettings};
use crate::config::topic_config::{self, broker_value};
use crate::config::{broker_keys, topic_keys};
use crate::metadata::image::MetadataImage;
use crate::metadata::record::{ConfigResource, ConfigResourceKind, MetadataRecord};

/// The setting that only the whole cluster has a default of, and always has.
pub const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";

/// One change of IncrementalAlterConfigs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChange {
    /// Key.
    pub key: String,
    /// What is done with the value.
    pub operation: ConfigOperation,
    /// Value; `None` only for [`ConfigOperation::Delete`].
    pub value: Option<String>,
}

/// What a change does, with the protocol's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigOperation {
    /// 0: replaces the value.
    Set,
    /// 1: back to the default.
    Delete,
    /// 2: adds to a list.
    Append,
    /// 3: takes from a list.
    Subtract,
}

impl ConfigOperation {
    /// The operation of a code.
    #[must_use]
    pub fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }
}

/// Decides about changes of single settings of a resource.
///
/// # Errors
/// Why none of them is made.
pub fn alter_incrementally(
    image: &MetadataImage,
    broker: &BrokerConfig,
    resource: &ConfigResource,
    changes: &[ConfigChange],
) -> Result<Vec<MetadataRecord>, Refusal> {
    check_resource(image, broker, resource)?;
    let mut next = stored(image, resource);
    check_keys(changes.iter().map(|change| change.key.as_str()))?;
    let without_value =
        |change: &&ConfigChange| change.operation != ConfigOperation::Delete && change.value.is_none();
    let nulls: Vec<&str> = changes.iter().filter(without_value).map(|change| change.key.as_str()).collect();
    check_nulls(&nulls)?;
    let removes = |change: &ConfigChange| change.operation == ConfigOperation::Delete;
    if let Some(change) = changes.iter().find(|change| change.key == MIN_INSYNC_REPLICAS) {
        check_min_insync_replicas(resource, removes(change))?;
    }
    let dynamic = DynamicSettings::of(image, broker.node_id);
    for change in changes {
        apply_change(&mut next, broker, &dynamic, resource, change)?;
    }
    replace(image, resource, next)
}

/// Decides about AlterConfigs: `given` becomes all that the resource has.
///
/// # Errors
/// Why nothing is changed.
pub fn alter(
    image: &MetadataImage,
    broker: &BrokerConfig,
    resource: &ConfigResource,
    given: BTreeMap<String, String>,
) -> Result<Vec<MetadataRecord>, Refusal> {
    check_resource(image, broker, resource)?;
    let keeps = given.contains_key(MIN_INSYNC_REPLICAS);
    if keeps || stored(image, resource).contains_key(MIN_INSYNC_REPLICAS) {
        check_min_insync_replicas(resource, !keeps)?;
    }
    replace(image, resource, given)
}

/// Refuses a default of `min.insync.replicas` for one broker, and to remove the cluster's.
fn check_min_insync_replicas(resource: &ConfigResource, removes: bool) -> Result<(), Refusal> {
    let text = match resource.kind {
        ConfigResourceKind::Broker if !resource.name.is_empty() => {
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled."
        }
        ConfigResourceKind::Broker if removes => {
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
        }
        _ => return Ok(()),
    };
    Err(Refusal::new(ErrorCode::InvalidConfig, text))
}

/// Refuses a key that stands twice.
///
/// # Errors
/// INVALID_REQUEST.
pub fn check_keys<'a>(keys: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(Refusal::new(ErrorCode::InvalidRequest, "Error due to duplicate config keys"));
        }
    }
    Ok(())
}

/// Refuses these keys, which have no value.
///
/// # Errors
/// INVALID_REQUEST if there are any.
pub fn check_nulls(keys: &[&str]) -> Result<(), Refusal> {
    if keys.is_empty() { Ok(()) } else { Err(null_refusal(&keys.join(", "))) }
}

fn null_refusal(keys: &str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, format!("Null value not supported for : {keys}"))
}

fn check_resource(
    image: &MetadataImage,
    broker: &BrokerConfig,
    resource: &ConfigResource,
) -> Result<(), Refusal> {
    match resource.kind {
        ConfigResourceKind::Topic if resource.name.is_empty() => {
            Err(Refusal::new(ErrorCode::InvalidRequest, "Default topic resources are not allowed."))
        }
        ConfigResourceKind::Topic if image.topic(&resource.name).is_none() => {
            topic_name::validate(&resource.name)
                .map_err(|text| Refusal::new(ErrorCode::InvalidTopicException, text))?;
            let text = format!("The topic '{}' does not exist.", resource.name);
            Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, text))
        }
        ConfigResourceKind::Broker
            if !resource.name.is_empty() && resource.name != broker.node_id.to_string() =>
        {
            let text = match resource.name.parse::<i32>() {
                Ok(id) => format!("Unexpected broker id, expected {}, but received {id}", broker.node_id),
                Err(_) => format!("Node id must be an integer, but it is: {}", resource.name),
            };
            Err(Refusal::new(ErrorCode::InvalidRequest, text))
        }
        _ => Ok(()),
    }
}

fn stored(image: &MetadataImage, resource: &ConfigResource) -> BTreeMap<String, String> {
    image.config(resource).map(|own| (**own).clone()).unwrap_or_default()
}

fn apply_change(
    next: &mut BTreeMap<String, String>,
    broker: &BrokerConfig,
    dynamic: &DynamicSettings,
    resource: &ConfigResource,
    change: &ConfigChange,
) -> Result<(), Refusal> {
    let key = &change.key;
    if change.operation == ConfigOperation::Delete {
        next.remove(key);
        return Ok(());
    }
    let value = change.value.as_ref().ok_or_else(|| null_refusal(key))?;
    if change.operation == ConfigOperation::Set {
        next.insert(key.clone(), value.clone());
        return Ok(());
    }
    let is_append = change.operation == ConfigOperation::Append;
    let of_broker = resource.kind == ConfigResourceKind::Broker;
    let row = if of_broker { broker_keys::row(key) } else { topic_keys::row(key) };
    if !row.is_some_and(|row| row.kind == KeyType::List && resource.kind != ConfigResourceKind::Group) {
        let text = if of_broker {
            let verb = if is_append { "append" } else { "subtract" };
            format!("Config value {verb} is not allowed for config key: {key}")
        } else {
            let verb = if is_append { "APPEND" } else { "SUBTRACT" };
            format!("Can't {verb} to key {key} because its type is not LIST.")
        };
        return Err(Refusal::new(ErrorCode::InvalidConfig, text));
    }
    let default = || match of_broker {
        true => broker.given.get(key).cloned().or_else(|| row?.default.map(str::to_owned)),
        false => broker_value(row?, broker, dynamic),
    };
    let current = next.get(key).cloned().or_else(default).unwrap_or_default();
    let mut items: Vec<&str> = current.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        match change.operation {
            ConfigOperation::Subtract => items.retain(|known| *known != item),
            _ if !items.contains(&item) => items.push(item),
            _ => {}
        }
    }
    let joined = items.join(",");
    next.insert(key.clone(), joined);
    Ok(())
}

/// The records that turn what is stored into `next`, if that is valid.
fn replace(
    image: &MetadataImage,
    resource: &ConfigResource,
    next: BTreeMap<String, String>,
) -> Result<Vec<MetadataRecord>, Refusal> {
    validate(resource.kind, &next)?;
    let old = stored(image, resource);
    let mut records = Vec::new();
    for key in old.keys().filter(|key| !next.contains_key(*key)) {
        records.push(record(resource, key.clone(), None));
    }
    for (key, value) in next {
        if old.get(&key) != Some(&value) {
            records.push(record(resource, key, Some(value)));
        }
    }
    Ok(records)
}

fn validate(kind: ConfigResourceKind, next: &BTreeMap<String, String>) -> Result<(), Refusal> {
    match kind {
        ConfigResourceKind::Topic => {
            topic_config::validate(next).map_err(|text| Refusal::new(ErrorCode::InvalidConfig, text))
        }
        ConfigResourceKind::Broker => dynamic::validate(next),
        ConfigResourceKind::Group => match next.keys().next() {
            Some(key) => Err(Refusal::new(ErrorCode::InvalidConfig, group_refusal(key))),
            None => Ok(()),
        },
    }
}

/// Why a group's setting is refused: all that Kafka has belong to group protocols that are not there.
fn group_refusal(key: &str) -> String {
    match key.split_once('.') {
        Some((protocol @ ("consumer" | "share" | "streams"), _)) => {
            format!("Cannot set {key}: the {protocol} group protocol is not implemented")
        }
        _ => format!("Unknown group config name: {key}"),
    }
}

fn record(resource: &ConfigResource, key: String, value: Option<String>) -> MetadataRecord {
    MetadataRecord::Config { resource: resource.clone(), key, value }
}

#[cfg(test)]
mod tests {
    use aqueduct_config::Properties;
    use uuid::Uuid;

    use super::*;

    fn broker() -> BrokerConfig {
        BrokerConfig::from_properties(&Properties::default()).expect("defaults are valid")
    }

    fn image() -> MetadataImage {
        MetadataImage::default()
            .apply(1, &[MetadataRecord::Topic { name: "t".into(), id: Uuid::from_u128(1) }])
    }

    fn change(key: &str, operation: ConfigOperation, value: &str) -> ConfigChange {
        ConfigChange { key: key.to_owned(), operation, value: Some(value.to_owned()) }
    }

    fn alter_topic(
        image: &MetadataImage,
        changes: &[ConfigChange],
    ) -> Result<BTreeMap<String, String>, ErrorCode> {
        let resource = ConfigResource::topic("t");
        alter_incrementally(image, &broker(), &resource, changes)
            .map(|records| stored(&image.apply(2, &records), &resource))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn append_adds_to_the_default_of_a_list_and_to_nothing_else() {
        let appended = alter_topic(&image(), &[change("cleanup.policy", ConfigOperation::Append, "compact")]);
        assert_eq!(appended.expect("valid")["cleanup.policy"], "delete,compact");
        let number = alter_topic(&image(), &[change("retention.ms", ConfigOperation::Append, "1")]);
        assert_eq!(number, Err(ErrorCode::InvalidConfig));
    }

    #[test]
    fn the_same_key_twice_is_refused() {
        let twice = [
            change("retention.ms", ConfigOperation::Set, "1"),
            change("retention.ms", ConfigOperation::Delete, ""),
        ];
        assert_eq!(alter_topic(&image(), &twice), Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn settings_of_brokers_and_groups_are_taken_or_refused_as_kafka_does() {
        let alter = |kind, name: &str, change: ConfigChange| {
            let resource = ConfigResource { kind, name: name.to_owned() };
            let records = alter_incrementally(&image(), &broker(), &resource, &[change]);
            records
                .map(|records| stored(&image().apply(2, &records), &resource))
                .map_err(|refusal| (refusal.code, refusal.message))
        };
        let broker =
            |key, operation, value| alter(ConfigResourceKind::Broker, "1", change(key, operation, value));
        assert_eq!(
            broker("log.retention.ms", ConfigOperation::Set, "5").expect("taken")["log.retention.ms"],
            "5"
        );
        let appended = broker("log.cleanup.policy", ConfigOperation::Append, "compact").expect("taken");
        assert_eq!(appended["log.cleanup.policy"], "delete,compact");
        let text = "Config value append is not allowed for config key: log.retention.ms".to_owned();
        assert_eq!(
            broker("log.retention.ms", ConfigOperation::Append, "5"),
            Err((ErrorCode::InvalidConfig, text))
        );
        let group = |key| alter(ConfigResourceKind::Group, "g", change(key, ConfigOperation::Set, "1"));
        let unknown = "Unknown group config name: no.such".to_owned();
        assert_eq!(group("no.such"), Err((ErrorCode::InvalidConfig, unknown)));
        assert!(group("consumer.session.timeout.ms").is_err());
    }

    #[test]
    fn min_insync_replicas_has_one_default_for_the_cluster() {
        let of = |name: &str, operation, value| {
            let resource = ConfigResource { kind: ConfigResourceKind::Broker, name: name.to_owned() };
            let change = change(MIN_INSYNC_REPLICAS, operation, value);
            alter_incrementally(&image(), &broker(), &resource, &[change]).map_err(|refusal| refusal.code)
        };
        assert_eq!(of("", ConfigOperation::Set, "2").map(|records| records.len()), Ok(1));
        assert_eq!(of("", ConfigOperation::Delete, ""), Err(ErrorCode::InvalidConfig));
        assert_eq!(of("1", ConfigOperation::Set, "2"), Err(ErrorCode::InvalidConfig));
    }

    #[test]
    fn alter_resets_what_it_does_not_name() {
        let resource = ConfigResource::topic("t");
        let first = BTreeMap::from([("retention.ms".to_owned(), "1".to_owned())]);
        let second = BTreeMap::from([("segment.ms".to_owned(), "2".to_owned())]);
        let image = image();
        let image = image.apply(2, &alter(&image, &broker(), &resource, first).expect("valid"));
        let image = image.apply(3, &alter(&image, &broker(), &resource, second.clone()).expect("valid"));
        assert_eq!(stored(&image, &resource), second);
    }
}
