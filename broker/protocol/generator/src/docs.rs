//! `docs/protocol.md`: what the codec speaks, as tables.

use std::fmt::Write;

use crate::descriptor::{Family, Kind, Message};

pub(crate) fn tables(families: &[Family]) -> String {
    let mut text = String::from(
        "# Protocol\n\n\
         What `aqueduct-protocol` can read and write. Written by `aqueduct-protocol-generator` from the \
         descriptors in `broker/protocol/descriptors`. What a broker serves is what it answers to ApiVersions.\n\n\
         ## Requests and responses\n\n\
         | key | API | versions | flexible | listeners | |\n|--|--|--|--|--|--|\n",
    );
    let messages = families.iter().flat_map(|family| &family.messages);
    let mut requests: Vec<&Message> = messages.filter(|message| message.kind == Kind::Request).collect();
    requests.sort_by_key(|message| message.key);
    for message in requests {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            message.key.unwrap_or(-1),
            message.root.name.trim_end_matches("Request"),
            message.versions,
            message.flexible,
            message.listeners.join(", "),
            if message.latest_unstable { "latest version unstable" } else { "" },
        );
    }
    text += "\nKeys 4 to 7 (LeaderAndIsr, StopReplica, UpdateMetadata, ControlledShutdown) left Kafka with ZooKeeper.\n";
    for family in families.iter().filter(|family| !family.messages.iter().any(is_api)) {
        let _ =
            writeln!(text, "\n## {}\n\n| type | name | versions | flexible |\n|--|--|--|--|", family.title);
        for message in &family.messages {
            let key = message.key.map_or_else(String::new, |key| key.to_string());
            let _ = writeln!(
                text,
                "| {key} | {} | {} | {} |",
                message.root.name, message.versions, message.flexible
            );
        }
    }
    text
}

fn is_api(message: &Message) -> bool {
    matches!(message.kind, Kind::Request | Kind::Response)
}
