//! SQLite: modes, offsets, restarts, odd values.

use aqueduct_plugin_api::{Decimal, ErrorClass, OffsetMap, Type, Value};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::harness::worker::{TestSource, config, field, numbers, offset, row, validate};

/// A database file with a few statements run.
struct File {
    folder: TempDir,
    connection: Connection,
}

impl File {
    fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        Self { folder, connection }
    }

    fn url(&self) -> String {
        format!("jdbc:sqlite:{}", self.folder.path().join("shop.db").display())
    }

    fn run(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }
}

const ORDERS: &str = "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL, price DECIMAL(8,2), \
    updated TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')));";

fn many(table: &str, from: i64, to: i64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
         INSERT INTO {table} (id, item, price, updated) SELECT i, 'item ' || i, i / 4.0, '2024-01-01 00:00:00' FROM n;"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incrementing_reads_each_row_once_across_chunks_and_restarts() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 25_000)));
    let mut source = TestSource::new(&[("connection.url", &file.url()), ("mode", "incrementing")]);
    source.start().await;
    let first = source.take(12_345).await;
    source.stop().await;
    source.start().await;
    let rest = source.take(25_000 - first.len()).await;
    file.run(&many("orders", 25_001, 25_003));
    let new = source.take(3).await;
    let mut ids = numbers(&first, "id");
    ids.extend(numbers(&rest, "id"));
    ids.extend(numbers(&new, "id"));
    assert_eq!(ids, (1..=25_003).collect::<Vec<_>>());
    assert_eq!(offset(&new[2]), r#"{"incrementing":25003}"#);
    assert_eq!(new[2].source_partition.to_json().to_string(), r#"{"protocol":"1","table":"orders"}"#);
    assert_eq!(&*new[2].topic, "t.orders");
    source.expect_silence().await;
    source.stop().await;
}

#[tokio::test]
async fn a_row_becomes_a_struct_named_after_its_table() {
    let file =
        File::new(&format!("{ORDERS} INSERT INTO orders VALUES (1, 'pen', 1.5, '2024-01-02 03:04:05.678');"));
    let mut source =
        TestSource::new(&[("connection.url", &file.url()), ("mode", "bulk"), ("key.columns", "primary")]);
    source.start().await;
    let record = source.take(1).await.remove(0);
    let schema = &row(&record).schema;
    assert_eq!(schema.name.as_deref(), Some("orders"));
    assert_eq!(field(&record, "item"), Value::string("pen"));
    assert_eq!(field(&record, "price"), Value::Decimal(Decimal::new(150, 2)));
    assert_eq!(field(&record, "updated"), Value::Timestamp(1_704_164_645_678));
    let optional: Vec<bool> = schema.fields.iter().map(|field| field.schema.optional).collect();
    assert_eq!(optional, [false, false, true, false]);
    assert_eq!(record.source_offset, None);
    assert_eq!(record.source_partition.to_json().to_string(), r#"{"table":"orders"}"#);
    assert!(matches!(&record.key, Value::Struct(key) if key.values == [Value::Int64(1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_one_timestamp_are_neither_lost_nor_doubled() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 12_000)));
    file.run("UPDATE orders SET updated = '2024-01-02 00:00:00' WHERE id > 6000");
    let mut source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "timestamp"),
        ("timestamp.column.name", "updated"),
        ("batch.max.rows", "700"),
    ]);
    source.start().await;
    let records = source.take(12_000).await;
    assert_eq!(numbers(&records, "id"), (1..=12_000).collect::<Vec<_>>());
    // Only the last row of a timestamp moves the offset to it.
    assert_eq!(offset(&records[0]), "null");
    assert_eq!(offset(&records[5_998]), "null");
    assert_eq!(offset(&records[5_999]), r#"{"timestamp":1704067200000,"timestamp_nanos":0}"#);
    assert_eq!(offset(&records[11_998]), offset(&records[5_999]));
    assert_eq!(offset(&records[11_999]), r#"{"timestamp":1704153600000,"timestamp_nanos":0}"#);
    source.stop().await;
    source.start().await;
    source.expect_silence().await;
    file.run("UPDATE orders SET item = 'new', updated = '2024-01-03 00:00:00.5' WHERE id = 7");
    let changed = source.take(1).await;
    assert_eq!(field(&changed[0], "item"), Value::string("new"));
    assert_eq!(offset(&changed[0]), r#"{"timestamp":1704240000500,"timestamp_nanos":500000000}"#);
}

#[tokio::test]
async fn stored_offsets_of_the_java_connector_are_taken_over() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 10)));
    let mut source = TestSource::new(&[("connection.url", &file.url()), ("mode", "incrementing")]);
    // The form of older versions.
    let legacy = OffsetMap::new().with("table", "orders");
    source.offsets.0.lock().unwrap().insert(legacy, OffsetMap::new().with("incrementing", 7));
    source.start().await;
    assert_eq!(numbers(&source.take(3).await, "id"), [8, 9, 10]);
    source.stop().await;
}

