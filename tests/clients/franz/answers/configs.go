package main

import "github.com/twmb/franz-go/pkg/kmsg"

const (
	topicResource  = kmsg.ConfigResourceTypeTopic
	brokerResource = kmsg.ConfigResourceTypeBroker
)

func configTrials(add adder) {
	describe := func(name string, kind kmsg.ConfigResourceType, resource string, keys []string) {
		add("DescribeConfigs", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDescribeConfigsRequest()
			request.IncludeSynonyms, request.IncludeDocumentation = true, true
			request.Resources = []kmsg.DescribeConfigsRequestResource{{ResourceType: kind, ResourceName: resource, ConfigNames: keys}}
			return request
		})
	}
	describe("topic", topicResource, "t2", nil)
	describe("configured topic", topicResource, "c2", nil)
	describe("some keys", topicResource, "t2", []string{"retention.ms", "no.such", "retention.ms"})
	describe("no keys", topicResource, "t2", []string{})
	describe("absent topic", topicResource, "absent", nil)
	describe("bad name", topicResource, "a b", nil)
	describe("no name", topicResource, "", nil)
	describe("all brokers", brokerResource, "", nil)
	describe("other broker", brokerResource, "7", nil)
	describe("no broker", brokerResource, "one", nil)
	describe("broker keys", brokerResource, "1", []string{"log.retention.ms", "log.retention.hours", "num.partitions", "auto.create.topics.enable", "advertised.listeners.x", "message.max.bytes", "min.insync.replicas", "log.segment.bytes"})
	describe("logger", kmsg.ConfigResourceTypeBrokerLogger, "7", nil)
	describe("logger of nobody", kmsg.ConfigResourceTypeBrokerLogger, "", nil)
	describe("logger of no broker", kmsg.ConfigResourceTypeBrokerLogger, "one", nil)
	describe("unknown type", 77, "x", nil)
	describe("group without a name", kmsg.ConfigResourceTypeGroupConfig, "", nil)

	change := func(name string, kind kmsg.ConfigResourceType, resource string, changes ...kmsg.IncrementalAlterConfigsRequestResourceConfig) {
		add("IncrementalAlterConfigs", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrIncrementalAlterConfigsRequest()
			request.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kind, ResourceName: resource, Configs: changes}}
			return request
		})
	}
	set := func(key string, value *string) kmsg.IncrementalAlterConfigsRequestResourceConfig {
		return kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: key, Op: kmsg.IncrementalAlterConfigOpSet, Value: value}
	}
	op := func(key string, op kmsg.IncrementalAlterConfigOp, value *string) kmsg.IncrementalAlterConfigsRequestResourceConfig {
		return kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: key, Op: op, Value: value}
	}
	change("set", topicResource, "t2", set("retention.ms", ptr("5000")))
	change("nothing", topicResource, "t2")
	change("absent topic", topicResource, "absent", set("retention.ms", ptr("5000")))
	change("bad name", topicResource, "a b", set("retention.ms", ptr("5000")))
	change("no name", topicResource, "", set("retention.ms", ptr("5000")))
	change("bad value", topicResource, "t2", set("retention.ms", ptr("x")))
	change("null", topicResource, "t2", set("retention.ms", nil))
	change("two nulls", topicResource, "t2", set("retention.ms", nil), set("segment.ms", nil))
	change("unknown key", topicResource, "t2", set("no.such", ptr("x")))
	change("delete unknown key", topicResource, "t2", op("no.such", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("delete what is not set", topicResource, "t2", op("segment.ms", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("same key twice", topicResource, "t2", set("segment.ms", ptr("1")), op("segment.ms", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("append", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpAppend, ptr("compact")))
	change("append again", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpAppend, ptr("compact")))
	change("append wrong", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpAppend, ptr("burn")))
	change("append null", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpAppend, nil))
	change("subtract", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpSubtract, ptr("compact")))
	change("subtract the rest", topicResource, "t2", op("cleanup.policy", kmsg.IncrementalAlterConfigOpSubtract, ptr("delete")))
	change("subtract from no list", topicResource, "t2", op("retention.ms", kmsg.IncrementalAlterConfigOpSubtract, ptr("5")))
	change("append to no list", topicResource, "t2", op("retention.ms", kmsg.IncrementalAlterConfigOpAppend, ptr("5")))
	change("unknown operation", topicResource, "t2", op("retention.ms", 9, ptr("5")))
	change("unknown type", 77, "t2", set("retention.ms", ptr("5")))
	change("other broker", brokerResource, "7", set("log.retention.ms", ptr("5")))
	change("read-only of the broker", brokerResource, "1", set("broker.rack", ptr("r")))
	change("no broker", brokerResource, "one", set("log.retention.ms", ptr("5")))
	logger := kmsg.ConfigResourceTypeBrokerLogger
	change("logger", logger, "1", set("root", ptr("WARN")))
	change("logger, level that is none", logger, "1", set("root", ptr("LOUD")))
	change("logger, no level", logger, "1", set("root", nil))
	change("logger that is not there", logger, "1", set("no.such", ptr("INFO")))
	change("logger removed", logger, "1", op("root", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("logger removed that is not there", logger, "1", op("no.such", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("logger appended to", logger, "1", op("root", kmsg.IncrementalAlterConfigOpAppend, ptr("INFO")))
	change("logger subtracted from", logger, "1", op("root", kmsg.IncrementalAlterConfigOpSubtract, ptr("INFO")))
	change("logger, unknown operation", logger, "1", op("root", 9, ptr("INFO")))
	change("logger of another broker", logger, "7", set("root", ptr("INFO")))
	change("logger of no broker", logger, "one", set("root", ptr("INFO")))
	describe("level of the root", logger, "1", []string{"root", "no.such"})
	change("replicas in sync of a broker", brokerResource, "1", set("min.insync.replicas", ptr("2")))
	change("replicas in sync of a broker removed", brokerResource, "1", op("min.insync.replicas", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("replicas in sync removed", brokerResource, "", op("min.insync.replicas", kmsg.IncrementalAlterConfigOpDelete, nil))
	change("no replicas in sync", brokerResource, "", set("min.insync.replicas", ptr("0")))
	change("throttled replicas", topicResource, "t2", set("leader.replication.throttled.replicas", ptr("0:1,1:1")))
	change("throttled replicas of all", topicResource, "t2", set("leader.replication.throttled.replicas", ptr("*")))
	change("throttled replicas removed", topicResource, "t2", op("leader.replication.throttled.replicas", kmsg.IncrementalAlterConfigOpDelete, nil))
	add("IncrementalAlterConfigs", "resource twice", func(int16) kmsg.Request {
		request := kmsg.NewPtrIncrementalAlterConfigsRequest()
		one := kmsg.IncrementalAlterConfigsRequestResource{ResourceType: topicResource, ResourceName: "t2", Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{set("segment.ms", ptr("5"))}}
		request.Resources = []kmsg.IncrementalAlterConfigsRequestResource{one, one}
		return request
	})
	add("IncrementalAlterConfigs", "validate", func(int16) kmsg.Request {
		request := kmsg.NewPtrIncrementalAlterConfigsRequest()
		request.ValidateOnly = true
		request.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: topicResource, ResourceName: "t2", Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{set("segment.ms", ptr("5"))}}}
		return request
	})

	alter := func(name string, kind kmsg.ConfigResourceType, resource string, pairs ...kmsg.AlterConfigsRequestResourceConfig) {
		add("AlterConfigs", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrAlterConfigsRequest()
			request.Resources = []kmsg.AlterConfigsRequestResource{{ResourceType: kind, ResourceName: resource, Configs: pairs}}
			return request
		})
	}
	pair := func(key string, value *string) kmsg.AlterConfigsRequestResourceConfig {
		return kmsg.AlterConfigsRequestResourceConfig{Name: key, Value: value}
	}
	alter("set", topicResource, "t3", pair("retention.ms", ptr("6000")))
	alter("absent", topicResource, "absent", pair("retention.ms", ptr("6000")))
	alter("bad value", topicResource, "t3", pair("retention.ms", ptr("x")))
	alter("null", topicResource, "t3", pair("retention.ms", nil))
	alter("unknown key", topicResource, "t3", pair("no.such", ptr("x")))
	alter("same key twice", topicResource, "t3", pair("segment.ms", ptr("1")), pair("segment.ms", ptr("2")))
	alter("unknown type", 77, "t3", pair("segment.ms", ptr("1")))
	alter("other broker", brokerResource, "7", pair("log.retention.ms", ptr("1")))
	alter("logger", logger, "1", pair("root", ptr("INFO")))
	alter("all brokers without what they must have", brokerResource, "", pair("log.retention.ms", ptr("604800000")))
	describe("what is left of all brokers", brokerResource, "", nil)
	describe("what is left", topicResource, "t3", []string{"retention.ms", "segment.ms"})
	describe("what is left of the other", topicResource, "t2", []string{"retention.ms", "segment.ms", "cleanup.policy"})
}
