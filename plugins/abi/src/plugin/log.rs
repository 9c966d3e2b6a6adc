//! The plug-in's `tracing` events on their way to the worker's log.

use std::fmt::{Debug, Write as _};
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::lend::lend;
use crate::raw::{
    AQ_LOG_DEBUG, AQ_LOG_ERROR, AQ_LOG_INFO, AQ_LOG_TRACE, AQ_LOG_WARN, AqEntry, AqHost, AqLogRecord,
};

static HOST: OnceLock<AqHost> = OnceLock::new();

// The table holds a text of the host besides functions; it is valid as long as the process.
// SAFETY: the table does not change, and its functions may be called from any thread.
unsafe impl Send for AqHost {}
// SAFETY: as above.
unsafe impl Sync for AqHost {}

/// Sends all events of this library to the host. Does nothing when the library has a subscriber already.
pub(super) fn forward_to(host: &AqHost) {
    if host.log.is_none() || HOST.set(*host).is_err() {
        return;
    }
    let _own_subscriber =
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Forward));
}

struct Forward;

/// The fields of a span, for the events within it.
struct SpanFields(Vec<(&'static str, String)>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Forward {
    /// The worker's levels change while it runs: ask every time.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        if metadata.is_span() {
            return true;
        }
        let Some(enabled) = HOST.get().and_then(|host| host.log_enabled) else { return true };
        // SAFETY: the text lives until the call returns.
        unsafe { enabled(number(*metadata.level()), lend(metadata.target())) != 0 }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields.others));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(of_span)) = span.extensions().get() {
                fields.others.extend(of_span.iter().cloned());
            }
        }
        send(event.metadata(), &fields);
    }
}

fn send(metadata: &Metadata<'_>, fields: &Fields) {
    let Some(log) = HOST.get().and_then(|host| host.log) else { return };
    let entries: Vec<AqEntry> =
        fields.others.iter().map(|(key, value)| AqEntry { key: lend(key), value: lend(value) }).collect();
    let record = AqLogRecord {
        size: size_of::<AqLogRecord>(),
        level: number(*metadata.level()),
        line: metadata.line().unwrap_or(0),
        target: lend(metadata.target()),
        message: lend(&fields.message),
        file: lend(metadata.file().unwrap_or("")),
        fields: entries.as_ptr(),
        fields_len: entries.len(),
    };
    // SAFETY: everything lives until the call returns.
    unsafe { log(&record) }
}

fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => AQ_LOG_ERROR,
        Level::WARN => AQ_LOG_WARN,
        Level::INFO => AQ_LOG_INFO,
        Level::DEBUG => AQ_LOG_DEBUG,
        Level::TRACE => AQ_LOG_TRACE,
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing to a String fails only if the value's own Debug does; what it wrote until then is shown.
        let _own_failure = write!(text, "{value:?}");
        self.add(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }
}

impl Fields {
    fn add(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.message = text;
        } else {
            self.others.push((field.name(), text));
        }
    }
}
