//! aqueduct-broker: aqueduct-config.
