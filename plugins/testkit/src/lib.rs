//! aqueduct-plugin-testkit: tokio.
