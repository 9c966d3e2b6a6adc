//! Transactions that are writing now and may yet commit rows with smaller numbers or times.
//!
//! A row gets its number or time when it is written but is seen only when its transaction commits. A reader that has
//! passed that number by then misses the row. So the reader takes an upper bound, notes who is writing, and reads up to
//! the bound only when all of those have ended; whoever begins later gets numbers and times beyond the bound.

use std::collections::BTreeSet;

use super::catalog::text;
use super::connection::{Connection, text_literal};
use super::driver_error::DriverError;
use crate::settings::Dialect;

/// The writers at one moment, by the server's names for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Writers {
    /// The server lets us see them.
    Known(BTreeSet<String>),
    /// The user may not see other users' transactions.
    Denied,
}

/// Transactions that hold a lock which writing takes. Every user may see locks.
const POSTGRES: &str = "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' \
    AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') \
    AND granted AND pid <> pg_backend_pid() \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Transactions that have changed something or wait to; those that only read have very large ids.
const MYSQL: &str = "SELECT trx_id FROM information_schema.INNODB_TRX \
    WHERE trx_mysql_thread_id <> CONNECTION_ID() AND trx_id < 281474976710656";

impl Connection {
    /// Who is writing now. PostgreSQL tells apart who writes to `table` (its qualified, quoted name) or a part of it.
    pub(crate) async fn writers(&mut self, table: Option<&str>) -> Result<Writers, DriverError> {
        let sql = match (&*self, table) {
            (Self::Sqlite(_), _) => return Ok(Writers::Known(BTreeSet::new())),
            (Self::MySql(_), _) => MYSQL.to_owned(),
            (Self::Postgres(_), None) => POSTGRES.to_owned(),
            (Self::Postgres(_), Some(table)) => format!("{POSTGRES} AND {}", postgres_scope(table)),
        };
        match self.text_rows(sql).await {
            Ok(rows) => Ok(Writers::Known(rows.iter().map(|row| text(row, 0).to_owned()).collect())),
            Err(error) if error.is_denied() => Ok(Writers::Denied),
            Err(error) => Err(error),
        }
    }

    /// How stale the server's list of writers may be: InnoDB rebuilds its own only if nobody asked for 100 ms.
    pub(crate) fn writers_delay(&self) -> std::time::Duration {
        match self {
            Self::MySql(_) => std::time::Duration::from_millis(120),
            _ => std::time::Duration::ZERO,
        }
    }
}

/// Locks on the table itself or on a table that inherits from it; for views and the like locks on anything.
fn postgres_scope(table: &str) -> String {
    let oid = format!("to_regclass({})", text_literal(Dialect::Postgres, table));
    format!(
        "(relation = {oid} OR relation IN (WITH RECURSIVE part(oid) AS (SELECT inhrelid FROM pg_inherits \
         WHERE inhparent = {oid} UNION SELECT i.inhrelid FROM pg_inherits i JOIN part ON i.inhparent = part.oid) \
         SELECT oid FROM part) OR (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = {oid}))"
    )
}
