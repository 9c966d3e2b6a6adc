//! PostgreSQL through sqlx, in the text protocol: every type has a text form, and no plan is cached that an ALTER TABLE
//! could spoil.

mod catalog;
mod cursor;
mod session;

pub(crate) use cursor::PgCursor;
pub(crate) use session::PgSession;
