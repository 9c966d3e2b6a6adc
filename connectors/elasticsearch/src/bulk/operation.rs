//! One line pair of a bulk request, and the record it was made from.

use std::sync::Arc;

use bytes::Bytes;

use super::ticket::Ticket;

/// What to do with a document. Names are those of the bulk API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Write the whole document.
    Index,
    /// Merge into the document, or make it.
    Update,
    /// Remove the document.
    Delete,
}

/// The document an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DocumentKey {
    /// The index or alias it is written to.
    pub(crate) index: Arc<str>,
    /// Its id.
    pub(crate) id: Arc<str>,
}

/// One operation, ready to send.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) action: Action,
    pub(crate) index: Arc<str>,
    /// `None` lets the engine make an id.
    pub(crate) id: Option<Arc<str>>,
    /// The external version.
    pub(crate) version: Option<i64>,
    /// Action line and document line, each with its newline.
    pub(crate) lines: Bytes,
    pub(crate) topic: Arc<str>,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    /// How often it was sent in vain.
    pub(crate) attempts: u32,
    /// How often the engine answered it with an internal error.
    pub(crate) internal_errors: u32,
    pub(crate) ticket: Ticket,
}

impl Operation {
    /// The document, if its id is known.
    pub(crate) fn document_key(&self) -> Option<DocumentKey> {
        let id = self.id.clone()?;
        Some(DocumentKey { index: self.index.clone(), id })
    }

    /// The record, for messages: topic-partition@offset.
    pub(crate) fn record(&self) -> String {
        format!("{}-{}@{}", self.topic, self.partition, self.offset)
    }
}

impl Action {
    /// The bulk API's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}
