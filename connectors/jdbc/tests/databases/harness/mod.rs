//! What the tests stand on: a worker of their own, and servers.

mod process;
pub(crate) mod server;
pub(crate) mod worker;
