//! MariaDB and MySQL 9: types and their traps, modes, late commits, a server that goes away.

use std::time::Duration;

use aqueduct_plugin_api::{Decimal, ErrorClass, SourceRecord, Value, logical};
use bytes::Bytes;
use sqlx::Executor;

use crate::harness::on_servers::on_servers;
use crate::harness::server::{Flavor, PASSWORD, USER, own, shared};
use crate::harness::worker::{TestSource, config, field, numbers, row, validate};

on_servers!([mariadb MariaDb, mysql9 MySql] (
    every_type_becomes_its_connect_type,
    zero_dates_make_their_field_optional,
    unsigned_numbers_beyond_63_bits_are_refused_or_exact,
    a_statement_sees_the_columns_of_an_altered_table,
    a_decimal_that_gets_more_digits_shows_them,
    each_row_comes_once_in_every_mode,
    rows_of_one_second_are_left_until_it_is_over,
    a_slow_log_holds_no_statement_open,
    a_table_without_a_key_is_read_in_one_statement,
    a_late_commit_is_waited_for,
    no_row_of_many_slow_writers_is_lost,
    validation_tells_login_database_and_columns,
    time_zones_apply_to_datetime_and_not_to_timestamp,
    a_query_reads_joins,
));

fn source(url: &str, pairs: &[(&str, &str)]) -> TestSource {
    let mut all = vec![("connection.url", url), ("connection.user", USER), ("connection.password", PASSWORD)];
    all.extend(pairs);
    TestSource::new(&all)
}

fn schema_of(record: &SourceRecord, name: &str) -> aqueduct_plugin_api::Schema {
    let schema = &row(record).schema;
    (*schema.fields[schema.field_index(name).unwrap()].schema).clone()
}

