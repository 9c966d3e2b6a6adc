//! SQLite through sqlx. sqlx opens the file, owns the connection and closes it; statements are run by SQLite's own
//! calls on the connection's handle, on threads for blocking work. sqlx's rows, each handed over from a thread of its
//! own, are five to ten times as slow.

mod catalog;
mod cursor;
mod handle;
mod session;

pub(crate) use cursor::SqliteCursor;
pub(crate) use session::SqliteSession;
