//! The plug-in's side: the traits behind the tables of the ABI, run on a runtime of the library's own.

mod actor;
mod connector;
mod context;
mod entry;
mod log;
mod runtime;
mod shim;
mod sink;
mod source;
mod turns;

pub use entry::entry;
pub(crate) use entry::meet;
