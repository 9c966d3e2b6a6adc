//! What administrators ask of a cluster. Every call goes to the broker that can answer it, with retries until
//! `default.api.timeout.ms`; results come per item, so that one failure hides no other.

mod cluster;
mod configs;
mod groups;
mod offsets;
mod topics;

pub use cluster::{ClusterDescription, LogDir, ReplicaLog};
pub use configs::{AlterConfigOp, ConfigAlteration, ConfigEntry, ConfigResource};
pub use groups::{GroupDescription, GroupListing, GroupMemberDescription};
pub(crate) use offsets::list_offsets;
pub use offsets::{ListedOffset, OffsetSpec};
pub use topics::{NewTopic, PartitionDescription, TopicDescription};

use tokio::time::Instant;

use crate::net::Backoff;
use crate::{Client, ClientError};

/// Results of one call, each with what it is about.
pub type PerItem<K, V> = Vec<(K, Result<V, ClientError>)>;

/// Administrative calls of a client.
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
}

impl Admin {
    pub(crate) fn new(client: Client) -> Admin {
        Admin { client }
    }

    /// How long a broker may take over a change, in ms.
    fn timeout_ms(&self) -> i32 {
        i32::try_from(self.client.config().request_timeout.as_millis()).unwrap_or(i32::MAX)
    }

    /// Asks about `items` until each has an answer that is not retriable, or the time is up: then the last answer
    /// stands. `ask` gets what is still open.
    async fn until_settled<K, V, F>(
        &self,
        mut items: Vec<K>,
        mut ask: impl FnMut(Vec<K>) -> F,
    ) -> Result<PerItem<K, V>, ClientError>
    where
        K: Clone + PartialEq,
        F: Future<Output = Result<PerItem<K, V>, ClientError>>,
    {
        let config = self.client.config();
        let deadline = Instant::now() + config.api_timeout;
        let mut backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
        let mut settled = Vec::new();
        loop {
            let answered = ask(items.clone()).await?;
            let wait = backoff.next();
            let last = Instant::now() + wait >= deadline;
            let mut open = Vec::new();
            for (item, result) in answered {
                match &result {
                    Err(error) if error.is_retriable() && !last => open.push(item),
                    _ => settled.push((item, result)),
                }
            }
            if open.is_empty() {
                return Ok(settled);
            }
            items = open;
            self.client.request_metadata();
            tokio::time::sleep(wait).await;
        }
    }
}
