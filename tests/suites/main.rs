//! Integration tests of real processes. Each file says which promise it proves.

mod architecture;
mod broker_kill;
mod cli;
mod client_answers;
mod clients;
mod cluster_faults;
mod connect_rest;
mod connect_takeover;
mod damaged_files;
mod database_faults;
mod failing_disk;
mod full_disk;
mod hostile_http;
mod hostile_load;
mod pipeline;
mod pipeline_notes;
mod plugin_faults;
mod power_cut;
mod power_cut_rest;
mod registry_clients;
mod registry_kill;
mod registry_pair;
mod search_faults;
mod secrets_in_logs;
mod topic_readers;
mod torn_tail;
