//! Who may import whom: the arrows between crates point one way. docs/ARCHITECTURE.md refers to this table.

use std::collections::BTreeMap;
use std::path::Path;

/// Crate and what of ours it may depend on (tests' own dependencies are free).
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("aqueduct-protocol", &[]),
    ("aqueduct-protocol-generator", &[]),
    ("aqueduct-config", &[]),
    ("aqueduct-avro", &[]),
    ("aqueduct-plugin-api", &["aqueduct-config"]),
    ("aqueduct-service", &[]),
    ("aqueduct-log", &["aqueduct-protocol", "aqueduct-config"]),
    ("aqueduct-client", &["aqueduct-protocol", "aqueduct-config", "aqueduct-service"]),
    (
        "aqueduct-broker",
        &["aqueduct-protocol", "aqueduct-config", "aqueduct-service", "aqueduct-log", "aqueduct-client"],
    ),
    ("aqueduct-plugin-abi", &["aqueduct-plugin-api"]),
    ("aqueduct-converters", &["aqueduct-plugin-api", "aqueduct-config", "aqueduct-avro"]),
    ("aqueduct-transforms", &["aqueduct-plugin-api", "aqueduct-config"]),
    ("aqueduct-plugin-testkit", &["aqueduct-plugin-api", "aqueduct-plugin-abi"]),
    ("aqueduct-connector-jdbc", &["aqueduct-plugin-api", "aqueduct-config"]),
    ("aqueduct-connector-elasticsearch", &["aqueduct-plugin-api", "aqueduct-config"]),
    ("aqueduct-connector-file", &["aqueduct-plugin-api", "aqueduct-config"]),
    ("aqueduct-plugin-jdbc", &["aqueduct-plugin-abi", "aqueduct-connector-jdbc"]),
    ("aqueduct-plugin-elasticsearch", &["aqueduct-plugin-abi", "aqueduct-connector-elasticsearch"]),
    ("aqueduct-plugin-file", &["aqueduct-plugin-abi", "aqueduct-connector-file"]),
    (
        "aqueduct-connect",
        &[
            "aqueduct-client",
            "aqueduct-service",
            "aqueduct-config",
            "aqueduct-plugin-api",
            "aqueduct-plugin-abi",
            "aqueduct-converters",
            "aqueduct-transforms",
        ],
    ),
    (
        "aqueduct-schema-registry",
        &["aqueduct-client", "aqueduct-service", "aqueduct-config", "aqueduct-avro"],
    ),
];

#[test]
fn crates_import_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
    let workspace = read(&root.join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().expect("the workspace has members");
    let allowed: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for member in members.iter().filter_map(toml::Value::as_str).filter(|member| !member.starts_with("tests"))
    {
        let manifest = read(&root.join(member).join("Cargo.toml"));
        let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
        let Some(allowed) = allowed.get(name.as_str()) else {
            // Examples and test plug-ins may use what a plug-in author uses.
            if !member.starts_with("plugins/") {
                wrong.push(format!("{name} ({member}) is not in the table"));
            }
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(|table| table.keys()) {
            if dependency.starts_with("aqueduct-") && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} imports {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn read(path: &Path) -> toml::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
