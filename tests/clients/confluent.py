"""The usual work of an application with confluent-kafka (librdkafka), mistakes included; prints what it saw.

    confluent.py BOOTSTRAP
"""

import re
import sys
import time

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

broker = sys.argv[1]
admin = AdminClient({"bootstrap.servers": broker})


def say(what, work):
    try:
        told = work()
    except KafkaException as error:
        told = f"{error.args[0].name()}: {error.args[0].str()}"
    print(f"{what}: {re.sub('[0-9]{13}', 'T', str(told))}", flush=True)


def until(done):
    deadline = time.time() + 60
    while not done():
        assert time.time() < deadline, "still not after 60 s"


def one(futures):
    return next(iter(futures.values())).result()


def topics():
    say("create", lambda: one(admin.create_topics([NewTopic("rd", 3, 1, config={"max.message.bytes": "2000000"})])))
    for wrong in [NewTopic("rd", 1, 1), NewTopic("a/b", 1, 1), NewTopic("many", 1, 3), NewTopic("none", 0, 1),
                  NewTopic("odd", 1, 1, config={"segment.bytes": "3"})]:
        say(f"create {wrong.topic}", lambda: one(admin.create_topics([wrong])))
    say("more partitions", lambda: one(admin.create_partitions([NewPartitions("rd", 4)])))
    say("fewer partitions", lambda: one(admin.create_partitions([NewPartitions("rd", 2)])))
    until(lambda: len(admin.list_topics("rd").topics["rd"].partitions) == 4)
    metadata = admin.list_topics("rd").topics["rd"]
    print("metadata", sorted((p.id, p.leader, p.replicas, p.isrs) for p in metadata.partitions.values()))


def produce():
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        for acks in ["all", "1"]:
            settings = {"bootstrap.servers": broker, "compression.type": codec, "acks": acks, "linger.ms": 20,
                        "enable.idempotence": acks == "all"}
            producer, seen = Producer(settings), []
            for number in range(40):
                producer.produce("rd", f"{codec} {number}", f"k{number}", number % 4,
                                 on_delivery=lambda error, message: seen.append((error, message.partition())))
            producer.flush(30)
            print("produced", codec, acks, len(seen), [error for error, _ in seen if error])
    producer, told = Producer({"bootstrap.servers": broker, "message.max.bytes": 9000000}), []

    def sent(what, **record):
        told.clear()
        producer.produce("rd", partition=0, on_delivery=lambda error, message: told.append(
            error.name() if error else (message.partition(), message.offset())), **record)
        producer.flush(30)
        print(what, told)

    sent("headers", key="h", value="headers", headers=[("a", b"1"), ("a", b"2"), ("null", None), ("empty", b"")])
    sent("null value", key="deleted", value=None)
    sent("null key", key=None, value="no key")
    sent("large", key="large", value="x" * 1_900_000)
    sent("too large", key="large", value="x" * 2_100_000)
    sent("from the future", key="k", value="v", timestamp=4_000_000_000_000)
    sent("after it", key="k", value="v")


def consumer(group, **settings):
    return Consumer({"bootstrap.servers": broker, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, "enable.partition.eof": True, **settings})


def read():
    reader, counts, odd, ended = consumer("rd-read"), {}, [], set()
    reader.assign([TopicPartition("rd", p, OFFSET_BEGINNING) for p in range(4)])
    while len(ended) < 4:
        message = reader.poll(10)
        if message.error():
            assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
            ended.add(message.partition())
            continue
        counts[message.partition()] = counts.get(message.partition(), 0) + 1
        if message.headers() or message.key() is None or message.value() is None or len(message.value()) > 1000:
            odd.append((message.offset(), message.key(), message.value() and message.value()[:10], message.headers(),
                        message.leader_epoch()))
    print("read", sorted(counts.items()))
    for record in odd:
        print(" ", record)
    say("watermarks", lambda: reader.get_watermark_offsets(TopicPartition("rd", 0)))
    say("for times", lambda: [(p.partition, p.offset) for p in reader.offsets_for_times(
        [TopicPartition("rd", 0, 5), TopicPartition("rd", 1, 4_000_000_000_000)])])
    reader.seek(TopicPartition("rd", 1, 90))
    until(lambda: (message := reader.poll(10)).partition() == 1 and message.offset() == 90)
    print("after seek", message_at(reader, 1))
    reader.close()


def message_at(reader, partition):
    while True:
        message = reader.poll(10)
        if not message.error() and message.partition() == partition:
            return message.offset()


