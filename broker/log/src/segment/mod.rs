//! One segment: a `.log` file with its indexes.

mod batch_header;
mod decompression;
mod file_name;
mod lazy_file;
mod scan;
#[allow(clippy::module_inception, reason = "the main type of the folder has its file")]
mod segment;

pub(crate) use batch_header::BatchHeader;
pub(crate) use decompression::DECOMPRESSED_LIMIT;
pub(crate) use file_name::{FileKind, file_name, parse_file_name};
pub(crate) use lazy_file::LazyFile;
pub(crate) use scan::{BatchScan, Checks, ScanEnd, find_batch, last_boundary};
pub(crate) use segment::{BatchMark, CLEANED_SUFFIX, DELETED_SUFFIX, FileLengths, Segment};
