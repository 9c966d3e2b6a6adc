//! Settings files as the verbs take them, and errors that say where in the file they arose.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use aqueduct_config::{Properties, PropertiesError};

use crate::ServerFile;

/// A settings file with the overrides of the command line applied.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    pub(crate) properties: Properties,
    /// Settings given with `--override`.
    overridden: BTreeSet<String>,
}

impl Settings {
    /// Reads a file.
    pub(crate) fn read(file: &ServerFile) -> anyhow::Result<Self> {
        let mut properties = Properties::read(&file.file).map_err(|error| match error {
            // Names the file itself.
            PropertiesError::Read { .. } => anyhow!("{error}"),
            error => anyhow!("{}, {error}", file.file.display()),
        })?;
        let mut overridden = BTreeSet::new();
        for text in &file.overrides {
            properties.override_with(text).context("--override")?;
            overridden.extend(text.split_once('=').map(|(key, _)| key.trim().to_owned()));
        }
        Ok(Self { path: file.file.clone(), properties, overridden })
    }

    /// Refused settings as one error: each with the line of the file it stands on.
    pub(crate) fn refused(&self, errors: &[String]) -> anyhow::Error {
        let mut lines: Vec<(usize, String)> = Vec::with_capacity(errors.len());
        let mut before = None;
        for error in errors {
            let key = key_of(error);
            // Kafka's validator goes on with null after a value that it could not read, and says so; once is enough.
            let follows_up = key.is_some() && key == before && error.contains("Invalid value null for ");
            if !follows_up {
                let line = key.and_then(|key| self.properties.line(key)).unwrap_or(usize::MAX);
                lines.push((line, self.locate(key, error)));
            }
            before = key;
        }
        // In the order of the file, then what is missing from it.
        lines.sort_by_key(|(line, _)| *line);
        anyhow!("{}", lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"))
    }

    fn locate(&self, key: Option<&str>, error: &str) -> String {
        let path = self.path.display();
        match key {
            // Connect's worker names the line itself.
            Some(_) if error.starts_with("line ") => format!("{path}, {error}"),
            Some(key) if self.overridden.contains(key) => format!("--override: {error}"),
            Some(key) => match self.properties.line(key) {
                Some(line) => format!("{path}, line {line}: {error}"),
                None => format!("{path}: {error}"),
            },
            None => format!("{path}: {error}"),
        }
    }
}

/// The setting that an error in Kafka's words is about, or in Confluent's.
fn key_of(error: &str) -> Option<&str> {
    let (_, rest) = error.split_once("configuration ").or_else(|| error.split_once("Configuration "))?;
    rest.trim_start_matches(['"', '\'']).split([':', '"', '\'', ' ']).next().filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_about_the_key_that_it_names() {
        for (error, key) in [
            ("Invalid value x for configuration num.partitions: Not a number", Some("num.partitions")),
            ("Missing required configuration \"group.id\" which has no default value.", Some("group.id")),
            ("Configuration 'listeners' must not be empty. Valid values include: any", Some("listeners")),
            ("The disk is full", None),
        ] {
            assert_eq!(key_of(error), key);
        }
    }
}
