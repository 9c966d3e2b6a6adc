//! The search engine over HTTP: connections and failover, which engine it is, bulk answers, indices and mappings.

pub(crate) mod bulk_answer;
mod client;
mod endpoints;
mod failure;
mod identity;
mod index_catalog;

pub(crate) use bulk_answer::{BULK_PATH, BulkAnswer, BulkItem};
pub(crate) use client::{Client, Response};
pub(crate) use failure::{ClientError, NoAnswer, error_type_of, reason_of};
pub(crate) use identity::{Identity, IdentityError, identify};
pub(crate) use index_catalog::{IndexCatalog, IndexError, WantedIndex};
