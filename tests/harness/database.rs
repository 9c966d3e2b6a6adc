//! What a test does with a database, and a real MySQL 9 on loopback.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{ports, process, search};

/// A running database server with a database `shop`, which the user `aqueduct` (password `secret`) may read.
pub trait Database {
    /// The URL of `shop`, as people give it to the JDBC source.
    fn jdbc_url(&self) -> String;

    /// Runs statements in `shop` as the server's owner; gives rows as lines of values with tabs between them, on some
    /// servers below a line of names.
    fn sql(&self, statements: &str) -> String;
}

/// One installation has one data folder: tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// A running MySQL 9; stopped when dropped.
#[derive(Debug)]
pub struct MySql {
    root: PathBuf,
    /// Its port.
    pub port: u16,
    _turn: MutexGuard<'static, ()>,
}

impl MySql {
    /// Starts the server installed at `root`, with a database of this name made anew and a user `aqueduct` (password
    /// `secret`) who may use it.
    pub fn start(root: &Path, database: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mysql = Self { root: root.to_owned(), port: ports::free(), _turn: turn };
        mysql.launch();
        mysql.sql(&format!(
            "DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database};
             CREATE USER IF NOT EXISTS aqueduct@'%' IDENTIFIED BY 'secret'; GRANT ALL ON {database}.* TO aqueduct@'%';"
        ));
        mysql
    }

    /// Starts it on its port and data.
    pub fn launch(&self) {
        let port = self.port.to_string();
        process::run(Command::new(search::script("mysql.sh")).arg("start").arg(&self.root).arg(port));
    }

    /// Runs statements as root; gives tab-separated rows below a line of names.
    pub fn sql(&self, statements: &str) -> String {
        process::run(Command::new(search::script("mysql.sh")).arg("sql").arg(&self.root).arg(statements))
    }

    /// Stops it; data stays.
    pub fn stop(&self) {
        process::run(Command::new(search::script("mysql.sh")).arg("stop").arg(&self.root));
    }
}

impl Database for MySql {
    fn jdbc_url(&self) -> String {
        format!("jdbc:mysql://127.0.0.1:{}/shop", self.port)
    }

    fn sql(&self, statements: &str) -> String {
        MySql::sql(self, &format!("USE shop; {statements}"))
    }
}

impl Drop for MySql {
    fn drop(&mut self) {
        let _ = Command::new(search::script("mysql.sh")).arg("stop").arg(&self.root).output();
    }
}
