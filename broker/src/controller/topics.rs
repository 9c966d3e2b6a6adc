//! Decides about topics: creation, more partitions, removal. Texts and codes are Kafka's.

use std::collections::{BTreeMap, HashSet};

use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;
use uuid::Uuid;

use super::{Plan, topic_name};
use crate::config::topic_config;
use crate::detach;
use crate::metadata::image::{MetadataImage, TopicImage};
use crate::metadata::internal_topics::OFFSETS_TOPIC;
use crate::metadata::record::{ConfigResource, MetadataRecord};

/// The most partitions that one request may create.
const MAX_PARTITIONS_PER_REQUEST: usize = 10_000;

/// A refusal of one item of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Code for the client.
    pub code: ErrorCode,
    /// Text for its user.
    pub message: String,
}

impl Refusal {
    /// A refusal with a text.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A refusal with the code's own text.
    #[must_use]
    pub fn of(code: ErrorCode) -> Self {
        Self::new(code, code.message())
    }

    /// The refusal of a topic that a request names more than once.
    #[must_use]
    pub fn duplicate_topic_name() -> Self {
        Self::new(ErrorCode::InvalidRequest, "Duplicate topic name.")
    }
}

/// A topic as a client asks for it.
#[derive(Debug, Clone, Default)]
pub struct NewTopic {
    /// Name.
    pub name: ByteString,
    /// Number of partitions, -1 for the default.
    pub partitions: i32,
    /// Number of replicas, -1 for the default.
    pub replication_factor: i16,
    /// Replicas by partition index, instead of the two numbers.
    pub assignments: Vec<(i32, Vec<i32>)>,
    /// Settings of its own.
    pub configs: BTreeMap<String, String>,
}

/// A topic as it was, or would be, created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id.
    pub id: Uuid,
    /// Number of partitions.
    pub partitions: i32,
    /// Number of replicas of each.
    pub replication_factor: i16,
}

/// Numbers that stand for -1.
#[derive(Debug, Clone, Copy)]
pub struct TopicDefaults {
    /// `num.partitions`.
    pub partitions: i32,
    /// `default.replication.factor`.
    pub replication_factor: i16,
}

/// Decides about new topics; each stands or falls for itself. `new_id` gives ids that nobody has.
pub fn create(
    image: &MetadataImage,
    topics: &[NewTopic],
    defaults: TopicDefaults,
    mut new_id: impl FnMut() -> Uuid,
) -> Plan<Vec<Result<CreatedTopic, Refusal>>> {
    let mut records = Vec::new();
    let mut budget = MAX_PARTITIONS_PER_REQUEST;
    let mut answer = Vec::with_capacity(topics.len());
    // What the request creates itself counts as well: names may collide within it.
    let mut view = image.clone();
    for topic in topics {
        let planned = plan_topic(&view, topic, defaults, &mut budget, new_id());
        answer.push(planned.map(|(created, added)| {
            view.extend(&added);
            records.extend(added);
            created
        }));
    }
    Plan { records, answer }
}

fn plan_topic(
    image: &MetadataImage,
    topic: &NewTopic,
    defaults: TopicDefaults,
    budget: &mut usize,
    id: Uuid,
) -> Result<(CreatedTopic, Vec<MetadataRecord>), Refusal> {
    check_name(image, &topic.name)?;
    let assignments = assign(image, topic, defaults)?;
    if assignments.len() > *budget {
        let text = "Excessively large number of partitions per request.";
        return Err(Refusal::new(ErrorCode::PolicyViolation, text));
    }
    topic_config::validate(&topic.configs).map_err(|text| Refusal::new(ErrorCode::InvalidConfig, text))?;
    *budget -= assignments.len();
    let mut records = vec![MetadataRecord::Topic { name: detach::text(&topic.name), id }];
    for (key, value) in &topic.configs {
        records.push(MetadataRecord::Config {
            resource: ConfigResource::topic(&topic.name),
            key: key.clone(),
            value: Some(value.clone()),
        });
    }
    let created = CreatedTopic {
        id,
        partitions: i32::try_from(assignments.len()).unwrap_or(i32::MAX),
        replication_factor: assignments.first().map_or(0, |replicas| replicas.len() as i16),
    };
    records.extend((0..).zip(assignments).map(|(index, replicas)| new_partition(id, index, replicas)));
    Ok((created, records))
}

fn check_name(image: &MetadataImage, name: &str) -> Result<(), Refusal> {
    topic_name::validate(name).map_err(|text| Refusal::new(ErrorCode::InvalidTopicException, text))?;
    if image.topic(name).is_some() {
        return Err(Refusal::new(ErrorCode::TopicAlreadyExists, format!("Topic '{name}' already exists.")));
    }
    match topic_name::collision(name, image) {
        Some(other) => Err(Refusal::new(
            ErrorCode::InvalidTopicException,
            format!("Topic '{name}' collides with existing topic: {other}"),
        )),
        None => Ok(()),
    }
}

