//! `.properties` files.

use aqueduct_config::Properties;

use crate::bound::within_input;

/// A whole file.
pub(crate) fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = within_input(text.len(), || Properties::parse(&text));
    let Ok(parsed) = parsed else { return };
    for (key, _) in parsed.iter() {
        assert!(!key.is_empty());
        assert!(parsed.line(key).is_some_and(|line| line >= 1));
    }
}
