//! What the drivers' parameters mean here: those of Connector/J, of MariaDB's connector and of pgJDBC.

use std::path::PathBuf;
use std::time::Duration;

use aqueduct_config::Secret;

use super::url::{DatabaseUrl, Dialect, is_secret};

/// How far a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    Disabled,
    /// Only if the server insists (PostgreSQL's `allow`).
    Allow,
    /// If the server can.
    Preferred,
    Required,
    /// The certificate comes from a known authority.
    VerifyCa,
    /// … and is the host's.
    VerifyFull,
}

/// What becomes of MySQL's `0000-00-00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZeroDates {
    Null,
    Fail,
    /// 0001-01-01, as Connector/J rounds.
    Round,
}

/// Everything the URL's parameters and the `connection.*` settings say about connections and values.
#[derive(Debug, Clone)]
pub(crate) struct DriverOptions {
    pub(crate) tls: Tls,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) client_certificate: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    /// How long the server may be silent while a result is awaited; `None` is for ever.
    pub(crate) socket_timeout: Option<Duration>,
    pub(crate) application_name: Option<String>,
    /// PostgreSQL's `search_path`.
    pub(crate) current_schema: Option<String>,
    /// PostgreSQL's `options`.
    pub(crate) server_options: Option<String>,
    pub(crate) socket: Option<PathBuf>,
    /// MySQL: TINYINT(1) is JDBC's BIT.
    pub(crate) tinyint1_is_bit: bool,
    /// MySQL: JDBC's BIT of one digit is BOOLEAN.
    pub(crate) bit_is_boolean: bool,
    pub(crate) year_is_date: bool,
    pub(crate) zero_dates: ZeroDates,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    /// Parameters that are not known or have no effect here, each a complete text.
    pub(crate) warnings: Vec<String>,
    /// Parameters with values that cannot be honoured.
    pub(crate) errors: Vec<String>,
}

/// Parameters of the JDBC drivers that ask for nothing we could do differently.
const WITHOUT_MEANING: [&str; 22] = [
    "useunicode",
    "characterencoding",
    "autoreconnect",
    "autoreconnectforpools",
    "usecursorfetch",
    "defaultfetchsize",
    "cacheprepstmts",
    "prepstmtcachesize",
    "prepstmtcachesqllimit",
    "useserverprepstmts",
    "rewritebatchedstatements",
    "usecompression",
    "uselegacydatetimecode",
    "usejdbccomplianttimezoneshift",
    "tcpkeepalive",
    "preparethreshold",
    "defaultrowfetchsize",
    "nullcatalogmeanscurrent",
    "maxreconnects",
    "useinformationschema",
    "jdbccomplianttruncation",
    "permitmysqlscheme",
];

impl DriverOptions {
    /// Reads the parameters of a URL and then `more`, those given as `connection.*` settings.
    pub(crate) fn of(url: &DatabaseUrl, more: &[(String, Secret)]) -> Self {
        let mut options = Self {
            tls: if url.dialect == Dialect::MariaDb { Tls::Disabled } else { Tls::Preferred },
            ca: None,
            client_certificate: None,
            client_key: None,
            connect_timeout: Duration::from_secs(10),
            socket_timeout: None,
            application_name: None,
            current_schema: None,
            server_options: None,
            socket: None,
            tinyint1_is_bit: true,
            bit_is_boolean: false,
            year_is_date: true,
            zero_dates: ZeroDates::Null,
            user: url.user.clone(),
            password: url.password.clone(),
            warnings: Vec::new(),
            errors: Vec::new(),
        };
        for (name, value) in url.parameters.iter().chain(more) {
            options.apply(url.dialect, name, value.reveal());
        }
        options
    }

    fn apply(&mut self, dialect: Dialect, name: &str, value: &str) {
        let key = name.to_ascii_lowercase().replace(['-', '_'], "");
        let known = match key.as_str() {
            "user" => self.set_user(value),
            "password" => {
                self.password = Some(Secret::new(value));
                true
            }
            _ if WITHOUT_MEANING.contains(&key.as_str()) => true,
            _ => match dialect {
                Dialect::MySql | Dialect::MariaDb => self.apply_mysql(dialect, &key, name, value),
                Dialect::Postgres => self.apply_postgres(&key, name, value),
                Dialect::Sqlite => {
                    matches!(key.as_str(), "mode" | "cache" | "busytimeout" | "journalmode" | "dateclass")
                }
            },
        };
        if !known {
            let shown = if is_secret(name) { "[hidden]" } else { value };
            self.warnings.push(format!("the driver parameter {name}={shown} is not known and has no effect"));
        }
    }

