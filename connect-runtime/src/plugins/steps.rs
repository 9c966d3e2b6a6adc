//! What validate says of transformations, predicates and converters. Pure.

use aqueduct_config::{ConfigDef, KeyDef, KeyReport, KeyType, Width};
use aqueduct_plugin_api::{ConfigMap, Importance};
use aqueduct_transforms::{Class, ClassKind};

use super::converters::{self, ConverterType};
use super::definitions::{Numbering, definitions, info, judged, prefixed};
use super::topic_rules::list;
use crate::VERSION;
use crate::config::worker_config::below;
use crate::herder::infos::ConfigInfo;

/// Transformations or predicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `transforms.<alias>.…`
    Transforms,
    /// `predicates.<alias>.…`
    Predicates,
}

impl Family {
    fn prefix(self) -> &'static str {
        match self {
            Self::Transforms => "transforms",
            Self::Predicates => "predicates",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Transforms => "Transformation",
            Self::Predicates => "Predicate",
        }
    }

    fn group(self, alias: &str) -> String {
        match self {
            Self::Transforms => format!("Transforms: {alias}"),
            Self::Predicates => format!("Predicates: {alias}"),
        }
    }

    fn has(self, class: &Class) -> bool {
        match class.kind {
            ClassKind::Transformation(_) => self == Self::Transforms,
            ClassKind::Predicate(_) => self == Self::Predicates,
        }
    }

    /// The classes of the family.
    pub(crate) fn classes(self) -> impl Iterator<Item = &'static Class> {
        aqueduct_transforms::classes().iter().filter(move |class| self.has(class))
    }
}

/// The error of an alias that stands twice.
pub(crate) fn duplicate_alias(family: Family, config: &ConfigMap) -> Option<String> {
    let key = family.prefix();
    let aliases = raw_aliases(config, key);
    let twice = aliases.iter().enumerate().any(|(i, alias)| aliases[..i].contains(alias));
    twice.then(|| {
        format!("Invalid value [{}] for configuration {key}: Duplicate alias provided.", aliases.join(", "))
    })
}

/// Aliases as given: an empty one between two commas counts.
fn raw_aliases(config: &ConfigMap, key: &str) -> Vec<String> {
    let text = config.get(key).map(|text| text.trim()).unwrap_or_default();
    if text.is_empty() { Vec::new() } else { text.split(',').map(|alias| alias.trim().to_owned()).collect() }
}

/// The sections of all aliases.
pub(crate) fn sections(family: Family, config: &ConfigMap) -> Vec<ConfigInfo> {
    let mut aliases = raw_aliases(config, family.prefix());
    aliases.dedup();
    aliases.iter().flat_map(|alias| section(family, alias, config)).collect()
}

fn section(family: Family, alias: &str, config: &ConfigMap) -> Vec<ConfigInfo> {
    let prefix = format!("{}.{alias}.", family.prefix());
    let settings = below(config, &prefix);
    let (type_error, class) = class_of(family, &prefix, settings.get("type").map(String::as_str));
    let mut table = type_keys(family, alias, class);
    for key in class.into_iter().flat_map(|class| class_keys(family, class)) {
        table.define(key);
    }
    let mut reports = table.validate(|key| settings.get(key).map(String::as_str));
    for report in &mut reports {
        match report.name.as_str() {
            "type" => {
                report.recommended = family.classes().map(|class| class.name.to_owned()).collect();
                if let Some(error) = &type_error {
                    report.errors = vec![error.clone()];
                }
            }
            "plugin.version" if class.is_some() => version_report(report),
            "predicate" => report.errors.extend(predicate_error(alias, &settings, config)),
            _ => {}
        }
    }
    if let (Some(class), true) = (class, reports.iter().all(|report| report.errors.is_empty()))
        && let Some(error) = made(class, &settings)
    {
        attach(&mut reports, error);
    }
    let mut section = judged(&table, Numbering::From(0), reports);
    prefixed(&mut section, &prefix, Some((&family.group(alias), 0)));
    section
}

/// The class of `type`, or what is wrong with it.
fn class_of(family: Family, prefix: &str, name: Option<&str>) -> (Option<String>, Option<&'static Class>) {
    let Some(name) = name else {
        return (
            Some(format!("Missing required configuration \"{prefix}type\" which has no default value.")),
            None,
        );
    };
    let bad = |reason: String| {
        (Some(format!("Invalid value {name} for configuration {prefix}type: {reason}")), None)
    };
    let other_kind = |class: &str| {
        (Some(format!("Class class {class} does not implement the {} interface", family.title())), None)
    };
    match aqueduct_transforms::find(name.trim()) {
        Some(class) if family.has(class) => (None, Some(class)),
        Some(class) => other_kind(class.name),
        None if converters::find(name).is_some_and(|class| class.name == name.trim()) => {
            other_kind(name.trim())
        }
        None => {
            let inner = |half: &str| {
                let wanted = format!("{}${half}", name.trim());
                family
                    .classes()
                    .find(|class| class.name == wanted || class.name.rsplit('.').next() == Some(&*wanted))
            };
            match (inner("Key"), inner("Value")) {
                (Some(key), Some(value)) => {
                    let (key, value) = (key.name, value.name);
                    let text = "This class is abstract and cannot be created.";
                    (Some(format!("{text} Did you mean {key}, {value}?")), None)
                }
                _ => bad(format!("Class {name} could not be found.")),
            }
        }
    }
}

