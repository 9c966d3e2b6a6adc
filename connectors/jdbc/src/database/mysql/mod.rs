//! MySQL and MariaDB through sqlx.

mod binary_cell;
mod catalog;
mod cursor;
mod session;

pub(crate) use cursor::MySqlCursor;
pub(crate) use session::MySqlSession;
