//! Messages against the descriptors, an independent codec, real captures, and hostile bytes.

#[path = "../../src/allocation.rs"]
mod allocation;
mod catalogue;
mod debug_tree;
mod frames;
mod golden;
mod hostile;
mod random;
mod round_trip;
mod wire;
