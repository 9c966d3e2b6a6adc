//! Confluent's REST interface.

mod answer;
mod compatibility;
mod context_path;
mod contexts;
mod guard;
mod media_type;
mod parameters;
mod request_body;
mod router;
mod schemas;
mod server_info;
mod settings;
mod subjects;
mod versions;

pub use router::router;
