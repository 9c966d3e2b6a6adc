//! The settings of brokers and topics as a page of the documentation.

use std::fmt::Write;

use super::key_row::{Effect, KeyRow};
use super::{broker_keys, topic_keys};

/// The page, in Markdown.
#[must_use]
pub fn render() -> String {
    let mut page = String::from(
        "# Settings of brokers and topics\n\n\
         Made from the key tables in `broker/src/config`; `AQUEDUCT_WRITE_DOCS=1 cargo test -p aqueduct-broker` \
         writes it.\n\n\
         Keys and defaults are Kafka's unless the text says otherwise. A key of Kafka that stands nowhere here is \
         not implemented; a broker that is given one, or one of those not honoured, names it in a warning when it \
         starts.\n",
    );
    section(&mut page, "Broker: honoured", broker_keys::rows(), Effect::Honoured);
    section(&mut page, "Broker: shown, not honoured", broker_keys::rows(), Effect::NotHonoured);
    section(&mut page, "Topic: honoured", topic_keys::rows(), Effect::Honoured);
    section(
        &mut page,
        "Topic: checked, stored and shown, not honoured",
        topic_keys::rows(),
        Effect::NotHonoured,
    );
    page
}

fn section(page: &mut String, title: &str, rows: &[KeyRow], effect: Effect) {
    // Writing to a string does not fail.
    let _ = write!(page, "\n## {title}\n\n| key | type | default | |\n|---|---|---|---|\n");
    for row in rows.iter().filter(|row| row.effect == effect) {
        let default = match row.default {
            None => "null".to_owned(),
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{default}`"),
        };
        let kind = row.kind.name().to_ascii_lowercase();
        let _ = writeln!(page, "| `{}` | {kind} | {default} | {} |", row.name, row.doc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/broker-settings.md");
        if std::env::var_os("AQUEDUCT_WRITE_DOCS").is_some() {
            std::fs::write(path, render()).expect("writes the page");
        }
        let page = std::fs::read_to_string(path).expect("the page is in docs/");
        assert!(page == render(), "run AQUEDUCT_WRITE_DOCS=1 cargo test -p aqueduct-broker");
    }
}
