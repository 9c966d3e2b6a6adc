//! The loggers of a broker as a resource of DescribeConfigs and IncrementalAlterConfigs (KIP-412).
//!
//! A logger is a `tracing` target: a module of the program, and all below it. Its level is that of the whole process,
//! and lasts until the process ends. Differences: FATAL is ERROR, because nothing is logged above it.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_configs_response::DescribeConfigsResourceResult;
use aqueduct_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use aqueduct_service::telemetry::{self, ROOT};
use bytestring::ByteString;
use tracing::level_filters::LevelFilter;

use crate::controller::configs::{ConfigOperation, check_nulls};
use crate::controller::topics::Refusal;

/// The resource's code.
pub(super) const BROKER_LOGGER: i8 = 8;

/// DYNAMIC_BROKER_LOGGER_CONFIG.
const SOURCE: i8 = 6;
/// Kafka's levels.
const LEVELS: [(&str, LevelFilter); 6] = [
    ("DEBUG", LevelFilter::DEBUG),
    ("ERROR", LevelFilter::ERROR),
    ("FATAL", LevelFilter::ERROR),
    ("INFO", LevelFilter::INFO),
    ("TRACE", LevelFilter::TRACE),
    ("WARN", LevelFilter::WARN),
];
/// The loggers that exist whether or not they have a level of their own.
const MODULES: [&str; 20] = [
    ROOT,
    "aqueduct_broker",
    "aqueduct_broker::api",
    "aqueduct_broker::controller",
    "aqueduct_broker::fetch",
    "aqueduct_broker::group",
    "aqueduct_broker::metadata",
    "aqueduct_broker::net",
    "aqueduct_broker::purgatory",
    "aqueduct_broker::replica",
    "aqueduct_broker::start",
    "aqueduct_broker::upkeep",
    "aqueduct_client",
    "aqueduct_connect",
    "aqueduct_log",
    "aqueduct_plugin_abi",
    "aqueduct_schema_registry",
    "aqueduct_service",
    "hyper",
    "openraft",
];

/// All loggers with the levels in force; only those named if any are.
pub(super) fn describe(
    node: i32,
    resource: &str,
    keys: Option<&[ByteString]>,
) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
    if resource.is_empty() {
        return Err(Refusal::new(ErrorCode::InvalidRequest, "Broker id must not be empty"));
    }
    match resource.parse::<i32>() {
        Ok(id) if id == node => {}
        Ok(id) => {
            let text = format!("Unexpected broker id, expected {node} but received {id}");
            return Err(Refusal::new(ErrorCode::InvalidRequest, text));
        }
        Err(_) => {
            let text = format!("Broker id must be an integer, but it is: {resource}");
            return Err(Refusal::new(ErrorCode::InvalidRequest, text));
        }
    }
    let keys = keys.filter(|keys| !keys.is_empty());
    let wanted = |name: &String| keys.is_none_or(|keys| keys.iter().any(|key| **key == **name));
    Ok(names().into_iter().filter(wanted).map(entry).collect())
}

/// Checks all changes of a request's resource; nothing is changed.
pub(super) fn check(node: i32, resource: &AlterConfigsResource) -> Result<(), Refusal> {
    let invalid = |text: String| Err(Refusal::new(ErrorCode::InvalidRequest, text));
    match resource.resource_name.parse::<i32>() {
        Ok(id) if id == node => {}
        Ok(id) => return invalid(format!("Unexpected node id. Expected {node}, but received {id}")),
        Err(_) => {
            return invalid(format!("Node id must be an integer, but it is: {}", resource.resource_name));
        }
    }
    let removes = |code: i8| ConfigOperation::from_code(code) == Some(ConfigOperation::Delete);
    let is_null = |change: &&AlterableConfig| change.value.is_none() && !removes(change.config_operation);
    let nulls: Vec<&str> = resource.configs.iter().filter(is_null).map(|change| &*change.name).collect();
    check_nulls(&nulls)?;
    let known = names();
    for change in &resource.configs {
        let name = &*change.name;
        let operation = ConfigOperation::from_code(change.config_operation);
        if matches!(operation, Some(ConfigOperation::Set | ConfigOperation::Delete))
            && known.iter().all(|known| known != name)
        {
            return Err(Refusal::new(ErrorCode::InvalidConfig, format!("Logger {name} does not exist!")));
        }
        match operation {
            Some(ConfigOperation::Set) => check_level(name, change.value.as_deref().unwrap_or_default())?,
            Some(ConfigOperation::Delete) if name == ROOT => {
                return invalid(format!("Removing the log level of the {ROOT} logger is not allowed"));
            }
            Some(ConfigOperation::Delete) => {}
            Some(ConfigOperation::Append) => return invalid(not_allowed("APPEND")),
            Some(ConfigOperation::Subtract) => return invalid(not_allowed("SUBTRACT")),
            // Kafka has no error for this: it fails, and gives no reason.
            None => return Err(Refusal::new(ErrorCode::UnknownServerError, "")),
        }
    }
    Ok(())
}

