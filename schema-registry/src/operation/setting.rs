//! Compatibility level and other settings of a subject or of all.

use super::mode::refuse_read_only;
use crate::error::RegistryError;
use crate::log::NewRecord;
use crate::records::{Key, SettingsValue};
use crate::state::Snapshot;
use crate::store::Decision;
use aqueduct_avro::compatibility::CompatibilityLevel;
use serde_json::{Map, Value};

/// Members of a config that Confluent's registry acts on and this one does not.
const NOT_IMPLEMENTED: [&str; 11] = [
    "alias",
    "aliasForDeks",
    "validateFields",
    "validateNewSchemas",
    "validateRules",
    "compatibilityPolicy",
    "compatibilityGroup",
    "defaultMetadata",
    "overrideMetadata",
    "defaultRuleSet",
    "overrideRuleSet",
];

/// Sets members of a config; those that are not given stay, those that are null are cleared.
///
/// # Errors
/// 42203, 42205, and members that are not implemented.
pub fn put_config(
    snapshot: &Snapshot,
    subject: Option<&str>,
    given: &Map<String, Value>,
    default: CompatibilityLevel,
) -> Result<Decision<()>, RegistryError> {
    if let Some(member) =
        NOT_IMPLEMENTED.iter().find(|member| given.get(**member).is_some_and(|value| !value.is_null()))
    {
        return Err(RegistryError::NotImplemented(format!("{member} of a config")));
    }
    let level = match given.get("compatibility") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(Value::String(name)) => Some(Some(
            name.parse::<CompatibilityLevel>().map_err(|_| RegistryError::InvalidCompatibilityLevel)?,
        )),
        Some(_) => return Err(RegistryError::InvalidCompatibilityLevel),
    };
    refuse_read_only(snapshot, subject)?;
    let own = snapshot.own_level(subject);
    let mut value = own.map(|setting| setting.value.clone()).unwrap_or_default();
    if let Some(subject) = subject {
        value.0.insert("subject".into(), subject.into());
    }
    match level {
        Some(Some(level)) => drop(value.0.insert("compatibilityLevel".into(), level.name().into())),
        Some(None) => drop(value.0.shift_remove("compatibilityLevel")),
        // A config that is made without a level gets the level that is in force.
        None if own.is_none() => {
            let in_force = snapshot.level_in_force(subject, default);
            value.0.insert("compatibilityLevel".into(), in_force.name().into());
        }
        None => {}
    }
    match given.get("normalize") {
        None => {}
        Some(Value::Null) => drop(value.0.shift_remove("normalize")),
        Some(normalize) => drop(value.0.insert("normalize".into(), normalize.clone())),
    }
    let key = match own {
        Some(setting) => setting.key.clone(),
        None => Key::Config { subject: subject.map(str::to_owned) }.to_bytes(),
    };
    Ok(Decision { records: vec![NewRecord { key, value: Some(value.to_bytes()) }], answer: () })
}

/// Removes a config; the answer is what it was.
///
/// # Errors
/// 40401 if the subject has none, 42205.
pub fn delete_config(
    snapshot: &Snapshot,
    subject: Option<&str>,
    default: CompatibilityLevel,
) -> Result<Decision<SettingsValue>, RegistryError> {
    let own = snapshot.own_level(subject);
    if let (None, Some(subject)) = (own, subject) {
        return Err(RegistryError::SubjectNotFound(subject.to_owned()));
    }
    refuse_read_only(snapshot, subject)?;
    match own {
        Some(own) => Ok(Decision {
            records: vec![NewRecord { key: own.key.clone(), value: None }],
            answer: own.value.clone(),
        }),
        None => {
            let mut value = SettingsValue::default();
            value.0.insert("compatibilityLevel".into(), default.name().into());
            Ok(Decision { records: Vec::new(), answer: value })
        }
    }
}
