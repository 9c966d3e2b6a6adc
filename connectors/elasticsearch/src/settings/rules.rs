//! Rules between keys: what the key table cannot say of one key alone.

use std::collections::HashMap;

use aqueduct_plugin_api::{ConfigMap, KeyReport, Parsed};

use super::{Dialect, key, key_table, refused};

/// Every breach of a rule, one report for each. Rules between values that do not parse are left to the key table.
pub(crate) fn judge(dialect: Dialect, config: &ConfigMap) -> Vec<KeyReport> {
    let mut reports = refused_keys(config);
    if let Ok(parsed) = key_table(dialect).parse_map(config) {
        reports.extend(urls(&parsed));
        reports.extend(credentials(&parsed));
        reports.extend(batching(&parsed));
        reports.extend(documents(dialect, &parsed));
        reports.extend(external_resources(&parsed, config));
    }
    reports
}

/// Settings of the connector's own that nothing reads: a mistyped name, most likely. What is refused by name when it is
/// on needs no second mention.
pub(crate) fn unused_keys(dialect: Dialect, config: &ConfigMap) -> Vec<&str> {
    let off = |name: &&str| refused::reason(name, "\u{0}").is_none();
    aqueduct_plugin_api::unused_keys(&key_table(dialect), config).into_iter().filter(off).collect()
}

/// `topic:resource` pairs; the text of the first that is none, or of a topic that has one already.
pub(crate) fn resources(pairs: &[String]) -> Result<HashMap<String, String>, String> {
    let split = |pair: &String| match pair.split_once(':') {
        Some((topic, resource)) if !topic.trim().is_empty() && !resource.trim().is_empty() => {
            Ok((topic.trim().to_owned(), resource.trim().to_owned()))
        }
        _ => Err(pair.clone()),
    };
    let mut resources = HashMap::new();
    for pair in pairs {
        let (topic, resource) = split(pair)?;
        if resources.insert(topic, resource).is_some() {
            return Err(pair.clone());
        }
    }
    Ok(resources)
}

fn refuse(name: &str, value: &str, reason: &str) -> KeyReport {
    let text = format!("Invalid value {value} for configuration {name}: {reason}");
    KeyReport::error(name, Some(value), text)
}

fn refused_keys(config: &ConfigMap) -> Vec<KeyReport> {
    let table = key_table(Dialect::Aiven);
    let known = |name: &str| table.key(name).is_some();
    config
        .iter()
        .filter(|(name, _)| !known(name))
        .filter_map(|(name, value)| {
            // The value may be a secret of a key we do not have: it is not repeated.
            refused::reason(name, value).map(|reason| refuse(name, "[hidden]", reason))
        })
        .collect()
}

fn urls(parsed: &Parsed) -> Vec<KeyReport> {
    let all_tls = parsed.str(key::SECURITY_PROTOCOL).eq_ignore_ascii_case("SSL");
    let judge = |url: &String| {
        // A URL may hold a password by mistake, so it is only repeated when it holds none.
        let Ok(parsed) = reqwest::Url::parse(url) else {
            return Some(refuse(
                key::URL,
                "[not a URL]",
                "each must be http://host:port or https://host:port",
            ));
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            let reason = "credentials belong in connection.username and connection.password";
            return Some(refuse(key::URL, "[hidden]", reason));
        }
        let web = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
        if !web || parsed.query().is_some() || parsed.fragment().is_some() {
            return Some(refuse(key::URL, url, "each must be http://host:port or https://host:port"));
        }
        let plain = all_tls && parsed.scheme() != "https";
        plain
            .then(|| refuse(key::URL, url, "elastic.security.protocol is SSL: the URL must begin with https"))
    };
    parsed.list(key::URL).iter().filter_map(judge).collect()
}

