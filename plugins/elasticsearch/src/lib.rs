//! aqueduct-plugin-elasticsearch: .
