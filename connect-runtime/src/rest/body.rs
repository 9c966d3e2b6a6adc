//! Request bodies: configurations in which numbers keep the form they were written in.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::config::connector_keys::MAX_SETTINGS;
use crate::herder::error::HerderError;
use crate::storage::config_records::TargetState;

/// A configuration as given: `None` for null.
pub(crate) type GivenConfig = BTreeMap<String, Option<String>>;

/// `POST /connectors`.
#[derive(Debug)]
pub(crate) struct CreateConnector {
    /// The name, trimmed.
    pub(crate) name: String,
    /// The configuration.
    pub(crate) config: GivenConfig,
    /// KIP-980.
    pub(crate) initial_state: Option<TargetState>,
}

/// Parses JSON; 400 with what is wrong and where.
pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, HerderError> {
    serde_json::from_slice(content(bytes)?).map_err(|error| invalid(&error))
}

/// The text of a body.
pub(super) fn content(bytes: &[u8]) -> Result<&[u8], HerderError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(HerderError::BadRequest("The request has no body".to_owned()));
    }
    Ok(bytes)
}

/// 400 with what is wrong with a body.
pub(super) fn invalid(error: &serde_json::Error) -> HerderError {
    HerderError::BadRequest(format!("The request's body is not valid: {error}"))
}

/// A map of settings.
pub(crate) fn parse_config(bytes: &[u8]) -> Result<GivenConfig, HerderError> {
    let given: Option<Settings> = parse(bytes)?;
    let given = given.ok_or_else(|| HerderError::BadRequest("The request's body is null".to_owned()))?;
    given.judged()
}

/// The body of a creation.
pub(crate) fn parse_create(bytes: &[u8]) -> Result<CreateConnector, HerderError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        name: Option<String>,
        config: Option<Settings>,
        initial_state: Option<String>,
    }
    let given: Option<Given> = parse(bytes)?;
    let missing = |what: &str| HerderError::BadRequest(format!("The request's body has no {what}"));
    let given = given.ok_or_else(|| missing("content"))?;
    let config = given.config.ok_or_else(|| missing("\"config\""))?.judged()?;
    let name = given.name.map(|name| name.trim().to_owned());
    let name = name.or_else(|| config.get("name").cloned().flatten()).unwrap_or_default();
    Ok(CreateConnector {
        name,
        config,
        initial_state: given.initial_state.as_deref().map(initial_state).transpose()?,
    })
}

fn initial_state(text: &str) -> Result<TargetState, HerderError> {
    match text.to_ascii_uppercase().as_str() {
        "RUNNING" => Ok(TargetState::Started),
        "PAUSED" => Ok(TargetState::Paused),
        "STOPPED" => Ok(TargetState::Stopped),
        _ => Err(HerderError::BadRequest(format!(
            "Unknown initial_state {text:?}: it is RUNNING, PAUSED or STOPPED"
        ))),
    }
}

/// Settings, read one by one: scalars become texts in the form in which they stand.
#[derive(Default)]
struct Settings {
    given: GivenConfig,
    /// What is wrong with the first that is none.
    refused: Option<String>,
}

impl Settings {
    /// The settings, if all are some.
    fn judged(self) -> Result<GivenConfig, HerderError> {
        self.refused.map_or(Ok(self.given), |text| Err(HerderError::BadRequest(text)))
    }

    fn add(&mut self, key: String, value: &RawValue) -> Result<(), serde_json::Error> {
        let text = value.get();
        let value = match text.as_bytes().first() {
            Some(b'"') => Some(serde_json::from_str(text)?),
            Some(b'n') => None,
            Some(b'{' | b'[') => {
                self.refused.get_or_insert_with(|| {
                    format!(
                        "The value of {key:?} is an object or array: settings are texts, numbers or booleans"
                    )
                });
                return Ok(());
            }
            _ => Some(text.to_owned()),
        };
        if self.given.len() < MAX_SETTINGS || self.given.contains_key(&key) {
            self.given.insert(key, value);
        } else {
            self.refused
                .get_or_insert_with(|| format!("The configuration has more than {MAX_SETTINGS} settings"));
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SettingsVisitor)
    }
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut settings = Settings::default();
        while let Some(key) = map.next_key::<String>()? {
            settings.add(key, map.next_value()?).map_err(A::Error::custom)?;
        }
        Ok(settings)
    }
}

/// A configuration without nulls: one is an error.
pub(crate) fn without_nulls(given: GivenConfig) -> Result<BTreeMap<String, String>, HerderError> {
    let value = |(key, value): (String, Option<String>)| match value {
        Some(value) => Ok((key, value)),
        None => Err(HerderError::BadRequest(format!(
            "The value of {key:?} is null: leave the setting out instead"
        ))),
    };
    given.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_has_a_bounded_number_of_settings() {
        let body = |count: usize| {
            let settings: Vec<String> = (0..count).map(|n| format!("\"k{n}\":{n}")).collect();
            format!("{{\"k0\":0,{}}}", settings.join(","))
        };
        assert_eq!(parse_config(body(MAX_SETTINGS).as_bytes()).unwrap().len(), MAX_SETTINGS);
        let error = parse_config(body(MAX_SETTINGS + 1).as_bytes()).unwrap_err();
        assert_eq!(
            (error.status(), error.to_string().contains("more than 4000 settings")),
            (400, true),
            "{error}"
        );
    }

    #[test]
    fn scalars_keep_the_form_they_were_written_in() {
        let text = br#"{"a":1,"b":true,"c":1e3,"d":12345678901234567890123,"e":"x\n","f":null,"a":2}"#;
        let config = parse_config(text).unwrap();
        let get = |key: &str| config[key].as_deref();
        assert_eq!(get("a"), Some("2"), "the last duplicate wins");
        assert_eq!(get("b"), Some("true"));
        assert_eq!(get("c"), Some("1e3"));
        assert_eq!(get("d"), Some("12345678901234567890123"));
        assert_eq!(get("e"), Some("x\n"));
        assert_eq!(get("f"), None);
    }

    #[test]
    fn wrong_bodies_are_400_with_the_place() {
        let refusal = |text: &str| parse_create(text.as_bytes()).unwrap_err();
        for text in [
            "",
            " ",
            "null",
            "{}",
            r#"{"name":"x"}"#,
            r#"{"name":"x","config":null}"#,
            "[",
            r#"{"name":"x","config":{}} x"#,
            r#"{"name":"x","config":{"a":[]}}"#,
            r#"{"name":"x","config":{},"initial_state":"GONE"}"#,
            r#"{"name":"x","config":{},"more":1}"#,
        ] {
            assert_eq!(refusal(text).status(), 400, "{text}");
        }
        assert!(refusal("{\"name\":\"x\",\n \"config\":}").to_string().contains("line 2"));
        let created = parse_create(
            "\u{feff}{\"name\":\" x \",\"config\":{\"k\":1},\"initial_state\":\"stopped\"}".as_bytes(),
        )
        .unwrap();
        assert_eq!(created.name, "x");
        assert_eq!(created.initial_state, Some(TargetState::Stopped));
    }
}
