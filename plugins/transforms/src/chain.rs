//! The chain: transforms in the order of the `transforms` setting, each with its predicate.

use std::sync::Arc;

use aqueduct_plugin_api::{ConfigMap, ConnectError};

use crate::class::{ClassKind, find};
use crate::record::{Predicate, RecordView, Transformation, Verdict};

/// The transforms of a connector.
#[derive(Default)]
pub struct Chain {
    steps: Vec<Step>,
}

struct Step {
    alias: String,
    class: &'static str,
    transformation: Box<dyn Transformation>,
    condition: Option<Condition>,
}

struct Condition {
    predicate: Arc<dyn Predicate>,
    negate: bool,
}

/// A failed transform and what it said.
#[derive(Debug)]
pub struct ChainError {
    /// The transform's alias in the configuration.
    pub alias: String,
    /// Its class.
    pub class: &'static str,
    /// What it said.
    pub error: Box<ConnectError>,
}

impl Chain {
    /// The chain of a connector's configuration. Errors: Config, naming the key.
    pub fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let mut predicates = Vec::new();
        for alias in aliases(config, "predicates") {
            let (class, settings) = settings(config, "predicates", &alias)?;
            let ClassKind::Predicate(make) = class.kind else {
                return Err(wrong_kind("predicates", &alias, class.name, "Predicate"));
            };
            predicates.push((alias, Arc::<dyn Predicate>::from(make(&settings)?)));
        }
        let mut steps = Vec::new();
        for alias in aliases(config, "transforms") {
            let (class, settings) = settings(config, "transforms", &alias)?;
            let ClassKind::Transformation(make) = class.kind else {
                return Err(wrong_kind("transforms", &alias, class.name, "Transformation"));
            };
            let condition = condition(config, &alias, &predicates)?;
            steps.push(Step { alias, class: class.name, transformation: make(&settings)?, condition });
        }
        Ok(Self { steps })
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Sends a record through.
    pub fn apply<'a>(&self, record: impl Into<RecordView<'a>>) -> Result<Verdict, ChainError> {
        let mut record = record.into();
        for step in &self.steps {
            let applies = step.condition.as_ref().is_none_or(|c| c.predicate.test(&record) != c.negate);
            if !applies {
                continue;
            }
            match step.transformation.apply(&mut record) {
                Ok(Verdict::Keep) => {}
                Ok(Verdict::Drop) => return Ok(Verdict::Drop),
                Err(error) => {
                    return Err(ChainError {
                        alias: step.alias.clone(),
                        class: step.class,
                        error: Box::new(error),
                    });
                }
            }
        }
        Ok(Verdict::Keep)
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.steps.iter().map(|step| &step.alias)).finish()
    }
}

fn aliases(config: &ConfigMap, key: &str) -> Vec<String> {
    let list = config.get(key).map_or("", String::as_str);
    list.split(',').map(str::trim).filter(|alias| !alias.is_empty()).map(str::to_owned).collect()
}

/// The class of an alias and the settings below its prefix.
fn settings(
    config: &ConfigMap,
    family: &str,
    alias: &str,
) -> Result<(&'static crate::Class, ConfigMap), ConnectError> {
    let prefix = format!("{family}.{alias}.");
    let own: ConfigMap = config
        .iter()
        .filter_map(|(key, value)| key.strip_prefix(&prefix).map(|rest| (rest.to_owned(), value.clone())))
        .collect();
    let name = own.get("type").ok_or_else(|| {
        let text = format!("Missing required configuration \"{prefix}type\" which has no default value.");
        ConnectError::config(text)
    })?;
    let class = find(name.trim()).ok_or_else(|| {
        let text =
            format!("Invalid value {name} for configuration {prefix}type: Class {name} could not be found.");
        ConnectError::config(text)
    })?;
    Ok((class, own))
}

fn condition(
    config: &ConfigMap,
    alias: &str,
    predicates: &[(String, Arc<dyn Predicate>)],
) -> Result<Option<Condition>, ConnectError> {
    let negate = config.get(&format!("transforms.{alias}.negate"));
    let Some(name) = config.get(&format!("transforms.{alias}.predicate")).map(|name| name.trim()) else {
        return match negate {
            Some(_) => Err(ConnectError::config(format!(
                "Config 'transforms.{alias}.negate' was provided but there is no config 'transforms.{alias}.predicate' \
                 defining a predicate to be negated."
            ))),
            None => Ok(None),
        };
    };
    let predicate = predicates.iter().find(|(known, _)| known == name).ok_or_else(|| {
        ConnectError::config(format!(
            "Invalid value {name} for configuration transforms.{alias}.predicate: no predicate of this name is defined \
             in 'predicates'"
        ))
    })?;
    let negate = negate.is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    Ok(Some(Condition { predicate: predicate.1.clone(), negate }))
}

fn wrong_kind(family: &str, alias: &str, class: &str, wanted: &str) -> ConnectError {
    ConnectError::config(format!(
        "Invalid value {class} for configuration {family}.{alias}.type: Class class {class} does not implement the \
         {wanted} interface"
    ))
}

#[cfg(test)]
mod tests;
