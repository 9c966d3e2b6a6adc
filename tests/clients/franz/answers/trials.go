package main

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func ptr[T any](value T) *T { return &value }

// All that is sent, in order. What an earlier one leaves behind is there for the later ones.
func trials() []trial {
	var all []trial
	add := func(api, name string, build func(int16) kmsg.Request) { all = append(all, trial{api, name, build}) }
	topicTrials(add)
	configTrials(add)
	recordTrials(add)
	groupTrials(add)
	clusterTrials(add)
	return all
}

type adder func(api, name string, build func(int16) kmsg.Request)

func topicTrials(add adder) {
	create := func(name string, edit func(*kmsg.CreateTopicsRequestTopic, int16)) {
		add("CreateTopics", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrCreateTopicsRequest()
			topic := kmsg.NewCreateTopicsRequestTopic()
			topic.Topic, topic.NumPartitions, topic.ReplicationFactor = fmt.Sprintf("t%d", version), 1, 1
			edit(&topic, version)
			request.Topics = append(request.Topics, topic)
			// Should one of these be taken after all, it is not in the way of the next.
			request.ValidateOnly = topic.Topic == "refused"
			return request
		})
	}
	config := func(name string, value *string) func(*kmsg.CreateTopicsRequestTopic, int16) {
		return func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
			topic.Topic = "refused"
			topic.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: name, Value: value}}
		}
	}
	assign := func(partitions ...kmsg.CreateTopicsRequestTopicReplicaAssignment) func(*kmsg.CreateTopicsRequestTopic, int16) {
		return func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
			topic.Topic, topic.NumPartitions, topic.ReplicationFactor, topic.ReplicaAssignment = "refused", -1, -1, partitions
		}
	}
	create("plain", func(*kmsg.CreateTopicsRequestTopic, int16) {})
	create("again", func(*kmsg.CreateTopicsRequestTopic, int16) {})
	create("configured", func(topic *kmsg.CreateTopicsRequestTopic, version int16) {
		topic.Topic = fmt.Sprintf("c%d", version)
		topic.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: "segment.ms", Value: ptr("60000")}, {Name: "cleanup.policy", Value: ptr("compact")}}
	})
	for _, name := range []string{"", ".", "..", "a b", "a/b", "ä"} {
		create(fmt.Sprintf("named %q", name), func(topic *kmsg.CreateTopicsRequestTopic, _ int16) { topic.Topic = name })
	}
	for _, count := range []int32{0, -2, 100_000} {
		create(fmt.Sprint(count, " partitions"), func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
			topic.Topic, topic.NumPartitions = "refused", count
		})
	}
	for _, count := range []int16{0, -2, 2} {
		create(fmt.Sprint(count, " replicas"), func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
			topic.Topic, topic.ReplicationFactor = "refused", count
		})
	}
	for _, one := range [][2]string{
		{"retention.ms", "soon"}, {"retention.ms", ""}, {"retention.ms", "-2"}, {"cleanup.policy", "burn"}, {"cleanup.policy", "delete,delete"},
		{"cleanup.policy", "delete,"}, {"segment.bytes", "5"}, {"segment.bytes", "99999999999"}, {"compression.type", "zip"}, {"min.insync.replicas", "0"},
		{"unclean.leader.election.enable", "yes"}, {"min.cleanable.dirty.ratio", "2"}, {"min.cleanable.dirty.ratio", "x"}, {"message.timestamp.type", "Never"},
		{"compression.gzip.level", "0"}, {"compression.gzip.level", "11"}, {"compression.zstd.level", "99"}, {"remote.storage.enable", "true"}, {"no.such.key", "1"},
		{"max.message.bytes", "-1"}, {"leader.replication.throttled.replicas", "x"}, {"preallocate", "maybe"}, {"local.retention.ms", "-3"}, {"segment.jitter.ms", "-1"},
	} {
		create(one[0]+"="+one[1], config(one[0], ptr(one[1])))
	}
	create("spaces around a value", func(topic *kmsg.CreateTopicsRequestTopic, version int16) {
		topic.Topic = fmt.Sprintf("spaces%d", version)
		topic.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: "retention.ms", Value: ptr(" 5 ")}}
	})
	create("null setting", config("retention.ms", nil))
	create("lags in conflict", func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
		topic.Topic = "refused"
		topic.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: "min.compaction.lag.ms", Value: ptr("9")}, {Name: "max.compaction.lag.ms", Value: ptr("8")}}
	})
	create("same setting twice", func(topic *kmsg.CreateTopicsRequestTopic, version int16) {
		topic.Topic = fmt.Sprintf("twice%d", version)
		topic.Configs = []kmsg.CreateTopicsRequestTopicConfig{{Name: "retention.ms", Value: ptr("9")}, {Name: "retention.ms", Value: ptr("8")}}
	})
	create("two brokers that are not there", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: 0, Replicas: []int32{1, 7}}))
	create("the same broker twice", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: 0, Replicas: []int32{1, 1}}))
	create("no broker", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: 0, Replicas: []int32{}}))
	create("negative broker", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: 0, Replicas: []int32{-1}}))
	create("a gap", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: 1, Replicas: []int32{1}}))
	create("partition twice", assign(kmsg.CreateTopicsRequestTopicReplicaAssignment{Replicas: []int32{1}}, kmsg.CreateTopicsRequestTopicReplicaAssignment{Replicas: []int32{1}}))
	create("assigned and counted", func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
		topic.Topic = "refused"
		topic.ReplicaAssignment = []kmsg.CreateTopicsRequestTopicReplicaAssignment{{Replicas: []int32{1}}}
	})
	create("assigned and partitions counted", func(topic *kmsg.CreateTopicsRequestTopic, _ int16) {
		topic.Topic, topic.ReplicationFactor = "refused", -1
		topic.ReplicaAssignment = []kmsg.CreateTopicsRequestTopicReplicaAssignment{{Replicas: []int32{1}}}
	})
	add("CreateTopics", "none", func(int16) kmsg.Request { return kmsg.NewPtrCreateTopicsRequest() })
	add("CreateTopics", "one twice", func(int16) kmsg.Request {
		request := kmsg.NewPtrCreateTopicsRequest()
		for range 2 {
			request.Topics = append(request.Topics, kmsg.CreateTopicsRequestTopic{Topic: "twice", NumPartitions: 1, ReplicationFactor: 1})
		}
		return request
	})
	add("CreateTopics", "validate", func(int16) kmsg.Request {
		request := kmsg.NewPtrCreateTopicsRequest()
		request.ValidateOnly = true
		request.Topics = append(request.Topics, kmsg.CreateTopicsRequestTopic{Topic: "validated", NumPartitions: 3, ReplicationFactor: 1})
		return request
	})
	add("CreateTopics", "internal", func(int16) kmsg.Request {
		request := kmsg.NewPtrCreateTopicsRequest()
		request.Topics = append(request.Topics, kmsg.CreateTopicsRequestTopic{Topic: "__cluster_metadata", NumPartitions: 1, ReplicationFactor: 1})
		return request
	})
	partitions := func(name, topic string, count int32, assignment [][]int32) {
		add("CreatePartitions", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrCreatePartitionsRequest()
			one := kmsg.CreatePartitionsRequestTopic{Topic: topic, Count: count}
			for _, replicas := range assignment {
				one.Assignment = append(one.Assignment, kmsg.CreatePartitionsRequestTopicAssignment{Replicas: replicas})
			}
			request.Topics = append(request.Topics, one)
			return request
		})
	}
	partitions("grow", "t2", 3, nil)
	partitions("shrink", "t2", 1, nil)
	partitions("absent", "absent", 3, nil)
	partitions("bad name", "a b", 3, nil)
	partitions("negative", "t2", -1, nil)
	partitions("zero", "t2", 0, nil)
	partitions("too few assignments", "t2", 6, [][]int32{{1}})
	partitions("unknown broker", "t2", 4, [][]int32{{9}})
	partitions("two replicas", "t2", 4, [][]int32{{1, 1}})
	partitions("no replicas", "t2", 4, [][]int32{{}})
	add("CreatePartitions", "twice", func(int16) kmsg.Request {
		request := kmsg.NewPtrCreatePartitionsRequest()
		request.Topics = []kmsg.CreatePartitionsRequestTopic{{Topic: "t2", Count: 9}, {Topic: "t2", Count: 8}}
		return request
	})
	deleted := func(name string, topics ...string) {
		add("DeleteTopics", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrDeleteTopicsRequest()
			for _, topic := range topics {
				request.TopicNames = append(request.TopicNames, topic)
				request.Topics = append(request.Topics, kmsg.DeleteTopicsRequestTopic{Topic: ptr(topic)})
			}
			return request
		})
	}
	deleted("absent", "absent")
	deleted("bad name", "a b")
	deleted("no name", "")
	deleted("none")
	deleted("one twice", "t7", "t7")
	deleted("there", "twice2")
	add("DeleteTopics", "unknown id", func(int16) kmsg.Request {
		request := kmsg.NewPtrDeleteTopicsRequest()
		request.Topics = []kmsg.DeleteTopicsRequestTopic{{TopicID: [16]byte{7}}}
		request.TopicNames = []string{"absent"}
		return request
	})
	add("DeleteTopics", "neither name nor id", func(int16) kmsg.Request {
		request := kmsg.NewPtrDeleteTopicsRequest()
		request.Topics = []kmsg.DeleteTopicsRequestTopic{{}}
		request.TopicNames = []string{"absent"}
		return request
	})
	add("DeleteTopics", "name and id", func(int16) kmsg.Request {
		request := kmsg.NewPtrDeleteTopicsRequest()
		request.Topics = []kmsg.DeleteTopicsRequestTopic{{Topic: ptr("t3"), TopicID: [16]byte{7}}}
		request.TopicNames = []string{"absent"}
		return request
	})
	metadata := func(name string, topics []kmsg.MetadataRequestTopic) {
		add("Metadata", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrMetadataRequest()
			request.Topics = topics
			request.IncludeTopicAuthorizedOperations = true
			request.IncludeClusterAuthorizedOperations = true
			return request
		})
	}
	metadata("none", []kmsg.MetadataRequestTopic{})
	metadata("one", []kmsg.MetadataRequestTopic{{Topic: ptr("t2")}})
	metadata("bad names", []kmsg.MetadataRequestTopic{{Topic: ptr("a b")}, {Topic: ptr("")}, {Topic: ptr("..")}})
	add("Metadata", "absent", func(version int16) kmsg.Request {
		request := kmsg.NewPtrMetadataRequest()
		if version < 4 { // they may create it
			request.Topics = []kmsg.MetadataRequestTopic{{Topic: ptr("t2")}, {Topic: ptr("t2")}}
			return request
		}
		request.Topics = []kmsg.MetadataRequestTopic{{Topic: ptr("absent")}, {Topic: ptr("t2")}, {Topic: ptr("t2")}}
		request.AllowAutoTopicCreation = false
		return request
	})
	add("Metadata", "unknown id", func(version int16) kmsg.Request {
		request := kmsg.NewPtrMetadataRequest()
		if version < 12 {
			return request
		}
		request.Topics = []kmsg.MetadataRequestTopic{{TopicID: [16]byte{9}, Topic: nil}}
		return request
	})
	described := func(name string, limit int32, cursor *kmsg.DescribeTopicPartitionsRequestCursor, topics ...string) {
		add("DescribeTopicPartitions", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDescribeTopicPartitionsRequest()
			for _, topic := range topics {
				request.Topics = append(request.Topics, kmsg.DescribeTopicPartitionsRequestTopic{Topic: topic})
			}
			request.ResponsePartitionLimit, request.Cursor = limit, cursor
			return request
		})
	}
	described("some", 2000, nil, "t2", "absent", "a b", "t3")
	described("limited", 2, nil, "t2", "t3")
	described("no limit", 0, nil, "t2")
	described("from a cursor", 2000, &kmsg.DescribeTopicPartitionsRequestCursor{Topic: "t2", Partition: 1}, "c2", "t2", "t3")
	described("from a cursor beyond", 2000, &kmsg.DescribeTopicPartitionsRequestCursor{Topic: "t2", Partition: 100}, "t2", "t3")
	described("from a negative cursor", 2000, &kmsg.DescribeTopicPartitionsRequestCursor{Topic: "t2", Partition: -1}, "t2", "t3")
}
