//! aqueduct-client: bytes.
