//! The C ABI between the Connect worker and its connectors.
//!
//! **For the worker**: [`PluginCatalog::scan`] finds plug-ins without running their code, [`PluginCatalog::library`]
//! opens the one that has a class, and [`PluginLibrary`] makes `Box<dyn Connector>`, `Box<dyn SourceTask>` and
//! `Box<dyn SinkTask>` out of it. [`PluginLibrary::linked`] does the same for a plug-in that is part of the program:
//! it goes through the same ABI, so the worker cannot tell the difference. Every call is a future, blocks no thread of
//! the worker, may be dropped at any time, and ends with an error when the plug-in panics. Deadlines are the worker's.
//!
//! **For a plug-in in Rust**: a `cdylib` with one line, [`export_plugin!`]. The plug-in has a runtime of its own,
//! shared by its connectors and tasks; the methods of the traits run there, one at a time for each instance.
//!
//! **For a plug-in in C**: `include/aqueduct_plugin.h`, generated from [`raw`]. See `docs/plugins.md`.

mod answer;
mod calls;
pub mod codec;
mod export;
mod header;
mod host;
mod lend;
mod panics;
mod plugin;
pub mod raw;
mod scan;

pub use aqueduct_plugin_api as api;
pub use calls::calls_under_way;
pub use export::{check_manifest, manifest_json};
pub use header::header;
pub use host::{OpenError, PluginLibrary};
pub use plugin::entry;
pub use scan::{CatalogEntry, ElfError, PluginCatalog, Refusal, ScanError, default_plugin_path};