fn credentials(parsed: &Parsed) -> Vec<KeyReport> {
    let username = parsed.opt_str(key::USERNAME).filter(|name| !name.is_empty());
    let password = parsed.secret(key::PASSWORD);
    let mut reports = Vec::new();
    if username.is_some() != password.is_some() {
        let text = format!("Either both {} and {} must be set, or neither.", key::USERNAME, key::PASSWORD);
        reports.push(KeyReport::error(key::USERNAME, username, text.clone()));
        reports.push(KeyReport::error(key::PASSWORD, password.map(|_| "[hidden]"), text));
    }
    if username.is_some() && parsed.secret(key::API_KEY).is_some() {
        let text = format!("{} cannot be combined with {}.", key::API_KEY, key::USERNAME);
        reports.push(KeyReport::error(key::API_KEY, Some("[hidden]"), text));
    }
    reports
}

fn batching(parsed: &Parsed) -> Vec<KeyReport> {
    let mut reports = Vec::new();
    let (linger, flush) = (parsed.int(key::LINGER_MS), parsed.int(key::FLUSH_TIMEOUT_MS));
    if linger > flush {
        let reason = format!("must not be larger than {} ({flush})", key::FLUSH_TIMEOUT_MS);
        reports.push(refuse(key::LINGER_MS, &linger.to_string(), &reason));
    }
    let (batch, in_flight) = (parsed.int(key::BATCH_SIZE), parsed.int(key::MAX_IN_FLIGHT));
    let buffered = parsed.int(key::MAX_BUFFERED);
    if buffered < batch * in_flight {
        let reason = format!(
            "must be at least {} ({batch}) times {} ({in_flight})",
            key::BATCH_SIZE,
            key::MAX_IN_FLIGHT
        );
        reports.push(refuse(key::MAX_BUFFERED, &buffered.to_string(), &reason));
    }
    reports
}

fn documents(dialect: Dialect, parsed: &Parsed) -> Vec<KeyReport> {
    let mut reports = Vec::new();
    let method_key = if dialect == Dialect::Aiven { key::AIVEN_WRITE_METHOD } else { key::WRITE_METHOD };
    let method = parsed.str(method_key);
    let upsert = method.eq_ignore_ascii_case("upsert");
    let delete = parsed.str(key::ON_NULL_VALUES).eq_ignore_ascii_case("delete");
    let autogenerated = parsed.bool(key::AUTOGENERATED_IDS);
    if autogenerated && upsert {
        reports.push(refuse(method_key, method, "use.autogenerated.ids only inserts"));
    }
    let keyless = parsed.bool(key::KEY_IGNORE)
        && !(dialect == Dialect::Aiven
            && parsed.str(key::KEY_IGNORE_ID_STRATEGY).eq_ignore_ascii_case("record.key"));
    if delete && (keyless || autogenerated) {
        let reason = "deleting a document needs the record's key as its id: set key.ignore and \
                      use.autogenerated.ids to false";
        reports.push(refuse(key::ON_NULL_VALUES, parsed.str(key::ON_NULL_VALUES), reason));
    }
    let header = parsed.str(key::VERSION_HEADER);
    if !header.is_empty() && (keyless || autogenerated || upsert) {
        let reason = "a version is only sent with inserted documents whose id is the record's key";
        reports.push(refuse(key::VERSION_HEADER, header, reason));
    }
    reports
}

fn external_resources(parsed: &Parsed, config: &ConfigMap) -> Vec<KeyReport> {
    let pairs = parsed.list(key::RESOURCE_MAPPING);
    let usage = parsed.str(key::EXTERNAL_RESOURCE_USAGE);
    let used = !usage.eq_ignore_ascii_case("DISABLED");
    if used && pairs.is_empty() {
        let reason = format!("{} must name a resource for every topic", key::RESOURCE_MAPPING);
        return vec![refuse(key::EXTERNAL_RESOURCE_USAGE, usage, &reason)];
    }
    if !used && !pairs.is_empty() {
        let reason = format!("{} must not be DISABLED", key::EXTERNAL_RESOURCE_USAGE);
        return vec![refuse(key::RESOURCE_MAPPING, &pairs.join(","), &reason)];
    }
    let most = parsed.int(key::MAX_RESOURCES);
    if pairs.len() as i64 > most {
        let reason = format!("{} allows {most} pairs", key::MAX_RESOURCES);
        return vec![refuse(key::RESOURCE_MAPPING, &pairs.join(","), &reason)];
    }
    match resources(pairs) {
        Err(pair) => {
            let reason = "each must be topic:resource, and no topic may have two";
            vec![refuse(key::RESOURCE_MAPPING, &pair, reason)]
        }
        Ok(resources) if used => unmapped_topics(config, &resources),
        Ok(_) => Vec::new(),
    }
}

