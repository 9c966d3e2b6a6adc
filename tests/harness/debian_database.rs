//! MariaDB and PostgreSQL from Debian's packages, on loopback with a data folder of the test's own.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::database::Database;
use crate::process::{self, Process};
use crate::{ports, wait};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running MariaDB with a database `shop`; ended when dropped.
#[derive(Debug)]
pub struct MariaDb {
    port: u16,
    socket: PathBuf,
    _process: Process,
    _folder: TempDir,
}

impl MariaDb {
    /// Starts one; `None` where the package is not installed.
    pub fn start() -> Option<Self> {
        let program = Path::new("/usr/sbin/mariadbd");
        if !program.exists() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let socket = folder.path().join("sock");
        let port = ports::free();
        process::run(
            Command::new("mariadb-install-db")
                .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
                .arg(format!("--datadir={}", data.display()))
                .arg(format!("--tmpdir={}", folder.path().display())),
        );
        let process = Process::start(
            "mariadb",
            Command::new(program)
                .args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1"])
                .arg(format!("--datadir={}", data.display()))
                .arg(format!("--tmpdir={}", folder.path().display()))
                .arg(format!("--socket={}", socket.display()))
                .arg(format!("--port={port}")),
            &folder.path().join("log"),
        );
        let started = Self { port, socket, _process: process, _folder: folder };
        wait::until("MariaDB answers", PATIENCE, || answers(&mut started.client("SELECT 1")));
        process::run(&mut started.client(
            "CREATE DATABASE shop; CREATE USER aqueduct@'%' IDENTIFIED BY 'secret'; \
             GRANT ALL ON shop.* TO aqueduct@'%'",
        ));
        Some(started)
    }

    fn client(&self, statements: &str) -> Command {
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "-u", "root", "-N", "-B"]);
        client.arg(format!("--socket={}", self.socket.display())).args(["-e", statements]);
        client
    }
}

impl Database for MariaDb {
    fn jdbc_url(&self) -> String {
        format!("jdbc:mariadb://127.0.0.1:{}/shop", self.port)
    }

    fn sql(&self, statements: &str) -> String {
        process::run(&mut self.client(&format!("USE shop; {statements}")))
    }
}

/// A running PostgreSQL with a database `shop`; ended when dropped.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    binaries: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl Postgres {
    /// Starts one; `None` where the package is not installed.
    pub fn start() -> Option<Self> {
        let binaries = binaries()?;
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let port = ports::free();
        if owner().is_some() {
            process::run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        process::run(
            as_owner(&binaries.join("initdb"))
                .args(["-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-sync", "-D"])
                .arg(&data),
        );
        let process = Process::start(
            "postgres",
            as_owner(&binaries.join("postgres"))
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=UTC"])
                .arg("-D")
                .arg(&data)
                .args(["-p", &port.to_string()])
                .arg("-k")
                .arg(folder.path()),
            &folder.path().join("log"),
        );
        let started = Self { port, binaries, process, _folder: folder };
        wait::until("PostgreSQL answers", PATIENCE, || answers(&mut started.client("postgres", "SELECT 1")));
        process::run(&mut started.client("postgres", "CREATE DATABASE shop"));
        process::run(&mut started.client(
            "shop",
            "CREATE ROLE aqueduct LOGIN PASSWORD 'secret'; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO aqueduct",
        ));
        Some(started)
    }

    fn client(&self, database: &str, statements: &str) -> Command {
        let mut client = Command::new(self.binaries.join("psql"));
        client.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-F",
            "\t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
        ]);
        client.args(["-p", &self.port.to_string(), "-d", database, "-c", statements]);
        client
    }
}

impl Database for Postgres {
    fn jdbc_url(&self) -> String {
        format!("jdbc:postgresql://127.0.0.1:{}/shop", self.port)
    }

    fn sql(&self, statements: &str) -> String {
        process::run(&mut self.client("shop", statements))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A killed postmaster would leave its shared memory behind.
        self.process.signal(libc::SIGINT);
        self.process.wait_end(PATIENCE);
    }
}

fn answers(client: &mut Command) -> Result<(), String> {
    let output = client.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Where Debian has PostgreSQL's programs, the newest first.
fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

/// PostgreSQL refuses to run as root: user and group it runs as then.
fn owner() -> Option<(u32, u32)> {
    // SAFETY: geteuid(2) has no preconditions.
    if unsafe { libc::geteuid() } != 0 {
        return None;
    }
    let id = |what: &str| process::run(Command::new("id").args([what, "postgres"])).trim().parse().ok();
    Some((id("-u")?, id("-g")?))
}

fn as_owner(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group).current_dir("/");
    }
    command
}
