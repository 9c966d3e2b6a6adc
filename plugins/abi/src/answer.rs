//! What a call came to, owned: made by the side that did the work, read by the side that asked.

use aqueduct_plugin_api::{ConfigMap, ConnectError, KeyReport, OffsetMap, PutOutcome, RecordOutcome};

use crate::codec::{CodecError, OwnedBatch, decode_offset_map, encode_offset_map};
use crate::lend::{LentConfig, LentError, NO_STR, bytes_of, config_of, error_of, lend, slice_of, text_of};
use crate::raw::{
    AQ_CANCELLED, AQ_FAILED, AQ_OK, AQ_PANICKED, AqDone, AqError, AqKeyReport, AqResult, AqStr, adopt,
};

/// How a call ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Status {
    #[default]
    Ok,
    Failed(ConnectError),
    Cancelled,
    Panicked(ConnectError),
}

/// [`AqResult`], owned. Only the fields that belong to the call are filled in.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: Status,
    pub(crate) flag: bool,
    pub(crate) batch: Option<OwnedBatch>,
    pub(crate) outcomes: Vec<RecordOutcome>,
    pub(crate) configs: Vec<ConfigMap>,
    pub(crate) reports: Vec<KeyReport>,
    pub(crate) offsets: Vec<Option<OffsetMap>>,
}

impl Answer {
    pub(crate) fn ok() -> Self {
        Self::default()
    }

    pub(crate) fn failed(error: ConnectError) -> Self {
        Self { status: Status::Failed(error), ..Self::default() }
    }

    pub(crate) fn cancelled() -> Self {
        Self { status: Status::Cancelled, ..Self::default() }
    }

    pub(crate) fn panicked(error: ConnectError) -> Self {
        Self { status: Status::Panicked(error), ..Self::default() }
    }

    /// An answer without content.
    pub(crate) fn of(result: Result<(), ConnectError>) -> Self {
        result.map_or_else(Self::failed, |()| Self::ok())
    }

    /// What became of a put.
    pub(crate) fn of_put(outcome: PutOutcome) -> Self {
        match outcome {
            PutOutcome::AllDone => Self::ok(),
            PutOutcome::AllFailed(error) => Self::failed(error),
            PutOutcome::PerRecord(outcomes) => Self { outcomes, ..Self::default() },
        }
    }

    /// What became of a put of so many records.
    pub(crate) fn into_put(self, records: usize) -> PutOutcome {
        match self.status {
            Status::Ok if self.outcomes.is_empty() => PutOutcome::AllDone,
            Status::Ok if self.outcomes.len() == records => PutOutcome::PerRecord(self.outcomes),
            Status::Ok => PutOutcome::AllFailed(ConnectError::fatal(format!(
                "the sink told {} outcomes for {records} records",
                self.outcomes.len()
            ))),
            Status::Failed(error) | Status::Panicked(error) => PutOutcome::AllFailed(error),
            Status::Cancelled => PutOutcome::AllFailed(ConnectError::retriable("the put was cancelled")),
        }
    }

    /// Tells the other side.
    pub(crate) fn tell(mut self, done: AqDone) {
        let Some(callback) = done.done else { return };
        let batch = self.batch.take().map(OwnedBatch::into_raw);
        let lent = match Lent::new(&self) {
            Ok(lent) => lent,
            Err(error) => return Self::failed(error.into()).tell(done),
        };
        let mut raw = lent.raw(&self);
        raw.batch = batch.as_ref().map_or(std::ptr::null(), |batch| batch);
        // SAFETY: everything that the result points to lives until the callback returns; the batch passes over.
        unsafe { callback(done.ticket, &raw) }
    }

    /// Copies what the other side tells, and takes over its batch.
    ///
    /// # Safety
    /// The result is valid during the call and follows the ABI.
    pub(crate) unsafe fn read(result: *const AqResult) -> Self {
        // SAFETY: the caller's promise, here and below.
        let Some(raw) = (unsafe { adopt(result) }) else {
            return Self::failed(ConnectError::fatal("the plug-in told no result"));
        };
        let error = || {
            // SAFETY: as above.
            unsafe { error_of(raw.error) }
                .unwrap_or_else(|| ConnectError::fatal("the plug-in failed without saying why"))
        };
        let status = match raw.status {
            AQ_OK => Status::Ok,
            AQ_CANCELLED => Status::Cancelled,
            AQ_PANICKED => Status::Panicked(error()),
            _ => Status::Failed(error()),
        };
        // SAFETY: as above.
        unsafe {
            Self {
                status,
                flag: raw.flag != 0,
                batch: OwnedBatch::adopt(raw.batch),
                outcomes: slice_of(raw.outcomes, raw.outcomes_len).iter().map(|e| outcome_of(*e)).collect(),
                configs: slice_of(raw.configs, raw.configs_len).iter().map(|c| config_of(c)).collect(),
                reports: slice_of(raw.reports, raw.reports_len).iter().map(|r| report_of(r)).collect(),
                offsets: slice_of(raw.offsets, raw.offsets_len).iter().map(|o| offset_of(*o)).collect(),
            }
        }
    }
}

unsafe fn outcome_of(error: *const AqError) -> RecordOutcome {
    // SAFETY: the caller reads a valid result.
    unsafe { error_of(error) }.map_or(RecordOutcome::Done, RecordOutcome::Failed)
}

