//! Gives out producer ids (KIP-360, KIP-730): never one twice, whatever crashes.
//!
//! A block of ids is written to the metadata log before the first of it is given out; after a
//! restart the rest of a block is lost, not reused. A block with an id that a producer has in a log
//! all the same (the log comes from elsewhere) is passed over: batches of a new producer would be
//! taken for that one's.

use std::collections::BTreeSet;
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
    /// Ids that are taken although nobody got them from here.
    taken: BTreeSet<i64>,
}

impl ProducerIds {
    /// With these ids taken.
    #[must_use]
    pub fn without(taken: BTreeSet<i64>) -> Self {
        Self { taken, ..Self::default() }
    }

    /// An id that nobody has.
    ///
    /// # Errors
    /// No new block could be written.
    pub async fn next(&self, controller: &Controller) -> Result<i64, ControllerError> {
        let mut block = self.block.lock().await;
        if block.is_empty() {
            *block = controller
                .write(|image| {
                    let mut start = image.next_producer_id();
                    while self.taken.range(start..start + BLOCK).next().is_some() {
                        start += BLOCK;
                    }
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