async fn every_type_becomes_its_connect_type(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_types").await;
    server
        .sql(
            "t_types",
            "CREATE TABLE types (id INT PRIMARY KEY, b1 TINYINT(1), t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, su SMALLINT UNSIGNED, \
             m MEDIUMINT, mu MEDIUMINT UNSIGNED, i INT NOT NULL, iu INT UNSIGNED, l BIGINT, lu BIGINT UNSIGNED, f FLOAT, d DOUBLE, \
             dec2 DECIMAL(12,2), dec0 DECIMAL(20,0), bit1 BIT(1), bit12 BIT(12), c CHAR(3), v VARCHAR(20), \
             vb VARCHAR(20) COLLATE utf8mb4_bin, tx TEXT, e ENUM('a','b'), st SET('x','y'), js JSON, bin BINARY(2), vbin VARBINARY(4), \
             bl BLOB, da DATE, ti TIME, ti6 TIME(6), dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP(3) NULL, y YEAR, g GEOMETRY, \
             gen INT GENERATED ALWAYS AS (i + 1) VIRTUAL)",
        )
        .await;
    server
        .sql(
            "t_types",
            "INSERT INTO types (id, b1, t, tu, s, su, m, mu, i, iu, l, lu, f, d, dec2, dec0, bit1, bit12, c, v, vb, tx, e, st, js, bin, vbin, bl, \
             da, ti, ti6, dt, dt6, ts, y, g) VALUES (1, 1, -128, 255, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295, \
             -9223372036854775808, 9223372036854775807, 16777217.5, 0.1, -12.30, 99999999999999999999, b'1', b'101010101010', 'abc', 'grün', \
             'Bin', '\\u{1F600}', 'b', 'x,y', '{\"a\": 1}', x'00ff', x'01', x'0203', '1969-12-31', '23:59:59', '12:00:00.123456', \
             '2024-02-29 12:34:56', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.789', 2024, ST_GeomFromText('POINT(1 2)')), \
             (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
                .replace("\\u{1F600}", "\u{1F600}")
                .as_str(),
        )
        .await;
    let mut source =
        source(&url, &[("mode", "bulk"), ("table.whitelist", "types"), ("poll.interval.ms", "60000")]);
    source.start().await;
    let records = source.take(2).await;
    let one = |name: &str| field(&records[0], name);
    assert_eq!(one("b1"), Value::Int8(1));
    assert_eq!((one("t"), one("tu")), (Value::Int8(-128), Value::Int16(255)));
    assert_eq!((one("s"), one("su")), (Value::Int16(-32768), Value::Int32(65535)));
    assert_eq!((one("m"), one("mu")), (Value::Int32(-8_388_608), Value::Int64(16_777_215)));
    assert_eq!((one("i"), one("iu")), (Value::Int32(i32::MIN), Value::Int64(4_294_967_295)));
    assert_eq!((one("l"), one("lu")), (Value::Int64(i64::MIN), Value::Int64(i64::MAX)));
    assert_eq!((one("f"), one("d")), (Value::Float32(16_777_218.0), Value::Float64(0.1)));
    assert_eq!(one("dec2"), Value::Decimal(Decimal::new(-1230, 2)));
    assert_eq!(one("dec0").clone(), Value::Decimal("99999999999999999999".parse().unwrap()));
    assert_eq!(schema_of(&records[0], "dec2").decimal_scale(), Some(2));
    assert_eq!(
        schema_of(&records[0], "dec2").get_parameter("connect.decimal.precision").unwrap().to_string(),
        "12"
    );
    assert_eq!(
        (one("bit1"), one("bit12")),
        (Value::Int8(1), Value::Bytes(Bytes::from_static(&[0x0a, 0xaa])))
    );
    for (name, text) in
        [("c", "abc"), ("v", "grün"), ("vb", "Bin"), ("tx", "\u{1F600}"), ("e", "b"), ("st", "x,y")]
    {
        assert_eq!(one(name), Value::string(text), "{name}");
    }
    assert_eq!(one("js"), Value::string("{\"a\": 1}"));
    assert_eq!(
        (one("bin"), one("bl")),
        (Value::Bytes(Bytes::from_static(&[0, 255])), Value::Bytes(Bytes::from_static(&[2, 3])))
    );
    assert_eq!(
        (one("da"), one("ti"), one("ti6")),
        (Value::Date(-1), Value::Time(86_399_000), Value::Time(43_200_123))
    );
    assert_eq!(
        (one("dt"), one("dt6")),
        (Value::Timestamp(1_709_210_096_000), Value::Timestamp(1_709_210_096_123))
    );
    assert_eq!((one("ts"), one("y")), (Value::Timestamp(1_709_210_096_789), Value::Date(19_723)));
    assert!(matches!(one("g"), Value::Bytes(bytes) if bytes.len() == 25));
    assert_eq!(one("gen"), Value::Int32(i32::MIN + 1));
    assert!(schema_of(&records[0], "dt").is_logical(logical::TIMESTAMP));
    let two = &row(&records[1]).values;
    assert!(
        two.iter()
            .enumerate()
            .all(|(index, value)| [0, 8, two.len() - 1].contains(&index) || value.is_null())
    );
    source.stop().await;
}

async fn zero_dates_make_their_field_optional(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_zero").await;
    let insert = "SET SESSION sql_mode = ''; CREATE TABLE z (id INT PRIMARY KEY, at DATETIME NOT NULL, day DATE NOT NULL); \
        INSERT INTO z VALUES (1, '2024-01-01 00:00:00', '2024-01-01'), (2, '0000-00-00 00:00:00', '2024-00-10'), (3, '2024-01-02', '2024-01-02')";
    server.sql("t_zero", insert).await;
    let mut plain = source(&url, &[("mode", "incrementing"), ("incrementing.column.name", "id")]);
    plain.start().await;
    let records = plain.take(3).await;
    assert_eq!(numbers(&records, "id"), [1, 2, 3]);
    assert_eq!((field(&records[1], "at"), field(&records[1], "day")), (Value::Null, Value::Null));
    assert!(!schema_of(&records[0], "at").optional && schema_of(&records[2], "at").optional);
    let mut strict = source(
        &format!("{url}?zeroDateTimeBehavior=EXCEPTION"),
        &[("mode", "incrementing"), ("incrementing.column.name", "id")],
    );
    strict.start().await;
    let error = strict.take_error(|error| error.class == ErrorClass::Fatal).await;
    assert!(error.message.contains("column at") && error.message.contains("t_zero.z"), "{error}");
}

