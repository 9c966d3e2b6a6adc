//! Settings that are accepted and do nothing, or not what their names say: told when the connector starts.

use aqueduct_plugin_api::{ConfigMap, unused_keys};

use super::{SourceSettings, config_def};

/// A complete text for each.
pub(crate) fn warnings(settings: &SourceSettings, config: &ConfigMap) -> Vec<String> {
    let mut warnings = settings.driver.warnings.clone();
    for name in unused_keys(&config_def(), config) {
        // Other `connection.*` settings are the driver's, which has its own words for them.
        if !name.starts_with("connection.") {
            warnings.push(format!("{name} is not a setting of the JDBC source and has no effect"));
        }
    }
    if config.contains_key("connection.attempts") {
        warnings.push(
            "connection.attempts has no effect: attempts to connect go on for ever, and every failure shows in the \
             task's status"
                .to_owned(),
        );
    }
    if config.get("date.calendar.system").is_some_and(|system| system.eq_ignore_ascii_case("legacy")) {
        warnings.push(
            "date.calendar.system=LEGACY means the Gregorian calendar, as PROLEPTIC_GREGORIAN does: dates before \
             1582-10-15 differ from Confluent's connector"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_without_effect_is_named() {
        let config: ConfigMap = [
            ("name", "x"),
            ("connector.class", "JdbcSourceConnector"),
            ("connection.url", "jdbc:mysql://h/d?useFancy=1"),
            ("connection.fetchAll", "2"),
            ("connection.attempts", "9"),
            ("date.calendar.system", "LEGACY"),
            ("mode", "bulk"),
            ("topic.prefix", "t."),
            ("pol.interval.ms", "7"),
            ("jdbc.credentials.provider.url", "x"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let told = warnings(&SourceSettings::parse(&config).unwrap(), &config);
        for name in [
            "useFancy",
            "fetchAll",
            "connection.attempts",
            "date.calendar",
            "pol.interval.ms",
            "provider.url",
        ] {
            assert_eq!(told.iter().filter(|text| text.contains(name)).count(), 1, "{name}: {told:?}");
        }
        assert_eq!(told.len(), 6, "{told:?}");
    }
}
