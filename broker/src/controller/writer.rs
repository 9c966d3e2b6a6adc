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
    /// What a client is answered; all are worth another try.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Log(MetadataLogError::NoSpace(_)) => ErrorCode::KafkaStorageError,
            Self::Log(MetadataLogError::NotLeader) => ErrorCode::NotController,
            Self::Log(
                MetadataLogError::Stopped(_) | MetadataLogError::InUse(_) | MetadataLogError::Open(_),
            )
            | Self::ShuttingDown => ErrorCode::BrokerNotAvailable,
        }
    }
}

/// The writer.
pub struct Controller {
    log: Arc<dyn MetadataLog>,
    turn: Mutex<()>,
    published: watch::Receiver<u64>,
}

impl Controller {
    /// A writer to `log`. `published` tells the offset up to which the broker has taken over what
    /// the image says.
    #[must_use]
    pub fn new(log: Arc<dyn MetadataLog>, published: watch::Receiver<u64>) -> Self {
        Self { log, turn: Mutex::new(()), published }
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
    /// [`ControllerError`]; the change was then not made, unless the log stopped.
    pub async fn write<T>(&self, plan: impl FnOnce(&MetadataImage) -> Plan<T>) -> Result<T, ControllerError> {
        let turn = self.turn.lock().await;
        let Plan { records, answer } = plan(&self.log.image());
        if records.is_empty() {
            return Ok(answer);
        }
        let offset = self.log.append(records).await?;
        drop(turn);
        let mut published = self.published.clone();
        published.wait_for(|at| *at >= offset).await.map_err(|_| ControllerError::ShuttingDown)?;
        Ok(answer)
    }
}
