//! `RegexRouter`: a new topic for records whose topic matches.

use aqueduct_plugin_api::{Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType};
use bytestring::ByteString;
use parking_lot::Mutex;
use regex::Regex;

use crate::record::{RecordView, Transformation, Verdict};
use crate::replacement::Replacement;

/// Renames topics. The whole topic must match; what is replaced is then the first match in it, as in Apache's: with the
/// pattern `t|top` the topic `top` becomes `Xop`.
#[derive(Debug)]
pub(crate) struct RegexRouter {
    whole: Regex,
    first: Regex,
    /// The replacement, or what is wrong with it: told by the first record that needs it.
    replacement: Result<Replacement, String>,
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
        let regex = |text: &str| {
            Regex::new(text).map_err(|error| ConnectError::config("Invalid regex").caused_by(&error))
        };
        let first = regex(parsed.str("regex"))?;
        let names: Vec<Option<&str>> = first.capture_names().collect();
        Ok(Self {
            replacement: Replacement::parse(parsed.str("replacement"), &names),
            whole: regex(&format!("^(?:{})$", parsed.str("regex")))?,
            first,
            last: Mutex::new(None),
        })
    }

    fn renamed(&self, topic: &ByteString) -> Result<ByteString, ConnectError> {
        if !self.whole.is_match(topic) {
            return Ok(topic.clone());
        }
        let replacement = self.replacement.as_ref().map_err(|text| ConnectError::data(text.as_str()))?;
        Ok(self
            .first
            .replacen(topic, 1, |found: &regex::Captures<'_>| replacement.expand(found))
            .as_ref()
            .into())
    }
}

impl Transformation for RegexRouter {
    fn apply(&self, record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        let mut last = self.last.lock();
        let renamed = match &*last {
            Some((topic, renamed)) if topic == record.topic => renamed.clone(),
            _ => {
                let renamed = self.renamed(record.topic)?;
                *last = Some((record.topic.clone(), renamed.clone()));
                renamed
            }
        };
        *record.topic = renamed;
        Ok(Verdict::Keep)
    }
}
