//! What is right and wrong with a connector's configuration: every error at once, by key, before anything is created.

use std::time::Duration;

use aqueduct_config::KeyReport;
use aqueduct_plugin_api::{ConfigMap, ErrorClass, Plugin};

use aqueduct_plugin_abi::CatalogEntry;

use super::catalog::Catalog;
use super::converters::{self, ConverterType};
use super::definitions::{Numbering, definitions, info, judged};
use super::steps::{self, Family};
use super::topic_rules;
use crate::config::connector_keys::{CONNECTOR_CLASS, common_keys};
use crate::config::mask;
use crate::config::overrides::OverridePolicy;
use crate::herder::error::HerderError;
use crate::herder::infos::{ConfigInfo, ConfigInfos, KeyInfo};

/// What validating needs to know of the worker.
pub(crate) struct Validator<'a> {
    /// The connectors there are.
    pub(crate) catalog: &'a Catalog,
    /// Which client settings may be overridden.
    pub(crate) overrides: &'a OverridePolicy,
    /// The worker's converters, shown as defaults.
    pub(crate) worker_converters: [Option<String>; 3],
    /// The longest a connector may take to look at the other system.
    pub(crate) deadline: Duration,
}

impl Validator<'_> {
    /// The plug-in that a configuration names; 400 in Apache's words if there is none.
    pub(crate) fn plugin(&self, config: &ConfigMap) -> Result<&CatalogEntry, HerderError> {
        let class = config.get(CONNECTOR_CLASS).ok_or_else(|| {
            HerderError::BadRequest(format!(
                "Connector config {} contains no connector type",
                mask::shown(config)
            ))
        })?;
        self.catalog.find(class).ok_or_else(|| HerderError::BadRequest(self.catalog.not_found(class)))
    }

    /// Judges a configuration (secrets resolved) by every key table and by the connector itself.
    pub(crate) async fn validate(&self, config: &ConfigMap) -> Result<ConfigInfos, HerderError> {
        let plugin = self.plugin(config)?;
        let mut configs = self.common_section(plugin, config);
        configs.extend(steps::sections(Family::Transforms, config));
        configs.extend(steps::sections(Family::Predicates, config));
        configs.extend(self.own_section(plugin, config).await);
        for purpose in [ConverterType::Key, ConverterType::Value, ConverterType::Header] {
            configs.extend(steps::converter_section(purpose, config));
        }
        for (key, reason) in self.overrides.refused(config) {
            let value = config.get(&key).map(String::as_str);
            configs.push(info(None, KeyReport::error(&key, value, reason)));
        }
        let mut groups: Vec<String> = Vec::new();
        for group in configs.iter().filter_map(|info| info.definition.as_ref()?.group.clone()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(ConfigInfos {
            name: config.get(CONNECTOR_CLASS).cloned().unwrap_or_default(),
            error_count: configs.iter().map(|info| info.value.errors.len()).sum(),
            groups,
            configs,
        })
    }

    fn common_section(&self, plugin: &CatalogEntry, config: &ConfigMap) -> Vec<ConfigInfo> {
        let kind = plugin.class.kind;
        let table = common_keys(kind);
        let mut reports = table.validate(|key| config.get(key).map(String::as_str));
        let between = topic_rules::check(kind, config);
        for report in &mut reports {
            report
                .errors
                .extend(between.iter().filter(|(key, _)| *key == report.name).map(|(_, text)| text.clone()));
            self.amend(report, plugin, config);
        }
        let mut section = judged(&table, Numbering::Common, reports);
        self.show_worker_defaults(&mut section, plugin);
        section
    }

    /// What the table cannot know of a common key.
    fn amend(&self, report: &mut KeyReport, plugin: &CatalogEntry, config: &ConfigMap) {
        let given = config.get(&report.name).map(String::as_str);
        let name = report.name.clone();
        match name.as_str() {
            "connector.plugin.version" => {
                report.recommended = vec![plugin.version.clone()];
                let error =
                    given.and_then(|range| version_error(&plugin.class.class, range, &plugin.version));
                // Apache looks for the plug-in twice.
                report.errors.extend(error.iter().cloned().chain(error.clone()));
                report.value.get_or_insert_with(|| plugin.version.clone());
            }
            name if name.ends_with(".plugin.version") => {
                let named = config.get(name.trim_end_matches(".plugin.version"));
                if named.is_some_and(|class| converters::find(class).is_none()) {
                    // There is no version of what is not there.
                    report.value = None;
                    return;
                }
                steps::version_report(report);
                let class = config.get(name.trim_end_matches(".plugin.version")).map_or("", String::as_str);
                report.errors.extend(given.and_then(|range| version_error(class, range, crate::VERSION)));
                report.value.get_or_insert_with(|| crate::VERSION.to_owned());
            }
            "key.converter" | "value.converter" | "header.converter" => self.amend_converter(report, config),
            "transforms" => report.errors.extend(steps::duplicate_alias(Family::Transforms, config)),
            "predicates" => report.errors.extend(steps::duplicate_alias(Family::Predicates, config)),
            "exactly.once.support"
                if given.is_some_and(|text| text.trim().eq_ignore_ascii_case("required")) =>
            {
                report.errors.extend([
                    "This worker does not have exactly-once source support enabled.".to_owned(),
                    "The connector does not support exactly-once semantics with the provided configuration."
                        .to_owned(),
                ]);
            }
            "transaction.boundary"
                if given.is_some_and(|text| text.trim().eq_ignore_ascii_case("connector")) =>
            {
                report.errors.push("The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.".to_owned());
            }
            "offsets.storage.topic" if given.is_some_and(|text| !text.trim().is_empty()) => {
                report.errors.push("Invalid value for configuration offsets.storage.topic: offsets in a topic of the connector's own are not supported by this worker.".to_owned());
            }
            _ => {}
        }
    }

    fn amend_converter(&self, report: &mut KeyReport, config: &ConfigMap) {
        let purpose = match report.name.as_str() {
            "key.converter" => ConverterType::Key,
            "value.converter" => ConverterType::Value,
            _ => ConverterType::Header,
        };
        let usable = converters::classes().iter().filter(|class| class.is_for(purpose));
        report.recommended = usable.map(|class| class.name.to_owned()).collect();
        if let Some(error) = steps::converter_error(purpose, config) {
            report.errors.push(error);
            report.value = None;
        } else if report.value.is_none() {
            report.value.clone_from(&self.worker_converters[purpose as usize]);
        }
    }

    /// The worker's converters and the plug-ins' versions stand as defaults.
    fn show_worker_defaults(&self, section: &mut [ConfigInfo], plugin: &CatalogEntry) {
        for info in section {
            let has_value = info.value.value.is_some();
            let Some(definition) = info.definition.as_mut() else { continue };
            let default = match definition.name.as_str() {
                "connector.plugin.version" => Some(plugin.version.clone()),
                name if name.ends_with(".plugin.version") => {
                    info.value.visible = has_value;
                    has_value.then(|| crate::VERSION.to_owned())
                }
                "key.converter" => self.worker_converters[ConverterType::Key as usize].clone(),
                "value.converter" => self.worker_converters[ConverterType::Value as usize].clone(),
                "header.converter" => self.worker_converters[ConverterType::Header as usize].clone(),
                _ => continue,
            };
            definition.default_value = default;
        }
    }

    /// The connector's own keys, and what it says itself.
    async fn own_section(&self, plugin: &CatalogEntry, config: &ConfigMap) -> Vec<ConfigInfo> {
        let table = &plugin.class.config;
        let mut reports = table.validate(|key| config.get(key).map(String::as_str));
        let table_is_right = reports.iter().all(|report| report.errors.is_empty());
        let mut others = Vec::new();
        for live in self.ask_connector(plugin, config, table_is_right).await {
            match reports.iter_mut().find(|report| report.name == live.name) {
                Some(report) => merge(report, live),
                None => others.push(info(None, live)),
            }
        }
        let mut section = judged(table, Numbering::From(1), reports);
        section.extend(others);
        section
    }

    /// Errors of a connector that could not even judge count on `connector.class`; not if the table refused already.
    async fn ask_connector(
        &self,
        plugin: &CatalogEntry,
        config: &ConfigMap,
        table_is_right: bool,
    ) -> Vec<KeyReport> {
        let class = &plugin.class.class;
        let refuse = |text: String| vec![KeyReport::error(CONNECTOR_CLASS, Some(class), text)];
        let asked = tokio::time::timeout(self.deadline, async {
            let connector = self.catalog.open(plugin).await?.connector(class);
            match connector {
                Some(connector) => connector.validate(config).await,
                None => Ok(Vec::new()),
            }
        });
        match asked.await {
            Ok(Ok(reports)) => reports,
            Ok(Err(error)) if error.class == ErrorClass::Config && !table_is_right => Vec::new(),
            Ok(Err(error)) => refuse(format!("The connector could not judge its configuration: {error}")),
            Err(_) => {
                refuse(format!("The connector did not judge its configuration within {:?}", self.deadline))
            }
        }
    }

    /// The settings of a plug-in of any kind, without values: `GET /connector-plugins/{p}/config`.
    /// `version` is a range that the plug-in's version has to be in.
    pub(crate) fn plugin_config(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Vec<KeyInfo>, HerderError> {
        let connector = self.catalog.find(name);
        let known = connector.map_or(crate::VERSION, |plugin| plugin.version.as_str());
        match version.and_then(|range| version_error(name, range, known)) {
            Some(error) if error.starts_with("Unbounded range") => {
                let range = version.unwrap_or_default();
                return Err(HerderError::BadRequest(format!("Invalid version specification: {range}")));
            }
            Some(error) => return Err(HerderError::BadRequest(error)),
            None => {}
        }
        if let Some(plugin) = connector {
            let mut keys = definitions(&plugin.class.config, Numbering::From(1));
            let mut common = definitions(&common_keys(plugin.class.kind), Numbering::Common);
            if let Some(key) = common.iter_mut().find(|key| key.name == "connector.plugin.version") {
                key.default_value = Some(plugin.version.clone());
            }
            keys.extend(common.into_iter().filter(|key| plugin.class.config.key(&key.name).is_none()));
            return Ok(keys);
        }
        if let Some(class) = converters::find(name) {
            return Ok(definitions(&(class.config)(), Numbering::From(0)));
        }
        match aqueduct_transforms::find(name) {
            // Apache knows `RegexRouter`, but not `InsertField$Value` without its package.
            Some(class) if class.name == name || !name.contains('$') => {
                Ok(definitions(&(class.config)(), Numbering::From(0)))
            }
            _ => Err(HerderError::NotFound(format!("Unknown plugin {name}."))),
        }
    }
}

fn merge(report: &mut KeyReport, live: KeyReport) {
    for error in live.errors {
        if !report.errors.contains(&error) {
            report.errors.push(error);
        }
    }
    if !live.recommended.is_empty() {
        report.recommended = live.recommended;
    }
}

/// A version range that the one version there is does not meet. Ranges are Maven's: `1.0` (at least, in effect any),
/// `[1.0]`, `[1.0,2.0)`, `(,2.0]`.
fn version_error(plugin: &str, range: &str, available: &str) -> Option<String> {
    let range = range.trim();
    let bounds = range.strip_prefix(['[', '(']).and_then(|rest| rest.strip_suffix([']', ')']));
    let met = match bounds {
        None if range.starts_with(['[', '(']) => return Some(format!("Unbounded range: {range}")),
        None => compare(available, range).is_eq(),
        Some(bounds) => {
            let (low, high) = bounds.split_once(',').unwrap_or((bounds, bounds));
            let above = low.trim().is_empty()
                || match compare(available, low.trim()) {
                    std::cmp::Ordering::Greater => true,
                    std::cmp::Ordering::Equal => range.starts_with('['),
                    std::cmp::Ordering::Less => false,
                };
            let below = high.trim().is_empty()
                || match compare(available, high.trim()) {
                    std::cmp::Ordering::Less => true,
                    std::cmp::Ordering::Equal => range.ends_with(']'),
                    std::cmp::Ordering::Greater => false,
                };
            above && below
        }
    };
    let shown = if bounds.is_some() { range.to_owned() } else { format!("[{range},{range}]") };
    (!met).then(|| {
        format!("Plugin {plugin} not found that matches the version range {shown}, available versions: [{available}]")
    })
}

/// Compares versions number by number.
fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    let numbers = |text: &str| {
        let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        parts.take(3).map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>()
    };
    let (a, b) = (numbers(a), numbers(b));
    (0..3)
        .map(|i| a.get(i).unwrap_or(&0).cmp(b.get(i).unwrap_or(&0)))
        .find(|o| o.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_judged_by_mavens_ranges() {
        assert_eq!(version_error("p", "[1.0,2.0)", "1.5.0"), None);
        assert_eq!(version_error("p", "1.5.0", "1.5.0"), None);
        assert_eq!(version_error("p", "(,1.5]", "1.5"), None);
        assert_eq!(
            version_error("p", "9.9", "1.5").unwrap(),
            "Plugin p not found that matches the version range [9.9,9.9], available versions: [1.5]"
        );
        assert!(version_error("p", "[2,", "1").unwrap().starts_with("Unbounded range"));
    }
}
