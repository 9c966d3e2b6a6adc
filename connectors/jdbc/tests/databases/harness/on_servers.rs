//! Cases that hold on several servers: one test for each case and server, in a module named after the server.

/// `on_servers!([mariadb MariaDb, mysql9 MySql] (case, another))`: each case is an async function of a `Flavor`.
macro_rules! on_servers {
    ([$($server:ident $flavor:ident),* $(,)?] $cases:tt) => {
        $(crate::harness::on_servers::on_servers!(@on $server $flavor $cases);)*
    };
    (@on $server:ident $flavor:ident ($($case:ident),* $(,)?)) => {
        mod $server {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(super::Flavor::$flavor).await;
            })*
        }
    };
}

pub(crate) use on_servers;
