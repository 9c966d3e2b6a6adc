//! Finding plug-ins without running their code.

mod catalog;
mod elf;
mod package;
mod version;

pub use catalog::{CatalogEntry, PluginCatalog, Refusal, default_plugin_path};
pub use elf::ElfError;
pub(crate) use elf::read as read_elf;
pub use package::ScanError;
