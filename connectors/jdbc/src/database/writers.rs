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

/// InnoDB's own account of its transactions. `information_schema.INNODB_TRX` would be handier, but shows an old state
/// for as long as anybody asks more often than every 100 ms.
const MYSQL: &str = "SHOW ENGINE INNODB STATUS";

/// Transactions that only read have ids from here on.
const FIRST_READ_ONLY_ID: u64 = 1 << 48;

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
            Ok(rows) if matches!(self, Self::MySql(_)) => {
                Ok(Writers::Known(rows.first().map(|row| innodb_writers(text(row, 2))).unwrap_or_default()))
            }
            Ok(rows) => Ok(Writers::Known(rows.iter().map(|row| text(row, 0).to_owned()).collect())),
            Err(error) if error.is_denied() => Ok(Writers::Denied),
            Err(error) => Err(error),
        }
    }
}

/// The active transactions that have changed something, in InnoDB's account.
fn innodb_writers(status: &str) -> BTreeSet<String> {
    let writer = |line: &str| {
        let rest = line.strip_prefix("---TRANSACTION ")?;
        let (id, state) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let writes = id.parse::<u64>().ok()? < FIRST_READ_ONLY_ID && state.contains("ACTIVE");
        writes.then(|| id.to_owned())
    };
    status.lines().filter_map(writer).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_transactions_that_write_count() {
        let status = "TRANSACTIONS\n------------\nTrx id counter 1893\n---TRANSACTION 421394, not started\n0 lock struct(s)\n\
            ---TRANSACTION 283598765432100, ACTIVE 3 sec\n---TRANSACTION 1892, ACTIVE (PREPARED) 0 sec\n\
            ---TRANSACTION (0x7f00), not started\n---TRANSACTION 1890, ACTIVE 12 sec\nMySQL thread id 9\n";
        assert_eq!(innodb_writers(status), BTreeSet::from(["1890".to_owned(), "1892".to_owned()]));
    }
}
