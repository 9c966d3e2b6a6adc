// The usual work of a franz-go application. Prints what it saw, one fact a line, the same on every run.
//
//	work BOOTSTRAP
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const topic = "franz-topic"

var bootstrap = os.Args[1]

func say(what string, values ...any) {
	fmt.Println(what + ": " + strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return value
}

// The name of the broker's error inside an error.
func refusal(err error) string {
	var code *kerr.Error
	if errors.As(err, &code) {
		return code.Message
	}
	return fmt.Sprint(err)
}

func client(options ...kgo.Opt) *kgo.Client {
	options = append([]kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.ClientID("franz")}, options...)
	return must(kgo.NewClient(options...))
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	plain := client()
	defer plain.Close()
	admin := kadm.NewClient(plain)
	topics(ctx, admin)
	produce(ctx)
	offsets(ctx, admin)
	consume(ctx)
	groups(ctx, admin)
	settings(ctx, admin)
	cluster(ctx, admin)
	deleted := must(admin.DeleteTopics(ctx, topic, "absent"))
	for _, answer := range deleted.Sorted() {
		say("deleted", answer.Topic, refusal(answer.Err))
	}
	fmt.Println("ok")
}

func topics(ctx context.Context, admin *kadm.Client) {
	create := func(what string, partitions int32, replicas int16, configs map[string]*string, name string) {
		answer, err := admin.CreateTopic(ctx, partitions, replicas, configs, name)
		say("create "+what, answer.Topic, answer.NumPartitions, answer.ReplicationFactor, refusal(err), answer.ErrMessage)
	}
	create("one", 3, 1, map[string]*string{"min.insync.replicas": kadm.StringPtr("1")}, topic)
	create("again", 3, 1, nil, topic)
	create("default", -1, -1, nil, "franz-default")
	create("bad name", 1, 1, nil, "..")
	create("no name", 1, 1, nil, "")
	create("long name", 1, 1, nil, strings.Repeat("x", 250))
	create("colliding", 1, 1, nil, "franz.default")
	create("colliding", 1, 1, nil, "franz_default")
	create("no partitions", 0, 1, nil, "none")
	create("replicas", 1, 3, nil, "none")
	create("no replicas", 1, 0, nil, "none")
	create("bad value", 1, 1, map[string]*string{"segment.bytes": kadm.StringPtr("-5")}, "none")
	create("unknown key", 1, 1, map[string]*string{"nothing": kadm.StringPtr("1")}, "none")
	create("null value", 1, 1, map[string]*string{"retention.ms": nil}, "none")
	validated := must(admin.ValidateCreateTopics(ctx, 1, 1, nil, "validated"))
	say("validated", validated["validated"].Topic, refusal(validated["validated"].Err))
	for _, count := range []int{5, 5, 2} {
		answer := must(admin.UpdatePartitions(ctx, count, topic, "absent"))
		for _, one := range answer.Sorted() {
			say("partitions", count, one.Topic, refusal(one.Err), one.ErrMessage)
		}
	}
	for _, one := range must(admin.ListTopics(ctx, topic, "absent")).Sorted() {
		say("topic", one.Topic, refusal(one.Err), len(one.Partitions), one.IsInternal)
	}
}

func produce(ctx context.Context) {
	codecs := []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()}
	for at, codec := range codecs {
		producer := client(kgo.ProducerBatchCompression(codec), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		var records []*kgo.Record
		for n := range 100 {
			value := []byte(fmt.Sprintf("value %d of codec %d", n, at))
			headers := []kgo.RecordHeader{{Key: "codec", Value: []byte{byte(at)}}, {Key: "nil"}}
			records = append(records, &kgo.Record{Topic: topic, Partition: int32(n % 4), Key: []byte{byte(n)}, Value: value, Headers: headers})
		}
		if err := producer.ProduceSync(ctx, records...).FirstErr(); err != nil {
			log.Panic(err)
		}
		say("produced", at, records[99].Partition, records[99].Offset)
		producer.Close()
	}
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(4_000_000), kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.RecordRetries(2))
	defer producer.Close()
	one := func(what string, record *kgo.Record) {
		record.Topic, record.Partition = topic, 4
		err := producer.ProduceSync(ctx, record).FirstErr()
		say(what, record.Offset, refusal(err))
	}
	one("null", &kgo.Record{})
	one("old", &kgo.Record{Value: []byte("old"), Timestamp: time.UnixMilli(1000)})
	one("large", &kgo.Record{Value: make([]byte, 1_000_000)})
	one("too large", &kgo.Record{Value: make([]byte, 1_100_000)})
	one("ahead of time", &kgo.Record{Value: []byte("x"), Timestamp: time.Now().Add(24 * time.Hour)})
	one("after all", &kgo.Record{Value: []byte("last")})
}

