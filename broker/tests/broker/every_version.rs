//! Every API that is advertised answers in every version that is advertised.

use aqueduct_broker::api::handlers::HANDLERS;
use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::Request;
use aqueduct_protocol::messages::*;
use bytes::Bytes;

use crate::harness::{Client, TestBroker, batch, fetch_request, produce_request};

#[test]
fn every_advertised_version_is_answered() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    broker.connect().create_topic("t", 2);
    let asked = ask_all(&broker);
    let served: Vec<ApiKey> = HANDLERS.iter().map(|handler| handler.api_key).collect();
    let own: Vec<&ApiKey> = served.iter().filter(|api| !is_of_groups(**api)).collect();
    for api in own {
        assert!(asked.contains(api), "{api:?} is advertised and not asked here");
    }
}

fn ask_all(broker: &TestBroker) -> Vec<ApiKey> {
    let mut asked = Vec::new();
    let topic_ids = |mut request: ProduceRequest, version: i16| {
        if version >= 13 {
            request.topic_data[0].topic_id = broker.broker.image().topic("t").expect("exists").id;
        }
        request
    };
    ask(broker, &mut asked, |version| topic_ids(produce_request("t", 0, batch(&["v"]), 1), version));
    ask(broker, &mut asked, |version| {
        let mut request = fetch_request("t", 0, 0, 0);
        if version >= 13 {
            request.topics[0].topic_id = broker.broker.image().topic("t").expect("exists").id;
        }
        request
    });
    ask(broker, &mut asked, |_| ListOffsetsRequest {
        topics: vec![list_offsets_request::ListOffsetsTopic {
            name: "t".into(),
            partitions: vec![list_offsets_request::ListOffsetsPartition {
                timestamp: 0,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| MetadataRequest {
        topics: Some(vec![metadata_request::MetadataRequestTopic {
            name: Some("auto".into()),
            ..Default::default()
        }]),
        allow_auto_topic_creation: true,
        ..Default::default()
    });
    ask(broker, &mut asked, |version| ApiVersionsRequest {
        client_software_name: if version >= 3 { "test".into() } else { Default::default() },
        client_software_version: if version >= 3 { "1".into() } else { Default::default() },
        ..Default::default()
    });
    ask(broker, &mut asked, |_| CreateTopicsRequest {
        topics: vec![create_topics_request::CreatableTopic {
            name: "created".into(),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |version| DeleteTopicsRequest {
        topics: if version >= 6 {
            let named =
                delete_topics_request::DeleteTopicState { name: Some("no".into()), ..Default::default() };
            let by_id = delete_topics_request::DeleteTopicState {
                topic_id: uuid::Uuid::from_u128(1),
                ..Default::default()
            };
            vec![named, by_id]
        } else {
            Vec::new()
        },
        topic_names: if version < 6 { vec!["no".into()] } else { Vec::new() },
        ..Default::default()
    });
    ask(broker, &mut asked, |_| DeleteRecordsRequest {
        topics: vec![delete_records_request::DeleteRecordsTopic {
            name: "t".into(),
            partitions: vec![Default::default()],
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| InitProducerIdRequest {
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    });
    ask(broker, &mut asked, |_| OffsetForLeaderEpochRequest {
        topics: vec![offset_for_leader_epoch_request::OffsetForLeaderTopic {
            topic: "t".into(),
            partitions: vec![Default::default()],
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| DescribeConfigsRequest {
        resources: vec![describe_configs_request::DescribeConfigsResource {
            resource_type: 2,
            resource_name: "t".into(),
            configuration_keys: None,
            ..Default::default()
        }],
        include_synonyms: true,
        ..Default::default()
    });
    ask(broker, &mut asked, |_| AlterConfigsRequest {
        resources: vec![alter_configs_request::AlterConfigsResource {
            resource_type: 2,
            resource_name: "t".into(),
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| IncrementalAlterConfigsRequest {
        resources: vec![incremental_alter_configs_request::AlterConfigsResource {
            resource_type: 4,
            resource_name: "1".into(),
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| DescribeLogDirsRequest { topics: None, ..Default::default() });
    ask(broker, &mut asked, |_| CreatePartitionsRequest {
        topics: vec![create_partitions_request::CreatePartitionsTopic {
            name: "t".into(),
            count: 1,
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |version| ElectLeadersRequest {
        election_type: if version >= 1 { 0 } else { Default::default() },
        topic_partitions: Some(vec![elect_leaders_request::TopicPartitions {
            topic: "t".into(),
            partitions: vec![0, 9],
            ..Default::default()
        }]),
        ..Default::default()
    });
    ask(broker, &mut asked, |_| DescribeQuorumRequest {
        topics: vec![describe_quorum_request::TopicData {
            topic_name: "__cluster_metadata".into(),
            partitions: vec![Default::default()],
            ..Default::default()
        }],
        ..Default::default()
    });
    ask(broker, &mut asked, |_| DescribeClusterRequest::default());
    ask(broker, &mut asked, |_| ListConfigResourcesRequest::default());
    ask(broker, &mut asked, |_| DescribeTopicPartitionsRequest {
        response_partition_limit: 1,
        ..Default::default()
    });
    asked
}

fn ask<R: Request>(broker: &TestBroker, asked: &mut Vec<ApiKey>, request: impl Fn(i16) -> R) {
    let handler = HANDLERS.iter().find(|handler| handler.api_key == R::API_KEY).expect("served");
    let mut client = broker.connect();
    for version in handler.versions.clone() {
        let id = client.send(&request(version), version);
        let answer = client.receive::<R>(id, version);
        assert!(answer.is_some(), "{:?} version {version} is not answered", R::API_KEY);
    }
    asked.push(R::API_KEY);
}

/// The group coordinator's APIs have tests of their own.
fn is_of_groups(api: ApiKey) -> bool {
    matches!(api as i16, 8..=16 | 42 | 47)
}

#[test]
fn an_unknown_version_of_api_versions_is_answered_in_version_0() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    let mut frame = vec![0, 0, 0, 14, 0, 18, 0, 99, 0, 0, 0, 7, 0, 1, b'x', 0, 0, 0];
    let length = (frame.len() - 4) as i32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    std::io::Write::write_all(&mut client.stream, &frame).expect("writes");
    let answer: Bytes = client.receive_frame().expect("answered");
    assert_eq!(&answer[..6], &[0, 0, 0, 7, 0, 35], "correlation id and UNSUPPORTED_VERSION");
    let list = ApiVersionsRequest {
        client_software_name: "a".into(),
        client_software_version: "1".into(),
        ..Default::default()
    };
    let versions = client.ask(&list, 4);
    let produce = versions.api_keys.iter().find(|api| api.api_key == 0).expect("listed");
    assert_eq!((produce.min_version, produce.max_version), (0, 13));
    let _: &Client = &client;
}
