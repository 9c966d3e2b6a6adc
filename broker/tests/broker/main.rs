//! A broker in this process, asked over TCP in the plain protocol.

mod every_version;
mod fetching;
mod harness;
mod hostile;
mod metrics;
mod producing;
mod restart;
mod topics;
