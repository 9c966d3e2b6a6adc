//! What a server prints on standard output when it serves: one line for each address, then `ready`. Programs that
//! start Aqueduct read it.

use crate::screen::say;

/// Prints names and addresses, then `ready`.
pub(crate) fn announce(addresses: &[(&str, String)]) {
    let mut text = String::new();
    for (name, address) in addresses {
        text.push_str(&format!("{name:<9} {address}\n"));
    }
    text.push_str("ready");
    say(&text);
}
