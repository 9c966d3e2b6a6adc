//! PostgreSQL: types, modes, changed tables, late commits, a server that goes away.

use std::time::Duration;

use aqueduct_plugin_api::{Decimal, ErrorClass, SourceRecord, Value, logical};
use bytes::Bytes;
use sqlx::Executor;

use crate::harness::server::{Flavor, PASSWORD, Server, USER, own, shared};
use crate::harness::worker::{TestSource, config, field, numbers, offset, row, validate};

fn source(url: &str, pairs: &[(&str, &str)]) -> TestSource {
    let mut all = vec![("connection.url", url), ("connection.user", USER), ("connection.password", PASSWORD)];
    all.extend(pairs);
    TestSource::new(&all)
}

async fn database(server: &Server, name: &str, sql: &str) -> String {
    let url = server.database(name).await;
    server.sql(name, sql).await;
    url
}

fn schema_of(record: &SourceRecord, name: &str) -> aqueduct_plugin_api::Schema {
    let schema = &row(record).schema;
    (*schema.fields[schema.field_index(name).unwrap()].schema).clone()
}

const TYPES: &str = "CREATE EXTENSION IF NOT EXISTS hstore; CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN cents AS numeric(6,2); \
    CREATE TABLE types (id int PRIMARY KEY, b boolean, s smallint, i int NOT NULL, l bigint, f real, d double precision, \
    n2 numeric(12,2), n numeric, c char(3), v varchar(9), t text, by bytea, bit1 bit(1), bit4 bit(4), bit12 bit(12), \
    da date, ti time, tz timetz, ts timestamp, ts0 timestamp(0), tstz timestamptz, js json, jb jsonb, u uuid, m mood, dom cents, \
    ai int[], at text[], ip inet, iv interval, mo money, xm xml, h hstore, r int4range); \
    INSERT INTO types VALUES (1, true, -32768, 2147483647, 9223372036854775807, 1.5, 0.1, -12.30, 1.10, 'abc', 'grün', E'line\\n', '\\x00ff', \
    B'1', B'0101', B'100000000001', '1969-12-31', '23:59:59.5', '12:00:00+02', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56', \
    '2024-02-29 12:34:56.123456+02', '{\"a\": 1}', '{\"a\": 1}', '6f9619ff-8b86-d011-b42d-00cf4fc964ff', 'ok', 1.5, '{1,NULL,3}', \
    '{\"a,b\",c}', '10.0.0.1/8', '1 day', '$1,234.50', '<x/>', 'a=>1', '[1,5)'); INSERT INTO types (id, i) VALUES (2, 0)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_type_becomes_its_connect_type() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(&server, "t_types", TYPES).await;
    let mut source = source(&url, &[("mode", "bulk"), ("poll.interval.ms", "60000")]);
    source.start().await;
    let records = source.take(2).await;
    let one = |name: &str| field(&records[0], name);
    assert_eq!(
        (one("b"), one("s"), one("i")),
        (Value::Bool(true), Value::Int16(i16::MIN), Value::Int32(i32::MAX))
    );
    assert_eq!(
        (one("l"), one("f"), one("d")),
        (Value::Int64(i64::MAX), Value::Float32(1.5), Value::Float64(0.1))
    );
    assert_eq!(
        (one("n2"), one("dom")),
        (Value::Decimal(Decimal::new(-1230, 2)), Value::Decimal(Decimal::new(150, 2)))
    );
    assert_eq!(schema_of(&records[0], "n").decimal_scale(), Some(127));
    assert!(matches!(one("n"), Value::Decimal(n) if n.with_scale(2) == Some(Decimal::new(110, 2))));
    assert_eq!(
        (one("c"), one("v"), one("t")),
        (Value::string("abc"), Value::string("grün"), Value::string("line\n"))
    );
    assert_eq!(one("by"), Value::Bytes(Bytes::from_static(&[0, 255])));
    assert_eq!((one("bit1"), one("bit4")), (Value::Bool(true), Value::Int8(5)));
    assert_eq!(one("bit12"), Value::Bytes(Bytes::from_static(&[128, 16])));
    assert_eq!(
        (one("da"), one("ti"), one("tz")),
        (Value::Date(-1), Value::Time(86_399_500), Value::Time(43_200_000))
    );
    assert_eq!(
        (one("ts"), one("ts0")),
        (Value::Timestamp(1_709_210_096_123), Value::Timestamp(1_709_210_096_000))
    );
    assert_eq!(one("tstz"), Value::Timestamp(1_709_202_896_123));
    for (name, text) in [
        ("js", "{\"a\": 1}"),
        ("jb", "{\"a\": 1}"),
        ("u", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
        ("m", "ok"),
        ("ai", "{1,NULL,3}"),
        ("at", "{\"a,b\",c}"),
        ("ip", "10.0.0.1/8"),
        ("iv", "1 day"),
        ("mo", "$1,234.50"),
        ("xm", "<x/>"),
        ("h", "\"a\"=>\"1\""),
        ("r", "[1,5)"),
    ] {
        assert_eq!(one(name), Value::string(text), "{name}");
    }
    assert!(schema_of(&records[0], "tstz").is_logical(logical::TIMESTAMP));
    let two = &row(&records[1]).values;
    assert!(two.iter().enumerate().all(|(index, value)| [0, 3].contains(&index) || value.is_null()));
    assert!(source.counter("aqueduct_jdbc_unmapped_values_as_text_total") >= 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn precise_mapping_keeps_arrays_and_unlimited_numbers() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(
        &server,
        "t_precise",
        "CREATE TABLE p (id int PRIMARY KEY, n numeric, a int[], ts timestamp); INSERT INTO p VALUES (1, 'NaN', '{1,2}', '2024-01-01 00:00:00.123456'), (2, 1.10, NULL, NULL)",
    )
    .await;
    let mut source = source(
        &url,
        &[
            ("mode", "bulk"),
            ("type.mapping", "precise"),
            ("timestamp.granularity", "micros_long"),
            ("poll.interval.ms", "60000"),
        ],
    );
    source.start().await;
    let records = source.take(2).await;
    assert_eq!(
        (field(&records[0], "n"), field(&records[1], "n")),
        (Value::string("NaN"), Value::string("1.10"))
    );
    assert_eq!(field(&records[0], "a"), Value::Array(vec![Value::Int32(1), Value::Int32(2)]));
    assert_eq!(field(&records[0], "ts"), Value::Int64(1_704_067_200_123_456));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_connect_cannot_hold_are_named() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(
        &server,
        "t_odd",
        "CREATE TABLE o (id int PRIMARY KEY, n numeric(8,2), ts timestamp); INSERT INTO o VALUES (1, 1, '2024-01-01'), (2, 'NaN', 'infinity')",
    )
    .await;
    let mut refused = source(&url, &[("mode", "bulk")]);
    refused.start().await;
    let error = refused.take_error(|error| error.class == ErrorClass::Fatal).await;
    assert!(error.message.contains("public.o") && error.message.contains("column n holds NaN"), "{error}");
    let mut nulled =
        source(&url, &[("mode", "bulk"), ("invalid.values", "null"), ("poll.interval.ms", "60000")]);
    nulled.start().await;
    let records = nulled.take(2).await;
    assert_eq!((field(&records[1], "n"), field(&records[1], "ts")), (Value::Null, Value::Null));
    assert_eq!(nulled.counter("aqueduct_jdbc_invalid_values_as_null_total"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_sees_the_columns_of_an_altered_table() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(
        &server,
        "t_alter",
        "CREATE TABLE a (id serial PRIMARY KEY, x varchar(9)); INSERT INTO a (x) VALUES ('one')",
    )
    .await;
    let mut source = source(&url, &[("mode", "incrementing")]);
    source.start().await;
    source.take(1).await;
    server
        .sql("t_alter", "ALTER TABLE a ADD COLUMN y int NOT NULL DEFAULT 7; INSERT INTO a (x) VALUES ('two')")
        .await;
    assert_eq!(field(&source.take(1).await[0], "y"), Value::Int32(7));
    server.sql("t_alter", "ALTER TABLE a ALTER COLUMN y TYPE numeric(10,3); ALTER TABLE a DROP COLUMN x; INSERT INTO a (y) VALUES (1.5)").await;
    let record = source.take(1).await.remove(0);
    assert_eq!(field(&record, "y"), Value::Decimal(Decimal::new(1500, 3)));
    assert_eq!(row(&record).schema.fields.len(), 2);
    server
        .sql("t_alter", "ALTER TABLE a ALTER COLUMN y TYPE numeric(12,5); INSERT INTO a (y) VALUES (1.23456)")
        .await;
    assert_eq!(field(&source.take(1).await[0], "y"), Value::Decimal(Decimal::new(123_456, 5)));
    assert!(source.errors.is_empty(), "{:?}", source.errors);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_comes_once_in_every_mode() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(
        &server,
        "t_modes",
        "CREATE TABLE r (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int NOT NULL UNIQUE, at timestamptz NOT NULL); \
         INSERT INTO r (n, at) SELECT i, '2024-01-01'::timestamptz + make_interval(secs => i / 100) FROM generate_series(1, 30000) i",
    )
    .await;
    for (mode, keys) in [
        ("bulk", vec![("poll.interval.ms", "60000")]),
        ("incrementing", vec![("incrementing.column.name", "n")]),
        ("timestamp", vec![("timestamp.column.name", "at")]),
        ("timestamp+incrementing", vec![("timestamp.column.name", "at"), ("incrementing.column.name", "n")]),
    ] {
        let mut pairs = vec![("mode", mode), ("table.whitelist", "public.r")];
        pairs.extend(keys);
        let mut source = source(&url, &pairs);
        source.start().await;
        let mut all = source.take(11_111).await;
        if mode != "bulk" && mode != "timestamp" {
            source.stop().await;
            source.start().await;
        }
        all.extend(source.take(30_000 - all.len()).await);
        let mut numbers = numbers(&all, "n");
        if mode == "bulk" || mode == "timestamp" {
            numbers.sort_unstable();
        }
        assert_eq!(numbers, (1..=30_000).collect::<Vec<_>>(), "{mode}");
        if mode == "timestamp" {
            assert_eq!(offset(&all[29_999]), r#"{"timestamp":1704067500000,"timestamp_nanos":0}"#);
            assert_eq!(
                all[0].source_partition.to_json().to_string(),
                r#"{"protocol":"1","table":"public.r"}"#
            );
        }
        source.expect_silence().await;
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_is_waited_for() {
    let Some(server) = own(Flavor::Postgres, "late").await else { return };
    let url = database(
        &server,
        "t_late",
        "CREATE TABLE l (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()); CREATE TABLE other (x int)",
    )
    .await;
    for pairs in [
        vec![("mode", "incrementing"), ("table.whitelist", "l")],
        vec![("mode", "timestamp"), ("timestamp.column.name", "at"), ("table.whitelist", "l")],
    ] {
        server.sql("t_late", "DELETE FROM l").await;
        let mut source = source(&url, &pairs);
        source.start().await;
        let mut late = server.postgres_admin("t_late").await.unwrap();
        late.execute("BEGIN; INSERT INTO l DEFAULT VALUES").await.unwrap();
        // Somebody who writes elsewhere does not matter.
        let mut elsewhere = server.postgres_admin("t_late").await.unwrap();
        elsewhere.execute("BEGIN; INSERT INTO other VALUES (1)").await.unwrap();
        server.sql("t_late", "INSERT INTO l DEFAULT VALUES").await;
        // Until the row is old enough to be read by its own time: what holds it back now is the transaction alone.
        tokio::time::sleep(Duration::from_millis(600)).await;
        source.expect_silence().await;
        late.execute("COMMIT").await.unwrap();
        let ids = numbers(&source.take(2).await, "id");
        assert_eq!(ids[1] - ids[0], 1, "{ids:?}");
        source.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_row_of_many_slow_writers_is_lost() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let table =
        "CREATE TABLE w (id serial PRIMARY KEY, at timestamp(3) NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'))";
    let url = database(&server, "t_torture", table).await;
    const WRITERS: u64 = 12;
    const TRANSACTIONS: u64 = 12;
    let write = async |writer: u64| {
        let mut connection = server.postgres_admin("t_torture").await.unwrap();
        for turn in 0..TRANSACTIONS {
            connection.execute("BEGIN; INSERT INTO w DEFAULT VALUES").await.unwrap();
            // Transactions of every length overlap.
            tokio::time::sleep(Duration::from_millis((writer * 37 + turn * 61) % 211)).await;
            connection.execute("COMMIT").await.unwrap();
        }
    };
    let mut by_number = source(&url, &[("mode", "incrementing"), ("poll.interval.ms", "5")]);
    let mut by_time =
        source(&url, &[("mode", "timestamp"), ("timestamp.column.name", "at"), ("poll.interval.ms", "5")]);
    by_number.start().await;
    by_time.start().await;
    let writers = futures_util::future::join_all((0..WRITERS).map(write));
    let count = (WRITERS * TRANSACTIONS) as usize;
    let (_, numbered, timed) = tokio::join!(writers, by_number.take(count), by_time.take(count));
    assert_eq!(numbers(&numbered, "id"), (1..=count as i64).collect::<Vec<_>>());
    let mut ids = numbers(&timed, "id");
    ids.sort_unstable();
    assert_eq!(ids, (1..=count as i64).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn validation_tells_login_database_and_columns() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(&server, "t_valid", "CREATE TABLE v (id int PRIMARY KEY, maybe int)").await;
    let told = async |pairs: &[(&str, &str)]| {
        let mut all = vec![
            ("connection.url", url.as_str()),
            ("connection.user", USER),
            ("connection.password", PASSWORD),
        ];
        all.retain(|(key, _)| !pairs.iter().any(|(other, _)| other == key));
        all.extend(pairs);
        validate(&config(&all)).await
    };
    let wrong = told(&[("mode", "bulk"), ("connection.password", "wrong-secret")]).await;
    assert!(wrong["connection.password"][0].contains("authentication failed"), "{wrong:?}");
    let wrong = told(&[("mode", "bulk"), ("connection.url", &url.replace("t_valid", "t_none"))]).await;
    assert!(wrong["connection.url"][0].contains("t_none"), "{wrong:?}");
    let wrong = told(&[("mode", "incrementing"), ("incrementing.column.name", "maybe")]).await;
    assert!(wrong["incrementing.column.name"][0].contains("may be null"), "{wrong:?}");
    let wrong = told(&[
        ("mode", "incrementing"),
        ("incrementing.column.name", "id"),
        ("query", "SELECT missing FROM v"),
    ])
    .await;
    assert!(wrong["query"][0].contains("missing"), "{wrong:?}");
    assert!(told(&[("mode", "incrementing"), ("incrementing.column.name", "id")]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_are_read_through_their_table() {
    let Some(server) = shared(Flavor::Postgres).await else { return };
    let url = database(
        &server,
        "t_parts",
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO p VALUES (1), (2)",
    )
    .await;
    let mut source = source(&url, &[("mode", "incrementing"), ("incrementing.column.name", "id")]);
    source.start().await;
    let records = source.take(2).await;
    assert!(records.iter().all(|record| &*record.topic == "t.p"));
    source.expect_silence().await;
}
