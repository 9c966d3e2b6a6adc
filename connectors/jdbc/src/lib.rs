//! aqueduct-connector-jdbc: bytes.
