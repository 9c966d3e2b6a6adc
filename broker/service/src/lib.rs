//! What every server of Aqueduct needs around its own work: named tasks, shutdown, clock, logs, metrics, HTTP.

pub mod admin;
pub mod clock;
pub mod file_limit;
pub mod http;
pub mod known_hosts;
pub mod listener;
pub mod metrics;
pub mod shutdown;
pub mod tasks;
pub mod telemetry;
pub mod timer;

pub use clock::{Clock, ManualClock, SystemClock};
pub use shutdown::Shutdown;
pub use tasks::Tasks;