    fn set_user(&mut self, value: &str) -> bool {
        self.user = Some(value.to_owned());
        true
    }

    fn apply_mysql(&mut self, dialect: Dialect, key: &str, name: &str, value: &str) -> bool {
        match key {
            "sslmode" => self.tls = self.mysql_tls(name, value),
            "usessl" if truth(value) => self.tls = self.tls_at_least(Tls::Required),
            "usessl" => self.tls = Tls::Disabled,
            "requiressl" if truth(value) => self.tls = self.tls_at_least(Tls::Required),
            "verifyservercertificate" if truth(value) => self.tls = self.tls_at_least(Tls::VerifyCa),
            "trustservercertificate" if truth(value) => self.tls = Tls::Required,
            "requiressl" | "verifyservercertificate" | "trustservercertificate" => {}
            "sslca" | "serversslcert" => self.ca = Some(value.into()),
            "sslcert" => self.client_certificate = Some(value.into()),
            "sslkey" => self.client_key = Some(value.into()),
            "trustcertificatekeystoreurl" | "clientcertificatekeystoreurl" | "keystore" | "truststore" => {
                self.errors.push(format!(
                    "{name}: Java key stores are not read; name PEM files with sslCa, sslCert and sslKey"
                ));
            }
            "trustcertificatekeystorepassword"
            | "trustcertificatekeystoretype"
            | "clientcertificatekeystorepassword"
            | "clientcertificatekeystoretype" => {}
            "connecttimeout" => {
                self.connect_timeout = self.millis(name, value).unwrap_or(self.connect_timeout)
            }
            "sockettimeout" => self.socket_timeout = self.millis(name, value),
            "allowpublickeyretrieval" => {
                if !truth(value) && self.tls == Tls::Disabled {
                    self.warnings.push(format!("{name}=false has no effect: without TLS the password is sent encrypted with the public key the server sends"));
                }
            }
            "servertimezone"
            | "connectiontimezone"
            | "sessionvariables"
            | "forceconnectiontimezonetosession" => {
                if !matches!(value, "UTC" | "GMT" | "+00:00" | "true" | "false" | "SERVER" | "LOCAL") {
                    self.warnings.push(format!("the driver parameter {name} has no effect: sessions run in UTC, and db.timezone says which zone DATETIME columns are in"));
                }
            }
            "tinyint1isbit" => self.tinyint1_is_bit = truth(value),
            "transformedbitisboolean" => self.bit_is_boolean = truth(value),
            "yearisdatetype" => self.year_is_date = truth(value),
            "zerodatetimebehavior" => self.zero_dates = self.zero_date_behavior(name, value),
            "socket" | "localsocket" => self.socket = Some(value.into()),
            _ => return false,
        }
        let _ = dialect;
        true
    }

    fn apply_postgres(&mut self, key: &str, name: &str, value: &str) -> bool {
        match key {
            "ssl" if truth(value) || value.is_empty() => self.tls = Tls::VerifyFull,
            "ssl" => self.tls = Tls::Disabled,
            "sslmode" => self.tls = self.postgres_tls(name, value),
            "sslrootcert" => self.ca = Some(value.into()),
            "sslcert" => self.client_certificate = Some(value.into()),
            "sslkey" => self.client_key = Some(value.into()),
            "sslfactory" if value.ends_with("NonValidatingFactory") => self.tls = Tls::Required,
            "connecttimeout" | "logintimeout" => {
                self.connect_timeout = self.seconds(name, value).unwrap_or(self.connect_timeout);
            }
            "sockettimeout" => self.socket_timeout = self.seconds(name, value),
            "applicationname" => self.application_name = Some(value.to_owned()),
            "currentschema" => self.current_schema = Some(value.to_owned()),
            "options" => self.server_options = Some(value.to_owned()),
            "host" => self.socket = Some(value.into()),
            "stringtype" | "readonly" | "targetservertype" | "assumeminserverversion" | "binarytransfer" => {}
            _ => return false,
        }
        true
    }

