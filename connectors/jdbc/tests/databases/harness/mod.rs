//! What the tests stand on: a worker of their own, and servers.

pub(crate) mod worker;
