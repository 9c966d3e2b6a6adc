//! Fetching: what a fetch asks for, incremental sessions (KIP-227), reading.

pub(crate) mod buffer_pool;
pub(crate) mod fetch_state;
pub(crate) mod reader;
pub(crate) mod response;
pub(crate) mod session_cache;