async fn unsigned_numbers_beyond_63_bits_are_refused_or_exact(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_unsigned").await;
    server.sql("t_unsigned", "CREATE TABLE u (id INT PRIMARY KEY, n BIGINT UNSIGNED NOT NULL)").await;
    server.sql("t_unsigned", "INSERT INTO u VALUES (1, 5), (2, 18446744073709551615)").await;
    let base = [("mode", "incrementing"), ("incrementing.column.name", "id")];
    let mut refused = source(&url, &base);
    refused.start().await;
    let error = refused.take_error(|error| error.class == ErrorClass::Fatal).await;
    assert!(error.message.contains("18446744073709551615") && error.message.contains("column n"), "{error}");
    let mut precise = source(&url, &[base[0], base[1], ("type.mapping", "precise")]);
    precise.start().await;
    let records = precise.take(2).await;
    assert_eq!(field(&records[1], "n"), Value::Decimal("18446744073709551615".parse().unwrap()));
    let mut nulled = source(&url, &[base[0], base[1], ("invalid.values", "null")]);
    nulled.start().await;
    let records = nulled.take(2).await;
    assert_eq!((field(&records[0], "n"), field(&records[1], "n")), (Value::Int64(5), Value::Null));
    assert_eq!(nulled.counter("aqueduct_jdbc_invalid_values_as_null_total"), 1);
}

async fn a_statement_sees_the_columns_of_an_altered_table(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_alter").await;
    server.sql("t_alter", "CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, x VARCHAR(10))").await;
    server.sql("t_alter", "INSERT INTO a (x) VALUES ('one')").await;
    let mut source = source(&url, &[("mode", "incrementing")]);
    source.start().await;
    source.take(1).await;
    server
        .sql(
            "t_alter",
            "ALTER TABLE a ADD COLUMN y INT NOT NULL DEFAULT 7 FIRST; INSERT INTO a (x) VALUES ('two')",
        )
        .await;
    let record = source.take(1).await.remove(0);
    assert_eq!((field(&record, "y"), field(&record, "x")), (Value::Int32(7), Value::string("two")));
    server.sql("t_alter", "ALTER TABLE a MODIFY x TEXT, CHANGE y z BIGINT; INSERT INTO a (x, z) VALUES ('three', 5000000000)").await;
    let record = source.take(1).await.remove(0);
    assert_eq!(field(&record, "z"), Value::Int64(5_000_000_000));
    assert!(source.errors.is_empty(), "{:?}", source.errors);
}

async fn a_decimal_that_gets_more_digits_shows_them(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_scale").await;
    server.sql("t_scale", "CREATE TABLE s (id INT PRIMARY KEY AUTO_INCREMENT, p DECIMAL(10,2)); INSERT INTO s (p) VALUES (1.25)").await;
    let mut source = source(&url, &[("mode", "incrementing")]);
    source.start().await;
    assert_eq!(field(&source.take(1).await[0], "p"), Value::Decimal(Decimal::new(125, 2)));
    server.sql("t_scale", "ALTER TABLE s MODIFY p DECIMAL(12,4); INSERT INTO s (p) VALUES (1.2345)").await;
    let record = source.take(1).await.remove(0);
    assert_eq!(field(&record, "p"), Value::Decimal(Decimal::new(12_345, 4)));
    assert_eq!(schema_of(&record, "p").decimal_scale(), Some(4));
}