#[tokio::test]
async fn timestamp_and_number_together_find_updates() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 5)));
    let mut source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "timestamp+incrementing"),
        ("timestamp.column.name", "updated"),
        ("incrementing.column.name", "id"),
    ]);
    source.start().await;
    let records = source.take(5).await;
    assert_eq!(offset(&records[4]), r#"{"incrementing":5,"timestamp":1704067200000,"timestamp_nanos":0}"#);
    file.run("UPDATE orders SET updated = '2024-02-01 00:00:00' WHERE id IN (2, 4)");
    assert_eq!(numbers(&source.take(2).await, "id"), [2, 4]);
    source.expect_silence().await;
}

#[tokio::test]
async fn a_new_column_shows_in_the_next_records() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 2)));
    let mut source = TestSource::new(&[("connection.url", &file.url()), ("mode", "incrementing")]);
    source.start().await;
    source.take(2).await;
    file.run("ALTER TABLE orders ADD COLUMN note TEXT; INSERT INTO orders (id, item, note) VALUES (3, 'x', 'hello')");
    let record = source.take(1).await.remove(0);
    assert_eq!(field(&record, "note"), Value::string("hello"));
}

#[tokio::test]
async fn a_value_that_its_declared_type_does_not_allow_turns_the_column_into_text() {
    let file = File::new(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, n INT NOT NULL, b); INSERT INTO odd VALUES (1, 5, 1), (2, 'five', x'4142'), (3, 6, NULL);",
    );
    let mut source = TestSource::new(&[("connection.url", &file.url()), ("mode", "incrementing")]);
    source.start().await;
    let records = source.take(3).await;
    let values: Vec<Value> = records.iter().map(|record| field(record, "n")).collect();
    assert_eq!(values, [Value::Int64(5), Value::string("five"), Value::string("6")]);
    assert_eq!(field(&records[1], "b"), Value::string("AB"));
    assert_eq!(source.counter("aqueduct_jdbc_columns_as_text_total"), 1);
}

#[tokio::test]
async fn a_query_may_have_clauses_of_its_own() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 10)));
    let mut source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "incrementing"),
        ("incrementing.column.name", "id"),
        ("query", "SELECT id, upper(item) AS name, 1.5 AS f FROM orders WHERE id <> 4"),
        ("topic.prefix", "query-topic"),
    ]);
    source.start().await;
    let records = source.take(9).await;
    assert_eq!(numbers(&records, "id"), [1, 2, 3, 5, 6, 7, 8, 9, 10]);
    assert_eq!(&*records[0].topic, "query-topic");
    assert_eq!(records[0].source_partition.to_json().to_string(), r#"{"query":"query"}"#);
    assert_eq!(field(&records[0], "name"), Value::string("ITEM 1"));
    assert_eq!(row(&records[0]).schema.fields[2].schema.kind, Type::Float64);
    assert_eq!(row(&records[0]).schema.name, None);
}