def grows_and_shrinks(strategy):
    members = []
    for size in [1, 3, 2]:
        while len(members) < size:
            members.append(consumer("rd-" + strategy, **{"partition.assignment.strategy": strategy}))
            members[-1].subscribe(["rd"])
        while len(members) > size:
            members.pop().close()

        def even():
            for member in members:
                member.poll(0.05)
            has = [[p.partition for p in member.assignment()] for member in members]
            return all(has) and sorted(sum(has, [])) == [0, 1, 2, 3]

        until(even)
        print(strategy, "with", size, sorted(len(member.assignment()) for member in members))
        group = admin.describe_consumer_groups(["rd-" + strategy])["rd-" + strategy].result()
        print("  described", group.state == ConsumerGroupState.STABLE, group.partition_assignor, group.type.name,
              len(group.members), {(m.client_id, m.host) for m in group.members})
    for member in members:
        member.close()


def static_members():
    settings = {"group.instance.id": "one"}
    first = consumer("rd-static", **settings)
    first.subscribe(["rd"])
    until(lambda: (first.poll(0.1), len(first.assignment()) == 4)[1])
    first.close()
    again = consumer("rd-static", **settings)
    again.subscribe(["rd"])
    until(lambda: (again.poll(0.1), len(again.assignment()) == 4)[1])
    described = admin.describe_consumer_groups(["rd-static"])["rd-static"].result()
    print("static member back", [m.group_instance_id for m in described.members])
    again.close()


def commit_and_resume():
    reader = consumer("rd-commit")
    reader.subscribe(["rd"])
    until(lambda: (reader.poll(0.1), len(reader.assignment()) == 4)[1])
    say("commit", lambda: reader.commit(offsets=[TopicPartition("rd", 0, 7), TopicPartition("rd", 1, 100, metadata="note")],
                                        asynchronous=False))
    say("commit to an unknown partition", lambda: [p.error and p.error.name() for p in reader.commit(
        offsets=[TopicPartition("rd", 77, 1)], asynchronous=False)])
    reader.close()
    reader, first = consumer("rd-commit"), {}
    reader.subscribe(["rd"])

    def resumed():
        message = reader.poll(10)
        if message and not message.error():
            first.setdefault(message.partition(), message.offset())
        return len(first) >= 4 or (set(first) >= {0, 2, 3})

    until(resumed)
    print("resumes", first.get(0), first.get(2))
    say("committed", lambda: [(p.partition, p.offset, p.metadata) for p in reader.committed(
        [TopicPartition("rd", p) for p in range(3)])])
    say("delete while it reads", lambda: one(admin.delete_consumer_groups(["rd-commit"])))
    reader.close()
    say("alter", lambda: [(p.partition, p.offset) for p in one(admin.alter_consumer_group_offsets(
        [ConsumerGroupTopicPartitions("rd-commit", [TopicPartition("rd", 0, 3)])])).topic_partitions])
    say("list", lambda: sorted((p.partition, p.offset) for p in one(admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions("rd-commit")])).topic_partitions))
    say("delete", lambda: one(admin.delete_consumer_groups(["rd-commit"])))
    say("delete again", lambda: one(admin.delete_consumer_groups(["rd-commit"])))


def manage():
    rd = TopicPartition("rd", 0)
    for name, spec in [("earliest", OffsetSpec.earliest()), ("latest", OffsetSpec.latest()),
                       ("largest time", OffsetSpec.max_timestamp()), ("time", OffsetSpec.for_timestamp(5))]:
        say(f"offset {name}", lambda: one(admin.list_offsets({rd: spec})).offset)
    say("delete records", lambda: one(admin.delete_records([TopicPartition("rd", 0, 10)])).low_watermark)
    say("delete too many", lambda: one(admin.delete_records([TopicPartition("rd", 0, 5000)])).low_watermark)

    def alter(key, value, operation=AlterConfigOpType.SET):
        entry = ConfigEntry(key, value, incremental_operation=operation)
        return one(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, "rd", incremental_configs=[entry])]))

    say("set", lambda: alter("retention.ms", "1234567"))
    say("append", lambda: alter("cleanup.policy", "compact", AlterConfigOpType.APPEND))
    say("set to nonsense", lambda: alter("retention.ms", "soon"))
    say("set the unknown", lambda: alter("no.such", "1"))
    say("set now", lambda: sorted((e.name, e.value) for e in one(admin.describe_configs(
        [ConfigResource(ResourceType.TOPIC, "rd")])).values() if e.source == 1))
    say("describe absent", lambda: len(one(admin.describe_configs([ConfigResource(ResourceType.TOPIC, "not-there")]))))
    say("groups", lambda: sorted((g.group_id, g.type.name, g.state.name) for g in
                                 admin.list_consumer_groups().result().valid if g.group_id != "rd-static"))
    say("cluster", lambda: [node.id for node in admin.describe_cluster().result().nodes])
    say("delete topic", lambda: one(admin.delete_topics(["rd"])))
    say("delete topic again", lambda: one(admin.delete_topics(["rd"])))


topics()
produce()
read()
for strategy in ["range", "roundrobin", "cooperative-sticky"]:
    grows_and_shrinks(strategy)
static_members()
commit_and_resume()
manage()
print("ok")
