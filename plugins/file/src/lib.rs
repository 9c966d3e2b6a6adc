//! The file connectors as a library of their own.

aqueduct_plugin_abi::export_plugin!(aqueduct_connector_file::FilePlugin, "manifest.json");
