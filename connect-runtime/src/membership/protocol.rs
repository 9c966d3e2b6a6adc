//! Bytes of the Connect group protocol: V0 (eager), V1 (incremental cooperative, KIP-415) and V2 (the same bytes,
//! internal requests signed, KIP-507).

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::work::Work;
use crate::id::TaskId;

/// A protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// `default`: everything is revoked at every rebalance.
    Eager,
    /// `compatible`: only what moves is revoked.
    Compatible,
    /// `sessioned`: as `compatible`, and internal requests are signed.
    Sessioned,
}

impl Version {
    /// The name offered in JoinGroup.
    pub(crate) fn protocol_name(self) -> &'static str {
        match self {
            Self::Eager => "default",
            Self::Compatible => "compatible",
            Self::Sessioned => "sessioned",
        }
    }

    /// The version of a name chosen by the coordinator.
    pub(crate) fn from_protocol_name(name: &str) -> Option<Self> {
        [Self::Eager, Self::Compatible, Self::Sessioned].into_iter().find(|v| v.protocol_name() == name)
    }

    fn number(self) -> i16 {
        self as i16
    }

    fn from_number(number: i16) -> Option<Self> {
        [Self::Eager, Self::Compatible, Self::Sessioned].into_iter().find(|v| v.number() == number)
    }
}

/// What the leader tells a worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// 0, or [`CONFIG_MISMATCH`].
    pub(crate) error: i16,
    /// The leader's member id.
    pub(crate) leader: String,
    /// The leader's REST address, ending in `/`.
    pub(crate) leader_url: String,
    /// The offset of the config topic that the assignment was made from.
    pub(crate) config_offset: i64,
    /// New work; with V0 all work.
    pub(crate) assigned: Work,
    /// Work to give up (from V1).
    pub(crate) revoked: Work,
    /// Milliseconds until lost work is assigned again (from V1).
    pub(crate) delay_ms: i32,
}

/// [`Assignment::error`]: the leader does not know the latest configuration; nobody runs anything until it does.
pub(crate) const CONFIG_MISMATCH: i16 = 1;

/// What a worker tells the leader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subscription {
    /// The worker's REST address, ending in `/`.
    pub(crate) url: String,
    /// How far it has read the config topic.
    pub(crate) config_offset: i64,
    /// The work it does now (from V1).
    pub(crate) owned: Work,
}

/// Why bytes from the group are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadBytes {
    /// They end before the message does.
    #[error("the message is cut short")]
    Short,
    /// A length is negative, or a text is not UTF-8.
    #[error("a field is malformed")]
    Malformed,
    /// A version that is not known.
    #[error("version {0} of the Connect protocol is not known")]
    Version(i16),
}

/// The task number that stands for the connector itself.
const CONNECTOR_TASK: i32 = -1;

impl Subscription {
    /// The bytes of a version.
    pub(crate) fn encode(&self, version: Version) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(version.number());
        put_string(&mut out, &self.url);
        out.put_i64(self.config_offset);
        if version == Version::Eager {
            return out.freeze();
        }
        if self.owned.is_empty() {
            out.put_i32(-1);
        } else {
            let held = Assignment {
                config_offset: self.config_offset,
                assigned: self.owned.clone(),
                ..Assignment::default()
            };
            let held = held.encode(version);
            out.put_i32(held.len() as i32);
            out.put_slice(&held);
        }
        out.freeze()
    }

    /// Reads the bytes of any version.
    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, BadBytes> {
        let version = get_version(&mut bytes)?;
        let url = get_string(&mut bytes)?.to_owned();
        let config_offset = get_i64(&mut bytes)?;
        let mut owned = Work::default();
        if version > Version::Eager {
            let length = get_i32(&mut bytes)?;
            if length > 0 {
                let length = usize::try_from(length).map_err(|_| BadBytes::Malformed)?;
                let held = bytes.get(..length).ok_or(BadBytes::Short)?;
                owned = Assignment::decode(held)?.assigned;
            }
        }
        Ok(Self { url, config_offset, owned })
    }
}