func offsets(ctx context.Context, admin *kadm.Client) {
	show := func(what string, listed kadm.ListedOffsets, err error) {
		if err != nil {
			log.Panic(err)
		}
		for _, one := range sorted(listed) {
			say(what, one.Topic, one.Partition, one.Offset, one.LeaderEpoch, refusal(one.Err))
		}
	}
	listed, err := admin.ListStartOffsets(ctx, topic)
	show("start", listed, err)
	listed, err = admin.ListEndOffsets(ctx, topic)
	show("end", listed, err)
	listed, err = admin.ListCommittedOffsets(ctx, topic)
	show("stable", listed, err)
	listed, err = admin.ListOffsetsAfterMilli(ctx, 1001, topic)
	show("after", listed, err)
	deletion := kadm.Offsets{}
	deletion.AddOffset(topic, 0, 10, -1)
	deletion.AddOffset(topic, 1, -1, -1)
	deletion.AddOffset(topic, 2, 1_000, -1)
	for _, one := range must(admin.DeleteRecords(ctx, deletion)).Sorted() {
		say("records deleted", one.Topic, one.Partition, one.LowWatermark, refusal(one.Err))
	}
}

func sorted(listed kadm.ListedOffsets) []kadm.ListedOffset {
	var all []kadm.ListedOffset
	listed.Each(func(one kadm.ListedOffset) { all = append(all, one) })
	sort.Slice(all, func(i, j int) bool {
		return all[i].Topic+fmt.Sprint(all[i].Partition) < all[j].Topic+fmt.Sprint(all[j].Partition)
	})
	return all
}

// Reads a partition from an offset, from a time, and from beyond its end.
func consume(ctx context.Context) {
	from := func(what string, partition int32, offset kgo.Offset, options ...kgo.Opt) {
		start := map[string]map[int32]kgo.Offset{topic: {partition: offset}}
		reader := client(append([]kgo.Opt{kgo.ConsumePartitions(start)}, options...)...)
		defer reader.Close()
		fetches := reader.PollFetches(ctx)
		for _, failed := range fetches.Errors() {
			say("from "+what, refusal(failed.Err))
		}
		if records := fetches.Records(); len(records) > 0 {
			say("from "+what, records[0].Partition, records[0].Offset, len(records[0].Headers), records[0].LeaderEpoch)
		}
	}
	from("the start", 0, kgo.NewOffset().AtStart())
	from("an offset", 0, kgo.NewOffset().At(110))
	from("the end less two", 3, kgo.NewOffset().AtEnd().Relative(-2))
	from("a time", 4, kgo.NewOffset().AfterMilli(1001))
	from("beyond the end", 0, kgo.NewOffset().At(100_000), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	from("beyond the end without a reset", 0, kgo.NewOffset().At(100_000), kgo.ConsumeResetOffset(kgo.NoResetOffset()))
	from("what is committed", 3, kgo.NewOffset().AtStart(), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
}

// Polls members in turn until the condition holds; gives the number of records seen.
func poll(ctx context.Context, members []*kgo.Client, done func(seen int) bool) int {
	seen := 0
	for !done(seen) {
		for _, member := range members {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			seen += member.PollFetches(short).NumRecords()
			cancel()
		}
		if ctx.Err() != nil {
			log.Panic("time is over")
		}
	}
	return seen
}

func groups(ctx context.Context, admin *kadm.Client) {
	const group = "franz-group"
	held := make(map[string]int)
	member := func(name string, options ...kgo.Opt) *kgo.Client {
		return client(append([]kgo.Opt{
			kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
			kgo.Balancers(kgo.CooperativeStickyBalancer()), kgo.HeartbeatInterval(200 * time.Millisecond), kgo.DisableAutoCommit(),
			kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, p map[string][]int32) { held[name] += len(p[topic]) }),
			kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, p map[string][]int32) { held[name] -= len(p[topic]) }),
			kgo.BlockRebalanceOnPoll(),
		}, options...)...)
	}
	allow := func(members ...*kgo.Client) {
		for _, member := range members {
			member.AllowRebalance()
		}
	}
	first := member("first")
	total := poll(ctx, []*kgo.Client{first}, func(seen int) bool { allow(first); return seen >= 500-10-125+4 })
	say("read", total)
	if err := first.CommitUncommittedOffsets(ctx); err != nil {
		log.Panic(err)
	}
	second := member("second", kgo.InstanceID("static"))
	poll(ctx, []*kgo.Client{first, second}, func(int) bool {
		allow(first, second)
		return held["second"] == 2 && held["first"] == 3
	})
	say("cooperative", held["first"], held["second"])
	described := must(admin.DescribeGroups(ctx, group, "absent"))
	for _, one := range described.Sorted() {
		say("group", one.Group, one.State, one.ProtocolType, one.Protocol, len(one.Members), refusal(one.Err))
	}
	_, err := admin.DeleteGroup(ctx, group)
	say("group not empty", refusal(err))
	second.Close()
	left := must(admin.LeaveGroup(ctx, kadm.LeaveGroup(group).InstanceIDs("static", "nobody")))
	for _, one := range left.Sorted() {
		say("left", one.InstanceID, refusal(one.Err))
	}
	poll(ctx, []*kgo.Client{first}, func(int) bool { allow(first); return held["first"] == 5 })
	say("alone again", held["first"])
	first.Close()
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err := producer.ProduceSync(ctx, &kgo.Record{Topic: topic, Partition: 2, Value: []byte("one more")}).FirstErr(); err != nil {
		log.Panic(err)
	}
	producer.Close()
	third := member("third")
	say("resumed", poll(ctx, []*kgo.Client{third}, func(seen int) bool { allow(third); return seen > 0 }))
	third.Close()
	for _, one := range must(admin.FetchOffsets(ctx, group)).Sorted() {
		say("committed", one.Topic, one.Partition, one.At, one.Metadata, refusal(one.Err))
	}
	for _, one := range must(admin.ListGroups(ctx)).Sorted() {
		say("listed", one.Group, one.ProtocolType, one.State)
	}
	reset := kadm.Offsets{}
	reset.AddOffset(topic, 0, 11, -1)
	reset.AddOffset("absent", 0, 11, -1)
	for _, one := range must(admin.CommitOffsets(ctx, group, reset)).Sorted() {
		say("reset", one.Topic, one.Partition, one.At, refusal(one.Err))
	}
	removed := must(admin.DeleteOffsets(ctx, group, kadm.TopicsSet{topic: {1: {}, 77: {}}}))
	for partition := range removed[topic] {
		if partition == 1 {
			say("offset deleted", refusal(removed[topic][partition]))
		}
	}
	for _, one := range must(admin.DeleteGroups(ctx, group, "absent")).Sorted() {
		say("group deleted", one.Group, refusal(one.Err))
	}
}