fn assign(
    image: &MetadataImage,
    topic: &NewTopic,
    defaults: TopicDefaults,
) -> Result<Vec<Vec<i32>>, Refusal> {
    if !topic.assignments.is_empty() {
        return manual_assignment(image, topic);
    }
    let partitions = match topic.partitions {
        -1 => defaults.partitions,
        ..=0 => {
            let text = "Number of partitions was set to an invalid non-positive value.";
            return Err(Refusal::new(ErrorCode::InvalidPartitions, text));
        }
        given => given,
    };
    let replication_factor = match topic.replication_factor {
        -1 => defaults.replication_factor,
        ..=0 => {
            let text = "Replication factor must be larger than 0, or -1 to use the default value.";
            return Err(Refusal::new(ErrorCode::InvalidReplicationFactor, text));
        }
        given => given,
    };
    if partitions as usize > MAX_PARTITIONS_PER_REQUEST {
        let text = "Excessively large number of partitions per request.";
        return Err(Refusal::new(ErrorCode::PolicyViolation, text));
    }
    let replicas = place_replicas(image, replication_factor)?;
    Ok(vec![replicas; partitions as usize])
}

/// The brokers for the replicas of a partition. With one broker there is one choice.
fn place_replicas(image: &MetadataImage, replication_factor: i16) -> Result<Vec<i32>, Refusal> {
    let brokers: Vec<i32> = image.brokers().map(|broker| broker.id).collect();
    let wanted = usize::try_from(replication_factor).unwrap_or(0);
    if wanted > brokers.len() {
        return Err(Refusal::new(
            ErrorCode::InvalidReplicationFactor,
            format!(
                "Unable to replicate the partition {wanted} time(s): The target replication factor of {wanted} \
                 cannot be reached because only {} broker(s) are registered or some brokers have all their log directories \
                 cordoned.",
                brokers.len()
            ),
        ));
    }
    Ok(brokers.into_iter().take(wanted).collect())
}

fn manual_assignment(image: &MetadataImage, topic: &NewTopic) -> Result<Vec<Vec<i32>>, Refusal> {
    if topic.replication_factor != -1 {
        let text = "A manual partition assignment was specified, but replication factor was not set to -1.";
        return Err(Refusal::new(ErrorCode::InvalidRequest, text));
    }
    if topic.partitions != -1 {
        let text = "A manual partition assignment was specified, but numPartitions was not set to -1.";
        return Err(Refusal::new(ErrorCode::InvalidRequest, text));
    }
    let mut by_index = BTreeMap::new();
    for (index, replicas) in &topic.assignments {
        check_replicas(image, replicas)?;
        if by_index.insert(*index, replicas.clone()).is_some() {
            let text = format!("Found multiple manual partition assignments for partition {index}");
            return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, text));
        }
    }
    if by_index.keys().copied().ne(0..by_index.len() as i32) {
        let text = "partitions should be a consecutive 0-based integer sequence";
        return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, text));
    }
    Ok(by_index.into_values().collect())
}

fn check_replicas(image: &MetadataImage, replicas: &[i32]) -> Result<(), Refusal> {
    let refuse = |text: String| Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, text));
    if replicas.is_empty() {
        return refuse("The manual partition assignment includes an empty replica list.".to_owned());
    }
    let mut seen = HashSet::new();
    for replica in replicas {
        if image.broker(*replica).is_none() {
            return refuse(format!(
                "The manual partition assignment includes broker {replica}, but no such broker is registered."
            ));
        }
        if !seen.insert(replica) {
            return refuse(format!(
                "The manual partition assignment includes the broker {replica} more than once."
            ));
        }
    }
    Ok(())
}

fn new_partition(topic: Uuid, index: i32, replicas: Vec<i32>) -> MetadataRecord {
    let leader = replicas.first().copied().unwrap_or(-1);
    MetadataRecord::Partition { topic, index, isr: replicas.clone(), replicas, leader, leader_epoch: 0 }
}

