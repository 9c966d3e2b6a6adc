//! The broker's metrics in Prometheus' text format, under the names that the usual dashboards for
//! Kafka read.

use std::fmt::{Display, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aqueduct_log::TimeHistogram;

use crate::api::handlers::HANDLERS;
use crate::broker::Broker;
use crate::group::classic::GroupState;
use crate::replica::record_validator::DataFault;
use crate::replica::replica_manager::TopicTable;
use crate::replica::topic::Topic;

use super::request_metrics::RequestMetrics;
use super::topic_metrics::{Counter, TopicMetrics};

/// Writes all of them.
pub(crate) fn write(broker: &Broker, text: &mut String) {
    let topics = Arc::clone(&*broker.replicas.topics());
    write_topics(&topics, broker.replicas.removed_metrics(), text);
    write_data_faults(broker, text);
    write_logs(&topics, text);
    write_replicas(broker, &topics, text);
    write_groups(broker, text);
    write_controller(broker, text);
    write_flushes(broker, text);
    write_network(broker, text);
    write_requests(broker, text);
}

/// How one counter of a topic is read.
type Read = fn(&TopicMetrics) -> &Counter;

const TOPIC_COUNTERS: [(&str, &str, Read); 8] = [
    ("bytesin", "Bytes of record batches from producers.", |m| &m.bytes_in),
    ("bytesout", "Bytes of record batches to consumers.", |m| &m.bytes_out),
    ("bytesrejected", "Bytes of record batches refused.", |m| &m.bytes_rejected),
    ("messagesin", "Records from producers.", |m| &m.messages_in),
    ("totalproducerequests", "Partitions of produce requests.", |m| &m.produce_requests),
    ("failedproducerequests", "Partitions of produce requests refused.", |m| &m.failed_produce_requests),
    ("totalfetchrequests", "Partitions of fetch requests answered.", |m| &m.fetch_requests),
    ("failedfetchrequests", "Partitions of fetch requests refused.", |m| &m.failed_fetch_requests),
];

fn write_topics(topics: &TopicTable, removed: &TopicMetrics, text: &mut String) {
    for (name, help, read) in TOPIC_COUNTERS {
        let metric = format!("kafka_server_brokertopicmetrics_{name}_total");
        head(text, &metric, "counter", help);
        let total: u64 = topics.iter().map(|topic| read(&topic.metrics).get()).sum();
        line(text, &metric, "", total + read(removed).get());
        for topic in topics.iter() {
            line(text, &metric, &format!("topic=\"{}\"", topic.name), read(&topic.metrics).get());
        }
    }
}

fn write_data_faults(broker: &Broker, text: &mut String) {
    for (name, help, fault) in [
        ("invalidmagicnumberrecords", "Batches of another format refused.", DataFault::MagicNumber),
        ("invalidmessagecrcrecords", "Batches with a wrong checksum refused.", DataFault::Crc),
        (
            "invalidoffsetorsequencerecords",
            "Batches whose offsets or sequence numbers do not fit refused.",
            DataFault::OffsetOrSequence,
        ),
        (
            "nokeycompactedtopicrecords",
            "Batches without keys for a compacted topic refused.",
            DataFault::NoKey,
        ),
    ] {
        let metric = format!("kafka_server_brokertopicmetrics_{name}_total");
        head(text, &metric, "counter", help);
        line(text, &metric, "", broker.metrics.data_fault(fault).get());
    }
}

fn write_logs(topics: &TopicTable, text: &mut String) {
    type Value = fn(&aqueduct_log::PartitionLog) -> i64;
    const VALUES: [(&str, &str, Value); 4] = [
        ("size", "Bytes in the segments.", |log| i64::try_from(log.size()).unwrap_or(i64::MAX)),
        ("numlogsegments", "Number of segments.", |log| {
            i64::try_from(log.segment_count()).unwrap_or(i64::MAX)
        }),
        ("logstartoffset", "First offset.", |log| log.log_start_offset().0),
        ("logendoffset", "Offset of the next record.", |log| log.log_end_offset().0),
    ];
    for (name, help, value) in VALUES {
        let metric = format!("kafka_log_log_{name}");
        head(text, &metric, "gauge", help);
        for topic in topics.iter() {
            for partition in topic.partitions.iter().flatten() {
                let labels = format!("topic=\"{}\",partition=\"{}\"", topic.name, partition.index);
                line(text, &metric, &labels, value(partition.log()));
            }
        }
    }
}

fn write_replicas(broker: &Broker, topics: &TopicTable, text: &mut String) {
    let count = |topic: &Arc<Topic>| topic.partitions.len();
    let partitions: usize = topics.iter().map(count).sum();
    let offline = topics.iter().flat_map(|topic| &topic.partitions).filter(|partition| match partition {
        Ok(partition) => partition.log().offline_reason().is_some(),
        Err(_) => true,
    });
    let offline = offline.count();
    let at_min_isr = topics.iter().filter(|t| t.config.load().min_insync_replicas == 1).map(count).sum();
    let under_min_isr = partitions - at_min_isr;
    let (sessions, cached) = broker.sessions.size();
    let gauges: [(&str, &str, usize); 12] = [
        ("kafka_server_replicamanager_partitioncount", "Partitions here.", partitions),
        ("kafka_server_replicamanager_leadercount", "Partitions led here.", partitions - offline),
        (
            "kafka_server_replicamanager_underreplicatedpartitions",
            "Partitions without all replicas in sync.",
            0,
        ),
        (
            "kafka_server_replicamanager_underminisrpartitioncount",
            "Partitions under min.insync.replicas.",
            under_min_isr,
        ),
        (
            "kafka_server_replicamanager_atminisrpartitioncount",
            "Partitions at min.insync.replicas.",
            at_min_isr,
        ),
        ("kafka_server_replicamanager_offlinereplicacount", "Partitions that cannot be used.", offline),
        ("kafka_controller_kafkacontroller_activecontrollercount", "Whether the controller is here.", 1),
        ("kafka_controller_kafkacontroller_offlinepartitionscount", "Partitions without a leader.", offline),
        ("kafka_controller_kafkacontroller_globaltopiccount", "Topics.", topics.iter().count()),
        ("kafka_controller_kafkacontroller_globalpartitioncount", "Partitions.", partitions),
        ("kafka_server_fetchsessioncache_numincrementalfetchsessions", "Fetch sessions.", sessions),
        (
            "kafka_server_fetchsessioncache_numincrementalfetchpartitionscached",
            "Partitions in fetch sessions.",
            cached,
        ),
    ];
    const PURGATORY: &str = "kafka_server_delayedoperationpurgatory_purgatorysize";
    head(text, PURGATORY, "gauge", "Requests that wait.");
    let waiting = broker.metrics.waiting_fetches.load(Ordering::Relaxed);
    line(text, PURGATORY, "delayedoperation=\"Fetch\"", waiting);
    const OFFLINE_DIRS: &str = "kafka_log_logmanager_offlinelogdirectorycount";
    head(text, OFFLINE_DIRS, "gauge", "Log directories that cannot be used.");
    line(
        text,
        OFFLINE_DIRS,
        "",
        broker.replicas.logs().dirs().iter().filter(|dir| dir.offline.is_some()).count(),
    );
    const UNCLEANABLE: &str = "kafka_log_logcleanermanager_uncleanable_partitions_count";
    head(text, UNCLEANABLE, "gauge", "Partitions that cannot be compacted until the next start.");
    line(text, UNCLEANABLE, "", broker.replicas.logs().uncleanable().len());
    const ERRORS: &str = "aqueduct_network_protocol_errors_total";
    head(text, ERRORS, "counter", "Connections closed for what the peer sent.");
    line(text, ERRORS, "", broker.metrics.protocol_errors.get());
    for (metric, help, value) in gauges {
        head(text, metric, "gauge", help);
        line(text, metric, "", value);
    }
}

fn write_groups(broker: &Broker, text: &mut String) {
    const STATES: [(&str, GroupState); 4] = [
        ("preparingrebalance", GroupState::PreparingRebalance),
        ("completingrebalance", GroupState::CompletingRebalance),
        ("stable", GroupState::Stable),
        ("empty", GroupState::Empty),
    ];
    const GROUPS: &str = "kafka_coordinator_group_groupmetadatamanager_numgroups";
    const OFFSETS: &str = "kafka_coordinator_group_groupmetadatamanager_numoffsets";
    let (groups, _) = broker.groups.list();
    head(text, GROUPS, "gauge", "Groups.");
    line(text, GROUPS, "", groups.len());
    for (name, state) in STATES {
        let metric = format!("{GROUPS}{name}");
        head(text, &metric, "gauge", "Groups in this state.");
        line(text, &metric, "", groups.iter().filter(|group| group.state == state).count());
    }
    head(text, OFFSETS, "gauge", "Committed offsets.");
    line(text, OFFSETS, "", broker.groups.offset_count());
}

fn write_controller(broker: &Broker, text: &mut String) {
    let gauges: [(&str, &str, i64); 3] = [
        ("current_leader", "Node that leads the metadata log.", broker.config.node_id.into()),
        ("current_epoch", "Term in which it leads.", broker.controller.epoch().into()),
        (
            "high_watermark",
            "Offset of the metadata log up to which all is committed.",
            metadata_offset(broker),
        ),
    ];
    for (name, help, value) in gauges {
        let metric = format!("kafka_server_raftmetrics_{name}");
        head(text, &metric, "gauge", help);
        line(text, &metric, "", value);
    }
}

fn metadata_offset(broker: &Broker) -> i64 {
    i64::try_from(broker.image().offset).map_or(i64::MAX, |offset| offset.saturating_add(1))
}

fn write_flushes(broker: &Broker, text: &mut String) {
    const FLUSHES: &str = "kafka_log_logflushstats_logflushrateandtimems";
    let stats = broker.replicas.logs().flush_stats();
    head(text, FLUSHES, "summary", "Milliseconds that flushes of partitions to their disks took.");
    summary(text, FLUSHES, "", &stats.times, stats.count());
}

fn write_network(broker: &Broker, text: &mut String) {
    const CONNECTIONS: &str = "kafka_server_socket_server_metrics_connection_count";
    head(text, CONNECTIONS, "gauge", "Open connections.");
    for (listener, count) in broker.connections.by_listener() {
        line(text, CONNECTIONS, &format!("listener=\"{listener}\""), count);
    }
    // The same threads do what Kafka has two pools for.
    let Some(idle) = broker.metrics.idle.share() else { return };
    for (metric, help) in [
        (
            "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
            "Share of time, 0 to 1, in which the threads had nothing to do, since it was last asked for.",
        ),
        (
            "kafka_network_socketserver_networkprocessoravgidle_percent",
            "The same: requests are read and handled by one pool.",
        ),
    ] {
        head(text, metric, "gauge", help);
        line(text, metric, "", idle);
    }
}

/// How one stage of an API's requests is read: its times, and how many there are.
type Stage = fn(&RequestMetrics) -> (&TimeHistogram, &Counter);

const STAGES: [(&str, &str, Stage); 6] = [
    ("totaltimems", "Milliseconds from a whole request to its answer's turn to be written.", |m| {
        (&m.total, &m.count)
    }),
    ("requestqueuetimems", "Milliseconds from a whole request until it was handled.", |m| {
        (&m.request_queue, &m.count)
    }),
    ("localtimems", "Milliseconds in the handler.", |m| (&m.local, &m.count)),
    ("remotetimems", "Milliseconds of waiting for a flush, for more to read, for members of a group.", |m| {
        (&m.remote, &m.count)
    }),
    ("responsequeuetimems", "Milliseconds that an answer waited for those before it.", |m| {
        (&m.response_queue, &m.count)
    }),
    ("responsesendtimems", "Milliseconds until the socket had taken the answer.", |m| {
        (&m.response_send, &m.sends)
    }),
];

fn write_requests(broker: &Broker, text: &mut String) {
    const REQUESTS: &str = "kafka_network_requestmetrics_requests_total";
    const ERRORS: &str = "kafka_network_requestmetrics_errors_total";
    let each =
        HANDLERS.iter().map(|handler| (handler.api_key.name(), broker.metrics.request(handler.api_key)));
    let used: Vec<_> = each.filter(|(_, metrics)| metrics.count.get() > 0).collect();
    head(text, REQUESTS, "counter", "Requests answered.");
    for (api, metrics) in &used {
        line(text, REQUESTS, &format!("request=\"{api}\""), metrics.count.get());
    }
    head(text, ERRORS, "counter", "Error codes in answers, NONE included.");
    for (api, metrics) in &used {
        for (code, count) in metrics.errors() {
            line(text, ERRORS, &format!("request=\"{api}\",error=\"{}\"", code.name()), count);
        }
    }
    for (name, help, stage) in STAGES {
        let metric = format!("kafka_network_requestmetrics_{name}");
        head(text, &metric, "summary", help);
        for (api, metrics) in &used {
            let (times, count) = stage(metrics);
            summary(text, &metric, &format!("request=\"{api}\""), times, count.get());
        }
    }
}

fn summary(text: &mut String, metric: &str, labels: &str, times: &TimeHistogram, count: u64) {
    const QUANTILES: [f64; 5] = [0.5, 0.75, 0.95, 0.99, 0.999];
    let comma = if labels.is_empty() { "" } else { "," };
    for quantile in QUANTILES {
        if let Some(ms) = times.quantile_ms(quantile, count) {
            line(text, metric, &format!("{labels}{comma}quantile=\"{quantile}\""), ms);
        }
    }
    line(text, &format!("{metric}_sum"), labels, times.total_ms());
    line(text, &format!("{metric}_count"), labels, count);
}

fn head(text: &mut String, metric: &str, kind: &str, help: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} {kind}");
}

fn line(text: &mut String, metric: &str, labels: &str, value: impl Display) {
    let _ = match labels {
        "" => writeln!(text, "{metric} {value}"),
        _ => writeln!(text, "{metric}{{{labels}}} {value}"),
    };
}
