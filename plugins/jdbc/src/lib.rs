//! The JDBC source as a library of its own.

aqueduct_plugin_abi::export_plugin!(aqueduct_connector_jdbc::JdbcPlugin, "manifest.json");
