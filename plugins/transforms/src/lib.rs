//! aqueduct-transforms: bytestring.
