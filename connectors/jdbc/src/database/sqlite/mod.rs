//! SQLite through rusqlite. Its calls block, so they run on threads for blocking work.

mod catalog;
mod cursor;
mod session;

pub(crate) use cursor::SqliteCursor;
pub(crate) use session::SqliteSession;
