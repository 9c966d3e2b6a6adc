//! One file per Kafka API: which versions it serves, what it does, where it differs.
//!
//! [`handlers::HANDLERS`] lists them. The list gives dispatch and the answer to ApiVersions, so
//! nothing is advertised that is not served. A new API is one file and one line there.

pub mod handler;
pub mod handlers;

pub(crate) mod api_versions;
mod metadata;
