//! aqueduct-protocol: zstd.