impl Assignment {
    /// The bytes of a version.
    pub(crate) fn encode(&self, version: Version) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(version.number());
        out.put_i16(self.error);
        put_string(&mut out, &self.leader);
        put_string(&mut out, &self.leader_url);
        out.put_i64(self.config_offset);
        put_work(&mut out, &self.assigned);
        if version > Version::Eager {
            put_work(&mut out, &self.revoked);
            out.put_i32(self.delay_ms);
        }
        out.freeze()
    }

    /// Reads the bytes of any version.
    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, BadBytes> {
        let version = get_version(&mut bytes)?;
        let mut assignment = Self {
            error: get_i16(&mut bytes)?,
            leader: get_string(&mut bytes)?.to_owned(),
            leader_url: get_string(&mut bytes)?.to_owned(),
            config_offset: get_i64(&mut bytes)?,
            assigned: get_work(&mut bytes)?,
            ..Self::default()
        };
        if version > Version::Eager {
            assignment.revoked = get_work(&mut bytes)?;
            assignment.delay_ms = get_i32(&mut bytes)?;
        }
        Ok(assignment)
    }
}

fn put_string(out: &mut BytesMut, text: &str) {
    out.put_i16(text.len().min(i16::MAX as usize) as i16);
    out.put_slice(&text.as_bytes()[..text.len().min(i16::MAX as usize)]);
}

/// One entry for each connector that has anything: its name, then −1 for itself and the numbers of its tasks.
fn put_work(out: &mut BytesMut, work: &Work) {
    let mut entries: Vec<(&str, Vec<i32>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let connectors = work.connectors.iter().map(|name| (name.as_str(), CONNECTOR_TASK));
    for (name, number) in connectors.chain(work.tasks.iter().map(|id| (&*id.connector, id.task as i32))) {
        let place = *places.entry(name).or_insert_with(|| {
            entries.push((name, Vec::new()));
            entries.len() - 1
        });
        entries[place].1.push(number);
    }
    out.put_i32(entries.len() as i32);
    for (name, tasks) in entries {
        put_string(out, name);
        out.put_i32(tasks.len() as i32);
        tasks.into_iter().for_each(|task| out.put_i32(task));
    }
}

fn get_version(bytes: &mut &[u8]) -> Result<Version, BadBytes> {
    let number = get_i16(bytes)?;
    // A later version may only append.
    if number > Version::Sessioned.number() {
        return Ok(Version::Sessioned);
    }
    Version::from_number(number).ok_or(BadBytes::Version(number))
}

fn get_i16(bytes: &mut &[u8]) -> Result<i16, BadBytes> {
    bytes.try_get_i16().map_err(|_| BadBytes::Short)
}

fn get_i32(bytes: &mut &[u8]) -> Result<i32, BadBytes> {
    bytes.try_get_i32().map_err(|_| BadBytes::Short)
}

fn get_i64(bytes: &mut &[u8]) -> Result<i64, BadBytes> {
    bytes.try_get_i64().map_err(|_| BadBytes::Short)
}

/// A text; null counts as empty.
fn get_string<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, BadBytes> {
    let length = get_i16(bytes)?;
    if length == -1 {
        return Ok("");
    }
    let length = usize::try_from(length).map_err(|_| BadBytes::Malformed)?;
    let text = bytes.get(..length).ok_or(BadBytes::Short)?;
    bytes.advance(length);
    std::str::from_utf8(text).map_err(|_| BadBytes::Malformed)
}

/// A count of elements, each at least `least` bytes long; null counts as none.
fn get_count(bytes: &mut &[u8], least: usize) -> Result<usize, BadBytes> {
    let count = get_i32(bytes)?;
    if count == -1 {
        return Ok(0);
    }
    let count = usize::try_from(count).map_err(|_| BadBytes::Malformed)?;
    if count.saturating_mul(least) > bytes.len() { Err(BadBytes::Short) } else { Ok(count) }
}

/// An entry's name, and what is to be read as its numbers.
fn get_entry<'a>(bytes: &mut &'a [u8]) -> Result<(&'a str, &'a [u8]), BadBytes> {
    let name = get_string(bytes)?;
    let numbers = 4 * get_count(bytes, 4)?;
    // The count was checked against the bytes that are left.
    let (numbers, rest) = bytes.split_at(numbers);
    *bytes = rest;
    Ok((name, numbers))
}

/// Goes over the entries twice, so that what is kept has just the room that it needs.
fn get_work(bytes: &mut &[u8]) -> Result<Work, BadBytes> {
    let entries = get_count(bytes, 6)?;
    let (mut connectors, mut tasks, mut ahead) = (0, 0, *bytes);
    for _ in 0..entries {
        let (_, numbers) = get_entry(&mut ahead)?;
        let of_tasks = numbers_in(numbers).filter(|number| *number != CONNECTOR_TASK).count();
        connectors += usize::from(4 * of_tasks < numbers.len());
        tasks += of_tasks;
    }
    let mut work = Work { connectors: Vec::with_capacity(connectors), tasks: Vec::with_capacity(tasks) };
    for _ in 0..entries {
        let (name, numbers) = get_entry(bytes)?;
        if numbers_in(numbers).any(|number| number == CONNECTOR_TASK) {
            work.connectors.push(name.to_owned());
        }
        let shared: Arc<str> = name.into();
        for number in numbers_in(numbers).filter(|number| *number != CONNECTOR_TASK) {
            let number = u32::try_from(number).map_err(|_| BadBytes::Malformed)?;
            work.tasks.push(TaskId::new(shared.clone(), number));
        }
    }
    Ok(work)
}

