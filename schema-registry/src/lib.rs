//! aqueduct-schema-registry: aqueduct-avro.
