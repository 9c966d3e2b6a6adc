//! What a leader checks of a producer's batch before it appends it (Kafka's `LogValidator`).
//!
//! A batch is appended as it came unless the topic asks for another compression, or its header
//! claims another largest timestamp than its records have: then, and only then, it is copied.

use std::borrow::Cow;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::compression::{Codec, Compression, DecompressError};
use aqueduct_protocol::record::{
    LOG_OVERHEAD, MAGIC, ProducerState, RecordBatch, RecordBatchBuilder, RecordBatchMut, RecordBatches,
    RecordError, RecordRules, RecordSummary, RefusedRecords, TimestampType, check_records,
};

use crate::config::topic_config::TopicConfig;

/// Where a batch of any format has its length, and its format.
const LENGTH_AT: usize = 8;
const MAGIC_AT: usize = 16;
/// The least that the length of the oldest format counts.
const SMALLEST_RECORD: i32 = 14;
/// The reason for a record without a key, before the partition is named.
const NO_KEY: &str = "Compacted topic cannot accept message without key.";

/// Why a batch is refused.
#[derive(Debug)]
pub struct Rejected {
    /// Code for the producer.
    pub code: ErrorCode,
    /// Why.
    pub message: String,
    /// Whether the producer is told why. Kafka tells when records of a sound batch are refused, and when there is no
    /// batch.
    pub told: bool,
    /// The records at fault: place in the batch, text.
    pub records: Vec<(i32, String)>,
    /// What is counted of it.
    pub fault: Option<DataFault>,
    /// Where the log starts, for errors that tell; -1 if the request was refused before the log was looked at.
    pub log_start_offset: Option<i64>,
}

/// What is wrong with refused records, as far as Kafka counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFault {
    /// Another format than version 2.
    MagicNumber,
    /// The checksum is not that of the bytes.
    Crc,
    /// Offsets, counts or sequence numbers do not fit together.
    OffsetOrSequence,
    /// No key, for a compacted topic.
    NoKey,
}

impl DataFault {
    fn of(error: &RecordError) -> Option<Self> {
        match error {
            RecordError::BadMagic { .. } => Some(Self::MagicNumber),
            RecordError::BadCrc { .. } => Some(Self::Crc),
            RecordError::BadCount { .. }
            | RecordError::BadOffsetRange { .. }
            | RecordError::InconsistentCount { .. }
            | RecordError::BaseOffsetNotZero { .. }
            | RecordError::BadSequence { .. } => Some(Self::OffsetOrSequence),
            RecordError::Refused(refused) if refused.by_key => Some(Self::NoKey),
            RecordError::Refused(refused) if !refused.by_timestamp => Some(Self::OffsetOrSequence),
            _ => None,
        }
    }
}

impl Rejected {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message, told: false, records: Vec::new(), fault: None, log_start_offset: None }
    }

    /// The request itself is wrong: Kafka does not look at the log then.
    fn request(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { log_start_offset: Some(-1), ..Self::new(code, message) }
    }

    /// The producer is told why.
    fn told(self) -> Self {
        Self { told: true, ..self }
    }

    fn refused(refused: RefusedRecords, fault: Option<DataFault>, topic: &str, index: i32) -> Self {
        let named = |text: String| match text.as_str() {
            NO_KEY => format!("{} in topic partition {topic}-{index}", NO_KEY.trim_end_matches('.')),
            _ => text,
        };
        let records: Vec<(i32, String)> =
            refused.first.into_iter().map(|(record, text)| (record, named(text))).collect();
        let (code, message) = if refused.by_timestamp {
            let text = "One or more records have been rejected due to invalid timestamp";
            (ErrorCode::InvalidTimestamp, text.to_owned())
        } else {
            let shown = records.iter().take(3);
            let shown =
                shown.map(|(record, text)| format!("RecordError(batchIndex={record}, message='{text}')"));
            let text = format!(
                "One or more records have been rejected due to {} record errors in total, and only showing the first \
                 three errors at most: [{}]",
                refused.count,
                shown.collect::<Vec<_>>().join(", ")
            );
            (ErrorCode::InvalidRecord, text)
        };
        Self { records, fault, ..Self::new(code, message).told() }
    }
}

