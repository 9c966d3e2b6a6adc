//! `Filter`: drops the records its predicate chooses.

use aqueduct_plugin_api::ConnectError;

use crate::record::{RecordView, Transformation, Verdict};

/// Drops every record it sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter;

impl Transformation for Filter {
    fn apply(&self, _record: &mut RecordView<'_>) -> Result<Verdict, ConnectError> {
        Ok(Verdict::Drop)
    }
}
