//! Recovery: from the files of a partition to its state. After a clean shutdown little more than the end is read;
//! otherwise all beyond the recovery point is, in bounded memory, and cut at the first byte that is no whole valid
//! batch. Below the recovery point everything was flushed: damage there is not cut but takes the partition offline.

mod indexes;
mod producers;
mod scan;
mod steps;

pub(super) use steps::{Recovered, Recovery};