    fn tls_at_least(&self, tls: Tls) -> Tls {
        match (self.tls, tls) {
            (Tls::VerifyFull, _) => Tls::VerifyFull,
            (Tls::VerifyCa, Tls::Required) => Tls::VerifyCa,
            _ => tls,
        }
    }

    fn mysql_tls(&mut self, name: &str, value: &str) -> Tls {
        match value.to_ascii_lowercase().replace('-', "_").as_str() {
            "disabled" | "disable" => Tls::Disabled,
            "preferred" => Tls::Preferred,
            "required" | "trust" => Tls::Required,
            "verify_ca" => Tls::VerifyCa,
            "verify_identity" | "verify_full" => Tls::VerifyFull,
            _ => self.refuse(name, value, "DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"),
        }
    }

    fn postgres_tls(&mut self, name: &str, value: &str) -> Tls {
        match value {
            "disable" => Tls::Disabled,
            "allow" => Tls::Allow,
            "prefer" => Tls::Preferred,
            "require" => Tls::Required,
            "verify-ca" => Tls::VerifyCa,
            "verify-full" => Tls::VerifyFull,
            _ => self.refuse(name, value, "disable, allow, prefer, require, verify-ca, verify-full"),
        }
    }

    fn refuse(&mut self, name: &str, value: &str, allowed: &str) -> Tls {
        self.errors.push(format!("the driver parameter {name}={value} must be one of: {allowed}"));
        self.tls
    }

    fn zero_date_behavior(&mut self, name: &str, value: &str) -> ZeroDates {
        match value.to_ascii_uppercase().replace('_', "").as_str() {
            "CONVERTTONULL" => ZeroDates::Null,
            "EXCEPTION" => ZeroDates::Fail,
            "ROUND" => ZeroDates::Round,
            _ => {
                self.errors.push(format!(
                    "the driver parameter {name}={value} must be one of: CONVERT_TO_NULL, EXCEPTION, ROUND"
                ));
                self.zero_dates
            }
        }
    }

    fn millis(&mut self, name: &str, value: &str) -> Option<Duration> {
        self.number(name, value).filter(|n| *n > 0).map(Duration::from_millis)
    }

    fn seconds(&mut self, name: &str, value: &str) -> Option<Duration> {
        self.number(name, value).filter(|n| *n > 0).map(Duration::from_secs)
    }

    fn number(&mut self, name: &str, value: &str) -> Option<u64> {
        let number = value.parse().ok();
        if number.is_none() {
            self.errors.push(format!("the driver parameter {name}={value} is not a number"));
        }
        number
    }
}

fn truth(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("yes") || value == "1"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str) -> DriverOptions {
        DriverOptions::of(&DatabaseUrl::parse(url).unwrap(), &[])
    }

    #[test]
    fn tls_settings_of_all_three_drivers_are_understood() {
        for (url, tls) in [
            ("mysql://h/d", Tls::Preferred),
            ("mysql://h/d?useSSL=false&allowPublicKeyRetrieval=true", Tls::Disabled),
            ("mysql://h/d?useSSL=true", Tls::Required),
            ("mysql://h/d?useSSL=true&verifyServerCertificate=true", Tls::VerifyCa),
            ("mysql://h/d?sslMode=VERIFY_IDENTITY", Tls::VerifyFull),
            ("mariadb://h/d", Tls::Disabled),
            ("mariadb://h/d?sslMode=verify-full", Tls::VerifyFull),
            ("postgresql://h/d", Tls::Preferred),
            ("postgresql://h/d?ssl=true", Tls::VerifyFull),
            ("postgresql://h/d?sslmode=require", Tls::Required),
        ] {
            let options = options(url);
            assert_eq!((options.tls, options.warnings.len(), options.errors.len()), (tls, 0, 0), "{url}");
        }
    }

    #[test]
    fn unknown_parameters_are_warned_of_without_their_secrets() {
        let options = options(
            "mysql://h/d?fooBar=1&myPassword=geheim&sslMode=often&zeroDateTimeBehavior=CONVERT_TO_NULL",
        );
        assert_eq!(options.warnings[0], "the driver parameter fooBar=1 is not known and has no effect");
        assert!(options.warnings[1].contains("myPassword=[hidden]"));
        assert!(options.errors[0].contains("sslMode=often"));
    }
}
