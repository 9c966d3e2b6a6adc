//! Sockets: listeners, connections, frames, and the memory they may take.

pub(crate) mod closure_log;
pub(crate) mod connection;
pub(crate) mod frame_reader;
pub(crate) mod listener;
pub(crate) mod memory;
pub(crate) mod output;
mod timeline;
