//! SQL types, the Connect schemas they become, and how a cell becomes a value.

mod cell;
mod granularity;
mod mapping;
mod pg_array;
mod row_plan;
mod sql_type;
mod text_arena;

pub(crate) use cell::{Cell, Misfit, show};
pub(crate) use granularity::Granularity;
pub(crate) use mapping::{MappingOptions, NumericMapping};
pub(crate) use row_plan::{Column, DecodedRow, KeyPart, RowPlan, RowPlanRequest};
pub(crate) use sql_type::SqlType;
pub(crate) use text_arena::TextArena;