func settings(ctx context.Context, admin *kadm.Client) {
	alter := func(what, name string, alterations ...kadm.AlterConfig) {
		for _, one := range must(admin.AlterTopicConfigs(ctx, alterations, name)) {
			say("alter "+what, one.Name, refusal(one.Err), one.ErrMessage)
		}
	}
	alter("one", topic, kadm.AlterConfig{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("5000")})
	alter("append", topic, kadm.AlterConfig{Op: kadm.AppendConfig, Name: "cleanup.policy", Value: kadm.StringPtr("compact")})
	alter("no list", topic, kadm.AlterConfig{Op: kadm.AppendConfig, Name: "retention.ms", Value: kadm.StringPtr("5")})
	alter("bad", topic, kadm.AlterConfig{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("x")})
	alter("unknown", topic, kadm.AlterConfig{Op: kadm.SetConfig, Name: "no.such", Value: kadm.StringPtr("x")})
	alter("absent", "absent", kadm.AlterConfig{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("5")})
	alter("twice", topic, kadm.AlterConfig{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("5")}, kadm.AlterConfig{Op: kadm.DeleteConfig, Name: "retention.ms"})
	for _, one := range must(admin.DescribeTopicConfigs(ctx, topic)) {
		sort.Slice(one.Configs, func(i, j int) bool { return one.Configs[i].Key < one.Configs[j].Key })
		for _, config := range one.Configs {
			synonyms := ""
			for _, synonym := range config.Synonyms {
				synonyms += fmt.Sprintf(" %s=%s (%v)", synonym.Key, text(synonym.Value), synonym.Source)
			}
			say("setting", config.Key, config.MaybeValue(), config.Source, config.Sensitive, synonyms)
		}
	}
}

func text(value *string) string {
	if value == nil {
		return "null"
	}
	return *value
}

func cluster(ctx context.Context, admin *kadm.Client) {
	brokers := must(admin.ListBrokers(ctx))
	say("brokers", len(brokers), brokers[0].NodeID, brokers[0].Host)
	for _, one := range must(admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, kadm.TopicsSet{topic: {0: {}}}))[topic] {
		say("elected", refusal(one.Err))
	}
}