/// Decides about more partitions for a topic: `count` is the new total.
///
/// # Errors
/// Why the topic gets none.
pub fn create_partitions(
    image: &MetadataImage,
    topic: &str,
    count: i32,
    assignments: Option<&[Vec<i32>]>,
) -> Result<Vec<MetadataRecord>, Refusal> {
    let Some(topic) = image.topic(topic) else {
        // Kafka says nothing more here.
        return Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, ""));
    };
    if &*topic.name == OFFSETS_TOPIC {
        // A group's partition follows from their number: groups would lose sight of their offsets.
        let text = format!("The number of partitions of {OFFSETS_TOPIC} cannot be changed.");
        return Err(Refusal::new(ErrorCode::InvalidRequest, text));
    }
    let current = topic.partitions.len();
    let refuse = |text: String| Err(Refusal::new(ErrorCode::InvalidPartitions, text));
    let added = match usize::try_from(count).ok().and_then(|count| count.checked_sub(current)) {
        None => {
            return refuse(format!(
                "The topic {} currently has {current} partition(s); {count} would not be an increase.",
                topic.name
            ));
        }
        Some(0) => return refuse(format!("Topic already has {current} partition(s).")),
        Some(added) => added,
    };
    if added > MAX_PARTITIONS_PER_REQUEST {
        let text = "Excessively large number of partitions per request.";
        return Err(Refusal::new(ErrorCode::PolicyViolation, text));
    }
    let replicas = added_replicas(image, topic, added, assignments)?;
    let first = i32::try_from(current).unwrap_or(i32::MAX);
    Ok((first..).zip(replicas).map(|(index, replicas)| new_partition(topic.id, index, replicas)).collect())
}

fn added_replicas(
    image: &MetadataImage,
    topic: &TopicImage,
    added: usize,
    assignments: Option<&[Vec<i32>]>,
) -> Result<Vec<Vec<i32>>, Refusal> {
    let factor = topic.partitions.first().map_or(1, |partition| partition.replicas.len());
    let Some(assignments) = assignments else {
        return Ok(vec![place_replicas(image, i16::try_from(factor).unwrap_or(1))?; added]);
    };
    if assignments.len() != added {
        let text = format!(
            "Attempted to add {added} additional partition(s), but only {} assignment(s) were specified.",
            assignments.len()
        );
        return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, text));
    }
    for replicas in assignments {
        check_replicas(image, replicas)?;
        if replicas.len() != factor {
            let text = format!(
                "The manual partition assignment includes a partition with {} replica(s), but this is not \
                 consistent with previous partitions, which have {factor} replica(s).",
                replicas.len()
            );
            return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, text));
        }
    }
    Ok(assignments.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::record::BrokerEndpoint;

    const DEFAULTS: TopicDefaults = TopicDefaults { partitions: 3, replication_factor: 1 };

    fn cluster() -> MetadataImage {
        let endpoint = BrokerEndpoint { listener: "PLAINTEXT".into(), host: "h".into(), port: 1 };
        let register = MetadataRecord::RegisterBroker {
            broker: 1,
            endpoints: vec![endpoint],
            rack: None,
            log_dirs: Vec::new(),
        };
        MetadataImage::default().apply(1, &[register])
    }

    fn topic(name: &'static str, partitions: i32) -> NewTopic {
        NewTopic { name: name.into(), partitions, replication_factor: -1, ..NewTopic::default() }
    }

    fn create_all(
        image: &MetadataImage,
        topics: &[NewTopic],
    ) -> (MetadataImage, Vec<Result<i32, ErrorCode>>) {
        let mut next = 0;
        let plan = create(image, topics, DEFAULTS, || {
            next += 1;
            Uuid::from_u128(u128::from(image.offset) * 100 + next)
        });
        let answers = plan.answer.into_iter().map(|r| r.map(|t| t.partitions).map_err(|e| e.code)).collect();
        (image.apply(image.offset + 1, &plan.records), answers)
    }

    #[test]
    fn each_topic_of_a_request_stands_for_itself() {
        let (image, answers) =
            create_all(&cluster(), &[topic("a.b", -1), topic("a_b", 1), topic("c", 0), topic("d", 2)]);
        let expected =
            [Ok(3), Err(ErrorCode::InvalidTopicException), Err(ErrorCode::InvalidPartitions), Ok(2)];
        assert_eq!(answers, expected);
        assert_eq!(image.topic_count(), 2);
        let (_, again) = create_all(&image, &[topic("d", 2)]);
        assert_eq!(again, [Err(ErrorCode::TopicAlreadyExists)]);
    }

    #[test]
    fn manual_assignments_must_be_whole_and_known() {
        let manual = |name, assignments| NewTopic { assignments, ..topic(name, -1) };
        let cases = [
            manual("whole", vec![(0, vec![1])]),
            manual("gap", vec![(1, vec![1])]),
            manual("unknown", vec![(0, vec![9])]),
        ];
        let refused = Err(ErrorCode::InvalidReplicaAssignment);
        assert_eq!(create_all(&cluster(), &cases).1, [Ok(1), refused, refused]);
    }

    #[test]
    fn partitions_can_only_become_more() {
        let (image, _) = create_all(&cluster(), &[topic("t", 2)]);
        let codes = |count| create_partitions(&image, "t", count, None).map(|r| r.len()).map_err(|e| e.code);
        assert_eq!(codes(5), Ok(3));
        assert_eq!(codes(2), Err(ErrorCode::InvalidPartitions));
        assert_eq!(codes(1), Err(ErrorCode::InvalidPartitions));
    }
}
