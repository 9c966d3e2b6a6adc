//! Answers compared field by field, and the differences that are meant.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Fields of an answer by their paths: `status`, `body.configs[topic].value.errors[0]`.
pub(super) type Fields = BTreeMap<String, Value>;

/// All fields of an answer in its comparable form.
pub(super) fn fields(answer: &Value) -> Fields {
    let mut all = Fields::new();
    collect("", answer, &mut all);
    all
}

fn collect(path: &str, value: &Value, into: &mut Fields) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let dot = if path.is_empty() { "" } else { "." };
                collect(&format!("{path}{dot}{name}"), member, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let names: Vec<Option<String>> = items.iter().map(name_of).collect();
            if names.iter().all(Option::is_some) {
                let order: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
                into.insert(format!("{path}[order]"), json!(order.join(" ")));
            }
            for (place, (item, name)) in items.iter().zip(names).enumerate() {
                let name = name.unwrap_or_else(|| place.to_string());
                collect(&format!("{path}[{name}]"), item, into);
            }
        }
        leaf => drop(into.insert(path.to_owned(), leaf.clone())),
    }
}

/// What an item of a list is called, so that one more or less does not shift all others.
fn name_of(item: &Value) -> Option<String> {
    let name = item.get("class").or_else(|| item.get("name")).or_else(|| item["value"].get("name"));
    name.and_then(Value::as_str).map(str::to_owned)
}

/// The fields in which two answers differ, with both values; a field that is missing is null.
pub(super) fn compare(theirs: &Fields, ours: &Fields) -> BTreeMap<String, (Value, Value)> {
    let value = |fields: &Fields, path: &str| fields.get(path).cloned().unwrap_or(Value::Null);
    let paths = theirs.keys().chain(ours.keys());
    let pairs = paths.map(|path| (path.clone(), (value(theirs, path), value(ours, path))));
    pairs.filter(|(_, (a, b))| a != b).collect()
}

/// An entry of `differences.toml`.
#[derive(Debug)]
pub(super) struct Intended {
    /// Why ours answers otherwise.
    pub(super) reason: String,
    /// Labels of answers, `*` for anything.
    answers: Vec<String>,
    /// Fields of them, `*` for anything.
    fields: Vec<String>,
}

impl Intended {
    /// Reads the list.
    pub(super) fn parse(text: &str) -> Vec<Self> {
        let table: toml::Table = toml::from_str(text).expect("differences.toml is TOML");
        let texts = |entry: &toml::Value, key: &str| -> Vec<String> {
            let list = entry[key].as_array().unwrap_or_else(|| panic!("{key} is a list"));
            list.iter().map(|text| text.as_str().expect("of texts").to_owned()).collect()
        };
        let entries = table["difference"].as_array().expect("a list of differences");
        let read = |entry: &toml::Value| Self {
            reason: entry["reason"].as_str().expect("a difference has a reason").to_owned(),
            answers: texts(entry, "answers"),
            fields: texts(entry, "fields"),
        };
        entries.iter().map(read).collect()
    }

    /// Whether it is about this field of this answer.
    pub(super) fn covers(&self, label: &str, field: &str) -> bool {
        self.answers.iter().any(|pattern| matches(pattern, label))
            && self.fields.iter().any(|pattern| matches(pattern, field))
    }
}

/// Whether a text is as a pattern says, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            rest.is_empty()
                || (0..=tail.len()).any(|at| tail.is_char_boundary(at) && matches(rest, &tail[at..]))
        }),
    }
}

#[test]
fn answers_are_compared_field_by_field() {
    let theirs = fields(
        &json!({ "status": 200, "body": { "configs": [{ "value": { "name": "a", "errors": [] } }] } }),
    );
    let ours = fields(
        &json!({ "status": 200, "body": { "configs": [{ "value": { "name": "a", "errors": ["e"] } }] } }),
    );
    let found: Vec<String> = compare(&theirs, &ours).into_keys().collect();
    assert_eq!(found, ["body.configs[a].value.errors", "body.configs[a].value.errors[0]"]);
    assert!(matches("body.*.errors*", "body.configs[a].value.errors[0]"));
    assert!(!matches("body.*.error", "body.configs[a].value.errors"));
}
