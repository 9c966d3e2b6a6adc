//! A door before a server: lets connections through, or answers every request with 401 as a server does whose password
//! was changed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const REFUSAL: &str =
    r#"{"error":{"type":"security_exception","reason":"unable to authenticate user"},"status":401}"#;

/// A door on a port of its own, for as long as the test's process lives.
#[derive(Debug)]
pub struct Doorkeeper {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    shut: AtomicBool,
    /// Connections that were let through.
    inside: Mutex<Vec<TcpStream>>,
}

impl Doorkeeper {
    /// A door before the server on this port of loopback.
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::<State>::default();
        let doorkeeper = Self { port, state: state.clone() };
        std::thread::spawn(move || {
            for guest in listener.incoming().flatten() {
                let state = state.clone();
                std::thread::spawn(move || match state.shut.load(Ordering::SeqCst) {
                    true => refuse(guest),
                    false => state.let_through(&guest, server),
                });
            }
        });
        doorkeeper
    }

    /// Where the door is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Refuses everybody from now on, those inside too; or lets them through again.
    pub fn shut(&self, shut: bool) {
        self.state.shut.store(shut, Ordering::SeqCst);
        for connection in self.state.inside.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn let_through(&self, guest: &TcpStream, server: u16) {
        // A server that is away closes the door as well.
        let Ok(host) = TcpStream::connect(("127.0.0.1", server)) else { return };
        let copy = |stream: &TcpStream| stream.try_clone().expect("a second handle");
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).extend([copy(guest), copy(&host)]);
        let (mut from_host, mut to_guest) = (copy(&host), copy(guest));
        let answers = std::thread::spawn(move || {
            let _ = std::io::copy(&mut from_host, &mut to_guest);
            let _ = to_guest.shutdown(Shutdown::Both);
        });
        let _ = std::io::copy(&mut copy(guest), &mut copy(&host));
        let _ = host.shutdown(Shutdown::Both);
        let _ = answers.join();
    }
}

fn refuse(mut guest: TcpStream) {
    let mut some = [0; 4096];
    if !matches!(guest.read(&mut some), Ok(1..)) {
        return;
    }
    let head = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close";
    let _ = write!(guest, "{head}\r\ncontent-length: {}\r\n\r\n{REFUSAL}", REFUSAL.len());
    let _ = guest.shutdown(Shutdown::Write);
    // A connection that is closed with something unread takes the answer back.
    let _ = guest.set_read_timeout(Some(Duration::from_secs(5)));
    while matches!(guest.read(&mut some), Ok(1..)) {}
}
