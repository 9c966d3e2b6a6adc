//! All seven levels through the REST interface, on the pairs that Avro's own Java checker has judged.

use super::Fixture;
use aqueduct_schema_registry::log::MemoryLog;
use serde_json::{Value, json};
use std::path::Path;

/// The subject has two versions: the pair's writer and, as the latest, the pair's reader, which now comes as the new
/// schema. Levels that look at the latest alone find nothing; transitive ones and those against version 1 find
/// what Java found.
#[tokio::test]
async fn every_level_judges_as_avro_for_java_does() {
    let (mut pairs, mut refused) = (0, 0);
    for case in cases() {
        let (new, old) = (json!({ "schema": case["reader"] }), json!({ "schema": case["writer"] }));
        let registry = Fixture::on(MemoryLog::new(), &[]).await;
        registry.put("/config", json!({ "compatibility": "NONE" })).await;
        let path = "/subjects/s/versions";
        if registry.post(path, old).await.0 != 200 || registry.post(path, new.clone()).await.0 != 200 {
            continue; // Java's verdicts are of schemas whose names and defaults were not judged.
        }
        let two_versions = case["reader"] != case["writer"];
        for (level, backward, forward, transitive) in LEVELS {
            registry.put("/config/s", json!({ "compatibility": level })).await;
            let fits = |member: &str| case[member].as_array().is_some_and(Vec::is_empty);
            let compatible = (!backward || fits("differences")) && (!forward || fits("reverse"));
            let told = |compatible: bool| (200, json!({ "is_compatible": compatible }));
            let check = "/compatibility/subjects/s/versions";
            let answer = registry.post(&format!("{check}/1"), new.clone()).await;
            assert_eq!(answer, told(compatible), "{level} against version 1: {case}");
            let answer = registry.post(check, new.clone()).await;
            assert_eq!(answer, told(compatible || !transitive && two_versions), "{level}: {case}");
            refused += usize::from(!compatible);
        }
        pairs += 1;
    }
    assert!(pairs >= 90 && refused > 300, "{pairs} pairs, {refused} refusals");
}

/// Of each level: whether the new schema must read old data, whether old schemas must read new data, and whether all
/// versions count.
const LEVELS: [(&str, bool, bool, bool); 7] = [
    ("NONE", false, false, false),
    ("BACKWARD", true, false, false),
    ("BACKWARD_TRANSITIVE", true, false, true),
    ("FORWARD", false, true, false),
    ("FORWARD_TRANSITIVE", false, true, true),
    ("FULL", true, true, false),
    ("FULL_TRANSITIVE", true, true, true),
];

fn cases() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("avro/testdata");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let text = read("compatibility.jsonl") + &read("generated.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
