//! SQLite's own calls on a connection that sqlx owns.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;

use crate::database::driver_error::DriverError;

/// How many steps of SQLite's virtual machine go by before it looks whether the statement is still wanted: well below a
/// millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// Does `work` on the connection's handle, on the calling thread, which may block and must be one of the runtime's.
/// Statements fail as interrupted soon after `cancelled` is set.
pub(super) fn with_handle<T>(
    connection: &mut SqliteConnection,
    cancelled: Arc<AtomicBool>,
    work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
) -> Result<T, DriverError> {
    let mut locked = Handle::current().block_on(connection.lock_handle())?;
    // rusqlite's way to interrupt works on connections of its own only.
    locked.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !cancelled.load(Ordering::Relaxed));
    // SAFETY: The handle is that of an open connection, and it stays open: `locked` borrows the connection that owns it
    // until the end of this function, `borrowed` is declared after it and so is dropped before it, also when `work`
    // panics, and statements that `work` makes cannot outlive the reference it is given. Nobody else uses the handle
    // meanwhile: sqlx's thread waits for the lock that `locked` holds, and neither `locked` nor `borrowed` leaves this
    // thread. It is closed once, by sqlx: a connection made by `from_handle` does not close it. Both crates were linked
    // to the same SQLite, or the two types of the handle would differ.
    let borrowed = unsafe { Connection::from_handle(locked.as_raw_handle().as_ptr()) }?;
    let result = work(&borrowed);
    drop(borrowed);
    locked.remove_progress_handler();
    Ok(result?)
}
