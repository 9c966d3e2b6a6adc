//! aqueduct-connector-elasticsearch: bytes.
