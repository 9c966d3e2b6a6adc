//! The entry: the handshake, and the makers of instances.

use std::ffi::c_void;

use super::actor::Actor;
use super::runtime::Place;
use super::{connector, log, runtime, sink, source};
use crate::export::manifest_json;
use crate::lend::{NO_STR, lend, text_of};
use crate::panics::{guard, install_hook};
use crate::raw::{
    AQ_ABI_MAJOR, AQ_ABI_MINOR, AQ_ACCEPTED, AQ_HOST_LINKED, AQ_MAGIC, AQ_MAKER_PANICKED, AQ_PLUGIN_ABORTS,
    AQ_REFUSED, AQ_UNKNOWN_CLASS, AqConnector, AqHost, AqPlugin, AqSinkTask, AqSourceTask, AqStr, adopt,
    publish,
};
use aqueduct_plugin_api::{ConnectError, Plugin};

/// What the makers of instances need; lives as long as the process.
struct Library {
    plugin: Box<dyn Plugin>,
    place: Place,
    /// Keeps the linker from dropping the manifest's section.
    _embedded: &'static [u8],
}

/// The body of `aq_plugin_entry_v1`; see [`crate::export_plugin!`].
///
/// # Safety
/// `host` and `out` are as the ABI says, and live until the call returns; what `host` points to lives as long as the
/// process.
pub unsafe fn entry(
    host: *const AqHost,
    out: *mut AqPlugin,
    embedded: &'static [u8],
    make: impl FnOnce() -> Box<dyn Plugin>,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { meet(host, out, embedded, make) }
}

/// The handshake from the plug-in's side.
///
/// # Safety
/// As for [`entry`].
pub(crate) unsafe fn meet(
    host: *const AqHost,
    out: *mut AqPlugin,
    embedded: &'static [u8],
    make: impl FnOnce() -> Box<dyn Plugin>,
) -> i32 {
    // SAFETY: zeros are valid for a table.
    let mut ours: AqPlugin = unsafe { std::mem::zeroed() };
    ours.magic = AQ_MAGIC;
    ours.abi_major = AQ_ABI_MAJOR;
    ours.abi_minor = AQ_ABI_MINOR;
    ours.size = size_of::<AqPlugin>();
    ours.features = if cfg!(panic = "abort") { AQ_PLUGIN_ABORTS } else { 0 };
    // SAFETY: the caller's promise.
    let answer = match guard(|| unsafe { open(host, embedded, make) }) {
        Ok(Ok((library, manifest))) => {
            ours.ctx = (library as *const Library).cast_mut().cast::<c_void>();
            ours.manifest = lend(manifest);
            ours.connector = Some(make_connector);
            ours.source_task = Some(make_source_task);
            ours.sink_task = Some(make_sink_task);
            AQ_ACCEPTED
        }
        Ok(Err(refusal)) => {
            ours.refusal = lend(refusal);
            AQ_REFUSED
        }
        Err(panic) => {
            ours.refusal = lend(String::leak(panic.message));
            AQ_MAKER_PANICKED
        }
    };
    debug_assert!(ours.manifest.ptr == NO_STR.ptr || answer == AQ_ACCEPTED);
    if !out.is_null() {
        // SAFETY: the caller's promise.
        unsafe { publish(&ours, out) }
    }
    answer
}

/// Checks the host and makes the library's state. Texts given out live as long as the process.
unsafe fn open(
    host: *const AqHost,
    embedded: &'static [u8],
    make: impl FnOnce() -> Box<dyn Plugin>,
) -> Result<(&'static Library, &'static str), &'static str> {
    // SAFETY: the caller's promise.
    let host = unsafe { adopt(host) }.ok_or("the host did not introduce itself")?;
    if host.magic != AQ_MAGIC {
        return Err("the host is not Aqueduct");
    }
    if host.abi_major != AQ_ABI_MAJOR {
        let (theirs, ours) = (host.abi_major, AQ_ABI_MAJOR);
        return Err(String::leak(format!("the host speaks ABI {theirs}, this plug-in ABI {ours}")));
    }
    if host.features & AQ_HOST_LINKED == 0 {
        log::forward_to(&host);
        install_hook();
    }
    let refuse = |error: std::io::Error| &*String::leak(format!("no runtime: {error}"));
    let place = runtime::start(host.worker_threads).map_err(refuse)?;
    let plugin = make();
    let manifest = String::leak(manifest_json(&plugin.manifest()));
    let library = Box::leak(Box::new(Library { plugin, place, _embedded: embedded }));
    Ok((library, manifest))
}

/// Makes an instance and puts it where the host wants it.
unsafe fn make<Instance, Raw>(
    ctx: *mut c_void,
    class: AqStr,
    out: *mut Raw,
    make: impl FnOnce(&Library, &str) -> Option<Instance>,
    wrap: impl FnOnce(*mut c_void) -> Raw,
) -> i32 {
    let made: Result<Option<Instance>, ConnectError> = guard(|| {
        // SAFETY: the host passes back what the entry gave it, and a text that is valid during the call.
        let (library, class) = unsafe { (&*ctx.cast::<Library>(), text_of(class)) };
        make(library, &class)
    });
    match made {
        Ok(Some(instance)) => {
            let instance = Box::into_raw(Box::new(instance)).cast::<c_void>();
            // SAFETY: the host gives room for the result.
            unsafe { out.write(wrap(instance)) };
            AQ_ACCEPTED
        }
        Ok(None) => AQ_UNKNOWN_CLASS,
        Err(_logged_by_the_hook) => AQ_MAKER_PANICKED,
    }
}

unsafe extern "C" fn make_connector(ctx: *mut c_void, class: AqStr, out: *mut AqConnector) -> i32 {
    let instance = |library: &Library, class: &str| {
        library.plugin.connector(class).map(|connector| Actor::spawn(&library.place, connector))
    };
    // SAFETY: the host's promise.
    unsafe { make(ctx, class, out, instance, |instance| AqConnector { instance, table: &connector::TABLE }) }
}

unsafe extern "C" fn make_source_task(ctx: *mut c_void, class: AqStr, out: *mut AqSourceTask) -> i32 {
    let instance = |library: &Library, class: &str| {
        let task = library.plugin.source_task(class)?;
        Some(Actor::spawn(&library.place, source::Source::new(task)))
    };
    // SAFETY: the host's promise.
    unsafe { make(ctx, class, out, instance, |instance| AqSourceTask { instance, table: &source::TABLE }) }
}

unsafe extern "C" fn make_sink_task(ctx: *mut c_void, class: AqStr, out: *mut AqSinkTask) -> i32 {
    let instance = |library: &Library, class: &str| {
        let task = library.plugin.sink_task(class)?;
        Some(Actor::spawn(&library.place, sink::Sink::new(task)))
    };
    // SAFETY: the host's promise.
    unsafe { make(ctx, class, out, instance, |instance| AqSinkTask { instance, table: &sink::TABLE }) }
}
