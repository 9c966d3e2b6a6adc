//! `RegexRouter`: a new topic for records whose topic matches.

use aqueduct_plugin_api::{Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType};
use bytestring::ByteString;
use parking_lot::Mutex;
use regex::Regex;

use crate::record::{RecordView, Transformation, Verdict};

/// Renames topics. The whole topic must match, as in Apache's.
#[derive(Debug)]
pub(crate) struct RegexRouter {
    regex: Regex,
    replacement: String,
    /// The topic seen last and its new name.
    last: Mutex<Option<(ByteString, ByteString)>>,
}

impl RegexRouter {
    pub(crate) fn config_def() -> ConfigDef {
        ConfigDef::new([
            KeyDef::required("regex", KeyType::String, "Regular expression to use for matching.")
                .check(Check::Regex)
                .importance(Importance::High),
            KeyDef::required("replacement", KeyType::String, "Replacement string.")
                .importance(Importance::High),
        ])
    }

    pub(crate) fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let regex = Regex::new(&format!("^(?:{})$", parsed.str("regex")))
            .map_err(|error| ConnectError::config("Invalid regex").caused_by(&error))?;
        Ok(Self { regex, replacement: from_java(parsed.str("replacement")), last: Mutex::new(None) })
    }
}

impl Transformation for RegexRouter {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let mut last = self.last.lock();
        if let Some((topic, renamed)) = &*last
            && topic == record.topic
        {
            *record.topic = renamed.clone();
            return Ok(Verdict::Keep);
        }
        let renamed = ByteString::from(&*self.regex.replace(record.topic, &self.replacement));
        *last = Some((record.topic.clone(), renamed.clone()));
        *record.topic = renamed;
        Ok(Verdict::Keep)
    }
}

/// Java's replacement syntax (`$1`, `${name}`, backslash escapes) in that of the `regex` crate, where `$1x` would
/// name a group `1x`.
fn from_java(replacement: &str) -> String {
    let mut out = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('$') => out.push_str("$$"),
                Some(other) => out.push(other),
                None => {}
            },
            '$' if chars.peek().is_some_and(char::is_ascii_digit) => {
                out.push_str("${");
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    out.push(digit);
                }
                out.push('}');
            }
            other => out.push(other),
        }
    }
    out
}
