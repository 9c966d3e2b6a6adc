//! The C ABI itself: `#[repr(C)]` tables, one file per subject. The C header is generated from these definitions.

#[macro_use]
mod c_struct;
mod batch;
mod call;
mod context;
mod handshake;
mod instance;
mod table;

pub use batch::*;
pub use c_struct::{CField, CStruct};
pub use call::*;
pub use context::*;
pub use handshake::*;
pub use instance::*;
pub use table::{Table, adopt, publish};

/// Every struct of the ABI in the order of the header: what a struct uses stands before it.
pub const STRUCTS: &[CStruct] = &[
    AqStr::LAYOUT,
    AqEntry::LAYOUT,
    AqConfig::LAYOUT,
    AqCause::LAYOUT,
    AqError::LAYOUT,
    AqKeyReport::LAYOUT,
    AqSpan::LAYOUT,
    AqDatum::LAYOUT,
    AqHeader::LAYOUT,
    AqSchema::LAYOUT,
    AqRecord::LAYOUT,
    AqBatch::LAYOUT,
    AqResult::LAYOUT,
    AqDone::LAYOUT,
    AqTopicPartition::LAYOUT,
    AqOffsetChange::LAYOUT,
    AqContextTable::LAYOUT,
    AqContext::LAYOUT,
    AqConnectorTable::LAYOUT,
    AqSourceTaskTable::LAYOUT,
    AqSinkTaskTable::LAYOUT,
    AqConnector::LAYOUT,
    AqSourceTask::LAYOUT,
    AqSinkTask::LAYOUT,
    AqLogRecord::LAYOUT,
    AqHost::LAYOUT,
    AqPlugin::LAYOUT,
];
