//! The files that a standalone worker reads its connectors from.

use std::collections::BTreeMap;
use std::path::Path;

use aqueduct_config::{Properties, PropertiesError};

use crate::herder::error::HerderError;
use crate::rest::body;
use crate::start::StartError;

/// A connector's file: `{"name":…,"config":{…}}`, a flat JSON object, or properties.
pub(crate) fn read_connector(path: &Path) -> Result<BTreeMap<String, String>, StartError> {
    let refuse = |reason: String| StartError::ConnectorFile { path: path.to_owned(), reason };
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if !is_json {
        return match Properties::read(path) {
            Ok(properties) => Ok(properties.to_map()),
            Err(error @ PropertiesError::Read { .. }) => Err(error.into()),
            Err(error) => Err(refuse(error.to_string())),
        };
    }
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let flat = || {
        let given = body::parse_config(&bytes)?;
        body::without_nulls(given)
    };
    let nested = || {
        let given = body::parse_create(&bytes)?;
        let mut config = body::without_nulls(given.config)?;
        config.entry("name".to_owned()).or_insert(given.name);
        Ok::<_, HerderError>(config)
    };
    nested().or_else(|_| flat()).map_err(|error| refuse(error.to_string()))
}
