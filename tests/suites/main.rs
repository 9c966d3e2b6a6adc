//! Integration tests of real processes. Each file says which promise it proves.

mod architecture;
mod broker_kill;
mod cli;
mod clients;
mod database_faults;
mod pipeline;
mod registry_clients;
mod registry_kill;
mod registry_pair;
mod search_faults;
mod topic_readers;
