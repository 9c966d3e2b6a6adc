//! Random requests: the state that a restart reads from the log, compacted or not, is the state before, and ids only
//! grow.

use super::{Fixture, record};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Debug, Clone)]
enum Action {
    Register { subject: usize, fields: usize },
    DeleteVersion { subject: usize, version: usize, permanent: bool },
    DeleteSubject { subject: usize, permanent: bool },
    Level { subject: Option<usize>, level: usize },
    ForgetLevel { subject: usize },
    ReadOnly { subject: usize, on: bool },
    LoseAnswer,
    Restart { compact: bool },
}

const SUBJECTS: [&str; 3] = ["a", "b", ":.c:a"];
const LEVELS: [&str; 3] = ["NONE", "BACKWARD", "FULL_TRANSITIVE"];

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let subject = 0..SUBJECTS.len();
    let action = prop_oneof![
        6 => (subject.clone(), 0..6_usize).prop_map(|(subject, fields)| Action::Register { subject, fields }),
        3 => (subject.clone(), 1..5_usize, any::<bool>())
            .prop_map(|(subject, version, permanent)| Action::DeleteVersion { subject, version, permanent }),
        2 => (subject.clone(), any::<bool>())
            .prop_map(|(subject, permanent)| Action::DeleteSubject { subject, permanent }),
        1 => (proptest::option::of(subject.clone()), 0..LEVELS.len())
            .prop_map(|(subject, level)| Action::Level { subject, level }),
        1 => subject.clone().prop_map(|subject| Action::ForgetLevel { subject }),
        1 => (subject, any::<bool>()).prop_map(|(subject, on)| Action::ReadOnly { subject, on }),
        1 => Just(Action::LoseAnswer),
        1 => any::<bool>().prop_map(|compact| Action::Restart { compact }),
    ];
    proptest::collection::vec(action, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_restart_changes_nothing_and_ids_only_grow(actions in actions()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(actions));
    }
}

async fn run(actions: Vec<Action>) {
    let mut registry = Fixture::new().await;
    // Every id that was ever seen, by context and id, with its schema.
    let mut seen: HashMap<(String, i64), Value> = HashMap::new();
    for action in actions {
        match action {
            Action::Register { subject, fields } => {
                let fields: Vec<String> = (0..=fields).map(|i| format!("f{i}?")).collect();
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                registry.register(SUBJECTS[subject], &record(&fields)).await;
            }
            Action::DeleteVersion { subject, version, permanent } => {
                let path =
                    format!("/subjects/{}/versions/{version}?permanent={permanent}", SUBJECTS[subject]);
                registry.delete(&path).await;
            }
            Action::DeleteSubject { subject, permanent } => {
                registry.delete(&format!("/subjects/{}?permanent={permanent}", SUBJECTS[subject])).await;
            }
            Action::Level { subject, level } => {
                let path =
                    subject.map_or("/config".to_owned(), |subject| format!("/config/{}", SUBJECTS[subject]));
                registry.put(&path, json!({ "compatibility": LEVELS[level] })).await;
            }
            Action::ForgetLevel { subject } => {
                registry.delete(&format!("/config/{}", SUBJECTS[subject])).await;
            }
            Action::ReadOnly { subject, on } => {
                let mode = if on { "READONLY" } else { "READWRITE" };
                registry.put(&format!("/mode/{}", SUBJECTS[subject]), json!({ "mode": mode })).await;
            }
            Action::LoseAnswer => registry.log.lose_next_answer(),
            Action::Restart { compact } => {
                let before = everything(&registry).await;
                if compact {
                    registry.log.compact();
                }
                // A fault that is still waiting would hit the restart itself.
                registry.log.heal();
                registry = registry.restarted().await;
                assert_eq!(everything(&registry).await, before, "compacted: {compact}");
            }
        }
        for version in registry.get("/schemas?deleted=true").await.1.as_array().unwrap() {
            let context = if version["subject"].as_str().unwrap().starts_with(":.c:") { ".c" } else { "." };
            let schema = version["schema"].clone();
            let id = version["id"].as_i64().unwrap();
            let first = seen.entry((context.to_owned(), id)).or_insert_with(|| schema.clone());
            assert_eq!(*first, schema, "id {id} was given twice");
        }
    }
}

async fn everything(registry: &Fixture) -> Vec<(u16, Value)> {
    let mut answers = vec![
        registry.get("/schemas?deleted=true").await,
        registry.get("/contexts").await,
        registry.get("/config").await,
        registry.get("/schemas/ids/1?subject=:.c:a").await,
        registry.get("/schemas/ids/1?fetchMaxId=true").await,
        registry.get("/schemas/ids/2/versions?deleted=true").await,
    ];
    for subject in SUBJECTS {
        for path in ["/config/", "/mode/"] {
            answers.push(registry.get(&format!("{path}{subject}")).await);
        }
    }
    answers
}
