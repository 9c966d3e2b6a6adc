//! Watches which tables there are.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::database::{Connection, DriverError};
use crate::settings::SourceSettings;
use crate::table_id::TableId;

/// The pause after a listing that failed, at first; it doubles up to the usual interval.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The tables as they were listed last, `None` before the first listing.
pub(crate) type Tables = Option<Arc<Vec<TableId>>>;

/// A running watch. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct TableMonitor {
    pub(crate) tables: watch::Receiver<Tables>,
    task: JoinHandle<()>,
}

impl TableMonitor {
    /// Lists the tables now and then; `changed` is called when they are others than at the last listing.
    pub(crate) fn spawn(settings: Arc<SourceSettings>, changed: impl Fn() + Send + 'static) -> Self {
        let (sender, tables) = watch::channel(None);
        let task = tokio::spawn(watch_tables(settings, sender, changed));
        Self { tables, task }
    }
}

impl Drop for TableMonitor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn watch_tables(
    settings: Arc<SourceSettings>,
    sender: watch::Sender<Tables>,
    changed: impl Fn() + Send,
) {
    let server = settings.server();
    let mut pause = FIRST_PAUSE;
    loop {
        match list_tables(&settings).await {
            Ok(listed) => {
                pause = settings.table_poll_interval;
                let before = sender.borrow().clone();
                if before.as_deref() != Some(&listed) {
                    tracing::info!(server, tables = listed.len(), "the tables to read have changed");
                    sender.send_replace(Some(Arc::new(listed)));
                    changed();
                }
            }
            Err(error) => {
                tracing::warn!(server, "the tables cannot be listed, the last list stays in force: {error}");
                pause = (pause * 2).min(settings.table_poll_interval);
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// The tables that the settings choose, in the order of their names.
pub(crate) async fn list_tables(settings: &SourceSettings) -> Result<Vec<TableId>, DriverError> {
    let mut connection = Connection::open(settings).await?;
    let listed = connection.tables().await?;
    let missing = settings.filter.missing(&listed);
    if !missing.is_empty() {
        tracing::warn!(tables = ?missing, server = settings.server(), "tables of table.whitelist do not exist");
    }
    let mut tables: Vec<TableId> =
        listed.into_iter().filter(|table| settings.filter.takes(table)).map(|table| table.id).collect();
    tables.sort();
    Ok(tables)
}
