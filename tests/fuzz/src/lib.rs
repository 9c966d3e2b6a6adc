//! What the fuzz targets do with their input, and the allocator that holds them to its size.

#[path = "../../../broker/protocol/src/allocation.rs"]
pub mod allocation;
pub mod messages;
pub mod records;
