package main

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func groupTrials(add adder) {
	find := func(name, key string, kind int8, keys ...string) {
		add("FindCoordinator", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrFindCoordinatorRequest()
			request.CoordinatorKey, request.CoordinatorType, request.CoordinatorKeys = key, kind, keys
			return request
		})
	}
	find("group", "g", 0, "g")
	find("two groups", "g", 0, "g", "h")
	find("no name", "", 0, "")
	find("none", "g", 0)
	find("unknown kind", "g", 9, "g")

	join := func(name string, edit func(*kmsg.JoinGroupRequest, int16)) {
		add("JoinGroup", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrJoinGroupRequest()
			request.Group, request.SessionTimeoutMillis, request.RebalanceTimeoutMillis, request.ProtocolType = fmt.Sprintf("j%d", version), 10_000, 10_000, "consumer"
			request.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range", Metadata: []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}}
			edit(request, version)
			return request
		})
	}
	join("no group", func(r *kmsg.JoinGroupRequest, _ int16) { r.Group = "" })
	join("session too short", func(r *kmsg.JoinGroupRequest, _ int16) { r.SessionTimeoutMillis = 10 })
	join("session too long", func(r *kmsg.JoinGroupRequest, _ int16) { r.SessionTimeoutMillis = 10_000_000 })
	join("no protocols", func(r *kmsg.JoinGroupRequest, _ int16) { r.Protocols = nil })
	join("no protocol type", func(r *kmsg.JoinGroupRequest, _ int16) { r.ProtocolType = "" })
	join("unknown member", func(r *kmsg.JoinGroupRequest, _ int16) { r.MemberID = "nobody" })
	join("static", func(r *kmsg.JoinGroupRequest, version int16) {
		if version >= 5 {
			r.Group, r.InstanceID = fmt.Sprintf("s%d", version), ptr("one")
		} else {
			r.MemberID = "nobody"
		}
	})
	join("static, again under another id", func(r *kmsg.JoinGroupRequest, version int16) {
		r.MemberID = "nobody"
		if version >= 5 {
			r.Group, r.InstanceID = fmt.Sprintf("s%d", version), ptr("one")
		}
	})
	join("other protocol type", func(r *kmsg.JoinGroupRequest, version int16) {
		if version >= 5 {
			r.Group, r.InstanceID = fmt.Sprintf("s%d", version), ptr("two")
		} else {
			r.MemberID = "nobody"
		}
		r.ProtocolType = "connect"
	})
	sync := func(name string, edit func(*kmsg.SyncGroupRequest)) {
		add("SyncGroup", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrSyncGroupRequest()
			request.Group, request.MemberID = "absent", "nobody"
			edit(request)
			return request
		})
	}
	sync("unknown group", func(*kmsg.SyncGroupRequest) {})
	sync("no group", func(r *kmsg.SyncGroupRequest) { r.Group = "" })
	sync("unknown member", func(r *kmsg.SyncGroupRequest) { r.Group = "s5" })
	sync("wrong generation", func(r *kmsg.SyncGroupRequest) { r.Group, r.Generation = "s5", 88 })
	beat := func(name, group, member string, generation int32) {
		add("Heartbeat", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrHeartbeatRequest()
			request.Group, request.MemberID, request.Generation = group, member, generation
			return request
		})
	}
	beat("unknown group", "absent", "nobody", 0)
	beat("no group", "", "nobody", 0)
	beat("unknown member", "s5", "nobody", 0)
	leave := func(name, group, member string, instance *string) {
		add("LeaveGroup", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrLeaveGroupRequest()
			request.Group, request.MemberID = group, member
			request.Members = []kmsg.LeaveGroupRequestMember{{MemberID: member, InstanceID: instance}}
			return request
		})
	}
	leave("unknown group", "absent", "nobody", nil)
	leave("no group", "", "nobody", nil)
	leave("unknown member", "s5", "nobody", nil)
	leave("unknown instance", "s5", "", ptr("nobody"))
	leave("fenced instance", "s5", "other", ptr("one"))
	commit := func(name, group, topic string, partition int32, offset int64, metadata *string, edit func(*kmsg.OffsetCommitRequest)) {
		add("OffsetCommit", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrOffsetCommitRequest()
			request.Group, request.Generation = group, -1
			if version > 9 {
				return request
			}
			request.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Partition: partition, Offset: offset, LeaderEpoch: -1, Metadata: metadata}}}}
			edit(request)
			return request
		})
	}
	as := func(*kmsg.OffsetCommitRequest) {}
	commit("standalone", "standalone", "t5", 0, 7, ptr("m"), as)
	commit("null metadata", "standalone", "t5", 0, 8, nil, as)
	commit("absent topic", "standalone", "absent", 0, 7, nil, as)
	commit("absent partition", "standalone", "t5", 9, 7, nil, as)
	commit("negative offset", "standalone", "t5", 0, -5, nil, as)
	commit("long metadata", "standalone", "t5", 0, 7, ptr(string(make([]byte, 5000))), as)
	commit("no group", "", "t5", 0, 7, nil, as)
	commit("unknown member", "standalone", "t5", 0, 7, nil, func(r *kmsg.OffsetCommitRequest) { r.MemberID, r.Generation = "nobody", 4 })
	commit("generation of an unknown group", "unheard", "t5", 0, 7, nil, func(r *kmsg.OffsetCommitRequest) { r.Generation, r.MemberID = 5, "nobody" })
	commit("group with members", "s5", "t5", 0, 7, nil, as)
	commit("nothing", "standalone", "t5", 0, 7, nil, func(r *kmsg.OffsetCommitRequest) { r.Topics = nil })
	offsets := func(name, group string, all bool, topics ...string) {
		add("OffsetFetch", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrOffsetFetchRequest()
			request.Group = group
			one := kmsg.OffsetFetchRequestGroup{Group: group, MemberEpoch: -1}
			if !all {
				for _, topic := range topics {
					if version < 10 {
						one.Topics = append(one.Topics, kmsg.OffsetFetchRequestGroupTopic{Topic: topic, Partitions: []int32{0, 5}})
						request.Topics = append(request.Topics, kmsg.OffsetFetchRequestTopic{Topic: topic, Partitions: []int32{0, 5}})
					}
				}
				if one.Topics == nil {
					one.Topics = []kmsg.OffsetFetchRequestGroupTopic{}
				}
				if request.Topics == nil {
					request.Topics = []kmsg.OffsetFetchRequestTopic{}
				}
			}
			request.Groups = []kmsg.OffsetFetchRequestGroup{one}
			return request
		})
	}
	offsets("some", "standalone", false, "t5", "absent")
	offsets("unknown group", "unheard", false, "t5")
	offsets("no group", "", false, "t5")
	offsets("nothing", "standalone", false)
	add("OffsetFetch", "two groups", func(version int16) kmsg.Request {
		request := kmsg.NewPtrOffsetFetchRequest()
		request.Group, request.Topics = "unheard", []kmsg.OffsetFetchRequestTopic{}
		request.RequireStable = true
		for _, group := range []string{"unheard", "other"} {
			request.Groups = append(request.Groups, kmsg.OffsetFetchRequestGroup{Group: group, MemberEpoch: -1})
		}
		return request
	})
	describe := func(name string, groups ...string) {
		add("DescribeGroups", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDescribeGroupsRequest()
			request.Groups, request.IncludeAuthorizedOperations = groups, true
			return request
		})
	}
	describe("unknown", "unheard", "")
	describe("standalone", "standalone")
	describe("none")
	describe("one twice", "standalone", "standalone")
	list := func(name string, states, types []string) {
		add("ListGroups", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrListGroupsRequest()
			request.StatesFilter, request.TypesFilter = states, types
			return request
		})
	}
	list("empty ones", []string{"Empty"}, nil)
	list("state in other letters", []string{"eMpTy"}, []string{"CLASSIC"})
	list("unknown state", []string{"Nowhere"}, nil)
	list("unknown type", []string{"Empty"}, []string{"nothing"})
	list("consumer type", []string{"Empty"}, []string{"consumer"})
	forget := func(name, group, topic string, partitions ...int32) {
		add("OffsetDelete", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrOffsetDeleteRequest()
			request.Group = group
			one := kmsg.OffsetDeleteRequestTopic{Topic: topic}
			for _, partition := range partitions {
				one.Partitions = append(one.Partitions, kmsg.OffsetDeleteRequestTopicPartition{Partition: partition})
			}
			request.Topics = []kmsg.OffsetDeleteRequestTopic{one}
			return request
		})
	}
	forget("unknown group", "unheard", "t5", 0)
	forget("no group", "", "t5", 0)
	forget("absent topic", "standalone", "absent", 0)
	forget("absent partition", "standalone", "t5", 9)
	forget("there", "standalone", "t5", 0)
	forget("not there any more", "standalone", "t5", 0)
	forget("group with members", "s5", "t5", 0)
	remove := func(name string, groups ...string) {
		add("DeleteGroups", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDeleteGroupsRequest()
			request.Groups = groups
			return request
		})
	}
	remove("unknown", "unheard", "")
	remove("with members", "s5")
	remove("none")
	remove("there", "standalone")
}

