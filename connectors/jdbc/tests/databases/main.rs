//! The connector against real databases: SQLite always; MariaDB, PostgreSQL and MySQL 9 where they are installed.
//!
//! Servers run on loopback with data folders of their own and ports chosen by the system, and end with the tests.
//! A test whose server is not installed prints `skipped: no …`.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

mod faults;
mod harness;
mod mysql;
mod postgres;
mod sqlite;
