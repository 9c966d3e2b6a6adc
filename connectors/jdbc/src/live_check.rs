//! What validation learns from the database itself: can it be reached, are the tables and columns there.

use std::collections::BTreeMap;
use std::time::Duration;

use aqueduct_plugin_api::{ConfigMap, KeyReport};

use crate::database::{Connection, DriverError};
use crate::reader::{Layout, LayoutError};
use crate::settings::SourceSettings;
use crate::table_filter::ListedTable;

/// How long validation may take in all.
const LIMIT: Duration = Duration::from_secs(8);
/// How many tables are looked at.
const MOST_TABLES: usize = 200;

/// How many tables are offered as values.
const MOST_OFFERED: usize = 1_000;

/// How far a check goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Whether the server lets us in.
    Connection,
    /// Also whether what is to be read is there.
    Tables,
}

/// Complaints by key, and values to offer.
#[derive(Default)]
struct Complaints {
    errors: BTreeMap<&'static str, Vec<String>>,
    tables: Vec<String>,
}

impl Complaints {
    fn add(&mut self, key: &'static str, text: String) {
        self.errors.entry(key).or_default().push(text);
    }
}

/// Tries settings that are right in themselves; `config` is what the user wrote.
pub(crate) async fn check(settings: &SourceSettings, config: &ConfigMap, reach: Reach) -> Vec<KeyReport> {
    let mut complaints = Complaints::default();
    if tokio::time::timeout(LIMIT, check_all(settings, reach, &mut complaints)).await.is_err()
        && complaints.errors.is_empty()
    {
        let text = format!("{} did not answer within {} s", settings.server(), LIMIT.as_secs());
        complaints.add("connection.url", text);
    }
    let Complaints { mut errors, tables } = complaints;
    if !tables.is_empty() {
        for key in ["table.whitelist", "table.blacklist"] {
            errors.entry(key).or_default();
        }
    }
    let report = |(key, errors): (&str, Vec<String>)| KeyReport {
        name: key.to_owned(),
        value: config.get(key).filter(|_| !key.contains("password") && !key.contains("masked")).cloned(),
        errors,
        recommended: if key.starts_with("table.") { tables.clone() } else { Vec::new() },
    };
    errors.into_iter().map(report).collect()
}

async fn check_all(settings: &SourceSettings, reach: Reach, complaints: &mut Complaints) {
    let mut limited = settings.clone();
    limited.driver.connect_timeout = settings.driver.connect_timeout.min(Duration::from_secs(5));
    let mut connection = match Connection::open(&limited).await {
        Ok(connection) => connection,
        Err(error) => return refuse_connection(settings, &error, complaints),
    };
    if reach == Reach::Connection {
        return;
    }
    let checked = match &settings.query {
        Some(query) => check_query(settings, query.reveal(), &mut connection, complaints).await,
        None => check_tables(settings, &mut connection, complaints).await,
    };
    if let Err(error) = checked {
        complaints.add("connection.url", format!("{}: {error}", settings.server()));
    }
}

fn refuse_connection(settings: &SourceSettings, error: &DriverError, complaints: &mut Complaints) {
    let who =
        settings.driver.user.as_ref().map_or("without a user".to_owned(), |user| format!("as user {user}"));
    let text = format!("Cannot connect to {} {who}: {error}", settings.server());
    let keys: &[&str] =
        if error.is_login() { &["connection.user", "connection.password"] } else { &["connection.url"] };
    for key in keys {
        complaints.add(key, text.clone());
    }
}

async fn check_query(
    settings: &SourceSettings,
    query: &str,
    connection: &mut Connection,
    complaints: &mut Complaints,
) -> Result<(), DriverError> {
    let layout = Layout::of_query(query, settings);
    let mut statement = layout.statement(&[], &settings.query_suffix);
    let some_number = layout.incrementing.clone();
    statement.at_most = some_number.as_deref().map(|column| (column, "0"));
    // Explaining a statement checks every name in it and reads nothing.
    let explained = connection.text_rows(format!("EXPLAIN {}", statement.sql())).await;
    if let Err(error) = explained {
        let masked = settings.query_is_masked;
        let key = if masked { "query.masked" } else { "query" };
        let text = if masked {
            "The statement made of the query and the mode's criteria is refused by the database".to_owned()
        } else {
            format!(
                "The statement made of the query and the mode's criteria is refused by the database: {error}"
            )
        };
        complaints.add(key, text);
    }
    Ok(())
}

async fn check_tables(
    settings: &SourceSettings,
    connection: &mut Connection,
    complaints: &mut Complaints,
) -> Result<(), DriverError> {
    let listed = connection.tables().await?;
    complaints.tables = listed.iter().take(MOST_OFFERED).map(|table| table.id.qualified()).collect();
    for name in settings.filter.missing(&listed) {
        let text = format!("Table {name} of {} does not exist or cannot be seen", settings.server());
        complaints.add("table.whitelist", text);
    }
    let chosen: Vec<&ListedTable> = listed.iter().filter(|table| settings.filter.takes(table)).collect();
    for table in chosen.iter().take(MOST_TABLES) {
        let topic = format!("{}{}", settings.topic_prefix, table.id.name);
        if !is_topic(&topic) {
            let text = format!(
                "Table {} would go to the topic {topic:?}, but a topic's name holds letters, digits, '.', '_' and '-' only, at most 249; leave the table out or read it with a query",
                table.id
            );
            complaints.add("topic.prefix", text);
        }
        let Some(meta) = connection.table_meta(&table.id).await? else { continue };
        for error in Layout::complaints(&meta, settings) {
            let text = format!("Table {} of {}: {error}", table.id, settings.server());
            complaints.add(key_of(&error), text);
        }
    }
    Ok(())
}

/// The key that would have to change.
fn key_of(error: &LayoutError) -> &'static str {
    match error {
        LayoutError::NoColumn(_, key) | LayoutError::NoMapping(key) | LayoutError::ManyMappings(key) => key,
        LayoutError::NoAutoIncrement | LayoutError::NullableIncrementing(_) | LayoutError::NotANumber(..) => {
            "incrementing.column.name"
        }
        LayoutError::NullableTimestamps(_) => "timestamp.column.name",
        LayoutError::NoKeyColumn(_) => "key.columns",
    }
}

fn is_topic(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=249).contains(&name.len()) && name.bytes().all(legal) && name != "." && name != ".."
}
