package main

import (
	"cmp"
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Puts in order what Apache Kafka answers in the order of a hash map.
func sort(response kmsg.Response) {
	switch answer := response.(type) {
	case *kmsg.ApiVersionsResponse:
		answer.ApiKeys = nil // compared on their own
		answer.SupportedFeatures, answer.FinalizedFeatures, answer.FinalizedFeaturesEpoch = nil, nil, 0
	case *kmsg.DescribeConfigsResponse:
		for at := range answer.Resources {
			slices.SortFunc(answer.Resources[at].Configs, func(a, b kmsg.DescribeConfigsResponseResourceConfig) int {
				return cmp.Compare(a.Name, b.Name)
			})
			for c := range answer.Resources[at].Configs {
				answer.Resources[at].Configs[c].Documentation = nil
			}
		}
	case *kmsg.CreateTopicsResponse:
		slices.SortFunc(answer.Topics, func(a, b kmsg.CreateTopicsResponseTopic) int { return cmp.Compare(a.Topic, b.Topic) })
		for at := range answer.Topics {
			slices.SortFunc(answer.Topics[at].Configs, func(a, b kmsg.CreateTopicsResponseTopicConfig) int {
				return cmp.Compare(a.Name, b.Name)
			})
		}
	case *kmsg.ListOffsetsResponse:
		slices.SortFunc(answer.Topics, func(a, b kmsg.ListOffsetsResponseTopic) int { return cmp.Compare(a.Topic, b.Topic) })
		for at := range answer.Topics {
			slices.SortFunc(answer.Topics[at].Partitions, func(a, b kmsg.ListOffsetsResponseTopicPartition) int {
				return cmp.Compare(a.Partition, b.Partition)
			})
		}
	case *kmsg.MetadataResponse:
		slices.SortFunc(answer.Topics, func(a, b kmsg.MetadataResponseTopic) int { return cmp.Compare(name(a.Topic), name(b.Topic)) })
		for at := range answer.Topics {
			slices.SortFunc(answer.Topics[at].Partitions, func(a, b kmsg.MetadataResponseTopicPartition) int {
				return cmp.Compare(a.Partition, b.Partition)
			})
		}
	case *kmsg.CreatePartitionsResponse:
		slices.SortFunc(answer.Topics, func(a, b kmsg.CreatePartitionsResponseTopic) int { return cmp.Compare(a.Topic, b.Topic) })
	case *kmsg.DeleteTopicsResponse:
		slices.SortFunc(answer.Topics, func(a, b kmsg.DeleteTopicsResponseTopic) int { return cmp.Compare(name(a.Topic), name(b.Topic)) })
	case *kmsg.ListGroupsResponse:
		slices.SortFunc(answer.Groups, func(a, b kmsg.ListGroupsResponseGroup) int { return cmp.Compare(a.Group, b.Group) })
	case *kmsg.DescribeGroupsResponse:
		slices.SortStableFunc(answer.Groups, func(a, b kmsg.DescribeGroupsResponseGroup) int { return cmp.Compare(a.Group, b.Group) })
	case *kmsg.DeleteGroupsResponse:
		slices.SortFunc(answer.Groups, func(a, b kmsg.DeleteGroupsResponseGroup) int { return cmp.Compare(a.Group, b.Group) })
	}
}

func name(topic *string) string {
	if topic == nil {
		return ""
	}
	return *topic
}
