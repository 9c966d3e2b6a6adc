//! The JDBC source keeps the promises of all connectors, linked and loaded: shown with SQLite, whose server is always
//! there. What is its own is tested in `connectors/jdbc`.

#![allow(clippy::unwrap_used, reason = "what a test calls fails as the test does")]

use std::process::Command;

use aqueduct_connector_jdbc::{CLASS_NAME, JdbcPlugin};
use aqueduct_plugin_api::{ConfigMap, SourceRecord};
use aqueduct_plugin_testkit::{SourceFixture, linked, loaded, source_conformance};
use rusqlite::Connection;
use tempfile::TempDir;

const CRATE: &str = "aqueduct_plugin_jdbc";

source_conformance!(sqlite_source_linked, linked(JdbcPlugin), SqliteSource::new());
source_conformance!(sqlite_source_loaded, loaded(CRATE), SqliteSource::new());

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

struct SqliteSource {
    folder: TempDir,
    fed: usize,
}

/// Set for a child process: the file to write to, and the statements.
const WRITER_FILE: &str = "AQUEDUCT_TEST_WRITER_FILE";
const WRITER_SQL: &str = "AQUEDUCT_TEST_WRITER_SQL";

/// What the child process does. Two copies of SQLite in one process (the library's and this one's) would break each
/// other's locks on a file, so the file is written by a process of its own.
#[test]
fn writer() {
    let Ok(file) = std::env::var(WRITER_FILE) else { return };
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection.execute_batch(&std::env::var(WRITER_SQL).unwrap()).unwrap();
}

impl SqliteSource {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = Self { folder, fed: 0 };
        source.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)");
        source
    }

    fn run(&self, sql: &str) {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "writer"])
            .env(WRITER_FILE, self.folder.path().join("shop.db"))
            .env(WRITER_SQL, sql);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    fn url(&self) -> String {
        format!("jdbc:sqlite:{}", self.folder.path().join("shop.db").display())
    }
}

impl SourceFixture for SqliteSource {
    fn class(&self) -> &str {
        CLASS_NAME
    }

    fn config(&self) -> ConfigMap {
        config(&[
            ("connection.url", &self.url()),
            ("mode", "incrementing"),
            ("table.whitelist", "orders"),
            ("topic.prefix", "t."),
            ("poll.interval.ms", "20"),
            ("batch.max.rows", "7"),
        ])
    }

    fn wrong_configs(&self) -> Vec<(ConfigMap, &'static str)> {
        let url = self.url();
        vec![
            (config(&[("mode", "bulk")]), "the URL of the database is missing"),
            (config(&[("connection.url", "jdbc:oracle:thin:@h"), ("mode", "bulk")]), "jdbc:postgresql://"),
            (config(&[("connection.url", &url)]), "it must be set to one of"),
            (config(&[("connection.url", &url), ("mode", "often")]), "String must be one of"),
            (config(&[("connection.url", &url), ("mode", "bulk"), ("batch.max.rows", "0")]), "at least 1"),
            (config(&[("connection.url", &url), ("mode", "bulk"), ("table.whitelist", "x")]), "Table x"),
            (
                config(&[
                    ("connection.url", &url),
                    ("mode", "incrementing"),
                    ("incrementing.column.name", "nr"),
                ]),
                "no column nr",
            ),
        ]
    }

    fn feed(&mut self, records: usize) {
        let numbers: Vec<String> = (self.fed..self.fed + records).map(|n| format!("({n})")).collect();
        if !numbers.is_empty() {
            self.run(&format!("INSERT INTO orders (n) VALUES {}", numbers.join(", ")));
        }
        self.fed += records;
    }

    fn number(&self, record: &SourceRecord) -> usize {
        record.value.get("n").unwrap().as_i64().unwrap() as usize
    }
}
