//! aqueduct-plugin-jdbc: .
