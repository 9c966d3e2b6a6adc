//! What a table becomes is read by clients as they are: rows of MySQL 9 go to one topic as JSON and to another as Avro,
//! made by the JSON that people use for Confluent's JDBC source, and kcat, kafka-python, Apache's console consumer
//! and Confluent's Avro deserialiser read them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::database::MySql;
use aqueduct_tests::kafka::Kafka;
use aqueduct_tests::{process, rest, skip, wait};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn rows_of_mysql_are_read_as_json_and_as_avro_by_unmodified_clients() {
    let test = "rows_of_mysql_are_read_as_json_and_as_avro_by_unmodified_clients";
    let Some(home) = skip::peer(test, "AQUEDUCT_MYSQL_HOME", "MySQL 9") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mysql = MySql::start(&home, "shop");
    mysql.sql(
        "CREATE TABLE shop.orders (id INT AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(40) NOT NULL, \
         amount DECIMAL(10,2) NOT NULL, note TEXT, updated_at TIMESTAMP(3) NOT NULL); \
         INSERT INTO shop.orders (customer, amount, note, updated_at) VALUES \
         ('Ada', 12.50, NULL, '2024-02-29 12:34:56.789'), ('Grün', -0.05, 'x', '2024-02-29 12:34:57')",
    );
    let arguments = super::cli::dev(folder.path());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start("dev", folder.path(), &arguments);
    let (broker, registry, connect) =
        (server.address("broker"), server.address("registry"), server.address("connect"));
    for (name, prefix) in [("json", "mysql."), ("avro", "avro.")] {
        let request = json!({ "name": name, "config": source(&mysql, name, prefix, &registry) });
        rest::must("POST", &format!("{connect}/connectors"), Some(&request));
        wait::until("both rows are in the topic", PATIENCE, || {
            let offsets = rest::get(&format!("{connect}/connectors/{name}/offsets"))?.body;
            if offsets["offsets"][0]["offset"]["incrementing"] == 2 {
                Ok(())
            } else {
                Err(offsets.to_string())
            }
        });
    }

    if super::clients::has("kcat") {
        let text =
            process::run(Command::new("kcat").args(["-b", &broker, "-C", "-t", "mysql.orders", "-e", "-q"]));
        assert_rows(&text);
    } else {
        skip::note(test, "no kcat");
    }
    if let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") {
        let arguments = [
            "--bootstrap-server",
            &broker,
            "--topic",
            "mysql.orders",
            "--from-beginning",
            "--max-messages",
            "2",
        ];
        assert_rows(&Kafka::at(&home).run("kafka-console-consumer", &arguments));
    }
    if let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with kafka-python and confluent-kafka")
    {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/rows.py");
        let said = process::run(Command::new(python).arg(script).args([&broker, &registry]));
        assert!(said.contains("ok"), "{said}");
    }
}

/// As it stands in the manuals.
fn source(mysql: &MySql, value: &str, prefix: &str, registry: &str) -> Value {
    let mut config = json!({
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "tasks.max": "1",
        "connection.url": format!("jdbc:mysql://127.0.0.1:{}/shop?useSSL=false&allowPublicKeyRetrieval=true", mysql.port),
        "connection.user": "aqueduct",
        "connection.password": "secret",
        "mode": "timestamp+incrementing",
        "timestamp.column.name": "updated_at",
        "incrementing.column.name": "id",
        "validate.non.null": "true",
        "table.whitelist": "orders",
        "topic.prefix": prefix,
        "poll.interval.ms": "500",
    });
    if value == "avro" {
        config["value.converter"] = json!("io.confluent.connect.avro.AvroConverter");
        config["value.converter.schema.registry.url"] = json!(registry);
    } else {
        config["value.converter"] = json!("org.apache.kafka.connect.json.JsonConverter");
        config["value.converter.schemas.enable"] = json!("false");
    }
    config
}

fn assert_rows(text: &str) {
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {text}")))
        .collect();
    // Decimals are Connect's: the unscaled number's bytes in base64.
    let expected = [
        json!({ "id": 1, "customer": "Ada", "amount": "BOI=", "note": null, "updated_at": 1_709_210_096_789_i64 }),
        json!({ "id": 2, "customer": "Grün", "amount": "+w==", "note": "x", "updated_at": 1_709_210_097_000_i64 }),
    ];
    assert_eq!(rows, expected);
}
