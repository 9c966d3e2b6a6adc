//! Promise: rows of MySQL 9, MariaDB and PostgreSQL are documents of OpenSearch, whatever is killed on the way.
//!
//! Broker, registry and worker are processes of their own; the pipeline is made with the JSON that people use for
//! Confluent's connectors, with Avro in between. While rows are inserted and updated, connectors changed and schemas
//! registered, each of the three is killed with SIGKILL ten times at random (registry and worker as often as
//! `AQUEDUCT_PIPELINE_KILLS` says; `broker_kill.rs` has the broker's campaign); then every row's last state is in the
//! index, the counts agree, and so does what was acknowledged.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::database::{Database, MySql};
use aqueduct_tests::debian_database::{MariaDb, Postgres};
use aqueduct_tests::search::Search;
use aqueduct_tests::{ports, rest, skip, wait};
use serde_json::{Value, json};

use crate::pipeline_notes::NoteTaker;

const STATEMENTS: usize = 200;
const ROWS_A_STATEMENT: usize = 500;
const KILLS_EACH: usize = 10;
/// Kills come thick and fast; after this many the pipeline is seen to run before it goes on.
const KILLS_IN_A_ROW: usize = 10;
pub(crate) const INDEX: &str = "shop.orders";
/// What runs on a worker that is killed must not wait for the default sessions each time.
const QUICK_SESSIONS: &str =
    "session.timeout.ms=10000\nheartbeat.interval.ms=1000\nconsumer.session.timeout.ms=10000\n";

pub(crate) const MYSQL_TABLE: &str =
    "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(40) NOT NULL,
     amount DECIMAL(10,2) NOT NULL, version INT NOT NULL DEFAULT 1,
     updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
     KEY (updated_at, id))";
const POSTGRES_TABLE: &str = "CREATE TABLE orders (id SERIAL PRIMARY KEY, customer VARCHAR(40) NOT NULL,
     amount NUMERIC(10,2) NOT NULL, version INT NOT NULL DEFAULT 1, updated_at TIMESTAMP(3) NOT NULL DEFAULT now());
     CREATE INDEX ON orders (updated_at, id);
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at = now(); RETURN NEW; END';
     CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()";

#[test]
fn every_row_of_mysql_reaches_the_index_through_kills() {
    let test = "every_row_of_mysql_reaches_the_index_through_kills";
    let Some(home) = skip::peer(test, "AQUEDUCT_MYSQL_HOME", "MySQL 9") else { return };
    every_row_reaches_the_index(test, MYSQL_TABLE, || Some(MySql::start(&home, "shop")));
}

#[test]
fn every_row_of_mariadb_reaches_the_index_through_kills() {
    let test = "every_row_of_mariadb_reaches_the_index_through_kills";
    every_row_reaches_the_index(test, MYSQL_TABLE, MariaDb::start);
}

#[test]
fn every_row_of_postgresql_reaches_the_index_through_kills() {
    let test = "every_row_of_postgresql_reaches_the_index_through_kills";
    every_row_reaches_the_index(test, POSTGRES_TABLE, Postgres::start);
}

