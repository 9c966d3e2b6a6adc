//! Free ports for servers that cannot choose their own.

use std::net::TcpListener;

/// A port that nothing listens on now.
pub fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}

/// The first of two neighbouring free ports.
pub fn free_pair() -> u16 {
    loop {
        let port = free();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}
