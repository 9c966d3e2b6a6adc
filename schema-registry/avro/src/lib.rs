//! aqueduct-avro: indexmap.
