//! A topic's name and a partition's number, and the folder name they make.

use std::fmt;

use bytestring::ByteString;

/// Kafka's metadata log goes by this name, in a log directory too. It is no topic, and no topic may have the name.
pub const CLUSTER_METADATA_TOPIC: &str = "__cluster_metadata";

/// Names one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic's name, 1 to 249 characters of `[a-zA-Z0-9._-]`.
    pub topic: ByteString,
    /// The partition, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// Names partition `partition` of `topic`.
    pub fn new(topic: impl Into<ByteString>, partition: i32) -> TopicPartition {
        TopicPartition { topic: topic.into(), partition }
    }

    /// The folder of the partition's log: `<topic>-<partition>`.
    pub fn dir_name(&self) -> String {
        format!("{}-{}", self.topic, self.partition)
    }

    /// The partition that a folder's name stands for, if it is one of a partition.
    pub fn from_dir_name(name: &str) -> Option<TopicPartition> {
        let (topic, partition) = name.rsplit_once('-')?;
        let digits = !partition.is_empty() && partition.bytes().all(|b| b.is_ascii_digit());
        let canonical = partition == "0" || !partition.starts_with('0');
        if !digits || !canonical || !is_legal_topic(topic) {
            return None;
        }
        Some(TopicPartition::new(topic, partition.parse().ok()?))
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Whether a folder of this topic may exist: the broker validates names, this only keeps strange ones off the disk.
pub(crate) fn is_legal_topic(topic: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !topic.is_empty() && topic.len() <= 249 && topic != "." && topic != ".." && topic.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_and_partitions_correspond() {
        for name in ["orders-0", "a.b_c-d-12", "-1-0", "x-2147483647"] {
            assert_eq!(TopicPartition::from_dir_name(name).unwrap().dir_name(), name);
        }
        for name in
            ["orders", "orders-", "-0", "orders-01", "orders-+1", "or ders-1", "x-2147483648", "..-0", "é-0"]
        {
            assert_eq!(TopicPartition::from_dir_name(name), None, "{name}");
        }
    }
}
