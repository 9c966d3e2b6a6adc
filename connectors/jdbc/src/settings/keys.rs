//! The key table: Confluent's settings with their types and defaults, and ours after them.

use aqueduct_plugin_api::{Check, ConfigDef, Importance, KeyDef, KeyType, Width};

/// In a task's configuration: the tables it reads, quoted, separated by commas.
pub(crate) const TASK_TABLES: &str = "tables";
/// In a task's configuration: whether the connector has listed the tables yet.
pub(crate) const TASK_TABLES_FETCHED: &str = "tables.fetched";

const DATABASE: &str = "Database";
const MODE: &str = "Mode";
const CONNECTOR: &str = "Connector";
const VALUES: &str = "Values";

pub(crate) const TABLE_TYPES: [&str; 10] = [
    "TABLE",
    "VIEW",
    "SYSTEM TABLE",
    "GLOBAL TEMPORARY",
    "LOCAL TEMPORARY",
    "ALIAS",
    "SYNONYM",
    "PARTITIONED TABLE",
    "MATERIALIZED VIEW",
    "FOREIGN TABLE",
];
pub(crate) const ISOLATION_MODES: [&str; 6] = [
    "DEFAULT",
    "READ_UNCOMMITTED",
    "READ_COMMITTED",
    "REPEATABLE_READ",
    "SERIALIZABLE",
    "SQL_SERVER_SNAPSHOT",
];
pub(crate) const GRANULARITIES: [&str; 7] = [
    "connect_logical",
    "micros_long",
    "micros_string",
    "micros_iso_datetime_string",
    "nanos_long",
    "nanos_string",
    "nanos_iso_datetime_string",
];

/// The connector's settings, without those common to all connectors.
pub(crate) fn config_def() -> ConfigDef {
    let groups =
        [database_keys(), table_keys(), mode_keys(), connector_keys(), value_keys(), own_keys(), task_keys()];
    ConfigDef::new(groups.into_iter().flatten())
}

fn text(name: &str, default: &str, doc: &str) -> KeyDef {
    KeyDef::with_default(name, KeyType::String, default, doc)
}

fn list(name: &str, doc: &str) -> KeyDef {
    KeyDef::with_default(name, KeyType::List, "", doc)
}

fn number(name: &str, kind: KeyType, default: i64, least: i64, doc: &str) -> KeyDef {
    KeyDef::with_default(name, kind, default, doc).check(Check::AtLeast(least))
}

fn switch(name: &str, default: bool, doc: &str) -> KeyDef {
    KeyDef::with_default(name, KeyType::Boolean, default, doc)
}

