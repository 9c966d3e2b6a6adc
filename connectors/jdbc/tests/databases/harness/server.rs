//! MariaDB, MySQL and PostgreSQL servers of the tests' own.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::process;
use super::worker::PATIENCE;

/// Which program serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    MariaDb,
    MySql,
    Postgres,
}

/// A server with a data folder of its own.
pub(crate) struct Server {
    flavor: Flavor,
    folder: PathBuf,
    pub(crate) port: u16,
    process: Mutex<Option<Child>>,
}

/// The user of the tests, who may do anything with databases whose names begin with `t_` and no more.
pub(crate) const USER: &str = "reader";
/// The user's password.
pub(crate) const PASSWORD: &str = "s3cret & more";

const POSTGRES_BINARIES: [&str; 4] = [
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/local/pgsql/bin",
];

static MARIADB: LazyLock<Option<Arc<Server>>> = LazyLock::new(|| Server::create(Flavor::MariaDb, "shared"));
static MYSQL: LazyLock<Option<Arc<Server>>> = LazyLock::new(|| Server::create(Flavor::MySql, "shared"));
static POSTGRES: LazyLock<Option<Arc<Server>>> = LazyLock::new(|| Server::create(Flavor::Postgres, "shared"));

/// The server that all tests of a flavour share, `None` if it is not installed: the test says so and is skipped.
pub(crate) async fn shared(flavor: Flavor) -> Option<Arc<Server>> {
    let get = move || match flavor {
        Flavor::MariaDb => MARIADB.clone(),
        Flavor::MySql => MYSQL.clone(),
        Flavor::Postgres => POSTGRES.clone(),
    };
    let server = tokio::task::spawn_blocking(get).await.unwrap();
    if server.is_none() {
        aqueduct_tests::skip::here(&format!("no {}", flavor.name()));
    }
    server
}

/// A server for one test alone.
pub(crate) async fn own(flavor: Flavor, name: &'static str) -> Option<Arc<Server>> {
    let server = tokio::task::spawn_blocking(move || Server::create(flavor, name)).await.unwrap();
    if server.is_none() {
        aqueduct_tests::skip::here(&format!("no {}", flavor.name()));
    }
    server
}

impl Flavor {
    fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB (Debian's mariadb-server)",
            Self::MySql => "MySQL (set AQUEDUCT_MYSQL_HOME to what peers/mysql.sh installs)",
            Self::Postgres => "PostgreSQL (Debian's postgresql)",
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
            Self::Postgres => "postgresql",
        }
    }
}

/// The folder in which MySQL 9 was installed, a Debian of its own.
fn mysql_home() -> Option<PathBuf> {
    let home = PathBuf::from(std::env::var("AQUEDUCT_MYSQL_HOME").ok().filter(|home| !home.is_empty())?);
    (home.join("usr/sbin/mysqld").exists() && process::is_root()).then_some(home)
}

fn postgres_binaries() -> Option<&'static str> {
    POSTGRES_BINARIES.into_iter().find(|folder| Path::new(folder).join("initdb").exists())
}

