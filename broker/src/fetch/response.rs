//! Encodes Fetch answers whose records stay in their files until the socket takes them.
//!
//! The generated message holds records in memory; this writes the same bytes around them. A test
//! holds both equal in every version.

use aqueduct_log::FetchSlice;
use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{EncodeError, Encoder, Message};
use aqueduct_protocol::messages::ResponseHeader;
use aqueduct_protocol::messages::fetch_response::{
    AbortedTransaction, EpochEndOffset, LeaderIdAndEpoch, PartitionData,
};
use bytes::Bytes;

use super::fetch_state::TopicKey;
use crate::api::handler::{Frame, Segment};

/// What is answered for a topic.
#[derive(Debug)]
pub(crate) struct TopicAnswer {
    pub(crate) key: TopicKey,
    pub(crate) partitions: Vec<PartitionAnswer>,
}

/// What is answered for a partition.
#[derive(Debug)]
pub(crate) struct PartitionAnswer {
    /// Everything but the records.
    pub(crate) data: PartitionData,
    /// The records; `None` for none, which is written as an empty set, never null: librdkafka
    /// drops the connection over null.
    pub(crate) records: Option<FetchSlice>,
}

/// Records and the place in the encoded rest where they belong.
type Splices = Vec<(usize, FetchSlice)>;

/// The frame of an answer.
///
/// # Errors
/// The answer is longer than a frame can be.
pub(crate) fn encode(
    session_id: i32,
    topics: &[TopicAnswer],
    correlation_id: i32,
    version: i16,
) -> Result<Frame, EncodeError> {
    let flexible = version >= 12;
    let mut splices = Splices::new();
    let mut e = Encoder::with_capacity(64 + topics.iter().map(encoded_length).sum::<usize>());
    let header = ResponseHeader { correlation_id, ..ResponseHeader::default() };
    header.encode(&mut e, ApiKey::Fetch.response_header_version(version))?;
    e.i32(0); // throttle time
    if version >= 7 {
        e.i16(0);
        e.i32(session_id);
    }
    e.array_length(Some(topics.len()), flexible)?;
    for topic in topics {
        encode_topic(&mut e, topic, version, &mut splices)?;
    }
    end_of_struct(&mut e, flexible);
    assemble(e.into_bytes(), splices)
}

/// About the bytes of a topic without its records.
fn encoded_length(topic: &TopicAnswer) -> usize {
    let aborted =
        |partition: &PartitionAnswer| partition.data.aborted_transactions.as_ref().map_or(0, Vec::len);
    64 + topic.partitions.iter().map(|partition| 64 + 17 * aborted(partition)).sum::<usize>()
}

fn encode_topic(
    e: &mut Encoder,
    topic: &TopicAnswer,
    version: i16,
    splices: &mut Splices,
) -> Result<(), EncodeError> {
    let flexible = version >= 12;
    match &topic.key {
        TopicKey::Id(id) => e.uuid(*id),
        TopicKey::Name(name) => e.string(name, flexible)?,
    }
    e.array_length(Some(topic.partitions.len()), flexible)?;
    for partition in &topic.partitions {
        encode_partition(e, partition, version, splices)?;
    }
    end_of_struct(e, flexible);
    Ok(())
}

fn encode_partition(
    e: &mut Encoder,
    partition: &PartitionAnswer,
    version: i16,
    splices: &mut Splices,
) -> Result<(), EncodeError> {
    let flexible = version >= 12;
    let data = &partition.data;
    e.i32(data.partition_index);
    e.i16(data.error_code);
    e.i64(data.high_watermark);
    e.i64(data.last_stable_offset);
    if version >= 5 {
        e.i64(data.log_start_offset);
    }
    encode_aborted(e, data.aborted_transactions.as_deref(), flexible)?;
    if version >= 11 {
        e.i32(data.preferred_read_replica);
    }
    let length = partition.records.as_ref().map_or(0, FetchSlice::len);
    e.array_length(Some(length), flexible)?; // a byte field's length looks like an array's
    if let Some(slice) = &partition.records {
        splices.push((e.len(), slice.clone()));
    }
    if flexible {
        encode_tags(e, data)?;
    }
    Ok(())
}

fn encode_aborted(
    e: &mut Encoder,
    aborted: Option<&[AbortedTransaction]>,
    flexible: bool,
) -> Result<(), EncodeError> {
    e.array_length(aborted.map(<[AbortedTransaction]>::len), flexible)?;
    for transaction in aborted.unwrap_or_default() {
        e.i64(transaction.producer_id);
        e.i64(transaction.first_offset);
        end_of_struct(e, flexible);
    }
    Ok(())
}