fn database_keys() -> Vec<KeyDef> {
    vec![
        text("connection.url", "", "The database: jdbc:mysql://host:port/db, jdbc:mariadb://…, jdbc:postgresql://… or jdbc:sqlite:/file. Driver parameters may follow after a question mark.")
            .importance(Importance::High)
            .shown(DATABASE, Width::Long, "JDBC URL")
            .dependents(&["table.whitelist", "table.blacklist", "table.include.list", "table.exclude.list"]),
        KeyDef::optional("connection.user", KeyType::String, "The user to log in as.")
            .importance(Importance::High)
            .shown(DATABASE, Width::Medium, "JDBC User"),
        KeyDef::optional("connection.password", KeyType::Password, "The user's password.")
            .importance(Importance::High)
            .shown(DATABASE, Width::Short, "JDBC Password"),
        number("connection.attempts", KeyType::Int, 3, 1, "Without effect: attempts to connect go on for ever, and every failure is shown in the task's status at once.")
            .importance(Importance::Low)
            .shown(DATABASE, Width::Short, "JDBC connection attempts"),
        number("connection.backoff.ms", KeyType::Long, 3_000, 1, "The longest pause between attempts to connect or to read after a failure, in milliseconds; the first ones are shorter. Confluent's default is 10000; here rows flow again within a few seconds of a database's return.")
            .importance(Importance::Low)
            .shown(DATABASE, Width::Short, "JDBC connection backoff (ms)"),
        KeyDef::optional("catalog.pattern", KeyType::String, "Only tables whose catalog (MySQL's database) is like this SQL pattern (% and _). Not set: the URL's database, and others that the table lists name.")
            .shown(DATABASE, Width::Short, "Catalog pattern"),
        KeyDef::optional("schema.pattern", KeyType::String, "Only tables whose schema is like this SQL pattern (% and _). Not set: all but the system's.")
            .importance(Importance::High)
            .shown(DATABASE, Width::Short, "Schema pattern"),
        text("dialect.name", "", "The dialect to use in place of the URL's: MySqlDatabaseDialect, PostgreSqlDatabaseDialect or SqliteDatabaseDialect. It must agree with the URL.")
            .importance(Importance::Low)
            .shown(DATABASE, Width::Long, "Database Dialect"),
        KeyDef::optional("jdbc.credentials.provider.class", KeyType::String, "A Java class of Confluent's connector. Only the default provider, which reads connection.user and connection.password, exists here.")
            .importance(Importance::Low),
        text("quote.sql.identifiers", "always", "Whether table and column names are quoted in statements: always or never.")
            .check(Check::one_of_ignore_case(&["always", "never"]))
            .shown(DATABASE, Width::Medium, "Quote Identifiers"),
        text("transaction.isolation.mode", "DEFAULT", "The isolation of the statements that read.")
            .check(Check::one_of_ignore_case(&ISOLATION_MODES))
            .importance(Importance::Low)
            .shown(DATABASE, Width::Medium, "Transaction Isolation Mode"),
    ]
}

fn table_keys() -> Vec<KeyDef> {
    vec![
        list("table.whitelist", "The tables to read: names as they are, alone or after their database or schema. Not together with the other table lists.")
            .shown(DATABASE, Width::Long, "Table Whitelist"),
        list("table.blacklist", "The tables to leave out. Not together with the other table lists.")
            .shown(DATABASE, Width::Long, "Table Blacklist"),
        list("table.include.list", "Regular expressions; a table is read if one of them matches its whole qualified name.")
            .shown(DATABASE, Width::Long, "Table Include List"),
        list("table.exclude.list", "Regular expressions; of the tables included, those whose whole qualified name matches are left out. Needs table.include.list.")
            .shown(DATABASE, Width::Long, "Table Exclude List"),
        KeyDef::with_default("table.types", KeyType::List, "TABLE", "The kinds of tables to read: TABLE, VIEW, …")
            .check(Check::list_of(&TABLE_TYPES))
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Medium, "Table Types"),
    ]
}

fn mode_keys() -> Vec<KeyDef> {
    vec![
        text("mode", "", "How new rows are found: bulk reads everything each time; incrementing by a column that only grows; timestamp by one or more columns that hold the time of the last change; timestamp+incrementing by both.")
            .check(Check::one_of(&["", "bulk", "timestamp", "incrementing", "timestamp+incrementing"]))
            .importance(Importance::High)
            .shown(MODE, Width::Medium, "Table Loading Mode")
            .recommended(&["bulk", "timestamp", "incrementing", "timestamp+incrementing"]),
        text("incrementing.column.name", "", "The column that grows with each new row. Empty: each table's auto-increment column.")
            .shown(MODE, Width::Medium, "Incrementing Column Name"),
        list("timestamp.column.name", "The columns with the time of the last change; of several the first that is not null counts.")
            .shown(MODE, Width::Medium, "Timestamp Column Name"),
        list("incrementing.column.mapping", "The incrementing column per table, as regex:column; each table must match exactly one.")
            .shown(MODE, Width::Long, "Incrementing Column Mapping"),
        list("timestamp.columns.mapping", "The timestamp columns per table, as regex:[column1|column2]; each table must match exactly one.")
            .shown(MODE, Width::Long, "Timestamp Columns Mapping"),
        KeyDef::optional("timestamp.initial", KeyType::Long, "Where to begin when nothing was read yet, in milliseconds since 1970: rows changed later are read. -1 is the database's now. Not set: all rows.")
            .importance(Importance::Low)
            .shown(MODE, Width::Medium, "Unix time value of initial timestamp"),
        switch("validate.non.null", true, "Refuse tables whose incrementing column, or every timestamp column, may be null: rows with nulls there are never read.")
            .importance(Importance::Low)
            .shown(MODE, Width::Short, "Validate Non Null"),
        text("query", "", "A query to read in place of tables; its rows go to the topic named by topic.prefix.")
            .shown(MODE, Width::Short, "Query"),
        KeyDef::with_default("query.masked", KeyType::Password, "", "The same, never shown.")
            .shown(MODE, Width::Short, "Query"),
        text("query.suffix", "", "Text to put at the end of every statement that reads, after ORDER BY.")
            .importance(Importance::Low)
            .shown(MODE, Width::Short, "Query suffix"),
        number("query.retry.attempts", KeyType::Int, -1, -1, "How often in a row reading a table may fail before the task does; -1 is without end.")
            .importance(Importance::Low)
            .shown(MODE, Width::Short, "Query Retry Attempts"),
    ]
}

