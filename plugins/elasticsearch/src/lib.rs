//! The Elasticsearch and OpenSearch sink as a library of its own.

aqueduct_plugin_abi::export_plugin!(aqueduct_connector_elasticsearch::ElasticsearchPlugin, "manifest.json");
