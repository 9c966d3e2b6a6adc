//! What a server prints on standard output when it serves: one line for each address, then `ready`. Programs that
//! start Aqueduct read it.

use std::io::Write;

/// Prints names and addresses, then `ready`.
pub(crate) fn announce(addresses: &[(&str, String)]) {
    let mut text = String::new();
    for (name, address) in addresses {
        text.push_str(&format!("{name:<9} {address}\n"));
    }
    text.push_str("ready\n");
    // Nobody may be listening any more; that is no reason to end.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