/// Topics without a resource. What a transformation makes of a name is seen with the first record only.
fn unmapped_topics(config: &ConfigMap, resources: &HashMap<String, String>) -> Vec<KeyReport> {
    if config.get("transforms").is_some_and(|transforms| !transforms.trim().is_empty()) {
        return Vec::new();
    }
    let topics = config.get("topics").map(String::as_str).unwrap_or_default();
    let topics = topics.split(',').map(str::trim).filter(|topic| !topic.is_empty());
    let unmapped = topics.filter(|topic| !resources.contains_key(*topic));
    unmapped.map(|topic| refuse(key::RESOURCE_MAPPING, topic, "the topic has no resource")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SinkSettings;

    fn config(pairs: &[(&str, &str)]) -> ConfigMap {
        let base = [("connection.url", "http://localhost:9200")];
        base.iter().chain(pairs).map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    fn wrong(pairs: &[(&str, &str)]) -> Vec<String> {
        judge(Dialect::Confluent, &config(pairs)).into_iter().map(|report| report.name).collect()
    }

    #[test]
    fn defaults_break_no_rule() {
        assert_eq!(wrong(&[]), [""; 0]);
        SinkSettings::parse(Dialect::Confluent, &config(&[])).unwrap();
        SinkSettings::parse(Dialect::Aiven, &config(&[])).unwrap();
    }

    #[test]
    fn every_breach_is_told_at_once() {
        let found = wrong(&[
            ("connection.username", "me"),
            ("key.ignore", "true"),
            ("behavior.on.null.values", "DELETE"),
            ("max.buffered.records", "10"),
            ("linger.ms", "999999"),
            ("kerberos.keytab.path", "/x"),
        ]);
        for name in [
            "connection.username",
            "connection.password",
            "behavior.on.null.values",
            "max.buffered.records",
            "linger.ms",
            "kerberos.keytab.path",
        ] {
            assert!(found.iter().any(|key| key == name), "{name} not in {found:?}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        let reports = judge(Dialect::Confluent, &config(&[("connection.url", "http://u:hunter2@h:1")]));
        assert_eq!(reports.len(), 1);
        assert!(!format!("{reports:?}").contains("hunter2"));
    }

    #[test]
    fn every_topic_has_one_external_resource() {
        let usage = ("external.resource.usage", "INDEX");
        let with = |mapping, more: &[(&str, &str)]| {
            wrong(
                &[&[usage, ("topic.to.external.resource.mapping", mapping), ("topics", "a,b")], more]
                    .concat(),
            )
        };
        assert_eq!(with("a:x,b:y", &[]), [""; 0]);
        for mapping in ["a:x", "a:x,b:y,a:z", "a:x,b", ""] {
            assert_eq!(with(mapping, &[]).len(), 1, "{mapping}");
        }
        assert_eq!(with("a:x", &[("transforms", "rename")]), [""; 0]);
        assert_eq!(with("a:x,b:y", &[("max.external.resource.mappings", "1")]).len(), 1);
        let stream = [("external.resource.usage", "DATASTREAM")];
        assert!(SinkSettings::parse(Dialect::Confluent, &config(&stream)).is_err(), "told by the key table");
    }

    #[test]
    fn mistyped_keys_are_named() {
        let config =
            config(&[("batch.sise", "1"), ("name", "x"), ("transforms.a.type", "y"), ("type.name", "_doc")]);
        assert_eq!(unused_keys(Dialect::Confluent, &config), ["batch.sise", "type.name"]);
    }
}
