//! Lines of plug-ins in the worker's log, under their own targets, so that levels can be set for them.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{LazyLock, OnceLock};

use parking_lot::RwLock;
use tracing::field::{FieldSet, Value};
use tracing::level_filters::LevelFilter;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, callsite};

use crate::lend::{slice_of, text_of};
use crate::raw::{AQ_LOG_DEBUG, AQ_LOG_ERROR, AQ_LOG_INFO, AQ_LOG_WARN, AqEntry, AqLogRecord, AqStr, adopt};

/// The most kinds of lines (level, target, names of fields) that are told apart; plug-ins cannot make more grow.
const MOST_KINDS: usize = 4_096;
/// The target of lines beyond that.
const OVERFLOW_TARGET: &str = "plugin";
/// More fields than this are left out.
const MOST_FIELDS: usize = 31;

/// Whether a line would be kept.
pub(super) unsafe extern "C" fn log_enabled(level: u32, target: AqStr) -> u32 {
    let level = level_of(level);
    if level > LevelFilter::current() {
        return 0;
    }
    let enabled = std::panic::catch_unwind(|| {
        // SAFETY: the text lives until the call returns.
        let target = unsafe { text_of(target) };
        let kind = line_kind(level, &target, &[]);
        tracing::dispatcher::get_default(|dispatch| dispatch.enabled(kind.metadata()))
    });
    enabled.unwrap_or(false).into()
}

/// Writes a line.
pub(super) unsafe extern "C" fn log(record: *const AqLogRecord) {
    // A panic must not cross into the plug-in; there is nowhere left to report one of the log itself.
    let _unreported = std::panic::catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the record lives until the call returns.
        let Some(record) = (unsafe { adopt(record) }) else { return };
        // SAFETY: as above.
        unsafe { write(&record) }
    }));
}

unsafe fn write(record: &AqLogRecord) {
    let level = level_of(record.level);
    if level > LevelFilter::current() {
        return;
    }
    // SAFETY: the record lives until the call returns.
    let (target, message) = unsafe { (text_of(record.target), text_of(record.message)) };
    // SAFETY: as above.
    let entries = unsafe { slice_of(record.fields, record.fields_len) };
    let entries = &entries[..entries.len().min(MOST_FIELDS)];
    // SAFETY: as above.
    let copy = |entry: &AqEntry| unsafe { (text_of(entry.key), text_of(entry.value)) };
    let fields: Vec<(String, String)> = entries.iter().map(copy).collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let kind = line_kind(level, &target, &names);
    let metadata = kind.metadata();
    tracing::dispatcher::get_default(|dispatch| {
        if !dispatch.enabled(metadata) {
            return;
        }
        // As the macros pass it: shown without quotes.
        let message = tracing::field::display(&message);
        let mut values: Vec<Option<&dyn Value>> = vec![Some(&message)];
        values.extend(fields.iter().map(|(_, value)| Some(value as &dyn Value)));
        values.resize(metadata.fields().len(), None);
        dispatch.event(&tracing::Event::new(metadata, &metadata.fields().value_set_all(&values)));
    });
}

/// A kind of line, as `tracing` wants it: with metadata that live as long as the process.
struct LineKind {
    metadata: OnceLock<Metadata<'static>>,
}

impl LineKind {
    fn metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get().expect("set where the kind is made")
    }
}

impl callsite::Callsite for LineKind {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("set where the kind is made")
    }
}

type Kinds = HashMap<(Level, String, Vec<String>), &'static LineKind>;

static KINDS: LazyLock<RwLock<Kinds>> = LazyLock::new(RwLock::default);

fn line_kind(level: Level, target: &str, names: &[&str]) -> &'static LineKind {
    let key = (level, target.to_owned(), names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    if let Some(kind) = KINDS.read().get(&key) {
        return kind;
    }
    let mut kinds = KINDS.write();
    if kinds.len() >= MOST_KINDS {
        let key = (level, OVERFLOW_TARGET.to_owned(), Vec::new());
        return kinds.entry(key).or_insert_with(|| make_kind(level, OVERFLOW_TARGET, &[]));
    }
    kinds.entry(key).or_insert_with(|| make_kind(level, target, names))
}

fn make_kind(level: Level, target: &str, names: &[&str]) -> &'static LineKind {
    let target: &'static str = target.to_owned().leak();
    let mut all: Vec<&'static str> = vec!["message"];
    all.extend(names.iter().map(|name| &*(*name).to_owned().leak()));
    let kind: &'static LineKind = Box::leak(Box::new(LineKind { metadata: OnceLock::new() }));
    let fields = FieldSet::new(Vec::leak(all), callsite::Identifier(kind));
    let metadata = Metadata::new("plugin", target, level, None, None, None, fields, Kind::EVENT);
    let _first = kind.metadata.set(metadata);
    kind
}

fn level_of(level: u32) -> Level {
    match level {
        0 | AQ_LOG_ERROR => Level::ERROR,
        AQ_LOG_WARN => Level::WARN,
        AQ_LOG_INFO => Level::INFO,
        AQ_LOG_DEBUG => Level::DEBUG,
        _ => Level::TRACE,
    }
}
