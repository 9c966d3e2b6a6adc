//! Writes to the metadata log one after the other, each decided on the image that the one before
//! it left.

use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use tokio::sync::{Mutex, watch};

use crate::metadata::image::MetadataImage;
use crate::metadata::metadata_log::{MetadataLog, MetadataLogError};
use crate::metadata::record::MetadataRecord;

/// What a decision comes to: records to write, and what to answer once they are in force.
#[derive(Debug)]
pub struct Plan<T> {
    /// Records; none if nothing changes.
    pub records: Vec<MetadataRecord>,
    /// The answer.
    pub answer: T,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ControllerError {
    /// The metadata log did not take it.
    #[error(transparent)]
    Log(#[from] MetadataLogError),
    /// The broker stopped before it took the change over.
    #[error("the broker is shutting down")]
    ShuttingDown,
}

impl ControllerError {
    /// What a client is answered. A broker that ends is not the controller any more: clients try again, and find the next
    /// one, or this one when it is back.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Log(MetadataLogError::NoSpace(_)) => ErrorCode::KafkaStorageError,
            Self::Log(MetadataLogError::NotLeader | MetadataLogError::Stopped(_)) | Self::ShuttingDown => {
                ErrorCode::NotController
            }
            Self::Log(MetadataLogError::InUse(_) | MetadataLogError::Open(_)) => {
                ErrorCode::BrokerNotAvailable
            }
        }
    }
}

/// The writer.
pub struct Controller {
    log: Arc<dyn MetadataLog>,
    turn: Arc<Mutex<()>>,
    published: watch::Receiver<u64>,
}

impl Controller {
    /// A writer to `log`. `published` tells the offset up to which the broker has taken over what
    /// the image says.
    #[must_use]
    pub fn new(log: Arc<dyn MetadataLog>, published: watch::Receiver<u64>) -> Self {
        Self { log, turn: Arc::default(), published }
    }

    /// The newest image.
    #[must_use]
    pub fn image(&self) -> Arc<MetadataImage> {
        self.log.image()
    }

    /// The term in which this controller leads.
    #[must_use]
    pub fn epoch(&self) -> i32 {
        self.log.epoch()
    }

    /// Decides by `plan` and writes. Resolves when the records are committed and the broker acts
    /// by them: a topic that was created can be written to at once.
    ///
    /// # Errors
    /// [`ControllerError`]; the change was then not made, unless the log stopped or the broker is shutting down: then
    /// that is not known.
    pub async fn write<T>(&self, plan: impl FnOnce(&MetadataImage) -> Plan<T>) -> Result<T, ControllerError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let Plan { records, answer } = plan(&self.log.image());
        if records.is_empty() {
            return Ok(answer);
        }
        // A client may leave while its change is written: the change is made all the same, and nobody else may decide
        // before it is part of the image.
        let log = Arc::clone(&self.log);
        let appending = tokio::spawn(async move {
            let appended = log.append(records).await;
            drop(turn);
            appended
        });
        let offset = appending.await.map_err(|_| ControllerError::ShuttingDown)??;
        let mut published = self.published.clone();
        published.wait_for(|at| *at >= offset).await.map_err(|_| ControllerError::ShuttingDown)?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use parking_lot::Mutex as SyncMutex;
    use tokio::sync::Semaphore;

    use super::*;

    /// A log whose appends end when they are let.
    struct SlowLog {
        image: SyncMutex<Arc<MetadataImage>>,
        offset: watch::Sender<u64>,
        let_through: Semaphore,
    }

    impl MetadataLog for SlowLog {
        fn append(
            &self,
            records: Vec<MetadataRecord>,
        ) -> Pin<Box<dyn Future<Output = Result<u64, MetadataLogError>> + Send + '_>> {
            Box::pin(async move {
                self.let_through.acquire().await.expect("never closed").forget();
                let mut image = self.image.lock();
                let offset = image.offset + 1;
                *image = Arc::new(image.apply(offset, &records));
                self.offset.send_replace(offset);
                Ok(offset)
            })
        }

        fn image(&self) -> Arc<MetadataImage> {
            self.image.lock().clone()
        }

        fn subscribe(&self) -> watch::Receiver<u64> {
            self.offset.subscribe()
        }

        fn epoch(&self) -> i32 {
            1
        }

        fn failed(&self) -> Pin<Box<dyn Future<Output = String> + Send + '_>> {
            Box::pin(std::future::pending())
        }

        fn shutdown(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            Box::pin(std::future::ready(()))
        }
    }

    fn next_block(image: &MetadataImage) -> Plan<i64> {
        let start = image.next_producer_id();
        Plan { records: vec![MetadataRecord::ProducerIds { next_producer_id: start + 1 }], answer: start }
    }

    #[tokio::test]
    async fn a_change_whose_client_leaves_is_part_of_the_image_before_the_next_is_decided() {
        let log = Arc::new(SlowLog {
            image: SyncMutex::default(),
            offset: watch::Sender::new(0),
            let_through: Semaphore::new(0),
        });
        let controller = Arc::new(Controller::new(log.clone(), log.subscribe()));
        let writer = Arc::clone(&controller);
        let first = tokio::spawn(async move { writer.write(next_block).await });
        while controller.turn.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        first.abort();
        assert!(first.await.is_err(), "the client left");
        log.let_through.add_permits(2);
        assert_eq!(controller.write(next_block).await.expect("written"), 1);
    }
}