fn encode_tags(e: &mut Encoder, data: &PartitionData) -> Result<(), EncodeError> {
    let diverges = data.diverging_epoch != EpochEndOffset::default();
    let hints = data.current_leader != LeaderIdAndEpoch::default();
    e.unsigned_varint(u32::from(diverges) + u32::from(hints));
    if diverges {
        let mark = e.begin_tag(0);
        e.i32(data.diverging_epoch.epoch);
        e.i64(data.diverging_epoch.end_offset);
        end_of_struct(e, true);
        e.end_tag(mark)?;
    }
    if hints {
        let mark = e.begin_tag(1);
        e.i32(data.current_leader.leader_id);
        e.i32(data.current_leader.leader_epoch);
        end_of_struct(e, true);
        e.end_tag(mark)?;
    }
    Ok(())
}

/// No tagged fields.
fn end_of_struct(e: &mut Encoder, flexible: bool) {
    if flexible {
        e.unsigned_varint(0);
    }
}

/// Puts the frame's length in front and the records into their places.
fn assemble(mut rest: Bytes, splices: Splices) -> Result<Frame, EncodeError> {
    let length = rest.len() + splices.iter().map(|(_, slice)| slice.len()).sum::<usize>();
    let prefix = i32::try_from(length).map_err(|_| EncodeError::TooLong { what: "frame", length })?;
    let mut frame = Frame::with_capacity(2 + 2 * splices.len());
    frame.push(Segment::Bytes(Bytes::copy_from_slice(&prefix.to_be_bytes())));
    let mut taken = 0;
    for (place, slice) in splices {
        frame.push(Segment::Bytes(rest.split_to(place - taken)));
        taken = place;
        frame.push(Segment::File(slice));
    }
    if !rest.is_empty() {
        frame.push(Segment::Bytes(rest));
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::codec::encode_response;
    use aqueduct_protocol::messages::FetchResponse;
    use aqueduct_protocol::messages::fetch_response::FetchableTopicResponse;
    use bytestring::ByteString;
    use uuid::Uuid;

    use super::*;

    fn partitions() -> Vec<PartitionData> {
        let plain = PartitionData {
            partition_index: 3,
            high_watermark: 77,
            last_stable_offset: 70,
            log_start_offset: 5,
            aborted_transactions: None,
            ..PartitionData::default()
        };
        let aborted = AbortedTransaction { producer_id: 9, first_offset: 8, ..Default::default() };
        let committed = PartitionData { aborted_transactions: Some(vec![aborted]), ..plain.clone() };
        let diverging = EpochEndOffset { epoch: 4, end_offset: 40, ..Default::default() };
        let current_leader = LeaderIdAndEpoch { leader_id: 1, leader_epoch: 6, ..Default::default() };
        let tagged =
            PartitionData { error_code: 74, diverging_epoch: diverging, current_leader, ..plain.clone() };
        vec![plain, committed, tagged]
    }

    #[test]
    fn the_bytes_are_those_of_the_generated_message() {
        let (name, id) = (ByteString::from("topic"), Uuid::from_u128(42));
        for version in FetchResponse::MIN_VERSION..=FetchResponse::MAX_VERSION {
            let mut partitions = partitions();
            if version < 12 {
                partitions.truncate(2);
            }
            let session_id = if version >= 7 { 12 } else { 0 };
            let generated = FetchResponse {
                session_id,
                responses: vec![FetchableTopicResponse {
                    topic: name.clone(),
                    topic_id: id,
                    partitions: partitions
                        .iter()
                        .map(|data| PartitionData { records: Some(Bytes::new()), ..data.clone() })
                        .collect(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            let expected = encode_response(5, &generated, version).expect("encodes").concat();
            let key = TopicKey::new(&name, id, version);
            let partitions =
                partitions.into_iter().map(|data| PartitionAnswer { data, records: None }).collect();
            let frame = encode(session_id, &[TopicAnswer { key, partitions }], 5, version).expect("encodes");
            let bytes: Vec<u8> = frame
                .iter()
                .flat_map(|segment| match segment {
                    Segment::Bytes(bytes) => bytes.to_vec(),
                    Segment::File(_) => panic!("there are no records"),
                })
                .collect();
            assert_eq!(bytes, expected, "version {version}");
        }
    }
}
