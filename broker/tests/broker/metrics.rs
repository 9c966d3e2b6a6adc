//! What `/metrics` says.

use std::io::{Read, Write};
use std::net::TcpStream;

use aqueduct_protocol::messages::HeartbeatRequest;

use crate::harness::{Client, TestBroker, batch};
use crate::topics::delete;

fn scrape(broker: &TestBroker) -> String {
    let mut stream = TcpStream::connect(broker.admin).expect("connects");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("writes");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("reads");
    text
}

/// The values under a name: those of the brokers of other tests in this process stand among them.
fn values(text: &str, metric: &str) -> Vec<f64> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    lines.map(|value| value.parse().expect("a number")).collect()
}

fn assert_has(text: &str, expected: &[(&str, f64)]) {
    for (metric, value) in expected {
        assert!(values(text, metric).contains(value), "{metric} {value}: {text}");
    }
}

fn produced(settings: &[&str]) -> (tempfile::TempDir, TestBroker, Client) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), settings);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    assert_eq!(client.produce("t", 0, batch(&["a", "b"])).error_code, 0);
    (folder, broker, client)
}

#[test]
fn metrics_are_served_under_kafkas_names() {
    const CONNECTIONS: &str = "kafka_server_socket_server_metrics_connection_count{listener=\"COUNTED\"}";
    let (_folder, broker, mut client) = produced(&[
        "listeners=COUNTED://127.0.0.1:0",
        "listener.security.protocol.map=COUNTED:PLAINTEXT",
        "inter.broker.listener.name=COUNTED",
    ]);
    let text = scrape(&broker);
    let expected = [
        ("kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"}", 2.0),
        ("kafka_controller_kafkacontroller_activecontrollercount", 1.0),
        ("kafka_coordinator_group_groupmetadatamanager_numgroups", 0.0),
        ("kafka_log_logmanager_offlinelogdirectorycount", 0.0),
        ("kafka_server_raftmetrics_current_leader", 1.0),
    ];
    assert_has(&text, &expected);
    assert_eq!(values(&text, CONNECTIONS), [1.0]);
    for idle in [
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
        "kafka_network_socketserver_networkprocessoravgidle_percent",
    ] {
        let shares = values(&text, idle);
        assert!(
            !shares.is_empty() && shares.iter().all(|share| (0.0..=1.0).contains(share)),
            "{idle}: {shares:?}"
        );
    }
    delete(&mut client, "t");
    let text = scrape(&broker);
    // Totals only rise.
    assert_has(&text, &[("kafka_server_brokertopicmetrics_messagesin_total", 2.0)]);
    drop(client);
    while values(&scrape(&broker), CONNECTIONS) != [0.0] {
        std::thread::yield_now();
    }
}

#[test]
fn a_request_is_counted_with_its_stages_and_its_errors() {
    let (_folder, broker, mut client) = produced(&[]);
    let heartbeat =
        HeartbeatRequest { group_id: "g".into(), member_id: "gone".into(), ..HeartbeatRequest::default() };
    // No group was asked for yet.
    assert_eq!(client.ask(&heartbeat, 4).error_code, 15);
    assert_eq!(client.produce("absent", 0, batch(&["x"])).error_code, 3);
    let mut damaged = batch(&["x"]).to_vec();
    *damaged.last_mut().expect("a batch has bytes") ^= 1;
    assert_eq!(client.produce("t", 0, damaged.into()).error_code, 2);
    client.fetch("t", 0, 0);
    let text = scrape(&broker);
    let expected = [
        ("kafka_network_requestmetrics_requests_total{request=\"Produce\"}", 3.0),
        ("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NONE\"}", 1.0),
        (
            "kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"}",
            1.0,
        ),
        ("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"CORRUPT_MESSAGE\"}", 1.0),
        (
            "kafka_network_requestmetrics_errors_total{request=\"Heartbeat\",error=\"COORDINATOR_NOT_AVAILABLE\"}",
            1.0,
        ),
        // The answer's own code and its partition's.
        ("kafka_network_requestmetrics_errors_total{request=\"Fetch\",error=\"NONE\"}", 2.0),
        ("kafka_server_brokertopicmetrics_invalidmessagecrcrecords_total", 1.0),
    ];
    assert_has(&text, &expected);
    for stage in ["total", "requestqueue", "local", "remote", "responsequeue", "responsesend"] {
        let count = format!("kafka_network_requestmetrics_{stage}timems_count{{request=\"Produce\"}}");
        assert_has(&text, &[(&count, 3.0)]);
    }
    // The answer came after a flush.
    for waited in [
        "kafka_log_logflushstats_logflushrateandtimems_count",
        "kafka_network_requestmetrics_remotetimems_sum{request=\"Produce\"}",
    ] {
        assert!(values(&text, waited).iter().any(|value| *value > 0.0), "{waited}: {text}");
    }
}