impl From<RecordError> for Rejected {
    fn from(error: RecordError) -> Self {
        let rejected = Self { fault: DataFault::of(&error), ..Self::new(error.code(), error.to_string()) };
        match error {
            // Kafka has no limit of this kind.
            RecordError::Decompress(DecompressError::TooLarge { .. }) => rejected.told(),
            _ => rejected,
        }
    }
}

/// A batch that may be appended.
#[derive(Debug)]
pub struct Accepted<'a> {
    /// Its bytes, changed where they had to be.
    pub bytes: Cow<'a, [u8]>,
    /// How many records it has.
    pub records: u64,
}

/// What is asked of one partition of a Produce request.
#[derive(Debug, Clone, Copy)]
pub struct BatchRules<'a> {
    /// Version of the request.
    pub version: i16,
    /// The topic's name, for texts.
    pub topic: &'a str,
    /// The partition's index, for texts.
    pub partition: i32,
    /// The topic's settings.
    pub config: &'a TopicConfig,
    /// The most bytes that may come out of the codec.
    pub max_decompressed: usize,
    /// The time of day in ms.
    pub now_ms: i64,
}

/// Checks what one partition of a Produce request carries.
///
/// # Errors
/// [`Rejected`] with Kafka's code.
pub fn validate<'a>(records: &'a [u8], asked: &BatchRules<'_>) -> Result<Accepted<'a>, Rejected> {
    let BatchRules { version, config, max_decompressed, now_ms, .. } = *asked;
    let batch = single_batch(records, version)?;
    check_size(batch.size(), config)?;
    batch.validate()?;
    if batch.is_transactional() {
        let text = "Transactions are not implemented.";
        return Err(Rejected::new(ErrorCode::InvalidTxnState, text).told());
    }
    let append_time = config.log.timestamp_type == TimestampType::LogAppendTime;
    if !append_time {
        batch.ensure_create_time()?;
    }
    let rules = RecordRules {
        require_keys: config.log.cleanup_policy.compact,
        timestamps: (!append_time).then(|| timestamp_bounds(config, now_ms)),
        decompressed_limit: max_decompressed,
    };
    let summary = check_records(&batch, &rules).map_err(|error| {
        let fault = DataFault::of(&error);
        match error {
            RecordError::Refused(refused) => Rejected::refused(refused, fault, asked.topic, asked.partition),
            other => Rejected::from(other),
        }
    })?;
    let bytes = rewrite(&batch, summary, config, max_decompressed)?;
    // Another compression may have made it larger.
    check_size(bytes.len(), config)?;
    Ok(Accepted { bytes, records: u64::from(batch.record_count().unsigned_abs()) })
}

fn check_size(size: usize, config: &TopicConfig) -> Result<(), Rejected> {
    let max = config.log.max_message_bytes;
    if size <= max as usize {
        return Ok(());
    }
    let text =
        format!("The record batch size is {size} bytes which exceeds the maximum configured value of {max}.");
    Err(Rejected::new(ErrorCode::MessageTooLarge, text))
}

/// The only batch of a request, which Kafka looks for in this order: a whole batch, its format, its compression, no
/// other.
fn single_batch(records: &[u8], version: i16) -> Result<RecordBatch<'_>, Rejected> {
    let invalid = |text: String| Rejected::request(ErrorCode::InvalidRecord, text);
    let none =
        || invalid(format!("Produce requests with version {version} must have exactly one record batch"));
    check_framing(records)?;
    let batch = match RecordBatches::single(records) {
        Ok(batch) => batch,
        Err(RecordError::Truncated { .. }) => return Err(none()),
        Err(RecordError::BadMagic { .. }) => {
            let text = format!(
                "Produce requests with version {version} are only allowed to contain record batches with magic \
                 version 2"
            );
            return Err(Rejected { fault: Some(DataFault::MagicNumber), ..invalid(text) });
        }
        Err(RecordError::TrailingBytes { .. }) => {
            return Err(invalid(format!(
                "Produce requests with version {version} are only allowed to contain exactly one record batch"
            )));
        }
        Err(other) => return Err(other.into()),
    };
    match batch.attributes().compression() {
        Some(Compression::Zstd) if version < 7 => Err(Rejected::request(
            ErrorCode::UnsupportedCompressionType,
            format!("Produce requests with version {version} are not allowed to use ZStandard compression"),
        )),
        // Looking for zstd, Kafka meets the unknown codec here; later versions meet it in the batch.
        None if version < 7 => {
            Err(Rejected::request(ErrorCode::UnknownServerError, "the compression is none that is known"))
        }
        _ => Ok(batch),
    }
}

