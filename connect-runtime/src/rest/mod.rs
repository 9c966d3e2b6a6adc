//! The REST API of Connect on port 8083, as Apache's: paths, codes, texts. docs/connect.md lists where it is better.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod connectors;
pub(crate) mod loggers;
pub(crate) mod offsets;
pub(crate) mod plugins;
pub(crate) mod root;
pub(crate) mod routes;
pub(crate) mod safety;
pub(crate) mod tasks;

#[cfg(test)]
mod tests;