/// The settings of a class with those that bind a predicate to it, in Kafka's order of settings: the required ones,
/// then by importance and name.
fn class_keys(family: Family, class: &Class) -> Vec<KeyDef> {
    let mut keys: Vec<KeyDef> = (class.config)().keys().cloned().collect();
    if family == Family::Transforms {
        let negate = "Whether the transformation applies where the predicate does not.";
        let predicate = "The alias of the predicate that decides whether the transformation applies.";
        keys.push(KeyDef::with_default("negate", KeyType::Boolean, false, negate));
        keys.push(KeyDef::optional("predicate", KeyType::String, predicate));
    }
    let importance = |key: &KeyDef| match key.importance {
        Importance::High => 0,
        Importance::Medium => 1,
        Importance::Low => 2,
    };
    keys.sort_by(|a, b| {
        let rank = |key: &KeyDef| (!key.required, importance(key));
        rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name))
    });
    keys
}

/// The settings that say which class a step has. Without a class there is no version of it.
fn type_keys(family: Family, alias: &str, class: Option<&Class>) -> ConfigDef {
    let doc = |lower: &str| format!("The version of the {lower} '{alias}'.");
    let title = family.title();
    let lower = title.to_ascii_lowercase();
    ConfigDef::new([
        KeyDef::required("type", KeyType::Class, &format!("The class of the {lower} '{alias}'.")).shown(
            "",
            Width::Long,
            &format!("{title} type for {alias}"),
        ),
        match class {
            Some(_) => KeyDef::with_default("plugin.version", KeyType::String, VERSION, &doc(&lower)),
            None => KeyDef::optional("plugin.version", KeyType::String, &doc(&lower)),
        }
        .importance(Importance::High)
        .shown("", Width::Long, &format!("{title} version for {alias}")),
    ])
}

/// Apache refuses a predicate that is not defined only when the task starts; here it is told at once.
fn predicate_error(alias: &str, settings: &ConfigMap, config: &ConfigMap) -> Option<String> {
    match settings.get("predicate").map(|name| name.trim()) {
        None if settings.contains_key("negate") => Some(format!(
            "Config 'transforms.{alias}.negate' was provided but there is no config 'transforms.{alias}.predicate' \
             defining a predicate to be negated."
        )),
        Some(name) if !list(config, "predicates").iter().any(|known| known == name) => Some(format!(
            "Invalid value {name} for configuration transforms.{alias}.predicate: no predicate of this name is defined \
             in 'predicates'"
        )),
        _ => None,
    }
}

/// Makes an instance, for what only that shows (a pattern that does not compile, a specification that is empty).
fn made(class: &Class, settings: &ConfigMap) -> Option<String> {
    match class.kind {
        ClassKind::Transformation(make) => make(settings).err().map(|error| error.message),
        ClassKind::Predicate(make) => make(settings).err().map(|error| error.message),
    }
}

/// Puts an error on the key it names, or on the type.
fn attach(reports: &mut [KeyReport], error: String) {
    let names = |report: &KeyReport| {
        error.contains(&format!("configuration {}:", report.name))
            || error.contains(&format!("'{}'", report.name))
    };
    let at = reports.iter().position(names).unwrap_or(0);
    if let Some(report) = reports.get_mut(at) {
        report.errors.push(error);
    }
}

/// The value and the offers of a `plugin.version`: there is one version.
pub(crate) fn version_report(report: &mut KeyReport) {
    report.recommended = vec![VERSION.to_owned()];
}

/// What is wrong with the class of a converter, if it is set.
pub(crate) fn converter_error(purpose: ConverterType, config: &ConfigMap) -> Option<String> {
    let name = config.get(purpose.key())?;
    let other = |class: &str| {
        Some(format!("Class class {class} does not implement the {} interface", purpose.interface()))
    };
    match (converters::find(name), aqueduct_transforms::find(name.trim())) {
        (Some(class), _) if class.is_for(purpose) => None,
        (Some(class), _) => other(class.name),
        (None, Some(class)) => other(class.name),
        (None, None) => {
            let key = purpose.key();
            Some(format!("Invalid value {name} for configuration {key}: Class {name} could not be found."))
        }
    }
}

/// The settings of a converter that the connector names itself.
pub(crate) fn converter_section(purpose: ConverterType, config: &ConfigMap) -> Vec<ConfigInfo> {
    let class = config.get(purpose.key()).and_then(|name| converters::find(name));
    let Some(class) = class.filter(|class| class.is_for(purpose)) else { return Vec::new() };
    let prefix = format!("{}.", purpose.key());
    let mut settings = below(config, &prefix);
    let table = (class.config)();
    if table.key(converters::CONVERTER_TYPE).is_some() {
        settings.insert(converters::CONVERTER_TYPE.to_owned(), purpose.name().to_owned());
    }
    let mut reports = table.validate(|key| settings.get(key).map(String::as_str));
    if reports.iter().all(|report| report.errors.is_empty())
        && let Err(error) = class.make(&settings, purpose)
    {
        attach(&mut reports, error.message);
    }
    let mut section: Vec<ConfigInfo> = definitions(&table, Numbering::From(0))
        .into_iter()
        .zip(reports)
        .map(|(definition, report)| info(Some(definition), report))
        .collect();
    prefixed(&mut section, &prefix, None);
    section
}
