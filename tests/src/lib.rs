//! aqueduct-tests: serde.