/// A statement that fills a table with this many rows.
fn fill(table: &str, rows: usize) -> String {
    let digits = "(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)";
    format!(
        "INSERT INTO {table} (id, name, at) SELECT n, CONCAT('row ', n), '2024-01-01 00:00:00' + INTERVAL n DIV 100 SECOND FROM \
         (SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM {digits} a, {digits} b, {digits} c, {digits} e, {digits} f) x WHERE n <= {rows}"
    )
}

const ROWS: &str =
    "CREATE TABLE r (id INT PRIMARY KEY, name VARCHAR(200) NOT NULL, at DATETIME NOT NULL, KEY (at))";

async fn each_row_comes_once_in_every_mode(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_modes").await;
    server.sql("t_modes", ROWS).await;
    server.sql("t_modes", &fill("r", 30_000)).await;
    for (mode, keys) in [
        ("bulk", vec![("poll.interval.ms", "60000")]),
        ("incrementing", vec![("incrementing.column.name", "id")]),
        ("timestamp", vec![("timestamp.column.name", "at")]),
        ("timestamp+incrementing", vec![("timestamp.column.name", "at"), ("incrementing.column.name", "id")]),
    ] {
        let mut pairs = vec![("mode", mode), ("table.whitelist", "r")];
        pairs.extend(keys);
        let mut source = source(&url, &pairs);
        source.start().await;
        let mut ids = numbers(&source.take(11_111).await, "id");
        if mode != "bulk" {
            // The offset of a timestamp moves with its last row: rows of the one under way come again.
            source.stop().await;
            source.start().await;
        }
        ids.extend(numbers(&source.take(30_000 - ids.len()).await, "id"));
        if mode == "timestamp" {
            ids.sort_unstable();
            ids.dedup();
            ids.extend(numbers(&source.take(30_000 - ids.len()).await, "id"));
        }
        assert_eq!(ids, (1..=30_000).collect::<Vec<_>>(), "{mode}");
        source.expect_silence().await;
        source.stop().await;
    }
}

async fn rows_of_one_second_are_left_until_it_is_over(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_second").await;
    server.sql("t_second", "CREATE TABLE s (id INT PRIMARY KEY AUTO_INCREMENT, at DATETIME NOT NULL DEFAULT (UTC_TIMESTAMP()))").await;
    let mut source =
        source(&url, &[("mode", "timestamp"), ("timestamp.column.name", "at"), ("poll.interval.ms", "1")]);
    source.start().await;
    let writer = tokio::spawn({
        let server = server.clone();
        async move {
            let mut connection = server.mysql_admin().await.unwrap();
            for _ in 0..300 {
                connection.execute("INSERT INTO t_second.s VALUES ()").await.unwrap();
                // Spread over seconds: a second must end while its rows are written.
                tokio::time::sleep(Duration::from_millis(7)).await;
            }
        }
    });
    let mut ids = numbers(&source.take(300).await, "id");
    writer.await.unwrap();
    ids.sort_unstable();
    assert_eq!(ids, (1..=300).collect::<Vec<_>>());
}

async fn a_slow_log_holds_no_statement_open(flavor: Flavor) {
    let Some(server) = own(flavor, "slow").await else { return };
    let url = server.database("t_slow").await;
    // The server cuts statements whose rows nobody takes for a second.
    server.sql("", "SET GLOBAL net_write_timeout = 1").await;
    server.sql("t_slow", ROWS).await;
    server.sql("t_slow", &fill("r", 60_000)).await;
    server.sql("t_slow", "UPDATE r SET name = REPEAT('x', 200)").await;
    let mut source = source(&url, &[("mode", "incrementing"), ("incrementing.column.name", "id")]);
    source.start().await;
    let mut ids = numbers(&source.take(1_000).await, "id");
    // A log that takes nothing for longer than the server waits for: time is the condition.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let sending = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'reader' AND COMMAND IN ('Query', 'Execute')";
    assert_eq!(server.mysql_value(sending).await, 0);
    ids.extend(numbers(&source.take(60_000 - ids.len()).await, "id"));
    assert_eq!(ids, (1..=60_000).collect::<Vec<_>>());
    assert!(source.errors.is_empty(), "{:?}", source.errors);
}

