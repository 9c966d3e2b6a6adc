//! aqueduct-connect: aqueduct-plugin-api.
