//! Databases behind one connection type: catalogs, clocks, and cursors over rows.
//!
//! `sqlx::Any` knows too few types to be of use, so each database has its own typed driver: sqlx's
//! for MySQL and MariaDB, for PostgreSQL and for SQLite.

mod catalog;
mod connection;
mod cursor;
mod driver_error;
mod mysql;
mod postgres;
mod row_stream;
mod sqlite;
mod writers;

#[cfg(test)]
pub(crate) use catalog::TableColumn;
pub(crate) use catalog::TableMeta;
pub(crate) use connection::Connection;
pub(crate) use cursor::{Cursor, WireColumn};
pub(crate) use driver_error::DriverError;
pub(crate) use writers::Writers;
