//! aqueduct-service: tracing-subscriber.
