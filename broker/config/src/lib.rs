//! aqueduct-config: regex.
