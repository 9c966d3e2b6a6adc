//! aqueduct-plugin-file: .
