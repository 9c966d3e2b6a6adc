//! What the registry does, apart from HTTP: decisions on a snapshot, and the records they lead to.

mod compatibility;
mod delete;
mod lookup;
mod mode;
mod register;
mod schema_request;
mod setting;
mod version_id;

pub use compatibility::{CheckResult, check_against};
pub use delete::{delete_subject, delete_version};
pub use lookup::{existing, find_version};
pub use mode::{delete_mode, put_mode};
pub use register::{Registered, register};
pub use schema_request::{Judging, ParsedSchema, SchemaRequest, parse_request, parse_stored};
pub use setting::{delete_config, put_config};
pub use version_id::VersionId;