unsafe fn report_of(report: &AqKeyReport) -> KeyReport {
    // SAFETY: the caller reads a valid result.
    unsafe {
        let texts = |texts, len| slice_of::<AqStr>(texts, len).iter().map(|text| text_of(*text)).collect();
        KeyReport {
            name: text_of(report.name),
            value: (!report.value.ptr.is_null()).then(|| text_of(report.value)),
            errors: texts(report.errors, report.errors_len),
            recommended: texts(report.recommended, report.recommended_len),
        }
    }
}

/// An offset that cannot be read counts as none: the host's own offsets are always readable.
unsafe fn offset_of(offset: AqStr) -> Option<OffsetMap> {
    if offset.ptr.is_null() {
        return None;
    }
    // SAFETY: the caller reads a valid result.
    decode_offset_map(unsafe { bytes_of(offset) }).ok()
}

/// The tables that a lent result points to.
struct Lent<'a> {
    error: Option<Box<LentErrorBox<'a>>>,
    outcome_errors: Vec<Option<Box<LentErrorBox<'a>>>>,
    outcomes: Vec<*const AqError>,
    _config_entries: Vec<LentConfig<'a>>,
    configs: Vec<crate::raw::AqConfig>,
    _report_texts: Vec<Vec<AqStr>>,
    reports: Vec<AqKeyReport>,
    _offset_bytes: Vec<Option<Vec<u8>>>,
    offsets: Vec<AqStr>,
}

/// An error with its raw form at an address that stays.
struct LentErrorBox<'a> {
    _lent: LentError<'a>,
    raw: AqError,
}

impl<'a> LentErrorBox<'a> {
    fn new(error: &'a ConnectError) -> Box<Self> {
        let lent = LentError::new(error);
        let raw = lent.raw();
        Box::new(Self { _lent: lent, raw })
    }
}

impl<'a> Lent<'a> {
    fn new(answer: &'a Answer) -> Result<Self, CodecError> {
        let error = match &answer.status {
            Status::Failed(error) | Status::Panicked(error) => Some(LentErrorBox::new(error)),
            Status::Ok | Status::Cancelled => None,
        };
        let outcome_errors: Vec<_> = answer.outcomes.iter().map(lend_outcome).collect();
        let pointer = |error: &Option<Box<LentErrorBox<'_>>>| {
            error.as_ref().map_or(std::ptr::null(), |error| &raw const error.raw)
        };
        let outcomes = outcome_errors.iter().map(pointer).collect();
        let config_entries: Vec<_> = answer.configs.iter().map(LentConfig::new).collect();
        let configs = config_entries.iter().map(LentConfig::raw).collect();
        let (report_texts, reports) = lend_reports(&answer.reports);
        let offset_bytes = answer.offsets.iter().map(encode_offset).collect::<Result<Vec<_>, _>>()?;
        let offsets = offset_bytes.iter().map(|bytes| bytes.as_ref().map_or(NO_STR, lend)).collect();
        Ok(Self {
            error,
            outcome_errors,
            outcomes,
            _config_entries: config_entries,
            configs,
            _report_texts: report_texts,
            reports,
            _offset_bytes: offset_bytes,
            offsets,
        })
    }

    fn raw(&self, answer: &Answer) -> AqResult {
        debug_assert_eq!(self.outcomes.len(), self.outcome_errors.len());
        AqResult {
            size: size_of::<AqResult>(),
            status: match answer.status {
                Status::Ok => AQ_OK,
                Status::Failed(_) => AQ_FAILED,
                Status::Cancelled => AQ_CANCELLED,
                Status::Panicked(_) => AQ_PANICKED,
            },
            flag: answer.flag.into(),
            error: self.error.as_ref().map_or(std::ptr::null(), |error| &raw const error.raw),
            batch: std::ptr::null(),
            outcomes: self.outcomes.as_ptr(),
            outcomes_len: self.outcomes.len(),
            configs: self.configs.as_ptr(),
            configs_len: self.configs.len(),
            reports: self.reports.as_ptr(),
            reports_len: self.reports.len(),
            offsets: self.offsets.as_ptr(),
            offsets_len: self.offsets.len(),
        }
    }
}

fn lend_outcome(outcome: &RecordOutcome) -> Option<Box<LentErrorBox<'_>>> {
    match outcome {
        RecordOutcome::Done => None,
        RecordOutcome::Failed(error) => Some(LentErrorBox::new(error)),
    }
}

fn lend_reports(reports: &[KeyReport]) -> (Vec<Vec<AqStr>>, Vec<AqKeyReport>) {
    let mut kept = Vec::with_capacity(reports.len() * 2);
    let mut lent = Vec::with_capacity(reports.len());
    for report in reports {
        let errors: Vec<AqStr> = report.errors.iter().map(lend).collect();
        let recommended: Vec<AqStr> = report.recommended.iter().map(lend).collect();
        lent.push(AqKeyReport {
            name: lend(&report.name),
            value: report.value.as_ref().map_or(NO_STR, lend),
            errors: errors.as_ptr(),
            errors_len: errors.len(),
            recommended: recommended.as_ptr(),
            recommended_len: recommended.len(),
        });
        kept.push(errors);
        kept.push(recommended);
    }
    (kept, lent)
}

fn encode_offset(offset: &Option<OffsetMap>) -> Result<Option<Vec<u8>>, CodecError> {
    let Some(offset) = offset else { return Ok(None) };
    let mut bytes = Vec::new();
    encode_offset_map(&mut bytes, offset)?;
    Ok(Some(bytes))
}