/// Refuses what has not even the head of a batch of any format. Kafka then refuses the whole request; here the other
/// partitions of it are appended.
fn check_framing(records: &[u8]) -> Result<(), Rejected> {
    let refuse = |text: String| Err(Rejected::request(ErrorCode::CorruptMessage, text).told());
    let Some(length) = records.get(LENGTH_AT..LOG_OVERHEAD).and_then(<[u8]>::first_chunk) else {
        return Ok(());
    };
    let length = i32::from_be_bytes(*length);
    if length < SMALLEST_RECORD {
        return refuse(format!(
            "Record size {length} is less than the minimum record overhead ({SMALLEST_RECORD})"
        ));
    }
    match records.get(MAGIC_AT).map(|magic| *magic as i8) {
        Some(magic) if !(0..=MAGIC).contains(&magic) => {
            refuse(format!("Invalid magic found in record: {magic}"))
        }
        _ => Ok(()),
    }
}

fn timestamp_bounds(config: &TopicConfig, now_ms: i64) -> (i64, i64) {
    (
        now_ms.saturating_sub(config.timestamp_before_max_ms),
        now_ms.saturating_add(config.timestamp_after_max_ms),
    )
}

fn rewrite<'a>(
    batch: &RecordBatch<'a>,
    summary: RecordSummary,
    config: &TopicConfig,
    max_decompressed: usize,
) -> Result<Cow<'a, [u8]>, Rejected> {
    let compression = batch.compression()?;
    if let Some(codec) = config.compression
        && codec.compression != compression
    {
        return recompress(batch, codec, max_decompressed).map(Cow::Owned);
    }
    let keeps_time = batch.timestamp_type() == TimestampType::CreateTime;
    if keeps_time && summary.max_timestamp != batch.max_timestamp() {
        let mut bytes = batch.bytes().to_vec();
        let mut copy = RecordBatchMut::parse(&mut bytes)?;
        copy.set_max_timestamp(TimestampType::CreateTime, summary.max_timestamp);
        return Ok(Cow::Owned(bytes));
    }
    Ok(Cow::Borrowed(batch.bytes()))
}

