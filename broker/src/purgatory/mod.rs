//! Where requests wait for something to happen in partitions.

pub mod waiters;