func clusterTrials(add adder) {
	versions := func(name, software, version string) {
		add("ApiVersions", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrApiVersionsRequest()
			request.ClientSoftwareName, request.ClientSoftwareVersion = software, version
			return request
		})
	}
	versions("plain", "answers", "1.0")
	versions("no name", "", "1.0")
	versions("bad name", "a b", "1.0")
	versions("bad version", "a", "-1-")
	add("DescribeCluster", "plain", func(int16) kmsg.Request {
		request := kmsg.NewPtrDescribeClusterRequest()
		request.EndpointType, request.IncludeClusterAuthorizedOperations = 1, true
		return request
	})
	add("DescribeCluster", "controllers", func(int16) kmsg.Request {
		request := kmsg.NewPtrDescribeClusterRequest()
		request.EndpointType = 2
		return request
	})
	add("DescribeCluster", "unknown endpoints", func(int16) kmsg.Request {
		request := kmsg.NewPtrDescribeClusterRequest()
		request.EndpointType = 7
		return request
	})
	logDirs := func(name string, topics []kmsg.DescribeLogDirsRequestTopic) {
		add("DescribeLogDirs", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDescribeLogDirsRequest()
			request.Topics = topics
			return request
		})
	}
	logDirs("one", []kmsg.DescribeLogDirsRequestTopic{{Topic: "t5", Partitions: []int32{0}}})
	logDirs("absent", []kmsg.DescribeLogDirsRequestTopic{{Topic: "absent", Partitions: []int32{0}}})
	logDirs("none", []kmsg.DescribeLogDirsRequestTopic{})
	elect := func(name string, kind int8, topic string, partition int32) {
		add("ElectLeaders", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrElectLeadersRequest()
			request.ElectionType = kind
			request.Topics = []kmsg.ElectLeadersRequestTopic{{Topic: topic, Partitions: []int32{partition}}}
			return request
		})
	}
	elect("preferred", 0, "t5", 0)
	elect("unclean", 1, "t5", 0)
	elect("unknown kind", 9, "t5", 0)
	elect("absent topic", 0, "absent", 0)
	elect("absent partition", 0, "t5", 9)
	quorum := func(name, topic string, partition int32) {
		add("DescribeQuorum", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDescribeQuorumRequest()
			request.Topics = []kmsg.DescribeQuorumRequestTopic{{Topic: topic, Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{Partition: partition}}}}
			return request
		})
	}
	quorum("other topic", "t5", 0)
	quorum("other partition", "__cluster_metadata", 4)
}