fn recompress(batch: &RecordBatch<'_>, codec: Codec, max_decompressed: usize) -> Result<Vec<u8>, Rejected> {
    let mut builder = RecordBatchBuilder::new(codec);
    builder.set_producer(ProducerState {
        id: batch.producer_id(),
        epoch: batch.producer_epoch(),
        base_sequence: batch.base_sequence(),
    });
    let mut reader = batch.reader(max_decompressed)?;
    while let Some(record) = reader.next()? {
        builder.append_at(record.offset_delta, record.timestamp, record.key, record.value, record.headers);
    }
    builder.finish_vec().map_err(|error| Rejected::new(ErrorCode::UnknownServerError, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn batch(codec: Codec, timestamps: &[i64]) -> Vec<u8> {
        let mut builder = RecordBatchBuilder::new(codec);
        for timestamp in timestamps {
            builder.append(*timestamp, None, Some(b"value"), &[]);
        }
        builder.finish_vec().expect("builds")
    }

    fn rules(config: &TopicConfig) -> BatchRules<'_> {
        BatchRules { version: 9, topic: "t", partition: 3, config, max_decompressed: 1 << 20, now_ms: NOW }
    }

    fn check(bytes: &[u8], config: &TopicConfig) -> Result<bool, ErrorCode> {
        validate(bytes, &rules(config))
            .map(|accepted| matches!(accepted.bytes, Cow::Borrowed(_)))
            .map_err(|rejected| rejected.code)
    }

    #[test]
    fn an_ordinary_batch_is_taken_as_it_is() {
        assert_eq!(check(&batch(Codec::default(), &[NOW, NOW + 1]), &TopicConfig::default()), Ok(true));
    }

    #[test]
    fn timestamps_too_far_ahead_are_refused_with_their_records() {
        let bytes = batch(Codec::default(), &[NOW, NOW + 7_200_000, NOW, NOW + 7_200_000]);
        let rejected = validate(&bytes, &rules(&TopicConfig::default())).expect_err("refused");
        let at: Vec<i32> = rejected.records.iter().map(|(index, _)| *index).collect();
        assert_eq!((rejected.code, at), (ErrorCode::InvalidTimestamp, vec![1, 3]));
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        let config = TopicConfig::default();
        let one = batch(Codec::default(), &[NOW]);
        assert_eq!(check(&[], &config), Err(ErrorCode::InvalidRecord));
        assert_eq!(check(&[one.clone(), one.clone()].concat(), &config), Err(ErrorCode::InvalidRecord));
        let mut small = TopicConfig::default();
        small.log.max_message_bytes = 10;
        assert_eq!(check(&one, &small), Err(ErrorCode::MessageTooLarge));
        let mut damaged = one;
        *damaged.last_mut().expect("not empty") ^= 1;
        assert_eq!(check(&damaged, &config), Err(ErrorCode::CorruptMessage));
    }

    #[test]
    fn the_topics_compression_replaces_the_producers() {
        let config = TopicConfig { compression: Some(Compression::Zstd.into()), ..TopicConfig::default() };
        let plain = batch(Codec::default(), &[NOW, NOW + 5]);
        let accepted = validate(&plain, &rules(&config)).expect("accepted");
        let stored = RecordBatch::parse(&accepted.bytes).expect("a batch");
        assert_eq!(stored.compression().ok(), Some(Compression::Zstd));
        assert_eq!((stored.record_count(), stored.max_timestamp()), (2, NOW + 5));
        stored.validate().expect("valid");
        assert_eq!(check(&batch(Compression::Zstd.into(), &[NOW]), &config), Ok(true));
    }

    #[test]
    fn a_batch_that_is_too_large_once_it_is_decompressed_for_the_topic_is_refused() {
        let mut config = TopicConfig { compression: Some(Codec::default()), ..TopicConfig::default() };
        config.log.max_message_bytes = 1_000;
        let packed = batch(Compression::Zstd.into(), &[NOW; 200]);
        assert!(packed.len() < 1_000);
        assert_eq!(check(&packed, &config), Err(ErrorCode::MessageTooLarge));
        assert_eq!(check(&packed, &TopicConfig { compression: None, ..config }), Ok(true));
    }

    #[test]
    fn a_compacted_topic_needs_keys() {
        let mut config = TopicConfig::default();
        config.log.cleanup_policy.compact = true;
        let rejected = validate(&batch(Codec::default(), &[NOW, NOW]), &rules(&config)).expect_err("refused");
        let text = "Compacted topic cannot accept message without key in topic partition t-3";
        assert_eq!(rejected.code, ErrorCode::InvalidRecord);
        assert_eq!(rejected.records, [(0, text.to_owned()), (1, text.to_owned())]);
        assert!(
            rejected.told && rejected.message.contains("due to 2 record errors in total"),
            "{rejected:?}"
        );
    }

    #[test]
    fn what_is_no_batch_is_told_apart_as_kafka_does() {
        let refused = |bytes: &[u8]| {
            let rejected = validate(bytes, &rules(&TopicConfig::default())).expect_err("refused");
            (rejected.code, rejected.told, rejected.message)
        };
        let one = batch(Codec::default(), &[NOW]);
        let (code, told, text) = refused(&[0; 100]);
        assert_eq!((code, told), (ErrorCode::CorruptMessage, true));
        assert_eq!(text, "Record size 0 is less than the minimum record overhead (14)");
        for cut in [5, 14, 40, one.len() - 1] {
            let (code, told, text) = refused(&one[..cut]);
            assert_eq!((code, told), (ErrorCode::InvalidRecord, false), "{cut}: {text}");
        }
        let of_format = |magic: u8| {
            let mut bytes = one.clone();
            bytes[MAGIC_AT] = magic;
            refused(&bytes)
        };
        assert_eq!(
            of_format(3),
            (ErrorCode::CorruptMessage, true, "Invalid magic found in record: 3".to_owned())
        );
        assert_eq!((of_format(1).0, of_format(1).1), (ErrorCode::InvalidRecord, false));
    }
}
