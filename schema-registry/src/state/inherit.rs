//! Settings in force: a subject's own, else its context's, else those of all, else the server's default.

use super::mode::Mode;
use super::snapshot::{Setting, Snapshot};
use crate::subject::{DEFAULT_CONTEXT, GLOBAL_CONTEXT, context_of, is_context};
use aqueduct_avro::compatibility::CompatibilityLevel;
use std::collections::HashMap;

impl Snapshot {
    /// The compatibility level that holds for a subject.
    pub fn level_in_force(&self, subject: Option<&str>, default: CompatibilityLevel) -> CompatibilityLevel {
        self.configs
            .in_force(subject, "compatibilityLevel")
            .and_then(|name| name.parse().ok())
            .unwrap_or(default)
    }

    /// Whether schemas of a subject are normalised unless a request says otherwise.
    pub fn normalize_in_force(&self, subject: &str) -> bool {
        let found = scopes(Some(subject)).into_iter().find_map(|scope| {
            self.configs.get(&scope).and_then(|setting| setting.value.0.get("normalize")?.as_bool())
        });
        found.unwrap_or(false)
    }

    /// The mode that holds for a subject. One that is not known, from another registry, allows nothing.
    pub fn mode_in_force(&self, subject: Option<&str>) -> Mode {
        match self.modes.in_force(subject, "mode") {
            Some(name) => Mode::from_name(name).unwrap_or(Mode::ReadOnly),
            None => Mode::default(),
        }
    }

    /// The level that a subject (`None`: all subjects) has of its own.
    pub fn own_level(&self, subject: Option<&str>) -> Option<&Setting> {
        self.configs.get(&subject.map(str::to_owned))
    }

    /// The mode that a subject (`None`: all subjects) has of its own.
    pub fn own_mode(&self, subject: Option<&str>) -> Option<&str> {
        self.modes.get(&subject.map(str::to_owned))?.value.text("mode")
    }
}

trait InForce {
    fn in_force(&self, subject: Option<&str>, member: &str) -> Option<&str>;
}

impl InForce for HashMap<Option<String>, Setting> {
    fn in_force(&self, subject: Option<&str>, member: &str) -> Option<&str> {
        scopes(subject)
            .into_iter()
            .find_map(|scope| self.get(&scope).and_then(|setting| setting.value.text(member)))
    }
}

/// Where a setting of a subject is looked for, in order.
fn scopes(subject: Option<&str>) -> Vec<Option<String>> {
    let mut scopes = Vec::with_capacity(4);
    let context = subject.map_or(DEFAULT_CONTEXT, context_of);
    if let Some(subject) = subject {
        scopes.push(Some(subject.to_owned()));
        if context != DEFAULT_CONTEXT && !is_context(subject) {
            scopes.push(Some(format!(":{context}:")));
        }
    }
    if context == DEFAULT_CONTEXT {
        scopes.push(None);
    }
    scopes.push(Some(format!(":{GLOBAL_CONTEXT}:")));
    scopes
}