fn every_row_reaches_the_index<D: Database>(
    test: &str,
    create_table: &str,
    start: impl FnOnce() -> Option<D>,
) {
    // Three databases, engines and clusters at once would measure patience.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(engine) = skip::peer(test, "AQUEDUCT_SEARCH_HOME", "OpenSearch") else { return };
    let Some(database) = start() else { return skip::note(test, "the database is not installed") };
    let folder = tempfile::tempdir().expect("a folder");
    database.sql(create_table);
    let engine = Search::start(&engine, folder.path(), &[]);
    let mut servers = start_servers(folder.path(), QUICK_SESSIONS);
    let connect = servers[2].address("connect");
    create(&connect, "orders-source", &source(&database));
    create(&connect, "orders-sink", &sink(&engine.url()));
    let notes = NoteTaker::start(connect.clone(), servers[1].address("registry"));

    let kills = std::env::var("AQUEDUCT_PIPELINE_KILLS").ok().and_then(|text| text.parse().ok());
    let kills = kills.unwrap_or(KILLS_EACH);
    let broker = [0; KILLS_EACH].into_iter().take(kills);
    let mut victims: Vec<usize> = (0..kills).flat_map(|_| [1, 2]).chain(broker).collect();
    let all_kills = victims.len();
    let statements = STATEMENTS.max(all_kills);
    let expected = statements * ROWS_A_STATEMENT;
    for statement in 0..statements {
        write_rows(&database, statement);
        let due = victims.len() * statements > (statements - statement - 1) * all_kills;
        if due && !victims.is_empty() {
            let victim = victims.swap_remove(rand::random_range(0..victims.len()));
            servers[victim].kill();
            servers[victim].restart();
            if victims.len().is_multiple_of(KILLS_IN_A_ROW) {
                rows_arrive(statement, &engine, &connect);
                notes.compare();
            }
        }
    }
    let acknowledged = notes.end_and_compare();
    println!("{} kills, {expected} rows, {acknowledged} changes and schemas acknowledged", all_kills);
    assert!(acknowledged >= all_kills, "{acknowledged} changes and schemas acknowledged");

    let rows = table(&database);
    assert_eq!(rows.len(), expected);
    wait::until("every row's last state is in the index", Duration::from_secs(300), || {
        let count = engine.count(INDEX).unwrap_or(0);
        if count < expected as u64 {
            return Err(format!("{count} documents; {}", status(&connect)));
        }
        let documents = documents(&engine.url());
        let late = rows.iter().filter(|(id, version)| documents.get(id) != Some(version)).count();
        if late == 0 {
            Ok(())
        } else {
            Err(format!("{late} rows are not in their last state; {}", status(&connect)))
        }
    });
    assert_eq!(engine.count(INDEX), Some(expected as u64), "no document more than rows");
    wait::until("all tasks run", Duration::from_secs(60), || {
        let status = status(&connect);
        if status.contains("FAILED") || status.contains("UNASSIGNED") { Err(status) } else { Ok(()) }
    });
}

/// Rows of a statement become documents, all those before it have.
fn rows_arrive(statement: usize, engine: &Search, connect: &str) {
    let before = (statement * ROWS_A_STATEMENT) as u64;
    wait::until("rows become documents between kills", Duration::from_secs(300), || {
        match engine.count(INDEX) {
            Some(count) if count > before => Ok(()),
            count => Err(format!("{count:?} documents of more than {before}; {}", status(connect))),
        }
    });
}

/// Broker, registry and worker, on ports that stay the same over restarts; `more` are settings of the worker.
pub(crate) fn start_servers(folder: &Path, more: &str) -> [Server; 3] {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("settings are written");
        path.display().to_string()
    };
    let (broker, registry, connect) = (ports::free(), ports::free(), ports::free());
    let file = write(
        "server.properties",
        format!(
            "listeners=PLAINTEXT://127.0.0.1:{broker}\nadmin.listener=\nlog.dirs={}\nnum.partitions=2\n\
             group.initial.rebalance.delay.ms=0\n",
            folder.join("broker").display()
        ),
    );
    let broker_server = Server::start("broker", folder, &["broker", &file]);
    let file = write(
        "registry.properties",
        format!(
            "listeners=http://127.0.0.1:{registry}\nkafkastore.bootstrap.servers=PLAINTEXT://127.0.0.1:{broker}\n"
        ),
    );
    let registry_server = Server::start("registry", folder, &["schema-registry", &file]);
    let avro = |which: &str| {
        format!(
            "{which}.converter=io.confluent.connect.avro.AvroConverter\n\
             {which}.converter.schema.registry.url=http://127.0.0.1:{registry}\n"
        )
    };
    let file = write(
        "worker.properties",
        format!(
            "bootstrap.servers=127.0.0.1:{broker}\ngroup.id=pipeline\nlisteners=http://127.0.0.1:{connect}\n\
             config.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n\
             config.storage.replication.factor=1\noffset.storage.replication.factor=1\n\
             status.storage.replication.factor=1\noffset.flush.interval.ms=1000\n{more}{}{}",
            avro("key"),
            avro("value")
        ),
    );
    let worker = Server::start("worker", folder, &["connect-distributed", &file]);
    [broker_server, registry_server, worker]
}

