//! Integration tests of real processes. Each file says which promise it proves.

mod architecture;
mod broker_kill;
mod cli;
mod clients;
mod pipeline;
