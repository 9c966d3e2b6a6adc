//! Secrets and other values from outside: `${provider:path:key}` in configurations, resolved when a connector or task
//! starts and stored unresolved.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use aqueduct_config::Properties;
use aqueduct_plugin_api::ConfigMap;
use regex::{Captures, Regex};

/// The worker's providers by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Providers {
    by_name: Arc<BTreeMap<String, Provider>>,
}

#[derive(Debug, Clone)]
enum Provider {
    /// Keys of `.properties` files.
    File { allowed: Vec<PathBuf> },
    /// Files of a folder: the key is the file's name, the value its text.
    Directory { allowed: Vec<PathBuf> },
    /// Environment variables.
    Env { allowed: Option<Regex> },
}

/// Why a reference cannot be resolved. Never holds a value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// A class that is not built in.
    #[error(
        "config.providers.{name}.class: {class} is not known; FileConfigProvider, DirectoryConfigProvider and EnvVarConfigProvider are"
    )]
    Class {
        /// The provider's name.
        name: String,
        /// The class.
        class: String,
    },
    /// A pattern that does not compile.
    #[error("config.providers.{name}.param.allowlist.pattern: {reason}")]
    Pattern {
        /// The provider's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A path outside of `allowed.paths`.
    #[error("The path {path} of config provider {name} is not permitted to be accessed")]
    NotAllowed {
        /// The provider's name.
        name: String,
        /// The path.
        path: String,
    },
    /// A file that cannot be read.
    #[error("Could not read properties from file {path} for config provider {name}: {reason}")]
    Read {
        /// The provider's name.
        name: String,
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
    /// A panic.
    #[error("resolving settings was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{([^}:]*?):(?:([^}]*?):)?([^}:]*?)\}").expect("the pattern is valid"));

impl Providers {
    /// The providers that a worker's settings define.
    pub(crate) fn from_worker(given: &ConfigMap) -> Result<Self, ProviderError> {
        let names = given.get("config.providers").map(String::as_str).unwrap_or_default();
        let mut by_name = BTreeMap::new();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            by_name.insert(name.to_owned(), provider(name, given)?);
        }
        Ok(Self { by_name: Arc::new(by_name) })
    }

    /// As [`Providers::resolve_now`], off the runtime's threads: a file may be on a disk that is slow or away.
    pub(crate) async fn resolve(&self, config: Arc<ConfigMap>) -> Result<ConfigMap, ProviderError> {
        let providers = self.clone();
        tokio::task::spawn_blocking(move || providers.resolve_now(&config)).await?
    }

    /// A configuration with all references to known providers replaced. References to unknown providers, and to keys
    /// that a provider does not have, stay as they are, as in Kafka. Reads files, so that it may block.
    pub(crate) fn resolve_now(&self, config: &ConfigMap) -> Result<ConfigMap, ProviderError> {
        if self.by_name.is_empty() {
            return Ok(config.clone());
        }
        config.iter().map(|(key, value)| Ok((key.clone(), self.resolve_text(value)?))).collect()
    }

    fn resolve_text(&self, text: &str) -> Result<String, ProviderError> {
        let mut failed = None;
        let replaced = REFERENCE.replace_all(text, |reference: &Captures<'_>| {
            let part = |index| reference.get(index).map_or("", |m| m.as_str());
            let unchanged = || part(0).to_owned();
            let Some(provider) = self.by_name.get(part(1)) else { return unchanged() };
            match provider.get(part(1), part(2), part(3)) {
                Ok(Some(value)) => value,
                Ok(None) => {
                    tracing::warn!("config provider {} has no key {} in {:?}", part(1), part(3), part(2));
                    unchanged()
                }
                Err(error) => {
                    failed.get_or_insert(error);
                    unchanged()
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(replaced.into_owned()),
        }
    }
}

fn provider(name: &str, given: &ConfigMap) -> Result<Provider, ProviderError> {
    let prefix = format!("config.providers.{name}.");
    let of = |key: &str| given.get(&format!("{prefix}{key}")).map(String::as_str);
    let class = of("class").unwrap_or_default();
    let allowed = || {
        let paths = of("param.allowed.paths").unwrap_or_default();
        paths.split(',').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect()
    };
    match class.rsplit('.').next().unwrap_or(class) {
        "FileConfigProvider" => Ok(Provider::File { allowed: allowed() }),
        "DirectoryConfigProvider" => Ok(Provider::Directory { allowed: allowed() }),
        "EnvVarConfigProvider" => {
            let pattern =
                of("param.allowlist.pattern").map(|pattern| Regex::new(&format!("^(?:{pattern})$")));
            let allowed = pattern.transpose().map_err(|error| ProviderError::Pattern {
                name: name.to_owned(),
                reason: error.to_string(),
            })?;
            Ok(Provider::Env { allowed })
        }
        _ => Err(ProviderError::Class { name: name.to_owned(), class: class.to_owned() }),
    }
}

impl Provider {
    fn get(&self, name: &str, path: &str, key: &str) -> Result<Option<String>, ProviderError> {
        let read_error =
            |reason: String| ProviderError::Read { name: name.to_owned(), path: path.to_owned(), reason };
        match self {
            Self::File { allowed } => {
                check_allowed(name, Path::new(path), allowed)?;
                let properties =
                    Properties::read(Path::new(path)).map_err(|error| read_error(error.to_string()))?;
                Ok(properties.get(key).map(str::to_owned))
            }
            Self::Directory { allowed } => {
                if Path::new(key).components().count() != 1 || key.starts_with('.') {
                    return Ok(None);
                }
                let file = Path::new(path).join(key);
                check_allowed(name, &file, allowed)?;
                match std::fs::read_to_string(&file) {
                    Ok(text) => Ok(Some(text)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(read_error(error.to_string())),
                }
            }
            Self::Env { allowed } => {
                let permitted = allowed.as_ref().is_none_or(|pattern| pattern.is_match(key));
                Ok(permitted.then(|| std::env::var(key).ok()).flatten())
            }
        }
    }
}

/// Without `allowed.paths` every path is allowed, as in Kafka.
fn check_allowed(name: &str, path: &Path, allowed: &[PathBuf]) -> Result<(), ProviderError> {
    let climbs = path.components().any(|part| part == Component::ParentDir);
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let below =
        |folder: &PathBuf| real.starts_with(std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone()));
    if allowed.is_empty() || (!climbs && allowed.iter().any(below)) {
        return Ok(());
    }
    Err(ProviderError::NotAllowed { name: name.to_owned(), path: path.display().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> ConfigMap {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn references_are_replaced_and_others_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.properties");
        std::fs::write(&file, "pw=geheim\n").unwrap();
        let file = file.to_str().unwrap();
        let worker = map(&[
            ("config.providers", "file,dir"),
            ("config.providers.file.class", "org.apache.kafka.common.config.provider.FileConfigProvider"),
            ("config.providers.dir.class", "DirectoryConfigProvider"),
            ("config.providers.dir.param.allowed.paths", folder.path().to_str().unwrap()),
        ]);
        let providers = Providers::from_worker(&worker).unwrap();
        let config = map(&[
            ("a", &format!("x${{file:{file}:pw}}y")),
            ("b", "${unknown:k}"),
            ("c", &format!("${{file:{file}:none}}")),
            ("d", &format!("${{dir:{}:s.properties}}", folder.path().display())),
        ]);
        let resolved = providers.resolve_now(&config).unwrap();
        assert_eq!(resolved["a"], "xgeheimy");
        assert_eq!(resolved["b"], "${unknown:k}");
        assert_eq!(resolved["c"], config["c"]);
        assert_eq!(resolved["d"], "pw=geheim\n");
        let outside = providers.resolve_now(&map(&[("e", "${dir:/etc:hostname}")])).unwrap_err();
        assert!(outside.to_string().contains("not permitted"), "{outside}");
    }

    #[tokio::test]
    async fn a_file_that_is_slow_holds_up_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let worker = map(&[
            ("config.providers", "file"),
            ("config.providers.file.class", "org.apache.kafka.common.config.provider.FileConfigProvider"),
        ]);
        let providers = Providers::from_worker(&worker).unwrap();
        let config = Arc::new(map(&[("a", &format!("${{file:{}:k}}", pipe.display()))]));
        let resolving = tokio::spawn(async move { providers.resolve(config).await });
        tokio::task::yield_now().await;
        // The reader waits for this. On the thread that it is called on, it would wait for ever.
        tokio::task::spawn_blocking(move || std::fs::write(pipe, "k=v\n").unwrap()).await.unwrap();
        assert_eq!(resolving.await.unwrap().unwrap()["a"], "v");
    }
}
