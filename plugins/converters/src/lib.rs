//! aqueduct-converters: bytes.
