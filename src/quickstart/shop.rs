//! The shop: a small SQLite database whose orders are placed and change all the time.
//!
//! It is written by a process of its own (this program again, with a hidden verb): the JDBC source is a library in the
//! quickstart's process with an SQLite of its own, and two SQLites in one process do not see each other's file locks.
//! The child prints `changes N` each second; told to stop, it prints `rows` with every order's version, and ends. It
//! also stops when its standard input ends, so it does not outlive the quickstart.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use rusqlite::Connection;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How often rows are written.
const BEAT: Duration = Duration::from_millis(100);

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS orders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        customer VARCHAR(40) NOT NULL,
        item VARCHAR(40) NOT NULL,
        quantity INTEGER NOT NULL,
        amount DECIMAL(10,2) NOT NULL,
        status VARCHAR(16) NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        updated_at TIMESTAMP NOT NULL
    );
    CREATE INDEX IF NOT EXISTS orders_updated ON orders (updated_at, id);";

/// Milliseconds in the form SQLite's own functions use.
const NOW: &str = "strftime('%Y-%m-%d %H:%M:%f', 'now')";

const CUSTOMERS: [&str; 6] = ["Ada", "Grace", "Edsger", "Barbara", "Tony", "Radia"];
const ITEMS: [&str; 6] = ["lamp", "kettle", "chair", "rug", "clock", "vase"];
const STATES: [&str; 4] = ["new", "paid", "sent", "done"];

/// The shop as the quickstart sees it: the child process.
#[derive(Debug)]
pub(crate) struct Shop {
    path: PathBuf,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    changes: i64,
}

impl Shop {
    /// Starts the shop; its database is made if it does not exist.
    pub(crate) async fn start(path: &Path, rate: u32) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("shop")
            .arg(path)
            .arg(rate.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for the quickstart, which then tells the shop.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("the shop's process does not start")?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("the shop's process has no pipes");
        };
        let output = BufReader::new(output).lines();
        let mut shop = Self { path: path.to_owned(), child, input, output, changes: 0 };
        // The first line says that the table is there.
        shop.next_line().await?;
        Ok(shop)
    }

    /// Where it is, as a JDBC URL.
    pub(crate) fn url(&self) -> String {
        format!("jdbc:sqlite:{}", self.path.display())
    }

    /// How often rows were inserted or changed since the shop was made, as of about a second ago.
    pub(crate) async fn changes(&mut self) -> anyhow::Result<i64> {
        while let Ok(line) = tokio::time::timeout(Duration::from_millis(1), self.next_line()).await {
            self.note(&line?);
        }
        Ok(self.changes)
    }

    /// Stops writing; gives the version of every order.
    pub(crate) async fn close(mut self) -> anyhow::Result<HashMap<i64, i64>> {
        self.input.write_all(b"stop\n").await?;
        loop {
            let line = self.next_line().await?;
            if let Some(rows) = line.strip_prefix("rows ") {
                let rows = serde_json::from_str::<Vec<(i64, i64)>>(rows)?;
                self.child.wait().await?;
                return Ok(rows.into_iter().collect());
            }
            self.note(&line);
        }
    }

    fn note(&mut self, line: &str) {
        if let Some(changes) = line.strip_prefix("changes ").and_then(|n| n.parse().ok()) {
            self.changes = changes;
        }
    }

    async fn next_line(&mut self) -> anyhow::Result<String> {
        self.output.next_line().await?.context("the shop's process has ended")
    }
}

/// What the child is told.
#[derive(Debug, Args)]
pub(crate) struct ShopOptions {
    /// The database.
    path: PathBuf,
    /// Rows to write each second.
    rate: u32,
}

/// The child: writes until its standard input says stop or ends.
pub(crate) fn run(options: &ShopOptions) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().lock().lines().next();
        told.store(true, Ordering::Relaxed);
    });
    let mut connection =
        Connection::open(&options.path).with_context(|| options.path.display().to_string())?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(SCHEMA).with_context(|| options.path.display().to_string())?;
    let (mut owed, mut beats) = (0.0, 0u32);
    let mut next = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if beats % 10 == 0 {
            say(&format!("changes {}", changes(&connection)?))?;
        }
        beats += 1;
        owed += f64::from(options.rate) * BEAT.as_secs_f64();
        let count = owed as u32;
        owed -= f64::from(count);
        write_orders(&mut connection, count)?;
        next += BEAT;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let mut statement = connection.prepare("SELECT id, version FROM orders")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
    say(&format!("changes {}", changes(&connection)?))?;
    say(&format!("rows {}", serde_json::to_string(&rows)?))
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn changes(connection: &Connection) -> anyhow::Result<i64> {
    Ok(connection.query_row("SELECT COALESCE(SUM(version), 0) FROM orders", [], |row| row.get(0))?)
}

/// Writes rows in one transaction: one in three changes an order, the others place one.
fn write_orders(connection: &mut Connection, count: u32) -> anyhow::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached(&format!(
            "INSERT INTO orders (customer, item, quantity, amount, status, updated_at)
             VALUES (?, ?, ?, ?, 'new', {NOW})"
        ))?;
        let mut update = transaction.prepare_cached(&format!(
            "UPDATE orders SET status = ?, version = version + 1, updated_at = {NOW}
             WHERE id = (SELECT 1 + abs(random()) % max(id) FROM orders)"
        ))?;
        for index in 0..count {
            let pick = (transaction.last_insert_rowid() + i64::from(index)).unsigned_abs() as usize;
            if index % 3 == 2 {
                update.execute([STATES[pick % STATES.len()]])?;
            } else {
                let quantity = 1 + pick % 5;
                let amount = format!("{}.{:02}", quantity * (3 + pick % 90), pick % 100);
                let customer = CUSTOMERS[pick % CUSTOMERS.len()];
                let item = ITEMS[pick / 7 % ITEMS.len()];
                insert.execute(rusqlite::params![customer, item, quantity as i64, amount])?;
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