fn connector_keys() -> Vec<KeyDef> {
    vec![
        number("poll.interval.ms", KeyType::Int, 5_000, 0, "The pause between two readings of a table, in milliseconds.")
            .importance(Importance::High)
            .shown(CONNECTOR, Width::Short, "Poll Interval (ms)"),
        number("batch.max.rows", KeyType::Int, 1_000, 1, "The most records handed over at once.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Max Rows Per Batch"),
        number("max.buffer.size", KeyType::Int, 0, 0, "The most records read ahead, besides the chunk being read; 0 is four times batch.max.rows.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Max Buffer Size"),
        number("poll.linger.ms", KeyType::Long, 5_000, 0, "How long to wait for a record before an empty batch is handed over, in milliseconds.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Poll Linger (ms)"),
        number("table.poll.interval.ms", KeyType::Long, 60_000, 1, "How often to look for new or dropped tables, in milliseconds. The tasks change only if the tables did.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Metadata Change Monitoring Interval (ms)"),
        number("table.monitoring.startup.polling.limit.ms", KeyType::Long, 10_000, 1, "How long a start waits for the first list of tables, in milliseconds.")
            .importance(Importance::Low),
        text("topic.prefix", "", "The topic of a table is this and the table's name; the topic of a query is this alone.")
            .importance(Importance::High)
            .shown(CONNECTOR, Width::Medium, "Topic Prefix"),
        number("timestamp.delay.interval.ms", KeyType::Long, 0, 0, "How long a row must have been there before it is read by its timestamp, in milliseconds: time for transactions that commit late.")
            .importance(Importance::High)
            .shown(CONNECTOR, Width::Medium, "Delay Interval (ms)"),
        text("db.timezone", "UTC", "The time zone of date-times that carry none, in values and in the timestamp columns.")
            .shown(CONNECTOR, Width::Medium, "DB time zone"),
    ]
}

