//! Promise: Connect's REST API cannot be told from Apache's.
//!
//! `rest.script` is played against a worker of ours and compared field by field with what Apache Connect 4.3.1 answered
//! to it (`apache.json`). Where ours answers otherwise on purpose, `differences.toml` says why, and `aqueduct.json`
//! holds what it answers instead, so that this does not change unseen either.
//!
//! To record anew, after the script, Apache's version or an intended difference has changed:
//!
//! ```text
//! export AQUEDUCT_KAFKA_HOME=$PWD/target/peers/kafka
//! AQUEDUCT_RECORD=apache cargo test -p aqueduct-tests --test integration connect_rest
//! AQUEDUCT_RECORD=aqueduct cargo test -p aqueduct-tests --test integration connect_rest
//! ```

mod answers_agree;
mod differences;
mod normal_form;
mod play;
mod script;
mod wire;
