//! What went wrong in a connector, and what the worker should do about it.

use std::fmt;
use std::time::Duration;

/// What an error means for what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum ErrorClass {
    /// The same call may work later: the worker tries again with back-off, nothing is lost.
    Retriable = 1,
    /// This record cannot be handled, others can: `errors.tolerance` and the dead letter queue decide.
    Data = 2,
    /// The configuration is wrong: the task fails and is not restarted until it changes.
    Config = 3,
    /// The task cannot go on: it fails and is restarted with back-off.
    Fatal = 4,
}

/// One link of a chain of causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The kind of error; of an error of Rust's the first word of its debug form, such as `Io` or `Database`.
    pub kind: String,
    /// What it said.
    pub message: String,
}

/// An error of a connector or task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// What it means for what happens next.
    pub class: ErrorClass,
    /// The class name shown in traces: Connect's Java name where it has one, so that users find it.
    pub kind: String,
    /// What went wrong, naming the subject (table, index, file, key). Never holds a secret.
    pub message: String,
    /// When to try again, if the other side said so.
    pub retry_after: Option<Duration>,
    /// The causes, nearest first.
    pub causes: Vec<Cause>,
}

impl ConnectError {
    /// An error of a class, with Connect's usual name for it.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        let kind = match class {
            ErrorClass::Retriable => "org.apache.kafka.connect.errors.RetriableException",
            ErrorClass::Data => "org.apache.kafka.connect.errors.DataException",
            ErrorClass::Config => "org.apache.kafka.common.config.ConfigException",
            ErrorClass::Fatal => "org.apache.kafka.connect.errors.ConnectException",
        };
        Self { class, kind: kind.to_owned(), message: message.into(), retry_after: None, causes: Vec::new() }
    }

    /// May work later.
    pub fn retriable(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Retriable, message)
    }

    /// This record only.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Data, message)
    }

    /// The configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Config, message)
    }

    /// The task cannot go on.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Fatal, message)
    }

    /// Adds an error and its sources as causes.
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            self.causes.push(Cause { kind: error_kind(error), message: error.to_string() });
            next = error.source();
        }
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The text shown as `trace` in a status: the error, then a `Caused by:` line for each cause.
    pub fn trace(&self) -> String {
        let mut text = format!("{}: {}\n", self.kind, self.message);
        for cause in &self.causes {
            text.push_str(&format!("Caused by: {}: {}\n", cause.kind, cause.message));
        }
        text
    }
}

/// Rust errors have no name at run time but that in their debug form: the word before any bracket.
fn error_kind(error: &dyn std::error::Error) -> String {
    let debug = format!("{error:?}");
    let name: String = debug.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(64).collect();
    if name.is_empty() { "Error".to_owned() } else { name }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {}", cause.message))
    }
}

impl std::error::Error for ConnectError {}