/// Makes the changes of a resource that was checked.
pub(super) fn apply(resource: &AlterConfigsResource) {
    let Some(loggers) = telemetry::loggers() else { return };
    for change in &resource.configs {
        let value = change.value.as_deref().unwrap_or_default();
        match ConfigOperation::from_code(change.config_operation) {
            Some(ConfigOperation::Set) => {
                let level = LEVELS.iter().find(|(name, _)| *name == value);
                level.into_iter().for_each(|(_, level)| loggers.set_own(&change.name, Some(*level)));
            }
            Some(ConfigOperation::Delete) => loggers.set_own(&change.name, None),
            _ => {}
        }
    }
}

fn check_level(logger: &str, level: &str) -> Result<(), Refusal> {
    if LEVELS.iter().any(|(name, _)| *name == level) {
        return Ok(());
    }
    let text = format!(
        "Cannot set the log level of {logger} to {level} as it is not a supported log level. Valid log levels are {}",
        LEVELS.map(|(name, _)| name).join(", ")
    );
    Err(Refusal::new(ErrorCode::InvalidConfig, text))
}

fn not_allowed(operation: &str) -> String {
    format!("{operation} operation is not allowed for the BROKER_LOGGER resource")
}

/// The loggers that there are, in order.
fn names() -> Vec<String> {
    let own = telemetry::loggers().map(|loggers| loggers.list()).unwrap_or_default();
    let mut names: Vec<String> =
        MODULES.iter().map(|name| (*name).to_owned()).chain(own.into_keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn entry(name: String) -> DescribeConfigsResourceResult {
    let level = telemetry::loggers().map_or(LevelFilter::OFF, |loggers| loggers.get(&name).level);
    DescribeConfigsResourceResult {
        name: name.into(),
        value: Some(level.to_string().to_ascii_uppercase().into()),
        config_source: SOURCE,
        ..DescribeConfigsResourceResult::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(
        node: &'static str,
        logger: &'static str,
        operation: i8,
        value: &'static str,
    ) -> (ErrorCode, String) {
        let change = AlterableConfig {
            name: logger.into(),
            config_operation: operation,
            value: Some(value.into()),
            ..AlterableConfig::default()
        };
        let resource = AlterConfigsResource {
            resource_type: BROKER_LOGGER,
            resource_name: node.into(),
            configs: vec![change],
            ..AlterConfigsResource::default()
        };
        check(1, &resource)
            .map_or_else(|refusal| (refusal.code, refusal.message), |()| (ErrorCode::None, String::new()))
    }

    #[test]
    fn levels_are_set_and_removed_and_nothing_else() {
        assert_eq!(refusal("1", "root", 0, "DEBUG").0, ErrorCode::None);
        assert_eq!(refusal("1", "aqueduct_broker::api", 1, "").0, ErrorCode::None);
        assert_eq!(refusal("1", "root", 1, "").1, "Removing the log level of the root logger is not allowed");
        assert_eq!(
            refusal("1", "root", 2, "INFO").1,
            "APPEND operation is not allowed for the BROKER_LOGGER resource"
        );
        assert_eq!(
            refusal("1", "no.such", 0, "INFO"),
            (ErrorCode::InvalidConfig, "Logger no.such does not exist!".to_owned())
        );
        assert_eq!(
            refusal("1", "root", 0, "LOUD").1,
            "Cannot set the log level of root to LOUD as it is not a supported log level. Valid log levels are DEBUG, \
             ERROR, FATAL, INFO, TRACE, WARN"
        );
        assert_eq!(refusal("7", "root", 0, "INFO").1, "Unexpected node id. Expected 1, but received 7");
    }
}