pub(crate) fn source(database: &impl Database) -> Value {
    json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "tasks.max": "1",
        "connection.url": database.jdbc_url(),
        "connection.user": "aqueduct",
        "connection.password": "secret",
        "mode": "timestamp+incrementing",
        "timestamp.column.name": "updated_at",
        "incrementing.column.name": "id",
        // Rows of a statement that has not committed carry the time of its start.
        "timestamp.delay.interval.ms": "1000",
        "table.whitelist": "orders",
        "topic.prefix": "shop.",
        "poll.interval.ms": "200",
        "transforms": "key,id",
        "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
        "transforms.key.fields": "id",
        "transforms.id.type": "org.apache.kafka.connect.transforms.ExtractField$Key",
        "transforms.id.field": "id",
    })
}

pub(crate) fn sink(url: &str) -> Value {
    json!({
        "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "tasks.max": "1",
        "topics": INDEX,
        "connection.url": url,
        "key.ignore": "false",
    })
}

/// Creates a connector, as soon as the worker has found its place.
pub(crate) fn create(connect: &str, name: &str, config: &Value) {
    wait::until(&format!("connector {name} is created"), Duration::from_secs(60), || {
        let answer = rest::send("PUT", &format!("{connect}/connectors/{name}/config"), Some(config))?;
        if answer.status < 300 { Ok(()) } else { Err(format!("{} {}", answer.status, answer.body)) }
    });
}

/// Inserts the rows of a statement, and updates some of those before it.
fn write_rows(database: &impl Database, statement: usize) {
    let values: Vec<String> =
        (0..ROWS_A_STATEMENT).map(|n| format!("('c{n}', {}.{:02})", n * 7, n % 100)).collect();
    let below = statement * ROWS_A_STATEMENT;
    database.sql(&format!(
        "INSERT INTO orders (customer, amount) VALUES {};
         UPDATE orders SET version = version + 1 WHERE id <= {below} AND id % 97 = {};",
        values.join(","),
        statement % 97
    ));
}

/// The version of every row.
fn table(database: &impl Database) -> HashMap<i64, i64> {
    let text = database.sql("SELECT id, version FROM orders");
    let row = |line: &str| {
        let (id, version) = line.split_once('\t')?;
        Some((id.parse().ok()?, version.parse().ok()?))
    };
    // A line of names is no pair of numbers.
    text.lines().filter_map(row).collect()
}

/// The version of every document.
fn documents(url: &str) -> HashMap<i64, i64> {
    let mut found = HashMap::new();
    let mut after = Value::Null;
    loop {
        let mut query = json!({ "size": 5_000, "sort": [{ "id": "asc" }], "_source": ["id", "version"] });
        if !after.is_null() {
            query["search_after"] = after;
        }
        let page = rest::must("POST", &format!("{url}/{INDEX}/_search"), Some(&query));
        let hits = page["hits"]["hits"].as_array().cloned().unwrap_or_default();
        for hit in &hits {
            let source = &hit["_source"];
            if let (Some(id), Some(version)) = (source["id"].as_i64(), source["version"].as_i64()) {
                found.insert(id, version);
            }
        }
        match hits.last() {
            Some(last) => after = last["sort"].clone(),
            None => return found,
        }
    }
}

fn status(connect: &str) -> String {
    match rest::get(&format!("{connect}/connectors?expand=status")) {
        Ok(answer) => answer.body.to_string(),
        Err(error) => error,
    }
}
