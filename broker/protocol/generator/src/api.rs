//! Code over all messages: the API keys, enums of request and response bodies, the list of modules.

use std::fmt::Write;

use crate::code::NOTICE;
use crate::descriptor::{Kind, Message};
use crate::names;

/// Requests in the order of their keys, each with its API's name.
fn requests<'a>(messages: &[&'a Message]) -> Vec<(i16, &'a str, &'a Message)> {
    let mut requests: Vec<_> = messages
        .iter()
        .filter(|message| message.kind == Kind::Request)
        .map(|message| {
            let name = message.root.name.trim_end_matches("Request");
            (message.key.expect("a request has an API key"), name, *message)
        })
        .collect();
    requests.sort_by_key(|(key, ..)| *key);
    requests
}

pub(crate) fn api_keys(messages: &[&Message]) -> String {
    let requests = requests(messages);
    let count = requests.len();
    let mut text = format!(
        "//! API keys.\n\n{NOTICE}\nuse crate::api_key::ApiInfo;\nuse crate::codec::DecodeError;\n\n\
         /// A kind of request. Keys 4 to 7 left with ZooKeeper.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[repr(i16)]\npub enum ApiKey {{\n"
    );
    for (key, name, message) in &requests {
        let _ = writeln!(text, "/// {name}, versions {}.\n{name} = {key},", message.versions);
    }
    let _ = writeln!(
        text,
        "}}\n\nimpl ApiKey {{\n/// All keys in ascending order.\npub const ALL: [Self; {count}] = ["
    );
    for (_, name, _) in &requests {
        let _ = writeln!(text, "Self::{name},");
    }
    text += "];\n\npub(crate) const fn info(self) -> ApiInfo {\nmatch self {\n";
    for (_, name, message) in &requests {
        let flexible = message.flexible.intersect(message.versions);
        let from = if flexible.is_empty() { i16::MAX } else { flexible.low };
        let listener = |name: &str| message.listeners.iter().any(|listener| listener == name);
        let _ = writeln!(
            text,
            "Self::{name} => ApiInfo {{ name: \"{name}\", min_version: {}, max_version: {}, \
             flexible_version: {}, latest_unstable: {}, broker: {}, controller: {} }},",
            message.versions.low,
            message.versions.high,
            if from == i16::MAX { "i16::MAX".to_owned() } else { from.to_string() },
            message.latest_unstable,
            listener("broker"),
            listener("controller"),
        );
    }
    text += "}\n}\n}\n\nimpl TryFrom<i16> for ApiKey {\ntype Error = DecodeError;\n\n\
             fn try_from(key: i16) -> Result<Self, DecodeError> {\nOk(match key {\n";
    for (key, name, _) in &requests {
        let _ = writeln!(text, "{key} => Self::{name},");
    }
    text + "_ => return Err(DecodeError::UnknownApiKey(key)),\n})\n}\n}\n"
}

pub(crate) fn bodies(messages: &[&Message]) -> String {
    let requests = requests(messages);
    let mut text = format!(
        "//! Any request or response, for tools, proxies and tests.\n\n{NOTICE}\n\
         use crate::ApiKey;\nuse crate::codec::{{DecodeError, Decoder, EncodeError, Encoder, Message}};\n\n"
    );
    for kind in ["Request", "Response"] {
        let name = format!("{kind}Body");
        let _ = writeln!(
            text,
            "/// Any {}.\n#[derive(Debug, Clone, PartialEq)]\n\
             #[allow(clippy::large_enum_variant)]\npub enum {name} {{",
            kind.to_lowercase()
        );
        for (_, api, _) in &requests {
            let _ = writeln!(text, "/// {api}.\n{api}(super::{api}{kind}),");
        }
        let _ = writeln!(
            text,
            "}}\n\nimpl {name} {{\n/// Reads the body for an API key in `version`.\n\
             pub fn decode(api_key: ApiKey, d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {{\n\
             Ok(match api_key {{"
        );
        for (_, api, _) in &requests {
            let _ = writeln!(text, "ApiKey::{api} => Self::{api}(Message::decode(d, version)?),");
        }
        text += "})\n}\n\n/// Writes the body in `version`.\n\
                 pub fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {\nmatch self {\n";
        for (_, api, _) in &requests {
            let _ = writeln!(text, "Self::{api}(body) => body.encode(e, version),");
        }
        text +=
            "}\n}\n\n/// The API key it belongs to.\npub const fn api_key(&self) -> ApiKey {\nmatch self {\n";
        for (_, api, _) in &requests {
            let _ = writeln!(text, "Self::{api}(_) => ApiKey::{api},");
        }
        text += "}\n}\n}\n\n";
    }
    text
}

/// `extra`: modules over many messages, which stay private, and what they offer.
pub(crate) fn module_list(messages: &[&Message], extra: &[(String, String)]) -> String {
    let mut text = format!(
        "//! Messages of Kafka's protocol and records of its internal topics, one module each.\n\n{NOTICE}\n"
    );
    let own =
        messages.iter().map(|message| (names::snake(&message.root.name), message.root.name.clone(), "pub "));
    let extra = extra.iter().map(|(module, name)| (module.clone(), name.clone(), ""));
    let mut modules: Vec<_> = own.chain(extra).collect();
    modules.sort();
    for (module, _, public) in &modules {
        let _ = writeln!(text, "{public}mod {module};");
    }
    text.push('\n');
    for (module, name, _) in &modules {
        let _ = writeln!(text, "pub use {module}::{name};");
    }
    text
}
