//! Configurations as they may be shown: values that look secret are hidden.

use std::fmt::Write;

use aqueduct_plugin_api::ConfigMap;

/// Parts of key names whose values are not to be shown in errors and logs.
const SECRET_PARTS: [&str; 8] =
    ["password", "secret", "token", "credential", "api.key", "apikey", "user.info", "jaas"];

/// Whether a key's value looks secret by the key's name.
pub(crate) fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_PARTS.iter().any(|part| key.contains(part))
        || key.ends_with("private.key")
        || key.ends_with(".keystore.key")
}

/// A configuration as Java shows a map, `{a=1, b=2}`, secrets hidden.
pub(crate) fn shown(config: &ConfigMap) -> String {
    let mut text = String::from("{");
    for (index, (key, value)) in config.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let value = if looks_secret(key) || has_url_credentials(value) { "[hidden]" } else { value };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{key}={value}");
    }
    text.push('}');
    text
}

/// `scheme://user:password@host`, or `password=` in a query.
fn has_url_credentials(value: &str) -> bool {
    let after_scheme = value.split_once("://").map(|(_, rest)| rest);
    let user =
        after_scheme.and_then(|rest| rest.split(['/', '?']).next()).and_then(|host| host.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':')) || value.to_ascii_lowercase().contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_by_key_and_by_value() {
        let config = [
            ("connection.password", "p"),
            ("connection.url", "jdbc:mysql://u:p@h/db"),
            ("jdbc.url", "jdbc:mysql://h/db?user=u&password=p"),
            ("name", "x"),
            ("url", "http://h:1/a@b:c"),
        ];
        let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(
            shown(&config),
            "{connection.password=[hidden], connection.url=[hidden], jdbc.url=[hidden], name=x, url=http://h:1/a@b:c}"
        );
    }
}
