//! aqueduct-protocol: zstd.

#[cfg(test)]
mod allocation;
pub mod compression;
pub mod error_code;
pub mod ids;
pub mod record;

pub use error_code::ErrorCode;
