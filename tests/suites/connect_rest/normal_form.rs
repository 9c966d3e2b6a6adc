//! What of an answer is compared: what depends on the run (ports, folders, versions, times, identifiers) is replaced,
//! stack traces are cut to what is said, and lists without an order are sorted.

use serde_json::{Map, Value, json};

use super::wire::Answer;

/// What is replaced in a run: text, and what stands for it.
pub(super) struct NormalForm {
    /// Longest first.
    pub(super) replaced: Vec<(String, &'static str)>,
}

/// Members whose values differ from run to run.
const OF_THE_RUN: [&str; 5] =
    ["commit", "kafka_cluster_id", "last_modified", "discoverTimestamp", "creation-timestamp"];

impl NormalForm {
    /// The comparable form of an answer.
    pub(super) fn answer(&self, answer: &Answer) -> Value {
        let mut form = Map::new();
        form.insert("status".to_owned(), json!(answer.status));
        for name in ["content-type", "location"] {
            if let Some(value) = answer.header(name) {
                form.insert(name.to_owned(), json!(self.text(value)));
            }
        }
        if let Some(allow) = answer.header("allow") {
            let mut methods: Vec<&str> = allow.split(',').map(str::trim).collect();
            methods.sort_unstable();
            form.insert("allow".to_owned(), json!(methods.join(", ")));
        }
        if !answer.body.is_empty() {
            form.insert("body".to_owned(), self.body(&answer.body));
        }
        Value::Object(form)
    }

    /// A body: JSON if it is JSON.
    pub(super) fn body(&self, text: &str) -> Value {
        match serde_json::from_str(text) {
            Ok(json) => self.json(json),
            Err(_) => json!(self.text(text)),
        }
    }

    fn json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => {
                let mut items: Vec<Value> = items.into_iter().map(|item| self.json(item)).collect();
                if items.iter().all(|item| item.is_string() || item.get("class").is_some()) {
                    items.sort_by_key(ToString::to_string);
                }
                Value::Array(items)
            }
            Value::Object(members) => {
                let member = |(name, value): (String, Value)| {
                    let value = match (name.as_str(), &value) {
                        (_, Value::Null) => value,
                        (name, _) if OF_THE_RUN.contains(&name) => json!("{of the run}"),
                        ("version", Value::String(_)) => json!("{version}"),
                        // Apache's sentences are its own, and so are ours.
                        ("documentation", Value::String(text)) if !text.is_empty() => json!("{text}"),
                        ("trace", Value::String(trace)) => json!(self.text(&said(trace))),
                        _ => self.json(value),
                    };
                    (self.text(&name), value)
                };
                Value::Object(members.into_iter().map(member).collect())
            }
            other => other,
        }
    }

    /// A text with what is the run's own replaced.
    pub(super) fn text(&self, text: &str) -> String {
        let replaced = self.replaced.iter();
        replaced.fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to))
    }
}

/// A trace without the places in the code, and without what happens next, which in Apache's is nothing: what failed,
/// and why.
fn said(trace: &str) -> String {
    let kept = trace.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with("at ") && !line.starts_with("...") && !line.starts_with("It starts again ")
    });
    kept.collect::<Vec<_>>().join("\n")
}
