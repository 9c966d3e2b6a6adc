//! The files that a standalone worker reads its connectors from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aqueduct_config::{Properties, PropertiesError};
use serde_json::value::RawValue;

use crate::herder::error::HerderError;
use crate::rest::body::{self, CreateConnector};
use crate::start::StartError;
use crate::storage::config_records::TargetState;

/// A connector as its file has it.
#[derive(Debug)]
pub(crate) struct ConnectorFile {
    /// The file.
    pub(crate) path: PathBuf,
    /// The connector's name, never empty.
    pub(crate) name: String,
    /// Its settings.
    pub(crate) config: BTreeMap<String, String>,
    /// What it is made as (KIP-980); `None` runs.
    pub(crate) initial_state: Option<TargetState>,
}

impl ConnectorFile {
    /// Reads `{"name":…,"config":{…},"initial_state":…}`, a flat JSON object, or properties.
    ///
    /// # Errors
    /// [`StartError::ConnectorFile`] with what is wrong, and the line of what cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, StartError> {
        let refuse = |reason: String| StartError::ConnectorFile { path: path.to_owned(), reason };
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let (name, config, initial_state) = if is_json {
            let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
            of_json(&bytes).map_err(refuse)?
        } else {
            let config = match Properties::read(path) {
                Ok(properties) => properties.to_map(),
                Err(error @ PropertiesError::Read { .. }) => return Err(error.into()),
                Err(error) => return Err(refuse(error.to_string())),
            };
            (config.get("name").cloned(), config, None)
        };
        match name.filter(|name| !name.is_empty()) {
            Some(name) => Ok(Self { path: path.to_owned(), name, config, initial_state }),
            None => Err(refuse("it gives the connector no \"name\"".to_owned())),
        }
    }
}

/// Name, settings and initial state.
type Parts = (Option<String>, BTreeMap<String, String>, Option<TargetState>);

fn of_json(bytes: &[u8]) -> Result<Parts, String> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not a JSON object: {error}"))?;
    let is_nested = members.get("config").is_some_and(|config| config.get().starts_with('{'));
    let told = |error: HerderError| error.to_string();
    if !is_nested {
        let config = body::parse_config(bytes).and_then(body::without_nulls).map_err(told)?;
        return Ok((config.get("name").cloned(), config, None));
    }
    let CreateConnector { name, config, initial_state } = body::parse_create(bytes).map_err(told)?;
    let mut config = body::without_nulls(config).map_err(told)?;
    config.entry("name".to_owned()).or_insert_with(|| name.clone());
    Ok((Some(name), config, initial_state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<ConnectorFile, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        ConnectorFile::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn all_three_forms_give_the_same_connector() {
        for (file, text) in [
            ("c.json", r#"{"name": "c", "config": {"tasks.max": 2}}"#),
            ("c.JSON", r#"{"name": "c", "tasks.max": "2"}"#),
            ("c.properties", "name=c\ntasks.max=2\n"),
        ] {
            let found = read(file, text).unwrap();
            assert_eq!((&*found.name, found.config["tasks.max"].as_str()), ("c", "2"), "{text}");
            assert_eq!(found.config["name"], "c");
        }
    }

    #[test]
    fn the_state_that_a_file_asks_for_is_the_connectors_first() {
        let found = read("c.json", r#"{"name": "c", "config": {}, "initial_state": "paused"}"#).unwrap();
        assert_eq!(found.initial_state, Some(TargetState::Paused));
    }

    #[test]
    fn what_is_wrong_is_told_of_the_form_that_the_file_has() {
        for (file, text, told) in [
            (
                "c.json",
                "{\"name\": \"c\",\n \"config\": {\"a\" 1}}",
                "not a JSON object: expected `:` at line 2",
            ),
            ("c.json", "[1]", "not a JSON object"),
            ("c.json", r#"{"name": "c", "config": {"a": {}}}"#, "\"a\" is an object or array"),
            ("c.json", r#"{"name": "c", "config": {}, "initial_state": "asleep"}"#, "\"asleep\""),
            ("c.json", r#"{"config": {"a": "1"}}"#, "no \"name\""),
            ("c.properties", "a=1\n", "no \"name\""),
        ] {
            let error = read(file, text).unwrap_err();
            assert!(error.contains(told) && error.contains(file), "{error}");
        }
    }
}
