//! Whether topics are there, asked once: the client's own calls wait for a topic to appear.

use aqueduct_client::admin::TopicDescription;
use aqueduct_client::{Client, ClientError};

/// A topic; `None` if there is none of this name.
pub(crate) async fn find(client: &Client, topic: &str) -> Result<Option<TopicDescription>, ClientError> {
    Ok(client.admin().list_topics().await?.into_iter().find(|found| *found.name == *topic))
}
