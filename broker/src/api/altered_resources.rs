//! What AlterConfigs and IncrementalAlterConfigs share: the resources of a request, each decided on by itself.

use std::collections::HashMap;

use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;

use crate::controller::Plan;
use crate::controller::topics::Refusal;
use crate::metadata::record::{ConfigResource, ConfigResourceKind, MetadataRecord};

/// Decides on every resource, in their order. One that the request has twice is refused; one whose type has no stored
/// settings comes to `decide` as a refusal. `named` gives a resource's type and name; nothing is written where the
/// request is only to be validated.
pub(super) fn decide_each<R>(
    resources: &[R],
    named: impl Fn(&R) -> (i8, ByteString),
    validate_only: bool,
    mut decide: impl FnMut(&R, Result<ConfigResource, Refusal>) -> Result<Vec<MetadataRecord>, Refusal>,
) -> Plan<Vec<Result<(), Refusal>>> {
    let mut times: HashMap<(i8, ByteString), usize> = HashMap::new();
    for resource in resources {
        *times.entry(named(resource)).or_default() += 1;
    }
    let mut records: Vec<MetadataRecord> = Vec::new();
    let mut answer = Vec::with_capacity(resources.len());
    for resource in resources {
        let (code, name) = named(resource);
        let decided = match times.get(&(code, name.clone())) {
            Some(2..) => {
                let text = "Each resource must appear at most once.";
                Err(Refusal::new(ErrorCode::InvalidRequest, text))
            }
            _ => decide(resource, config_resource(code, &name)),
        };
        answer.push(decided.map(|changes| records.extend(changes)));
    }
    if validate_only {
        records.clear();
    }
    Plan { records, answer }
}

fn config_resource(code: i8, name: &str) -> Result<ConfigResource, Refusal> {
    match ConfigResourceKind::from_code(code) {
        Some(kind) => Ok(ConfigResource { kind, name: name.to_owned() }),
        None => Err(Refusal::new(ErrorCode::InvalidRequest, format!("Unknown resource type {code}"))),
    }
}
