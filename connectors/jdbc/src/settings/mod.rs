//! What a user can set: the key table, URLs and driver parameters, and the rules between keys.

mod driver_options;
mod keys;
mod rules;
mod source_settings;
mod url;
mod warnings;

pub(crate) use driver_options::{DriverOptions, Tls, ZeroDates};
pub(crate) use keys::{TASK_TABLES, TASK_TABLES_FETCHED, config_def};
pub(crate) use rules::{key_errors, refused_keys};
pub(crate) use source_settings::{KeyColumns, Mode, SourceSettings, TableTypes};
pub(crate) use url::{DatabaseUrl, Dialect};
pub(crate) use warnings::warnings;
