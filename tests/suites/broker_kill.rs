//! Promise: what the broker has acknowledged is there exactly once after SIGKILL, at any moment, again and again.
//!
//! A real broker under the load of an idempotent librdkafka producer is killed and started again; then every number that
//! was acknowledged is read back, once.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aqueduct_tests::process::Process;
use aqueduct_tests::{skip, wait};

const KILLS: usize = 10;

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let test = "nothing_acknowledged_is_lost_or_doubled_by_kills";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = super::clients::broker(folder.path(), "num.partitions=3\n");
    // The same port from now on: clients come back to it.
    let address = server.address("broker");
    let file = folder.path().join("server.properties");
    let text = std::fs::read_to_string(&file).expect("settings");
    std::fs::write(&file, text.replace("127.0.0.1:0", &address)).expect("settings are written");

    let (acknowledged, stop) = (folder.path().join("acknowledged"), folder.path().join("stop"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/acknowledged.py");
    let mut command = Command::new(&python);
    command.arg(script).args([&address, "numbers"]).arg(&acknowledged).arg(&stop);
    let mut producer = Process::start("producer", &mut command, &folder.path().join("producer.log"));
    for kill in 0..KILLS {
        let before = count(&acknowledged);
        wait::until("records are acknowledged between kills", Duration::from_secs(60), || {
            producer.assert_running();
            let now = count(&acknowledged);
            if now > before + 2_000 { Ok(()) } else { Err(format!("kill {kill}: {now} after {before}")) }
        });
        std::thread::sleep(Duration::from_millis(rand::random_range(0..200)));
        server.kill();
        server.restart();
    }
    std::fs::write(&stop, "").expect("the stop file");
    let status = producer.wait_end(Duration::from_secs(120));
    assert!(status.success(), "{status}: {}", producer.output());

    let seen = read_all(&python, &address);
    let acknowledged = std::fs::read_to_string(&acknowledged).expect("acknowledged");
    let total = acknowledged.lines().count();
    let lost: Vec<&str> = acknowledged.lines().filter(|number| !seen.contains_key(*number)).collect();
    let doubled: Vec<&String> =
        seen.iter().filter(|(_, times)| **times > 1).map(|(number, _)| number).collect();
    assert!(
        lost.is_empty(),
        "{} of {total} acknowledged records are lost: {:?}",
        lost.len(),
        &lost[..lost.len().min(10)]
    );
    assert!(doubled.is_empty(), "{} records are there twice", doubled.len());
}

fn count(path: &Path) -> usize {
    std::fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

/// Every value in the topic, and how often it is there.
fn read_all(python: &Path, address: &str) -> HashMap<String, usize> {
    let script = "import sys\n\
        from kafka import KafkaConsumer\n\
        c = KafkaConsumer('numbers', bootstrap_servers=sys.argv[1], auto_offset_reset='earliest', consumer_timeout_ms=5000)\n\
        for r in c: print(r.value.decode())\n";
    let said = aqueduct_tests::process::run(Command::new(python).args(["-c", script, address]));
    let mut seen = HashMap::new();
    for number in said.lines() {
        *seen.entry(number.to_owned()).or_default() += 1;
    }
    seen
}
