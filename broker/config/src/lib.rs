//! Settings: typed key tables in the manner of Kafka's `ConfigDef`, `.properties` files, and secrets.
//!
//! Every setting is one row ([`KeyDef`]) of a table ([`ConfigDef`]). Parsing, validation with all errors at once,
//! Connect's `validate` answer, DescribeConfigs and the documentation are all made from the same rows. The error
//! texts are Kafka's.

mod check;
mod def;
mod key;
mod parsed;
mod properties;
mod secret;

pub use check::Check;
pub use def::{ConfigDef, ConfigErrors, KeyReport};
pub use key::{Importance, KeyDef, KeyType, Width};
pub use parsed::{ConfigValue, Parsed};
pub use properties::{Properties, PropertiesError};
pub use secret::Secret;
