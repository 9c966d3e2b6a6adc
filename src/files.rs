//! Settings files as the verbs take them, and errors that say where in the file they arose.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use aqueduct_config::Properties;

use crate::ServerFile;

/// A settings file with the overrides of the command line applied.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    pub(crate) properties: Properties,
}

impl Settings {
    /// Reads a file.
    pub(crate) fn read(file: &ServerFile) -> anyhow::Result<Self> {
        let mut properties = Properties::read(&file.file).with_context(|| file.file.display().to_string())?;
        for text in &file.overrides {
            properties.override_with(text).context("--override")?;
        }
        Ok(Self { path: file.file.clone(), properties })
    }

    /// Refused settings as one error: each with the line of the file it stands on.
    pub(crate) fn refused(&self, errors: &[String]) -> anyhow::Error {
        let lines: Vec<String> = errors.iter().map(|error| self.locate(error)).collect();
        anyhow!("{}", lines.join("\n"))
    }

    fn locate(&self, error: &str) -> String {
        let path = self.path.display();
        let key = error
            .split_once("configuration ")
            .map(|(_, rest)| rest.trim_start_matches('"').split([':', '"', ' ']).next().unwrap_or_default());
        match key.and_then(|key| self.properties.line(key)) {
            Some(line) => format!("{path}, line {line}: {error}"),
            None => format!("{path}: {error}"),
        }
    }
}