fn numbers_in(bytes: &[u8]) -> impl Iterator<Item = i32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|number| i32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Taken from Apache Kafka 4.3.1's own serializer.
    const ASSIGNMENT_V0: &str = "0000000000066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff0000000000000001";
    const ASSIGNMENT_V1: &str = "0001000100066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff00000000000000010000000200016400000001ffffffff0001650000000100000003000001f4";
    const METADATA_V0: &str = "0000000b687474703a2f2f683a312f0000000000000007";
    const METADATA_V2: &str = "0002000b687474703a2f2f683a312f0000000000000007000000560002000100066c6561646572000b687474703a2f2f683a312f00000000000000070000000100016300000003ffffffff00000000000000010000000200016400000001ffffffff0001650000000100000003000001f4";
    const METADATA_V2_IDLE: &str = "0002000b687474703a2f2f683a312f0000000000000007ffffffff";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
    }

    fn work(connectors: &[&str], tasks: &[(&str, u32)]) -> Work {
        Work {
            connectors: connectors.iter().map(|c| (*c).to_owned()).collect(),
            tasks: tasks.iter().map(|(c, n)| TaskId::new(*c, *n)).collect(),
        }
    }

    fn assignment() -> Assignment {
        Assignment {
            error: CONFIG_MISMATCH,
            leader: "leader".to_owned(),
            leader_url: "http://h:1/".to_owned(),
            config_offset: 7,
            assigned: work(&["c"], &[("c", 0), ("c", 1)]),
            revoked: work(&["d"], &[("e", 3)]),
            delay_ms: 500,
        }
    }

    #[test]
    fn assignments_have_apaches_bytes() {
        assert_eq!(assignment().encode(Version::Compatible), bytes(ASSIGNMENT_V1));
        assert_eq!(Assignment::decode(&bytes(ASSIGNMENT_V1)), Ok(assignment()));
        let eager = Assignment { error: 0, revoked: Work::default(), delay_ms: 0, ..assignment() };
        assert_eq!(eager.encode(Version::Eager), bytes(ASSIGNMENT_V0));
        assert_eq!(Assignment::decode(&bytes(ASSIGNMENT_V0)), Ok(eager));
    }

    #[test]
    fn subscriptions_have_apaches_bytes() {
        let idle = Subscription { url: "http://h:1/".to_owned(), config_offset: 7, owned: Work::default() };
        assert_eq!(idle.encode(Version::Eager), bytes(METADATA_V0));
        assert_eq!(idle.encode(Version::Sessioned), bytes(METADATA_V2_IDLE));
        assert_eq!(Subscription::decode(&bytes(METADATA_V2_IDLE)), Ok(idle.clone()));
        let busy = Subscription { owned: work(&["c"], &[("c", 0), ("c", 1)]), ..idle };
        assert_eq!(Subscription::decode(&bytes(METADATA_V2)), Ok(busy.clone()));
        assert_eq!(Subscription::decode(&busy.encode(Version::Sessioned)), Ok(busy));
    }

    #[test]
    fn cut_or_hostile_bytes_are_refused() {
        let whole = bytes(METADATA_V2);
        for end in 0..whole.len() {
            assert!(Subscription::decode(&whole[..end]).is_err(), "{end}");
        }
        let mut huge = bytes(ASSIGNMENT_V1);
        let at = 2 + 2 + 8 + 13 + 8;
        huge[at..at + 4].copy_from_slice(&i32::MAX.to_be_bytes());
        assert_eq!(Assignment::decode(&huge), Err(BadBytes::Short));
    }

    #[test]
    fn tasks_share_the_name_of_their_connector() {
        let tasks = (0..3).map(|task| TaskId::new("n", task)).collect();
        let assigned = Work { tasks, ..Work::default() };
        let bytes = Assignment { assigned, ..assignment() }.encode(Version::Eager);
        let read = Assignment::decode(&bytes).unwrap().assigned.tasks;
        assert!(Arc::ptr_eq(&read[0].connector, &read[2].connector));
    }
}
