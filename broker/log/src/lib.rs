//! aqueduct-log: crc-fast.
