//! aqueduct-connector-file: bytes.
