//! The plug-ins a worker has: found at start without running their code, loaded when first used; and what validate says
//! of a configuration for them.

pub(crate) mod catalog;
pub(crate) mod converters;
pub(crate) mod definitions;
pub(crate) mod steps;
pub(crate) mod topic_rules;
pub(crate) mod validate;
