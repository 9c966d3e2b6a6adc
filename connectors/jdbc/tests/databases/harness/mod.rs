//! What the tests stand on: a worker of their own, and servers.

pub(crate) mod on_servers;
mod process;
pub(crate) mod server;
pub(crate) mod worker;