async fn a_table_without_a_key_is_read_in_one_statement(flavor: Flavor) {
    let Some(server) = own(flavor, "keyless").await else { return };
    let url = server.database("t_keyless").await;
    server.sql("", "SET GLOBAL net_write_timeout = 1").await;
    server
        .sql(
            "t_keyless",
            "CREATE TABLE r (id INT NOT NULL, name VARCHAR(200) NOT NULL, at DATETIME NOT NULL)",
        )
        .await;
    server.sql("t_keyless", &fill("r", 60_000)).await;
    server.sql("t_keyless", "UPDATE r SET name = REPEAT('x', 200)").await;
    let mut source = source(&url, &[("mode", "timestamp"), ("timestamp.column.name", "at")]);
    source.start().await;
    let mut ids = numbers(&source.take(1_000).await, "id");
    // A log that takes nothing for longer than the server waits for: time is the condition.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    ids.extend(numbers(&source.take(60_000 - ids.len()).await, "id"));
    ids.sort_unstable();
    assert_eq!(ids, (1..=60_000).collect::<Vec<_>>());
    assert!(source.errors.is_empty(), "{:?}", source.errors);
}

async fn a_late_commit_is_waited_for(flavor: Flavor) {
    let Some(server) = own(flavor, "late").await else { return };
    let url = server.database("t_late").await;
    server.sql("t_late", "CREATE TABLE l (id INT PRIMARY KEY AUTO_INCREMENT, at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)))").await;
    for pairs in
        [vec![("mode", "incrementing")], vec![("mode", "timestamp"), ("timestamp.column.name", "at")]]
    {
        server.sql("t_late", "DELETE FROM l").await;
        let mut source = source(&url, &pairs);
        source.start().await;
        let mut late = server.mysql_admin().await.unwrap();
        late.execute("START TRANSACTION; INSERT INTO t_late.l VALUES ()").await.unwrap();
        server.sql("t_late", "INSERT INTO l VALUES ()").await;
        // Until the row is old enough to be read by its own time: what holds it back now is the transaction alone.
        tokio::time::sleep(Duration::from_millis(600)).await;
        source.expect_silence().await;
        late.execute("COMMIT").await.unwrap();
        let ids = numbers(&source.take(2).await, "id");
        assert_eq!(ids[1] - ids[0], 1, "{ids:?}");
        source.stop().await;
    }
    // Somebody who never ends his transaction holds nothing up for ever.
    let mut source = source(&url, &[("mode", "incrementing"), ("late.commits.max.wait.ms", "500")]);
    let mut late = server.mysql_admin().await.unwrap();
    late.execute("START TRANSACTION; INSERT INTO t_late.l VALUES ()").await.unwrap();
    source.start().await;
    source.take(2).await;
    assert!(source.counter("aqueduct_jdbc_late_commit_timeouts_total") > 0);
}

