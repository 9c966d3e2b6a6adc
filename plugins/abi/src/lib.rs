//! aqueduct-plugin-abi: bytestring.
