//! Request bodies: configurations in which numbers keep the form they were written in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

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
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HerderError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(HerderError::BadRequest("The request has no body".to_owned()));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| HerderError::BadRequest(format!("The request's body is not valid: {error}")))
}

/// A map of settings.
pub(crate) fn parse_config(bytes: &[u8]) -> Result<GivenConfig, HerderError> {
    let given: Option<BTreeMap<String, Box<RawValue>>> = parse(bytes)?;
    texts(given.ok_or_else(|| HerderError::BadRequest("The request's body is null".to_owned()))?)
}

/// The body of a creation.
pub(crate) fn parse_create(bytes: &[u8]) -> Result<CreateConnector, HerderError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        name: Option<String>,
        config: Option<BTreeMap<String, Box<RawValue>>>,
        initial_state: Option<String>,
    }
    let given: Option<Given> = parse(bytes)?;
    let missing = |what: &str| HerderError::BadRequest(format!("The request's body has no {what}"));
    let given = given.ok_or_else(|| missing("content"))?;
    let config = texts(given.config.ok_or_else(|| missing("\"config\""))?)?;
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

/// Scalars become texts in the form in which they stand.
fn texts(given: BTreeMap<String, Box<RawValue>>) -> Result<GivenConfig, HerderError> {
    let text = |(key, raw): (String, Box<RawValue>)| {
        let value = match raw.get().as_bytes().first() {
            Some(b'"') => Some(parse::<String>(raw.get().as_bytes())?),
            Some(b'n') => None,
            Some(b'{' | b'[') => {
                return Err(HerderError::BadRequest(format!(
                    "The value of {key:?} is an object or array: settings are texts, numbers or booleans"
                )));
            }
            _ => Some(raw.get().to_owned()),
        };
        Ok((key, value))
    };
    given.into_iter().map(text).collect()
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
