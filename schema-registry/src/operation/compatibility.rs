//! Checks a new schema against versions of a subject.

use super::schema_request::{ParsedSchema, parse_stored};
use crate::state::{Snapshot, Version};
use crate::subject::context_of;
use aqueduct_avro::compatibility::CompatibilityLevel;
use std::sync::Arc;

/// How much of an old schema a message quotes, in characters.
const QUOTED: usize = 10_240;

/// Messages of what is incompatible; none if nothing is.
pub type CheckResult = Vec<String>;

/// Checks a new schema against earlier versions, given oldest first. A transitive level looks at all of them, newest
/// first, and stops at the first that does not fit; another level looks at the latest.
pub fn check_against<'v>(
    snapshot: &Snapshot,
    subject: &str,
    level: CompatibilityLevel,
    new: &ParsedSchema,
    versions: impl DoubleEndedIterator<Item = &'v Arc<Version>>,
) -> CheckResult {
    if level == CompatibilityLevel::None {
        return Vec::new();
    }
    let how_many = if level.is_transitive() { usize::MAX } else { 1 };
    for old in versions.rev().take(how_many) {
        let mut messages = differences(snapshot, subject, level, new, old);
        if !messages.is_empty() {
            messages.push(format!("{{oldSchemaVersion: {}}}", old.version));
            messages.push(quote(&old.content.schema));
            messages.push(format!("{{validateFields: 'false', compatibility: '{level}'}}"));
            return messages;
        }
    }
    Vec::new()
}

fn differences(
    snapshot: &Snapshot,
    subject: &str,
    level: CompatibilityLevel,
    new: &ParsedSchema,
    old: &Version,
) -> Vec<String> {
    let unexpected =
        |error: String| vec![format!("Unexpected exception during compatibility check: {error}")];
    match parse_stored(snapshot, context_of(subject), &old.content) {
        Ok(Some(schema)) => {
            level.check(&new.avro, &schema).unwrap_or_else(|error| unexpected(error.to_string()))
        }
        Ok(None) => vec!["Incompatible because of different schema type".to_owned()],
        Err(error) => unexpected(error),
    }
}

/// The old schema as messages quote it.
fn quote(schema: &str) -> String {
    match schema.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{{oldSchema: <truncated> '{}...'}}", &schema[..end]),
        None => format!("{{oldSchema: '{schema}'}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_schemas_are_quoted_in_part() {
        assert_eq!(quote("\"int\""), "{oldSchema: '\"int\"'}");
        let long = "é".repeat(QUOTED + 1);
        assert_eq!(quote(&long), format!("{{oldSchema: <truncated> '{}...'}}", "é".repeat(QUOTED)));
        assert!(!quote(&long[..2 * QUOTED]).contains("truncated"));
    }
}
