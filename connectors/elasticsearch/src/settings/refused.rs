//! Keys of the connectors we stand in for that do something we do not: refused by name, never ignored in silence.

/// A key, the values with which it asks for nothing, and what to tell its user otherwise.
pub(crate) struct Refused {
    pub(crate) key: &'static str,
    /// Values (in any case) that mean "off"; the key may be given with them.
    pub(crate) harmless: &'static [&'static str],
    pub(crate) advice: &'static str,
}

/// The reason to refuse a key with this value, if there is one.
pub(crate) fn reason(key: &str, value: &str) -> Option<&'static str> {
    let row =
        REFUSED.iter().find(|row| row.key == key || row.key.ends_with('.') && key.starts_with(row.key))?;
    let harmless = row.harmless.iter().any(|off| off.eq_ignore_ascii_case(value.trim()));
    (!harmless).then_some(row.advice)
}

const KERBEROS: &str = "Kerberos is not implemented; use connection.username or connection.api.key";
const DATA_STREAM: &str = "data streams are not implemented; write to an index";
const ROUTING: &str = "routing is not implemented";
const CLIENT_CERTIFICATE: &str = "client certificates are not implemented";
const AWS: &str = "AWS request signing is not implemented; use connection.username or connection.api.key";

const fn row(key: &'static str, harmless: &'static [&'static str], advice: &'static str) -> Refused {
    Refused { key, harmless, advice }
}

/// A name that ends in a dot stands for every key that begins with it.
const REFUSED: &[Refused] = &[
    row("kerberos.user.principal", &[""], KERBEROS),
    row("kerberos.keytab.path", &[""], KERBEROS),
    row("data.stream.type", &["", "none"], DATA_STREAM),
    row("data.stream.dataset", &[""], DATA_STREAM),
    row("data.stream.namespace", &["", "${topic}"], DATA_STREAM),
    row("data.stream.timestamp.field", &["", "@timestamp"], DATA_STREAM),
    row("data.stream.enabled", &["false"], DATA_STREAM),
    row("data.stream.prefix", &[""], DATA_STREAM),
    row("data.streams.existing.index.template.name", &[""], DATA_STREAM),
    row("routing.type", &["", "none"], ROUTING),
    row("routing.type.record.value.path", &[""], ROUTING),
    row(
        "elastic.https.ssl.truststore.password",
        &[""],
        "Java key stores are not read; give PEM certificates",
    ),
    row("elastic.https.ssl.keystore.type", &["", "JKS"], CLIENT_CERTIFICATE),
    row("elastic.https.ssl.keystore.", &[""], CLIENT_CERTIFICATE),
    row("elastic.https.ssl.key.password", &[""], CLIENT_CERTIFICATE),
    row("elastic.https.", &[""], "this TLS setting is not implemented"),
    row(
        "connection.ssl.",
        &[""],
        "this TLS setting is not implemented; use elastic.https.ssl.truststore.location",
    ),
    row(
        "connection.trust.all.certificates",
        &["false"],
        "certificates are always checked; give yours in elastic.https.ssl.truststore.location",
    ),
    row("aws.", &[""], AWS),
    row(
        "topic.index.map",
        &[""],
        "removed by Confluent; use topic.to.external.resource.mapping or RegexRouter",
    ),
    row("existing.resource.type", &["", "none"], "use external.resource.usage"),
    row("topic.to.existing.resource.mapping", &[""], "use topic.to.external.resource.mapping"),
    row("auto.create.indices.at.start", &["", "true"], "indices are made when the first record arrives"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_ask_for_something_we_lack_are_refused_by_name() {
        assert!(reason("kerberos.keytab.path", "/etc/k").is_some());
        assert!(reason("data.stream.type", "LOGS").is_some());
        assert!(reason("aws.region", "eu").is_some());
        assert_eq!(reason("data.stream.type", "NONE"), None);
        assert_eq!(reason("batch.size", "1"), None);
    }
}
