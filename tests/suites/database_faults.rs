//! Promise: a database that goes away and comes back costs no row and holds up nobody else, and the status says what
//! is wrong and what happens next. MySQL 9 is stopped and started, its connections are cut, its password is changed
//! and changed back, under a worker that runs a file source beside the JDBC source.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::database::MySql;
use aqueduct_tests::{rest, skip, wait};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
/// Rows flow again this soon: five seconds, and more where other tests share the machine.
const SOON: Duration = Duration::from_secs(20);

/// The worker and what it reads.
struct Pipeline<'a> {
    mysql: &'a MySql,
    connect: String,
    lines: std::path::PathBuf,
    rows: i64,
}

#[test]
fn a_database_that_comes_back_is_read_on_and_holds_up_nobody() {
    let test = "a_database_that_comes_back_is_read_on_and_holds_up_nobody";
    let Some(home) = skip::peer(test, "AQUEDUCT_MYSQL_HOME", "MySQL 9") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mysql = MySql::start(&home, "shop");
    mysql.sql("CREATE TABLE shop.orders (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(40) NOT NULL)");
    let arguments = super::cli::dev(folder.path());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start("dev", folder.path(), &arguments);
    let mut pipeline = Pipeline::start(&mysql, server.address("connect"), folder.path());

    pipeline.rows_arrive();
    mysql.stop();
    pipeline.tells_and_others_go_on("orders", "Connection refused");
    mysql.launch();
    pipeline.rows_arrive();

    for _ in 0..3 {
        pipeline.insert();
        pipeline.cut_connections();
        pipeline.rows_arrive();
    }

    mysql.sql("ALTER USER aqueduct@'%' IDENTIFIED BY 'another'");
    pipeline.cut_connections();
    pipeline.tells_and_others_go_on("orders", "Access denied");
    mysql.sql("ALTER USER aqueduct@'%' IDENTIFIED BY 'secret'");
    pipeline.rows_arrive();
}

impl<'a> Pipeline<'a> {
    fn start(mysql: &'a MySql, connect: String, folder: &Path) -> Self {
        let lines = folder.join("lines.txt");
        std::fs::write(&lines, "first\n").expect("a file");
        let pipeline = Self { mysql, connect, lines, rows: 0 };
        let source = json!({
            "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
            "connection.url": format!("jdbc:mysql://127.0.0.1:{}/shop", mysql.port),
            "connection.user": "aqueduct",
            "connection.password": "secret",
            "mode": "incrementing",
            "incrementing.column.name": "id",
            "table.whitelist": "orders",
            "topic.prefix": "mysql.",
            "poll.interval.ms": "200",
        });
        let other = json!({
            "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
            "file": pipeline.lines.display().to_string(),
            "topic": "lines",
        });
        for (name, config) in [("orders", source), ("lines", other)] {
            let url = format!("{}/connectors/{name}/config", pipeline.connect);
            rest::must("PUT", &url, Some(&config));
        }
        pipeline
    }

    fn get(&self, path: &str) -> Result<Value, String> {
        let answer = rest::get(&format!("{}/connectors/{path}", self.connect))?;
        if answer.status == 200 { Ok(answer.body) } else { Err(answer.body.to_string()) }
    }

    /// The position that a source has committed: its records are in the topic.
    fn committed(&self, connector: &str, field: &str) -> Result<i64, String> {
        let offsets = self.get(&format!("{connector}/offsets"))?;
        offsets["offsets"][0]["offset"][field].as_i64().ok_or_else(|| offsets.to_string())
    }

    fn insert(&mut self) {
        self.mysql.sql("INSERT INTO shop.orders (item) VALUES ('lamp')");
        self.rows += 1;
    }

    /// A new row is read and nothing is wrong any more.
    fn rows_arrive(&mut self) {
        self.insert();
        let inserted = Instant::now();
        wait::until("the row is read", SOON, || match self.committed("orders", "incrementing")? {
            last if last == self.rows => Ok(()),
            last => Err(format!("row {last} of {}; {}", self.rows, self.get("orders/status")?)),
        });
        println!("a row is read {:?} after it was inserted", inserted.elapsed());
        wait::until("the status is well again", PATIENCE, || {
            let status = self.get("orders/status")?;
            let task = &status["tasks"][0];
            if task["state"] == "RUNNING" && task["trace"].is_null() {
                Ok(())
            } else {
                Err(status.to_string())
            }
        });
    }

    fn cut_connections(&self) {
        let ids = self.mysql.sql("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'aqueduct'");
        for id in ids.lines().skip(1) {
            // It may have ended by itself meanwhile.
            self.mysql.sql(&format!(
                "SET @c = IF(EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {id}), 'KILL {id}', 'DO 0'); \
                 PREPARE cut FROM @c; EXECUTE cut;"
            ));
        }
    }

    /// The status says what is wrong and what happens next; the other connector reads on.
    fn tells_and_others_go_on(&self, connector: &str, reason: &str) {
        wait::until("the status tells", PATIENCE, || {
            let status = self.get(&format!("{connector}/status"))?;
            let task = &status["tasks"][0];
            let trace = task["trace"].as_str().unwrap_or_default();
            let told = trace.contains(reason) && trace.contains("tries again by itself");
            if told && task["state"] == "RUNNING" { Ok(()) } else { Err(status.to_string()) }
        });
        let before = self.committed("lines", "position").unwrap_or(0);
        let mut file = std::fs::File::options().append(true).open(&self.lines).expect("the file is there");
        file.write_all(b"another line\n").expect("a line is written");
        wait::until("the other connector reads on", PATIENCE, || {
            match self.committed("lines", "position")? {
                now if now > before => Ok(()),
                now => Err(format!("still at {now}")),
            }
        });
        let others = self.get("lines/status").expect("a status");
        assert!(others["tasks"][0]["trace"].is_null(), "{others}");
    }
}