#[tokio::test]
async fn validation_names_what_is_wrong_at_its_key() {
    let file = File::new(&format!("{ORDERS} CREATE TABLE loose (nr INT, at TIMESTAMP);"));
    let url = file.url();
    let told = validate(&config(&[
        ("connection.url", &url),
        ("mode", "incrementing"),
        ("table.whitelist", "orders,nothing"),
    ]))
    .await;
    assert!(told["table.whitelist"][0].contains("nothing"), "{told:?}");
    let told = validate(&config(&[
        ("connection.url", &url),
        ("mode", "timestamp+incrementing"),
        ("incrementing.column.name", "nr"),
        ("timestamp.column.name", "at"),
        ("table.whitelist", "loose"),
    ]))
    .await;
    assert!(told["timestamp.column.name"][0].contains("may be null"), "{told:?}");
    let told = validate(&config(&[
        ("connection.url", &url),
        ("mode", "incrementing"),
        ("incrementing.column.name", "id"),
        ("query", "SELECT nothing FROM orders"),
    ]))
    .await;
    assert!(told["query"][0].contains("nothing"), "{told:?}");
    let told = validate(&config(&[("connection.url", "jdbc:sqlite:/nowhere/x.db"), ("mode", "bulk")])).await;
    assert!(told["connection.url"][0].contains("/nowhere/x.db"), "{told:?}");
    assert!(
        validate(&config(&[
            ("connection.url", &url),
            ("mode", "incrementing"),
            ("table.whitelist", "orders")
        ]))
        .await
        .is_empty()
    );
}

#[tokio::test]
async fn new_tables_ask_for_new_tasks_only_when_they_appear() {
    let file = File::new(&format!("{ORDERS} CREATE TABLE b (x INT);"));
    let source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "bulk"),
        ("table.poll.interval.ms", "50"),
    ]);
    let (mut connector, tasks) = source.connector(5).await;
    let tables: Vec<&str> = tasks.iter().map(|task| task["tables"].as_str()).collect();
    assert_eq!(tables, [r#""b""#, r#""orders""#]);
    let asked = *source.host.0.lock().unwrap();
    file.run("CREATE TABLE c (x INT)");
    let begun = std::time::Instant::now();
    while *source.host.0.lock().unwrap() == asked {
        assert!(begun.elapsed() < crate::harness::worker::PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(connector.task_configs(5).await.unwrap().len(), 3);
    connector.stop().await;
}

#[tokio::test]
async fn a_table_that_disappears_is_a_retriable_error_and_comes_back() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 1)));
    let mut source = TestSource::new(&[("connection.url", &file.url()), ("mode", "incrementing")]);
    source.start().await;
    source.take(1).await;
    file.run("ALTER TABLE orders RENAME TO hidden");
    let error = source.take_error(|error| error.message.contains("orders")).await;
    assert_eq!(error.class, ErrorClass::Retriable);
    assert!(error.message.contains("sqlite:"), "{error}");
    file.run("ALTER TABLE hidden RENAME TO orders; INSERT INTO orders (id, item) VALUES (2, 'back')");
    assert_eq!(numbers(&source.take(1).await, "id"), [2]);
}

#[tokio::test]
async fn a_file_that_takes_the_place_of_another_is_read() {
    let file = File::new(&format!("{ORDERS}{}", many("orders", 1, 2)));
    let other = File::new(&format!("{ORDERS}{}", many("orders", 1, 4)));
    let mut source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "incrementing"),
        ("poll.interval.ms", "1100"),
    ]);
    source.start().await;
    assert_eq!(numbers(&source.take(2).await, "id"), [1, 2]);
    std::fs::rename(other.folder.path().join("shop.db"), file.folder.path().join("shop.db")).unwrap();
    assert_eq!(numbers(&source.take(2).await, "id"), [3, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_rows_are_read_a_few_at_a_time() {
    let file = File::new("CREATE TABLE big (id INTEGER PRIMARY KEY, body BLOB NOT NULL);");
    file.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO big SELECT i, randomblob(200000) FROM n");
    let mut source = TestSource::new(&[
        ("connection.url", &file.url()),
        ("mode", "incrementing"),
        ("chunk.max.bytes", "1000000"),
        ("batch.max.rows", "5"),
    ]);
    source.start().await;
    let records = source.take(300).await;
    assert_eq!(numbers(&records, "id"), (1..=300).collect::<Vec<_>>());
}
