//! Gives out producer ids (KIP-360, KIP-730): never one twice, whatever crashes.
//!
//! A block of ids is written to the metadata log before the first of it is given out; after a
//! restart the rest of a block is lost, not reused.

use std::ops::Range;

use tokio::sync::Mutex;

use super::{Controller, ControllerError, Plan};
use crate::metadata::record::MetadataRecord;

/// Ids per block, as in Kafka.
const BLOCK: i64 = 1000;

/// The block in use.
#[derive(Debug, Default)]
pub struct ProducerIds {
    block: Mutex<Range<i64>>,
}

impl ProducerIds {
    /// An id that nobody has.
    ///
    /// # Errors
    /// No new block could be written.
    pub async fn next(&self, controller: &Controller) -> Result<i64, ControllerError> {
        let mut block = self.block.lock().await;
        if block.is_empty() {
            *block = controller
                .write(|image| {
                    let start = image.next_producer_id();
                    let next_producer_id = start + BLOCK;
                    Plan {
                        records: vec![MetadataRecord::ProducerIds { next_producer_id }],
                        answer: start..next_producer_id,
                    }
                })
                .await?;
        }
        let id = block.start;
        block.start += 1;
        Ok(id)
    }
}
