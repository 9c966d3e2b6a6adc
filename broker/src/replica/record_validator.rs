//! What a leader checks of a producer's batch before it appends it (Kafka's `LogValidator`).
//!
//! A batch is appended as it came unless the topic asks for another compression, or its header
//! claims another largest timestamp than its records have: then, and only then, it is copied.

use std::borrow::Cow;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::record::{
    ProducerState, RecordBatch, RecordBatchBuilder, RecordBatchMut, RecordBatches, RecordError, RecordRules,
    RecordSummary, TimestampType, check_records,
};

use crate::config::topic_config::TopicConfig;

/// Why a batch is refused.
#[derive(Debug)]
pub struct Rejected {
    /// Code for the producer.
    pub code: ErrorCode,
    /// Text for its user.
    pub message: String,
    /// The record at fault, by its place in the batch.
    pub record: Option<i32>,
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
            | RecordError::BadSequence { .. }
            | RecordError::OffsetNotConsecutive { .. } => Some(Self::OffsetOrSequence),
            RecordError::MissingKey { .. } => Some(Self::NoKey),
            _ => None,
        }
    }
}

impl Rejected {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), record: None, fault: None, log_start_offset: None }
    }

    /// The request itself is wrong: Kafka does not look at the log then.
    fn request(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { log_start_offset: Some(-1), ..Self::new(code, message) }
    }

    /// Names the partition in texts where Kafka does.
    pub(crate) fn of_partition(self, topic: &str, index: i32) -> Self {
        if self.fault != Some(DataFault::NoKey) {
            return self;
        }
        let message =
            format!("Compacted topic cannot accept message without key in topic partition {topic}-{index}");
        Self { message, ..self }
    }
}

impl From<RecordError> for Rejected {
    fn from(error: RecordError) -> Self {
        let fault = DataFault::of(&error);
        let record = error.record_index();
        Self { code: error.code(), message: error.to_string(), record, fault, log_start_offset: None }
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

/// Checks what one partition of a Produce request of `version` carries.
///
/// # Errors
/// [`Rejected`] with Kafka's code.
pub fn validate<'a>(
    records: &'a [u8],
    version: i16,
    config: &TopicConfig,
    max_decompressed: usize,
    now_ms: i64,
) -> Result<Accepted<'a>, Rejected> {
    let batch = single_batch(records, version)?;
    check_size(batch.size(), config)?;
    batch.validate()?;
    if batch.is_transactional() {
        return Err(Rejected::new(ErrorCode::InvalidTxnState, "Transactions are not implemented."));
    }
    if version < 7 && batch.compression()? == Compression::Zstd {
        return Err(Rejected::request(
            ErrorCode::UnsupportedCompressionType,
            format!("Produce requests with version {version} are not allowed to use ZStandard compression"),
        ));
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
    let summary = check_records(&batch, &rules)?;
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

fn single_batch(records: &[u8], version: i16) -> Result<RecordBatch<'_>, Rejected> {
    if records.is_empty() {
        let text = format!("Produce requests with version {version} must have exactly one record batch");
        return Err(Rejected::request(ErrorCode::InvalidRecord, text));
    }
    match RecordBatches::single(records) {
        Err(RecordError::BadMagic { .. }) => {
            let text = format!(
                "Produce requests with version {version} are only allowed to contain record batches with magic \
                 version 2"
            );
            Err(Rejected {
                fault: Some(DataFault::MagicNumber),
                ..Rejected::request(ErrorCode::InvalidRecord, text)
            })
        }
        Err(RecordError::TrailingBytes { .. }) => {
            let text = format!(
                "Produce requests with version {version} are only allowed to contain exactly one record batch"
            );
            Err(Rejected::request(ErrorCode::InvalidRecord, text))
        }
        other => Ok(other?),
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

    fn check(bytes: &[u8], config: &TopicConfig) -> Result<bool, ErrorCode> {
        validate(bytes, 9, config, 1 << 20, NOW)
            .map(|accepted| matches!(accepted.bytes, Cow::Borrowed(_)))
            .map_err(|rejected| rejected.code)
    }

    #[test]
    fn an_ordinary_batch_is_taken_as_it_is() {
        assert_eq!(check(&batch(Codec::default(), &[NOW, NOW + 1]), &TopicConfig::default()), Ok(true));
    }

    #[test]
    fn a_timestamp_too_far_ahead_is_refused_with_its_record() {
        let bytes = batch(Codec::default(), &[NOW, NOW + 7_200_000]);
        let rejected = validate(&bytes, 9, &TopicConfig::default(), 1 << 20, NOW).expect_err("refused");
        assert_eq!((rejected.code, rejected.record), (ErrorCode::InvalidTimestamp, Some(1)));
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
        let accepted = validate(&plain, 9, &config, 1 << 20, NOW).expect("accepted");
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
        assert_eq!(check(&batch(Codec::default(), &[NOW]), &config), Err(ErrorCode::InvalidRecord));
    }
}