impl Server {
    fn create(flavor: Flavor, name: &str) -> Option<Arc<Self>> {
        let label = format!("aqueduct-jdbc-{}-{}-{name}", std::process::id(), flavor.scheme());
        let folder = match flavor {
            Flavor::MySql => mysql_home()?.join("srv").join(label),
            Flavor::MariaDb if !Path::new("/usr/sbin/mariadbd").exists() => return None,
            Flavor::Postgres if postgres_binaries().is_none() => return None,
            _ => std::env::temp_dir().join(label),
        };
        remove_leftovers(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let server = Arc::new(Self { flavor, folder, port: process::free_port(), process: Mutex::new(None) });
        server.initialize();
        server.start();
        Some(server)
    }

    /// Makes the data folder: a fresh one takes seconds, so it is made once and copied from then on.
    fn initialize(&self) {
        let template = self.folder.with_file_name(format!(
            "aqueduct-jdbc-{}-{}-template",
            std::process::id(),
            self.flavor.scheme()
        ));
        static MAKING: Mutex<()> = Mutex::new(());
        let making = MAKING.lock().unwrap();
        if !template.exists() {
            std::fs::create_dir_all(&template).unwrap();
            self.make_data(&template);
        }
        drop(making);
        let copy =
            ["-a".to_owned(), template.join("data").display().to_string(), self.folder.display().to_string()];
        process::run("cp", &copy, None);
        if self.flavor == Flavor::Postgres && process::is_root() {
            process::run("chown", &["postgres".into(), self.folder.display().to_string()], None);
        }
    }

    fn make_data(&self, folder: &Path) {
        let data = folder.join("data").display().to_string();
        match self.flavor {
            Flavor::MariaDb => process::run(
                "mariadb-install-db",
                &[
                    "--no-defaults".into(),
                    format!("--datadir={data}"),
                    format!("--tmpdir={}", folder.display()),
                    "--auth-root-authentication-method=normal".into(),
                    "--skip-test-db".into(),
                ],
                None,
            ),
            Flavor::MySql => {
                let inside = self.inside(&folder.join("data"));
                let arguments = self.in_home(&[
                    "mysqld",
                    "--no-defaults",
                    "--initialize-insecure",
                    "--user=root",
                    &format!("--datadir={inside}"),
                ]);
                process::run("unshare", &arguments, None);
            }
            Flavor::Postgres => {
                if process::is_root() {
                    process::run("chown", &["postgres".into(), folder.display().to_string()], None);
                }
                let program = format!("{}/initdb", postgres_binaries().unwrap());
                process::run(
                    &program,
                    &[
                        "-D".into(),
                        data,
                        "-U".into(),
                        "postgres".into(),
                        "--auth-local=trust".into(),
                        "--auth-host=scram-sha-256".into(),
                        "-E".into(),
                        "UTF8".into(),
                        "--no-sync".into(),
                    ],
                    Some("postgres"),
                );
            }
        }
    }

    /// The path of a file as a program inside MySQL's home sees it.
    fn inside(&self, path: &Path) -> String {
        let home = mysql_home().unwrap();
        format!("/{}", path.strip_prefix(home).unwrap().display())
    }

    /// Arguments of `unshare` that run a command inside MySQL's home.
    fn in_home(&self, command: &[&str]) -> Vec<String> {
        let script =
            r#"mount --bind "$0" "$0" && cd "$0" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@""#;
        let home = mysql_home().unwrap().display().to_string();
        let head = ["-m", "sh", "-c", script, &home];
        head.iter().chain(command).map(|text| (*text).to_owned()).collect()
    }

    /// Starts the process and waits until it answers.
    pub(crate) fn start(&self) {
        let data = self.folder.join("data");
        let log = self.folder.join("log");
        let port = format!("--port={}", self.port);
        let child = match self.flavor {
            Flavor::MariaDb => {
                let arguments = [
                    "--no-defaults".to_owned(),
                    "--user=root".into(),
                    format!("--datadir={}", data.display()),
                    format!("--tmpdir={}", self.folder.display()),
                    format!("--socket={}", self.socket().display()),
                    "--bind-address=127.0.0.1".into(),
                    port,
                ];
                process::start("/usr/sbin/mariadbd", &arguments, None, &log)
            }
            Flavor::MySql => {
                let (data, socket) = (self.inside(&data), self.inside(&self.socket()));
                let arguments = self.in_home(&[
                    "mysqld",
                    "--no-defaults",
                    "--user=root",
                    "--mysqlx=OFF",
                    "--bind-address=127.0.0.1",
                    &port,
                    &format!("--datadir={data}"),
                    &format!("--socket={socket}"),
                    &format!("--pid-file={data}/pid"),
                    "--secure-file-priv=NULL",
                ]);
                process::start("unshare", &arguments, None, &log)
            }
            Flavor::Postgres => {
                let program = format!("{}/postgres", postgres_binaries().unwrap());
                let arguments: Vec<String> = [
                    "-D",
                    &data.display().to_string(),
                    "-p",
                    &self.port.to_string(),
                    "-k",
                    &self.folder.display().to_string(),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "fsync=off",
                    "-c",
                    "timezone=America/New_York",
                ]
                .iter()
                .map(|text| (*text).to_owned())
                .collect();
                process::start(&program, &arguments, Some("postgres"), &log)
            }
        };
        *self.process.lock().unwrap() = Some(child);
        self.wait_until_up();
    }

    fn wait_until_up(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let begun = Instant::now();
        while runtime.block_on(self.try_admin()).is_err() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "{:?} does not come up: {log}", self.flavor);
            std::thread::sleep(Duration::from_millis(50));
        }
        runtime.block_on(self.make_user());
    }

    async fn try_admin(&self) -> Result<(), sqlx::Error> {
        match self.flavor {
            Flavor::Postgres => self.postgres_admin("postgres").await.map(drop),
            _ => self.mysql_admin().await.map(drop),
        }
    }

    async fn make_user(&self) {
        match self.flavor {
            Flavor::Postgres => {
                let create = format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'");
                if let Err(error) = self.try_sql("postgres", &create).await {
                    assert!(error.to_string().contains("already exists"), "{error}");
                }
            }
            _ => {
                self.sql("", &format!("CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}'"))
                    .await;
                self.sql("", &format!("GRANT SELECT ON `t\\_%`.* TO {USER}@'%'")).await;
                self.sql("", &format!("GRANT PROCESS ON *.* TO {USER}@'%'")).await;
            }
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("sock")
    }

    /// A connection as the server's owner.
    pub(crate) async fn mysql_admin(&self) -> Result<MySqlConnection, sqlx::Error> {
        let options = MySqlConnectOptions::new().socket(self.socket()).username("root");
        options.ssl_mode(MySqlSslMode::Disabled).timezone(None).disable_statement_logging().connect().await
    }

    pub(crate) async fn postgres_admin(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options =
            PgConnectOptions::new_without_pgpass().host(self.folder.to_str().unwrap()).port(self.port);
        options.username("postgres").database(database).disable_statement_logging().connect().await
    }

    async fn try_sql(&self, database: &str, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.flavor == Flavor::Postgres {
            let mut connection = self.postgres_admin(database).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            return connection.close().await;
        }
        let mut connection = self.mysql_admin().await?;
        if !database.is_empty() {
            sqlx::raw_sql(AssertSqlSafe(format!("USE {database}"))).execute(&mut connection).await?;
        }
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        connection.close().await
    }

    /// Runs statements as the server's owner in a database.
    pub(crate) async fn sql(&self, database: &str, sql: &str) {
        if let Err(error) = self.try_sql(database, sql).await {
            panic!("{error} in {}", sql.chars().take(200).collect::<String>());
        }
    }

    /// The first value of a statement's first row.
    pub(crate) async fn mysql_value(&self, sql: &str) -> i64 {
        let mut connection = self.mysql_admin().await.unwrap();
        sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap().get(0)
    }

    /// Makes a database of this name, which must begin with `t_`, and says its URL.
    pub(crate) async fn database(&self, name: &str) -> String {
        if self.flavor == Flavor::Postgres {
            self.sql("postgres", &format!("CREATE DATABASE {name}")).await;
            let grants = format!(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {USER}; GRANT USAGE ON SCHEMA public TO {USER}"
            );
            self.sql(name, &grants).await;
        } else {
            self.sql("", &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
        }
        self.url(name)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("jdbc:{}://127.0.0.1:{}/{database}", self.flavor.scheme(), self.port)
    }

    /// Brings what was written to disk: the servers of tests do not sync.
    pub(crate) async fn flush(&self, database: &str) {
        if self.flavor == Flavor::Postgres {
            self.sql(database, "CHECKPOINT").await;
        }
    }

    /// Cuts the connections of the tests' user.
    pub(crate) async fn disconnect_user(&self) {
        if self.flavor == Flavor::Postgres {
            let cut =
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{USER}'");
            return self.sql("postgres", &cut).await;
        }
        let mut connection = self.mysql_admin().await.unwrap();
        let list =
            format!("SELECT CAST(ID AS SIGNED) FROM information_schema.PROCESSLIST WHERE USER = '{USER}'");
        for row in sqlx::query(AssertSqlSafe(list)).fetch_all(&mut connection).await.unwrap() {
            // It may have ended by itself meanwhile.
            let _ = self.try_sql("", &format!("KILL {}", row.get::<i64, _>(0))).await;
        }
    }

    /// Gives the tests' user another password.
    pub(crate) async fn set_password(&self, password: &str) {
        let (database, user) = match self.flavor {
            Flavor::Postgres => ("postgres", format!("ROLE {USER} PASSWORD")),
            _ => ("", format!("USER {USER}@'%' IDENTIFIED BY")),
        };
        self.sql(database, &format!("ALTER {user} '{password}'")).await;
    }

    /// MySQL's certificate authority.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.join("data/ca.pem")
    }

    /// Kills the process as a power cut would.
    pub(crate) fn kill(&self) {
        if let Some(mut child) = self.process.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if self.flavor == Flavor::Postgres {
            // Its children end by themselves soon after; the lock file has to go for a new start.
            let _ = std::fs::remove_file(self.folder.join("data/postmaster.pid"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Removes folders of test runs that are over.
fn remove_leftovers(folder: &Path) {
    let Some(parent) = folder.parent() else { return };
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid =
            name.strip_prefix("aqueduct-jdbc-").and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
