//! The producer as its users hold it.

use std::time::Duration;

use super::{Delivery, ProduceError, ProducerRecord, RecordMetadata};
use crate::Client;
use crate::config::ProducerConfig;

/// Produces records. Clones share buffers, order and producer id; when the last is dropped what is buffered
/// is no longer sent (see [`close`](Producer::close)).
#[derive(Clone, Debug)]
pub struct Producer {}

impl Producer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Producer {
        let _ = (client, config);
        todo!()
    }

    /// Puts a record into its partition's batch and returns: delivery goes on in the background, in the order of
    /// the calls for each partition. Waits only for the topic's metadata (first record) and while
    /// `buffer.memory` is used up, at most `max.block.ms`.
    ///
    /// Cancel safe: a call that is dropped while it waits has not produced the record.
    pub async fn send(&self, record: ProducerRecord) -> Result<Delivery, ProduceError> {
        let _ = record;
        todo!()
    }

    /// Puts a record into its batch if that is possible without waiting; gives it back (`Ok(Err(record))`) if
    /// not.
    pub fn try_send(&self, record: ProducerRecord) -> Result<Result<Delivery, ProducerRecord>, ProduceError> {
        let _ = record;
        todo!()
    }

    /// Produces a record and waits until it is acknowledged.
    pub async fn send_and_wait(&self, record: ProducerRecord) -> Result<RecordMetadata, ProduceError> {
        self.send(record).await?.await
    }

    /// Sends everything buffered without lingering and waits until every record produced before this
    /// call has been delivered or has failed. The tickets tell which.
    pub async fn flush(&self) {
        todo!()
    }

    /// Stops taking records, delivers what is buffered within `timeout`, and fails the rest with
    /// [`ProduceError::Closed`].
    pub async fn close(&self, timeout: Duration) {
        let _ = timeout;
        todo!()
    }
}
