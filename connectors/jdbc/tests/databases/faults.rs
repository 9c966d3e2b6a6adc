//! Databases that go away and come back, on every server, with the settings as they are by default: what is said, how
//! soon it is tried again, and that no row is lost or doubled.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{ConnectError, ErrorClass};

use crate::harness::on_servers::on_servers;
use crate::harness::server::{Flavor, PASSWORD, Server, USER, own};
use crate::harness::worker::{TestSource, numbers};

/// Rows flow again within this time of a database's return, so no pause may be longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const ROWS: i64 = 50_000;

on_servers!([mariadb MariaDb, mysql9 MySql, postgres Postgres] (
    a_server_killed_while_reading_costs_no_row,
    a_connection_cut_in_the_middle_of_a_result_costs_no_row,
    a_password_changed_and_changed_back_is_told_and_survived,
));

/// A table of [`ROWS`] rows with the numbers from 1 on, and its source. Without a key it is read in one statement.
async fn source(server: &Server, name: &str, key: &str) -> TestSource {
    let url = server.database(name).await;
    let ten = "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL \
               SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
    server.sql(name, &format!("CREATE TABLE r (id INT NOT NULL {key}, x VARCHAR(200) NOT NULL)")).await;
    let fill = format!(
        "INSERT INTO r SELECT 1 + a.d + b.d * 10 + c.d * 100 + d.d * 1000 + e.d * 10000, REPEAT('x', 150) \
         FROM {ten} a, {ten} b, {ten} c, {ten} d, {ten} e WHERE e.d < 5"
    );
    server.sql(name, &fill).await;
    TestSource::new(&[
        ("connection.url", &url),
        ("connection.user", USER),
        ("connection.password", PASSWORD),
        ("mode", "incrementing"),
        ("incrementing.column.name", "id"),
    ])
}

/// Polls until reading fails; gives what came before.
async fn numbers_until_failure(source: &mut TestSource) -> (Vec<i64>, ConnectError) {
    let mut ids = Vec::new();
    loop {
        match source.try_poll().await {
            Ok(records) => ids.extend(numbers(&records, "id")),
            Err(error) => return (ids, error),
        }
    }
}

fn is_retried_soon(error: &ConnectError) {
    assert_eq!(error.class, ErrorClass::Retriable, "{error}");
    assert!(error.retry_after.is_some_and(|pause| pause <= LONGEST_PAUSE), "{error:?}");
    assert!(error.message.contains("127.0.0.1") && !error.message.contains(PASSWORD), "{error}");
}

async fn a_server_killed_while_reading_costs_no_row(flavor: Flavor) {
    let Some(server) = own(flavor, "killed").await else { return };
    let mut source = source(&server, "t_killed", "PRIMARY KEY").await;
    server.flush("t_killed").await;
    source.start().await;
    let mut ids = numbers(&source.take(5_000).await, "id");
    server.kill();
    let (more, error) = numbers_until_failure(&mut source).await;
    ids.extend(more);
    is_retried_soon(&error);
    // It stays away for a while: pauses do not grow beyond what is promised.
    for _ in 0..4 {
        is_retried_soon(&numbers_until_failure(&mut source).await.1);
    }
    let restarted: Arc<Server> = server.clone();
    tokio::task::spawn_blocking(move || restarted.start()).await.unwrap();
    ids.extend(numbers(&source.take(ROWS as usize - ids.len()).await, "id"));
    assert!(ids.iter().copied().eq(1..=ROWS), "every row once, in order");
    server.sql("t_killed", "INSERT INTO r VALUES (50001, 'after')").await;
    assert_eq!(numbers(&source.take(1).await, "id"), [50_001]);
}

async fn a_connection_cut_in_the_middle_of_a_result_costs_no_row(flavor: Flavor) {
    let Some(server) = own(flavor, "cut").await else { return };
    let mut source = source(&server, "t_cut", "").await;
    source.start().await;
    let mut ids = numbers(&source.take(5_000).await, "id");
    server.disconnect_user().await;
    let (more, error) = numbers_until_failure(&mut source).await;
    ids.extend(more);
    assert!(ids.len() < ROWS as usize, "the result was open");
    is_retried_soon(&error);
    ids.extend(numbers(&source.take(ROWS as usize - ids.len()).await, "id"));
    assert!(ids.iter().copied().eq(1..=ROWS), "every row once, in order");
    source.expect_silence().await;
}

async fn a_password_changed_and_changed_back_is_told_and_survived(flavor: Flavor) {
    let Some(server) = own(flavor, "password").await else { return };
    let mut source = source(&server, "t_password", "PRIMARY KEY").await;
    source.start().await;
    source.take(ROWS as usize).await;
    server.set_password("another").await;
    server.disconnect_user().await;
    let refused = |error: &ConnectError| {
        is_retried_soon(error);
        error.message.contains("Access denied") || error.message.contains("password authentication failed")
    };
    source.take_error(refused).await;
    server.set_password(PASSWORD).await;
    server.sql("t_password", "INSERT INTO r VALUES (50001, 'after')").await;
    assert_eq!(numbers(&source.take(1).await, "id"), [50_001]);
}
