//! Connection URLs: `jdbc:mysql://…`, `jdbc:mariadb://…`, `jdbc:postgresql://…`, `jdbc:sqlite:…`, with or without
//! `jdbc:`.

use aqueduct_config::Secret;

/// Which database a URL speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    MySql,
    MariaDb,
    Postgres,
    Sqlite,
}

/// A parsed URL. Its `Debug` shows no password.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DatabaseUrl {
    pub(crate) dialect: Dialect,
    /// Hosts in the order in which they are tried; empty for SQLite.
    pub(crate) hosts: Vec<(String, u16)>,
    /// The database, or SQLite's file.
    pub(crate) database: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    /// The driver's parameters in order. May hold secrets under the names of [`is_secret`].
    pub(crate) parameters: Vec<(String, Secret)>,
}

/// Why a URL is refused. The texts never show the URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("the URL must begin with jdbc:mysql://, jdbc:mariadb://, jdbc:postgresql:// or jdbc:sqlite:")]
    UnknownDatabase,
    #[error("the {0} form of the URL is not supported; use {1}://host:port/database")]
    UnsupportedForm(String, &'static str),
    #[error("the URL names an invalid port: {0}")]
    Port(String),
    #[error("the URL has an invalid percent escape in its {0}")]
    Escape(&'static str),
    #[error("the URL names no database file")]
    NoFile,
    #[error("an SQLite database in memory is seen by nobody else; name a file")]
    InMemory,
}

impl Dialect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }

    pub(crate) fn is_mysql(self) -> bool {
        matches!(self, Self::MySql | Self::MariaDb)
    }

    /// The character around identifiers.
    pub(crate) fn quote(self) -> char {
        if self.is_mysql() { '`' } else { '"' }
    }

    fn default_port(self) -> u16 {
        if self == Self::Postgres { 5432 } else { 3306 }
    }
}

impl DatabaseUrl {
    pub(crate) fn parse(url: &str) -> Result<Self, UrlError> {
        let url = url.trim();
        let url = url.strip_prefix("jdbc:").unwrap_or(url);
        let (scheme, rest) = url.split_once(':').ok_or(UrlError::UnknownDatabase)?;
        let dialect = match scheme {
            "mysql" => Dialect::MySql,
            "mariadb" => Dialect::MariaDb,
            "postgresql" | "postgres" => Dialect::Postgres,
            "sqlite" => return parse_sqlite(rest),
            _ => return Err(UrlError::UnknownDatabase),
        };
        match rest.strip_prefix("//") {
            Some(rest) => parse_network(dialect, rest),
            // `jdbc:postgresql:database` is a database on this machine.
            None if dialect == Dialect::Postgres => {
                parse_network(dialect, &format!("/{}", rest.trim_start_matches('/')))
            }
            None => {
                let form = rest.split("//").next().unwrap_or_default().trim_end_matches(':');
                Err(UrlError::UnsupportedForm(form.chars().take(32).collect(), dialect.name()))
            }
        }
    }

    /// The server as errors name it: dialect, hosts and database, nothing secret.
    pub(crate) fn server(&self) -> String {
        let database = self.database.as_deref().unwrap_or_default();
        if self.dialect == Dialect::Sqlite {
            return format!("sqlite:{database}");
        }
        let hosts: Vec<String> = self.hosts.iter().map(|(host, port)| format!("{host}:{port}")).collect();
        format!("{}://{}/{database}", self.dialect.name(), hosts.join(","))
    }
}

/// Whether a parameter's value must not be shown.
pub(crate) fn is_secret(parameter: &str) -> bool {
    let name = parameter.to_ascii_lowercase();
    ["password", "secret", "token", "passphrase"].iter().any(|word| name.contains(word))
}

fn parse_network(dialect: Dialect, rest: &str) -> Result<DatabaseUrl, UrlError> {
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = location.split_once('/').unwrap_or((location, ""));
    let (user_info, host_list) = match authority.rsplit_once('@') {
        Some((user_info, hosts)) => (Some(user_info), hosts),
        None => (None, authority),
    };
    if host_list.contains('(') {
        return Err(UrlError::UnsupportedForm("(key=value)".to_owned(), dialect.name()));
    }
    let hosts = host_list.split(',').map(|host| parse_host(dialect, host)).collect::<Result<_, _>>()?;
    let mut parsed = DatabaseUrl {
        dialect,
        hosts,
        database: Some(unescape(database, "database name")?).filter(|name| !name.is_empty()),
        user: None,
        password: None,
        parameters: parse_parameters(query)?,
    };
    if let Some(user_info) = user_info {
        let (user, password) = user_info.split_once(':').map_or((user_info, None), |(u, p)| (u, Some(p)));
        parsed.user = Some(unescape(user, "user")?);
        parsed.password = password.map(|text| unescape(text, "password").map(Secret::new)).transpose()?;
    }
    Ok(parsed)
}

