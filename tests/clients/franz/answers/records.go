package main

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A batch of one record with this value; `edit` changes it before its checksum is made.
func batch(value string, edit func(*kmsg.RecordBatch)) []byte {
	now := time.Now().UnixMilli()
	record := kmsg.Record{Value: []byte(value)}
	record.Length = int32(len(record.AppendTo(nil)) - 1)
	one := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1, Magic: 2, FirstTimestamp: now, MaxTimestamp: now, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
		NumRecords: 1, Records: record.AppendTo(nil),
	}
	edit(&one)
	raw := one.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

func recordTrials(add adder) {
	plain := func(*kmsg.RecordBatch) {}
	produce := func(name, topic string, partition int32, acks int16, records func() []byte) {
		add("Produce", name, func(version int16) kmsg.Request {
			if version > 12 || version < 3 {
				request := kmsg.NewPtrProduceRequest()
				request.Acks = 1
				return request
			}
			request := kmsg.NewPtrProduceRequest()
			request.Acks, request.TimeoutMillis = acks, 5000
			request.Topics = []kmsg.ProduceRequestTopic{{Topic: topic, Partitions: []kmsg.ProduceRequestTopicPartition{{Partition: partition, Records: records()}}}}
			return request
		})
	}
	with := func(value string, edit func(*kmsg.RecordBatch)) func() []byte {
		return func() []byte { return batch(value, edit) }
	}
	produce("one", "t4", 0, -1, with("v", plain))
	produce("acks of one", "t4", 0, 1, with("v", plain))
	produce("acks of two", "t4", 0, 2, with("v", plain))
	produce("absent topic", "absent", 0, -1, with("v", plain))
	produce("absent partition", "t4", 9, -1, with("v", plain))
	produce("negative partition", "t4", -1, -1, with("v", plain))
	// Null records are left out: Apache Kafka never answers them.
	produce("no records", "t4", 0, -1, func() []byte { return []byte{} })
	produce("garbage", "t4", 0, -1, func() []byte { return make([]byte, 100) })
	produce("cut", "t4", 0, -1, func() []byte { return batch("v", plain)[:40] })
	produce("wrong checksum", "t4", 0, -1, func() []byte { raw := batch("v", plain); raw[20]++; return raw })
	produce("two batches", "t4", 0, -1, func() []byte { return append(batch("v", plain), batch("w", plain)...) })
	produce("old magic", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Magic = 1 }))
	produce("magic 3", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Magic = 3 }))
	produce("base offset not 0", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.FirstOffset = 77 }))
	produce("count too high", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.NumRecords = 2; b.LastOffsetDelta = 1 }))
	produce("last delta wrong", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.LastOffsetDelta = 5 }))
	produce("negative count", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.NumRecords = -1 }))
	produce("control batch", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 0x20 }))
	produce("unknown codec", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 7 }))
	produce("not gzip", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 1 }))
	produce("not snappy", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 2 }))
	produce("not lz4", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 3 }))
	produce("lz4 with dependent blocks", "t4", 0, -1, func() []byte {
		plain := kmsg.Record{Value: []byte("v")}
		plain.Length = int32(len(plain.AppendTo(nil)) - 1)
		stored := plain.AppendTo(nil)
		return batch("v", func(b *kmsg.RecordBatch) {
			frame := append([]byte{4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0}, byte(len(stored)), 0, 0, 0x80)
			b.Attributes, b.Records = 3, append(append(frame, stored...), 0, 0, 0, 0)
		})
	})
	produce("not zstd", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.Attributes = 4 }))
	produce("too large", "t4", 0, -1, with(string(make([]byte, 1_048_600)), plain))
	produce("no key, compacted", "c2", 0, -1, with("v", plain))
	produce("no keys, compacted", "c2", 0, -1, func() []byte {
		return batch("v", func(b *kmsg.RecordBatch) {
			b.Records = nil
			for at := range 5 {
				record := kmsg.Record{OffsetDelta: int32(at), Value: []byte("v")}
				if at == 2 {
					record.Key = []byte("k")
				}
				record.Length = int32(len(record.AppendTo(nil)) - 1)
				b.Records = record.AppendTo(b.Records)
			}
			b.NumRecords, b.LastOffsetDelta = 5, 4
		})
	})
	produce("from the future", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) {
		b.FirstTimestamp += 86_400_000
		b.MaxTimestamp = b.FirstTimestamp
	}))
	produce("no timestamp", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.FirstTimestamp, b.MaxTimestamp = -1, -1 }))
	produce("unknown producer", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.ProducerID, b.ProducerEpoch, b.FirstSequence = 900_000, 0, 0 }))
	produce("again", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.ProducerID, b.ProducerEpoch, b.FirstSequence = 900_000, 0, 0 }))
	produce("gap in sequence", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.ProducerID, b.ProducerEpoch, b.FirstSequence = 900_000, 0, 50 }))
	produce("no sequence", "t4", 0, -1, with("v", func(b *kmsg.RecordBatch) { b.ProducerID, b.ProducerEpoch = 900_001, 0 }))
	produce("internal topic", "__consumer_offsets", 0, -1, with("v", plain))

	list := func(name, topic string, partition int32, timestamp int64, epoch int32, isolation int8) {
		add("ListOffsets", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrListOffsetsRequest()
			request.ReplicaID, request.IsolationLevel = -1, isolation
			request.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: topic, Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Partition: partition, CurrentLeaderEpoch: epoch, Timestamp: timestamp, MaxNumOffsets: 1}}}}
			return request
		})
	}
	list("start", "t5", 0, -2, -1, 0)
	list("end", "t5", 0, -1, -1, 0)
	list("stable end", "t5", 0, -1, 0, 1)
	list("largest timestamp", "t5", 0, -3, -1, 0)
	list("local start", "t5", 0, -4, -1, 0)
	list("tiered end", "t5", 0, -5, -1, 0)
	list("pending upload", "t5", 0, -6, -1, 0)
	list("nonsense timestamp", "t5", 0, -99, -1, 0)
	list("by time", "t5", 0, 1, -1, 0)
	list("absent topic", "absent", 0, -1, -1, 0)
	list("absent partition", "t5", 5, -1, -1, 0)
	list("later epoch", "t5", 0, -1, 5, 0)
	list("isolation 9", "t5", 0, -1, -1, 9)
	add("ListOffsets", "partition twice", func(int16) kmsg.Request {
		request := kmsg.NewPtrListOffsetsRequest()
		one := kmsg.ListOffsetsRequestTopicPartition{Partition: 0, CurrentLeaderEpoch: -1, Timestamp: -1}
		request.ReplicaID = -1
		request.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: "t5", Partitions: []kmsg.ListOffsetsRequestTopicPartition{one, one}}}
		return request
	})
	epochs := func(name, topic string, partition, current, wanted int32) {
		add("OffsetForLeaderEpoch", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrOffsetForLeaderEpochRequest()
			request.ReplicaID = -1
			request.Topics = []kmsg.OffsetForLeaderEpochRequestTopic{{Topic: topic, Partitions: []kmsg.OffsetForLeaderEpochRequestTopicPartition{{Partition: partition, CurrentLeaderEpoch: current, LeaderEpoch: wanted}}}}
			return request
		})
	}
	epochs("current", "t4", 0, 0, 0)
	epochs("future", "t4", 0, -1, 9)
	epochs("negative", "t4", 0, -1, -1)
	epochs("later than known", "t4", 0, 7, 0)
	epochs("absent topic", "absent", 0, -1, 0)
	epochs("absent partition", "t4", 8, -1, 0)
	epochs("empty partition", "t5", 0, -1, 0)

	fetch := func(name, topic string, partition int32, offset int64, epoch, most int32, edit func(*kmsg.FetchRequest)) {
		add("Fetch", name, func(version int16) kmsg.Request {
			request := kmsg.NewPtrFetchRequest()
			request.MaxWaitMillis, request.MinBytes, request.MaxBytes = 0, 1, 1<<20
			one := kmsg.NewFetchRequestTopicPartition()
			one.Partition, one.FetchOffset, one.CurrentLeaderEpoch, one.PartitionMaxBytes = partition, offset, epoch, most
			request.Topics = []kmsg.FetchRequestTopic{{Topic: topic, Partitions: []kmsg.FetchRequestTopicPartition{one}}}
			if version > 12 {
				request.Topics[0].TopicID = [16]byte{3}
			}
			edit(request)
			return request
		})
	}
	as := func(*kmsg.FetchRequest) {}
	fetch("beyond the end", "t5", 0, 5, -1, 1<<20, as)
	fetch("negative offset", "t5", 0, -1, -1, 1<<20, as)
	fetch("at the end", "t5", 0, 0, -1, 1<<20, as)
	fetch("later epoch", "t5", 0, 0, 5, 1<<20, as)
	fetch("absent topic", "absent", 0, 0, -1, 1<<20, as)
	fetch("absent partition", "t5", 7, 0, -1, 1<<20, as)
	fetch("no bytes", "t5", 0, 0, -1, 0, as)
	fetch("unknown session", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.SessionID, r.SessionEpoch = 55, 3 })
	fetch("session ended that is not", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.SessionID, r.SessionEpoch = 55, -1 })
	fetch("new session", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.SessionEpoch = 0 })
	fetch("negative wait", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.MaxWaitMillis = -1 })
	fetch("nothing", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.Topics = nil })
	fetch("partition twice", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) {
		r.Topics[0].Partitions = append(r.Topics[0].Partitions, r.Topics[0].Partitions[0])
	})
	fetch("topic twice", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.Topics = append(r.Topics, r.Topics[0]) })
	fetch("isolation 9", "t5", 0, 0, -1, 1<<20, func(r *kmsg.FetchRequest) { r.IsolationLevel = 9 })

	remove := func(name, topic string, partition int32, offset int64) {
		add("DeleteRecords", name, func(int16) kmsg.Request {
			request := kmsg.NewPtrDeleteRecordsRequest()
			request.TimeoutMillis = 5000
			request.Topics = []kmsg.DeleteRecordsRequestTopic{{Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Partition: partition, Offset: offset}}}}
			return request
		})
	}
	remove("some", "t4", 0, 2)
	remove("less", "t4", 0, 1)
	remove("beyond", "t4", 0, 100_000)
	remove("nonsense", "t4", 0, -2)
	remove("all", "t4", 0, -1)
	remove("absent topic", "absent", 0, 0)
	remove("absent partition", "t4", 3, 0)
	remove("compacted", "c2", 0, 0)
	remove("internal", "__consumer_offsets", 0, 0)

	add("InitProducerID", "idempotent", func(int16) kmsg.Request { return kmsg.NewPtrInitProducerIDRequest() })
	add("InitProducerID", "no time-out", func(int16) kmsg.Request {
		request := kmsg.NewPtrInitProducerIDRequest()
		request.TransactionTimeoutMillis = -1
		return request
	})
}
