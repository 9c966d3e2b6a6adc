//! aqueduct-plugin-api: bytestring.