fn value_keys() -> Vec<KeyDef> {
    vec![
        switch("numeric.precision.mapping", false, "Deprecated: true means numeric.mapping=precision_only.")
            .importance(Importance::Low)
            .shown(VALUES, Width::Short, "Map Numeric Values By Precision (deprecated)"),
        KeyDef::optional("numeric.mapping", KeyType::String, "What NUMERIC becomes: none (Decimal), precision_only (integers without a fraction by their size), best_fit (also float64 where 18 digits are enough), best_fit_eager_double (float64 for every fraction).")
            .check(Check::one_of_ignore_case(&["none", "precision_only", "best_fit", "best_fit_eager_double"]))
            .importance(Importance::Low)
            .shown(VALUES, Width::Short, "Map Numeric Values, Integral or Decimal, By Precision and Scale"),
        text("timestamp.granularity", "connect_logical", "What TIMESTAMP becomes: Connect's Timestamp (milliseconds), or micro- or nanoseconds as a number, a text or an ISO date-time.")
            .check(Check::one_of_ignore_case(&GRANULARITIES))
            .importance(Importance::Low)
            .shown(VALUES, Width::Medium, "Timestamp granularity for timestamp columns"),
        text("date.calendar.system", "LEGACY", "LEGACY or PROLEPTIC_GREGORIAN. They differ for dates before 1582-10-15 only; here both mean the Gregorian calendar.")
            .check(Check::one_of_ignore_case(&["LEGACY", "PROLEPTIC_GREGORIAN"]))
            .importance(Importance::Low)
            .shown(VALUES, Width::Medium, "Date Calendar System"),
    ]
}

fn own_keys() -> Vec<KeyDef> {
    vec![
        KeyDef::optional("incrementing.initial", KeyType::Long, "Where to begin when nothing was read yet: rows whose incrementing column is greater are read. Not set: all rows. (Aiven's connector has it too.)")
            .importance(Importance::Low)
            .shown(MODE, Width::Medium, "Initial incrementing value"),
        list("key.columns", "The columns that become the record's key, a struct of them; primary is each table's primary key. Empty: no key, as in Confluent's connector.")
            .shown(VALUES, Width::Medium, "Key columns"),
        text("type.mapping", "compatible", "compatible: the types of Confluent's connector. precise: nothing loses meaning (unsigned BIGINT and unlimited NUMERIC exact, PostgreSQL arrays as arrays); see TYPES.md.")
            .check(Check::one_of_ignore_case(&["compatible", "precise"]))
            .shown(VALUES, Width::Medium, "Type mapping"),
        switch("numeric.mapping.decimal", false, "Apply numeric.mapping to DECIMAL columns as well. Confluent's connector applies it to NUMERIC only, which MySQL never reports.")
            .importance(Importance::Low)
            .shown(VALUES, Width::Short, "Map DECIMAL like NUMERIC"),
        text("invalid.values", "fail", "What becomes of a value its Connect type cannot hold (BIGINT UNSIGNED beyond 63 bits, NaN as Decimal, TIME beyond a day): fail stops the task and names it, null reads it as null and counts it.")
            .check(Check::one_of_ignore_case(&["fail", "null"]))
            .importance(Importance::Low)
            .shown(VALUES, Width::Short, "Invalid values"),
        number("chunk.max.rows", KeyType::Int, 10_000, 100, "The most rows one statement asks for where a table has a unique key to continue from.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Max rows per statement"),
        number("chunk.max.bytes", KeyType::Long, 8 << 20, 65_536, "Rows of about this many bytes are held in memory at once; statements ask for fewer rows if rows are large.")
            .importance(Importance::Low)
            .shown(CONNECTOR, Width::Short, "Max bytes per statement"),
        text("late.commits", "wait", "wait: rows are read only when every transaction that was writing when the upper bound was taken has ended, so that a late commit with a smaller number or time is not missed (PostgreSQL; MySQL and MariaDB if the user has the PROCESS privilege). ignore: as Confluent's connector.")
            .check(Check::one_of_ignore_case(&["wait", "ignore"]))
            .shown(MODE, Width::Medium, "Late commits"),
        number("late.commits.max.wait.ms", KeyType::Long, 60_000, 0, "How long to hold rows back for a transaction that does not end, in milliseconds; then they are read and the event is logged and counted.")
            .importance(Importance::Low)
            .shown(MODE, Width::Medium, "Max wait for late commits (ms)"),
    ]
}

fn task_keys() -> Vec<KeyDef> {
    vec![
        list(TASK_TABLES, "Set by the connector for its tasks: the tables to read.")
            .importance(Importance::Low),
        switch(TASK_TABLES_FETCHED, false, "Set by the connector for its tasks.").importance(Importance::Low),
    ]
}