async fn no_row_of_many_slow_writers_is_lost(flavor: Flavor) {
    let Some(server) = own(flavor, "torture").await else { return };
    let url = server.database("t_torture").await;
    let table = "CREATE TABLE w (id INT PRIMARY KEY AUTO_INCREMENT, at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)))";
    server.sql("t_torture", table).await;
    const WRITERS: u64 = 12;
    const TRANSACTIONS: u64 = 12;
    let write = async |server: std::sync::Arc<crate::harness::server::Server>, writer: u64| {
        let mut connection = server.mysql_admin().await.unwrap();
        for turn in 0..TRANSACTIONS {
            connection.execute("START TRANSACTION; INSERT INTO t_torture.w VALUES ()").await.unwrap();
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
    let writers = futures_util::future::join_all((0..WRITERS).map(|writer| write(server.clone(), writer)));
    let count = (WRITERS * TRANSACTIONS) as usize;
    let (_, numbered, timed) = tokio::join!(writers, by_number.take(count), by_time.take(count));
    assert_eq!(numbers(&numbered, "id"), (1..=count as i64).collect::<Vec<_>>());
    let mut ids = numbers(&timed, "id");
    ids.sort_unstable();
    assert_eq!(ids, (1..=count as i64).collect::<Vec<_>>());
}

async fn validation_tells_login_database_and_columns(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_valid").await;
    server.sql("t_valid", "CREATE TABLE v (id INT PRIMARY KEY, maybe INT NULL, at DATETIME NULL)").await;
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
    assert!(
        wrong["connection.password"][0].contains("Access denied") && wrong.contains_key("connection.user"),
        "{wrong:?}"
    );
    assert!(!format!("{wrong:?}").contains("wrong-secret"));
    let gone = url.replace(&format!(":{}", server.port), ":1");
    let wrong = told(&[("mode", "bulk"), ("connection.url", &gone)]).await;
    assert!(wrong["connection.url"][0].contains("127.0.0.1:1"), "{wrong:?}");
    let wrong = told(&[("mode", "incrementing"), ("incrementing.column.name", "nr")]).await;
    assert!(wrong["incrementing.column.name"][0].contains("no column nr"), "{wrong:?}");
    let wrong = told(&[("mode", "incrementing"), ("incrementing.column.name", "maybe")]).await;
    assert!(wrong["incrementing.column.name"][0].contains("may be null"), "{wrong:?}");
    let wrong = told(&[("mode", "timestamp"), ("timestamp.column.name", "at")]).await;
    assert!(wrong["timestamp.column.name"][0].contains("may be null"), "{wrong:?}");
    let wrong = told(&[("mode", "bulk"), ("query", "SELECT missing FROM v WHERE id > 1")]).await;
    assert!(wrong["query"][0].contains("missing"), "{wrong:?}");
    let wrong = told(&[("mode", "bulk"), ("table.whitelist", "t_valid.v,ghost")]).await;
    assert!(wrong["table.whitelist"][0].contains("ghost"), "{wrong:?}");
    let right =
        told(&[("mode", "timestamp"), ("timestamp.column.name", "at"), ("validate.non.null", "false")]).await;
    assert!(right.is_empty(), "{right:?}");
}

async fn time_zones_apply_to_datetime_and_not_to_timestamp(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_zones").await;
    let sql = "SET time_zone = '+02:00'; CREATE TABLE z (id INT PRIMARY KEY, local DATETIME NOT NULL, instant TIMESTAMP NOT NULL); \
        INSERT INTO z VALUES (1, '2024-07-01 12:00:00', '2024-07-01 12:00:00')";
    server.sql("t_zones", sql).await;
    for column in ["local", "instant"] {
        let mut source = source(
            &url,
            &[("mode", "timestamp"), ("timestamp.column.name", column), ("db.timezone", "Europe/Berlin")],
        );
        source.start().await;
        let record = source.take(1).await.remove(0);
        let noon = Value::Timestamp(1_719_828_000_000);
        assert_eq!((field(&record, "local"), field(&record, "instant")), (noon.clone(), noon));
        source.stop().await;
        // The stored offset finds its place again in either kind of column.
        source.start().await;
        source.expect_silence().await;
        source.stop().await;
    }
}

async fn a_query_reads_joins(flavor: Flavor) {
    let Some(server) = shared(flavor).await else { return };
    let url = server.database("t_query").await;
    server.sql("t_query", "CREATE TABLE a (id INT PRIMARY KEY, price DECIMAL(8,3) NOT NULL); CREATE TABLE b (id INT PRIMARY KEY, note VARCHAR(9) NOT NULL)").await;
    server
        .sql("t_query", "INSERT INTO a VALUES (1, 1.5), (2, 2.5), (3, 3.5); INSERT INTO b VALUES (2, 'two')")
        .await;
    let mut source = source(
        &url,
        &[
            ("mode", "incrementing"),
            ("incrementing.column.name", "id"),
            (
                "query",
                "SELECT a.id, a.price, b.note, a.price * 2 AS twice FROM a LEFT JOIN b ON a.id = b.id WHERE a.id < 3",
            ),
            ("topic.prefix", "joined"),
        ],
    );
    source.start().await;
    let records = source.take(2).await;
    assert_eq!(numbers(&records, "id"), [1, 2]);
    assert_eq!((field(&records[0], "note"), field(&records[1], "note")), (Value::Null, Value::string("two")));
    assert_eq!(field(&records[0], "price"), Value::Decimal(Decimal::new(1500, 3)));
    let Value::Decimal(twice) = field(&records[0], "twice") else { panic!("no decimal") };
    assert_eq!(twice.with_scale(0), Some(Decimal::new(3, 0)));
    source.expect_silence().await;
}

#[tokio::test]
async fn caching_sha2_password_works_cold_and_warm_with_and_without_tls() {
    let Some(server) = own(Flavor::MySql, "login").await else { return };
    let url = server.database("t_login").await;
    server.sql("t_login", "CREATE TABLE x (id INT PRIMARY KEY); INSERT INTO x VALUES (1)").await;
    let ca = server.ca().display().to_string();
    for parameters in [
        "useSSL=false&allowPublicKeyRetrieval=true".to_owned(),
        "sslMode=PREFERRED".to_owned(),
        "sslMode=REQUIRED".to_owned(),
        format!("sslMode=VERIFY_CA&sslCa={ca}"),
    ] {
        // Flushing privileges empties the cache of passwords: the login after it is a cold one.
        server.sql("", "FLUSH PRIVILEGES").await;
        for _ in ["cold", "warm"] {
            let told = validate(&config(&[
                ("connection.url", &format!("{url}?{parameters}")),
                ("connection.user", USER),
                ("connection.password", PASSWORD),
                ("mode", "bulk"),
                ("table.whitelist", "x"),
            ]))
            .await;
            assert!(told.is_empty(), "{parameters}: {told:?}");
        }
    }
    let told = validate(&config(&[
        ("connection.url", &format!("{url}?sslMode=VERIFY_CA")),
        ("connection.user", USER),
        ("connection.password", PASSWORD),
        ("mode", "bulk"),
    ]))
    .await;
    assert!(told.contains_key("connection.url"), "an unknown authority is refused: {told:?}");
    server.sql("", &format!("ALTER USER {USER}@'%' REQUIRE SSL")).await;
    let told = validate(&config(&[
        ("connection.url", &format!("{url}?useSSL=false")),
        ("connection.user", USER),
        ("connection.password", PASSWORD),
        ("mode", "bulk"),
    ]))
    .await;
    assert!(told.contains_key("connection.user"), "{told:?}");
}

#[tokio::test]
async fn columns_of_types_the_driver_cannot_read_come_as_text() {
    let Some(server) = shared(Flavor::MySql).await else { return };
    let url = server.database("t_vector").await;
    server.sql("t_vector", "CREATE TABLE v (id INT PRIMARY KEY, e VECTOR(2)); INSERT INTO v VALUES (1, STRING_TO_VECTOR('[1,2]'))").await;
    let mut source = source(&url, &[("mode", "bulk"), ("poll.interval.ms", "60000")]);
    source.start().await;
    let record = source.take(1).await.remove(0);
    assert!(matches!(field(&record, "e"), Value::String(text) if text.starts_with("[1.0")));
    assert_eq!(source.counter("aqueduct_jdbc_unmapped_values_as_text_total"), 1);
}