fn parse_host(dialect: Dialect, text: &str) -> Result<(String, u16), UrlError> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (address, rest.strip_prefix(':')),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None | Some("") => dialect.default_port(),
        Some(port) => port.parse().map_err(|_| UrlError::Port(port.chars().take(16).collect()))?,
    };
    Ok((if host.is_empty() { "localhost" } else { host }.to_owned(), port))
}

fn parse_parameters(query: &str) -> Result<Vec<(String, Secret)>, UrlError> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parse = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((unescape(name, "parameters")?, Secret::new(unescape(value, "parameters")?)))
    };
    pairs.map(parse).collect()
}

fn parse_sqlite(rest: &str) -> Result<DatabaseUrl, UrlError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("file:").unwrap_or(path);
    // sqlite:///path and sqlite://path are how other tools write it.
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.starts_with(":memory:") {
        return Err(UrlError::InMemory);
    }
    if path.is_empty() {
        return Err(UrlError::NoFile);
    }
    Ok(DatabaseUrl {
        dialect: Dialect::Sqlite,
        hosts: Vec::new(),
        database: Some(path.to_owned()),
        user: None,
        password: None,
        parameters: parse_parameters(query)?,
    })
}

/// Resolves `%41`; a plus stays a plus, as JDBC drivers have it.
fn unescape(text: &str, part: &'static str) -> Result<String, UrlError> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = rest.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok()).ok_or(UrlError::Escape(part))?;
        bytes.push(byte);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).map_err(|_| UrlError::Escape(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_urls_are_understood() {
        let url = DatabaseUrl::parse("jdbc:mysql://db1:3307,db2/shop?useSSL=false&user=a%40b").unwrap();
        assert_eq!(url.dialect, Dialect::MySql);
        assert_eq!(url.hosts, [("db1".to_owned(), 3307), ("db2".to_owned(), 3306)]);
        assert_eq!(url.database.as_deref(), Some("shop"));
        assert_eq!((url.parameters[1].0.as_str(), url.parameters[1].1.reveal()), ("user", "a@b"));
        assert_eq!(url.server(), "mysql://db1:3307,db2:3306/shop");

        let url = DatabaseUrl::parse("postgresql://me:s%3Acret@[::1]:5433/app").unwrap();
        assert_eq!((url.hosts[0].0.as_str(), url.hosts[0].1), ("::1", 5433));
        assert_eq!(url.password.as_ref().map(Secret::reveal), Some("s:cret"));
        assert!(!format!("{url:?}").contains("s:cret"));

        let url = DatabaseUrl::parse("jdbc:postgresql:app").unwrap();
        assert_eq!((url.hosts[0].0.as_str(), url.database.as_deref()), ("localhost", Some("app")));
        for text in
            ["jdbc:sqlite:/tmp/shop.db", "sqlite:///tmp/shop.db", "jdbc:sqlite:file:/tmp/shop.db?mode=ro"]
        {
            assert_eq!(DatabaseUrl::parse(text).unwrap().database.as_deref(), Some("/tmp/shop.db"), "{text}");
        }
    }

    #[test]
    fn other_urls_are_refused_with_a_reason_and_without_secrets() {
        assert_eq!(DatabaseUrl::parse("jdbc:oracle:thin:@x"), Err(UrlError::UnknownDatabase));
        assert_eq!(DatabaseUrl::parse("jdbc:sqlite::memory:"), Err(UrlError::InMemory));
        let error = DatabaseUrl::parse("jdbc:mysql:loadbalance://u:geheim@a,b/d").unwrap_err().to_string();
        assert!(error.contains("loadbalance") && !error.contains("geheim"), "{error}");
        let error = DatabaseUrl::parse("jdbc:mysql://u:geheim@host:port/d").unwrap_err().to_string();
        assert!(error.contains("port") && !error.contains("geheim"), "{error}");
        assert!(is_secret("trustCertificateKeyStorePassword") && !is_secret("sslMode"));
    }
}
