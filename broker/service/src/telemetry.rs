//! Logs: `tracing` to standard error, with levels that can be changed while running.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, fmt, reload};

use crate::clock::{Clock, SystemClock};

/// The logger that stands for all others.
pub const ROOT: &str = "root";

static LOGGERS: OnceLock<Loggers> = OnceLock::new();

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One line of text each.
    #[default]
    Text,
    /// One JSON object each.
    Json,
}

/// The levels in force, by logger. A logger is a `tracing` target or a prefix of targets (`aqueduct_connect`).
#[derive(Clone)]
pub struct Loggers {
    levels: Arc<Mutex<BTreeMap<String, LoggerLevel>>>,
    handle: reload::Handle<Targets, Registry>,
}

/// Loggers that may have a level of their own: each change reads all of them.
const MAX_LOGGERS: usize = 1_000;
/// Bytes of a logger's name.
const MAX_NAME_BYTES: usize = 1_024;

/// A logger is not given a level of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoggerRefused {
    /// There are as many as there may be.
    #[error("There are {MAX_LOGGERS} loggers with a level of their own; more are not kept")]
    TooMany,
    /// Its name is too long.
    #[error("The name of a logger has at most {MAX_NAME_BYTES} bytes")]
    NameTooLong,
}

/// The level of a logger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggerLevel {
    /// The level.
    pub level: LevelFilter,
    /// When it was changed through [`Loggers::set`], in milliseconds since the epoch; `None` if never.
    pub last_modified: Option<i64>,
}

/// Starts logging for the process: `filter` is a comma list of `target=level` or `level`
/// (`AQUEDUCT_LOG` in the environment wins). Later calls give the same loggers.
pub fn init(filter: &str, format: LogFormat) -> Loggers {
    let build = || {
        let text = std::env::var("AQUEDUCT_LOG").unwrap_or_else(|_| filter.to_owned());
        let levels = parse_filter(&text);
        let (layer, handle) = reload::Layer::new(targets(&levels));
        let registry = tracing_subscriber::registry().with(layer);
        let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
        let installed = match format {
            LogFormat::Text => registry.with(lines).try_init(),
            LogFormat::Json => registry.with(lines.json()).try_init(),
        };
        if let Err(error) = installed {
            eprintln!("logging: {error}");
        }
        Loggers { levels: Arc::new(Mutex::new(levels)), handle }
    };
    LOGGERS.get_or_init(build).clone()
}

/// The process's loggers, if [`init`] was called.
pub fn loggers() -> Option<&'static Loggers> {
    LOGGERS.get()
}

impl Loggers {
    /// All loggers with a level of their own, `root` among them.
    pub fn list(&self) -> BTreeMap<String, LoggerLevel> {
        self.levels.lock().clone()
    }

    /// The level in force for a logger: its own or that of the nearest logger above it.
    pub fn get(&self, logger: &str) -> LoggerLevel {
        let levels = self.levels.lock();
        let mut name = logger;
        loop {
            if let Some(level) = levels.get(name) {
                return level.clone();
            }
            match name.rfind("::").or_else(|| name.rfind('.')) {
                Some(end) => name = &name[..end],
                None => break,
            }
        }
        levels.get(ROOT).cloned().unwrap_or(LoggerLevel { level: LevelFilter::INFO, last_modified: None })
    }

    /// Sets the level of a logger and of all below it; gives the names whose level changed.
    ///
    /// # Errors
    /// As [`check`](Loggers::check).
    pub fn set(&self, logger: &str, level: LevelFilter) -> Result<Vec<String>, LoggerRefused> {
        let mut levels = self.levels.lock();
        admit(&levels, logger)?;
        let stamp = LoggerLevel { level, last_modified: Some(SystemClock.now_ms()) };
        levels
            .entry(logger.to_owned())
            .or_insert(LoggerLevel { level: LevelFilter::OFF, last_modified: None });
        let below = |name: &str| {
            logger == ROOT
                || name == logger
                || name
                    .strip_prefix(logger)
                    .is_some_and(|rest| rest.starts_with("::") || rest.starts_with('.'))
        };
        let mut changed = Vec::new();
        for (name, entry) in levels.iter_mut().filter(|(name, _)| below(name)) {
            if entry.level != level {
                *entry = stamp.clone();
                changed.push(name.clone());
            }
        }
        self.put_in_force(&levels);
        Ok(changed)
    }

    /// Whether a logger may be given a level of its own.
    ///
    /// # Errors
    /// There are 1,000 others, or its name is longer than 1,024 bytes.
    pub fn check(&self, logger: &str) -> Result<(), LoggerRefused> {
        admit(&self.levels.lock(), logger)
    }

    /// Gives one logger a level of its own, or takes it; the loggers below it keep theirs. `root` always has one.
    pub fn set_own(&self, logger: &str, level: Option<LevelFilter>) {
        let mut levels = self.levels.lock();
        match level {
            Some(level) => {
                let stamp = LoggerLevel { level, last_modified: Some(SystemClock.now_ms()) };
                levels.insert(logger.to_owned(), stamp);
            }
            None if logger == ROOT => return,
            None => drop(levels.remove(logger)),
        }
        self.put_in_force(&levels);
    }

    fn put_in_force(&self, levels: &BTreeMap<String, LoggerLevel>) {
        if let Err(error) = self.handle.reload(targets(levels)) {
            tracing::warn!("log levels were not changed: {error}");
        }
    }
}

fn admit(levels: &BTreeMap<String, LoggerLevel>, logger: &str) -> Result<(), LoggerRefused> {
    if levels.contains_key(logger) {
        Ok(())
    } else if logger.len() > MAX_NAME_BYTES {
        Err(LoggerRefused::NameTooLong)
    } else if levels.len() >= MAX_LOGGERS {
        Err(LoggerRefused::TooMany)
    } else {
        Ok(())
    }
}

fn parse_filter(text: &str) -> BTreeMap<String, LoggerLevel> {
    let mut levels = BTreeMap::new();
    levels.insert(ROOT.to_owned(), LoggerLevel { level: LevelFilter::INFO, last_modified: None });
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, level) = part.split_once('=').unwrap_or((ROOT, part));
        match level.parse() {
            Ok(level) => drop(levels.insert(name.to_owned(), LoggerLevel { level, last_modified: None })),
            Err(_) => eprintln!("logging: {part:?} is not a level or logger=level"),
        }
    }
    levels
}

fn targets(levels: &BTreeMap<String, LoggerLevel>) -> Targets {
    let named =
        levels.iter().filter(|(name, _)| *name != ROOT).map(|(name, entry)| (name.clone(), entry.level));
    let root = levels.get(ROOT).map_or(LevelFilter::INFO, |entry| entry.level);
    Targets::new().with_default(root).with_targets(named)
}
