//! Accepts connections, within `max.connections` and `max.connections.per.ip`.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::listener::Listener;
use aqueduct_service::{Shutdown, Tasks};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

use super::connection::Connection;
use super::memory::RequestMemory;
use crate::api::handler::ConnectionInfo;
use crate::broker::Broker;
use crate::config::broker_config::NetworkLimits;

/// A bound listener that is not served yet.
pub(crate) struct BoundListener {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    socket: TcpListener,
}

/// Binds a listener; port 0 lets the system choose.
pub(crate) async fn bind(listener: &Listener, limits: &NetworkLimits) -> io::Result<BoundListener> {
    let mut last = io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address");
    for address in lookup_host(listener.bind_address()).await? {
        match bind_address(address, limits) {
            Ok(socket) => {
                let address = socket.local_addr()?;
                return Ok(BoundListener { name: listener.name.clone(), address, socket });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind_address(address: SocketAddr, limits: &NetworkLimits) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = limits.send_buffer {
        socket.set_send_buffer_size(bytes)?;
    }
    if let Some(bytes) = limits.receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(address)?;
    socket.listen(limits.backlog)
}

/// Accepts until shutdown; each connection is a task of `tasks`.
pub(crate) async fn accept(
    listener: BoundListener,
    broker: Arc<Broker>,
    memory: Arc<RequestMemory>,
    tasks: Tasks,
    shutdown: Shutdown,
) {
    let limits = broker.config.network;
    broker.connections.listens(&listener.name);
    loop {
        let accepted = tokio::select! {
            () = shutdown.triggered() => return,
            accepted = listener.socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, for instance: others may be freed shortly.
                tracing::warn!(listener = listener.name, %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(place) = broker.connections.enter(&listener.name, peer.ip(), &limits) else {
            tracing::debug!(%peer, "too many connections");
            continue;
        };
        if let Err(error) = set_options(&stream) {
            tracing::debug!(%peer, %error, "socket options");
        }
        spawn_connection(&listener.name, stream, peer, place, &broker, &memory, &tasks);
    }
}

/// Small answers go out at once, and a peer whose machine is gone is noticed one day.
fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    Ok(rustix::net::sockopt::set_socket_keepalive(stream, true)?)
}

fn spawn_connection(
    listener: &str,
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    broker: &Arc<Broker>,
    memory: &Arc<RequestMemory>,
    tasks: &Tasks,
) {
    let info = ConnectionInfo { peer, listener: listener.to_owned() };
    let connection = Connection::new(Arc::clone(broker), info, stream, Arc::clone(memory));
    let shutdown = tasks.shutdown().clone();
    tasks.spawn(format!("connection {peer}"), async move {
        connection.serve(shutdown).await;
        drop(place);
    });
}

/// The connections that are open.
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    count: usize,
    by_address: HashMap<IpAddr, usize>,
    /// Those without any included.
    by_listener: BTreeMap<String, usize>,
}

impl Connections {
    /// How many there are at each listener.
    pub(crate) fn by_listener(&self) -> BTreeMap<String, usize> {
        self.0.lock().by_listener.clone()
    }

    fn listens(&self, listener: &str) {
        self.0.lock().by_listener.entry(listener.to_owned()).or_default();
    }

    fn enter(self: &Arc<Self>, listener: &str, address: IpAddr, limits: &NetworkLimits) -> Option<Place> {
        let mut open = self.0.lock();
        let from_there = open.by_address.get(&address).copied().unwrap_or(0);
        if open.count >= limits.max_connections || from_there >= limits.max_connections_per_ip {
            return None;
        }
        open.count += 1;
        open.by_address.insert(address, from_there + 1);
        *open.by_listener.entry(listener.to_owned()).or_default() += 1;
        Some(Place { connections: Arc::clone(self), listener: listener.to_owned(), address })
    }
}

/// One connection's place among all; given up when dropped.
#[derive(Debug)]
struct Place {
    connections: Arc<Connections>,
    listener: String,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.0.lock();
        open.count -= 1;
        if let Some(count) = open.by_listener.get_mut(&self.listener) {
            *count -= 1;
        }
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}
