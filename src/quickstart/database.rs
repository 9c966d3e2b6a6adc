//! The URL of `--mysql`.

use std::str::FromStr;

use serde_json::{Map, Value as Json, json};

/// A MySQL or MariaDB database and who logs in.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseUrl {
    /// As the JDBC source takes it, without user and password: `jdbc:mysql://host:port/database`.
    jdbc: String,
    user: String,
    password: String,
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "not of the form mysql://user:password@host:port/database".to_owned();
        let bare = text.strip_prefix("jdbc:").unwrap_or(text);
        let (scheme, rest) = bare.split_once("://").ok_or_else(form)?;
        if !["mysql", "mariadb"].contains(&scheme) {
            return Err(format!(
                "{scheme}:// is no MySQL or MariaDB; other databases are read with `aqueduct dev` and a JDBC source"
            ));
        }
        let (credentials, address) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (_, database) = address.split_once('/').ok_or_else(form)?;
        if database.is_empty() || database.starts_with('?') {
            return Err("it names no database".to_owned());
        }
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        Ok(Self {
            jdbc: format!("jdbc:{scheme}://{address}"),
            user: decoded(user),
            password: decoded(password),
        })
    }
}

impl DatabaseUrl {
    /// The settings of a JDBC source. User and password stand on their own: they are no part of what is shown.
    pub(crate) fn connection(&self) -> Map<String, Json> {
        let mut settings = Map::new();
        settings.insert("connection.url".to_owned(), json!(self.jdbc));
        if !self.user.is_empty() {
            settings.insert("connection.user".to_owned(), json!(self.user));
            settings.insert("connection.password".to_owned(), json!(self.password));
        }
        settings
    }
}

/// `%40` and the like, as URLs write what would end a part of them.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_the_url() {
        let url: DatabaseUrl = "mysql://ann:p%40ss:w@db:3307/shop?useSSL=false".parse().unwrap();
        assert_eq!(
            Json::Object(url.connection()),
            json!({
                "connection.url": "jdbc:mysql://db:3307/shop?useSSL=false",
                "connection.user": "ann",
                "connection.password": "p@ss:w",
            })
        );
        assert!("jdbc:mariadb://db/shop".parse::<DatabaseUrl>().is_ok());
        for wrong in ["nonsense", "mysql://db", "mysql://db/", "postgresql://db/shop"] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }
}
