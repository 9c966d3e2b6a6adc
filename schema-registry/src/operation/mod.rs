//! What the registry does, apart from HTTP: decisions on a snapshot, and the records they lead to.

mod compatibility;
mod delete;
mod lookup;
mod register;
mod schema_request;
mod setting;
mod version_id;

pub use compatibility::{CheckResult, check_against};
pub use delete::{delete_subject, delete_version};
pub use lookup::{existing, find_version};
pub use register::{Registered, register};
pub use schema_request::{ParsedSchema, SchemaRequest, parse_request, parse_stored};
pub use setting::{delete_config, delete_mode, put_config, put_mode};
pub use version_id::VersionId;
