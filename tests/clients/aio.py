"""The usual work of an aiokafka application. Prints what it saw, one fact a line, the same on every run.

    aio.py BOOTSTRAP
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

BOOTSTRAP = sys.argv[1]
TOPIC = "aio-topic"


def say(what, value):
    print(f"{what}: {value}", flush=True)


async def refusal(call):
    try:
        return await call
    except KafkaError as error:
        return f"refused with {type(error).__name__}"


async def produce():
    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", compression_type=codec, linger_ms=5)
        await producer.start()
        sent = []
        for n in range(90):
            headers = [("codec", str(codec).encode()), ("empty", b"")]
            sent.append(await producer.send(TOPIC, b"v%d" % n, key=b"k%d" % n, partition=n % 3, headers=headers))
        last = [await future for future in sent][-1]
        say(f"produced with {codec}", (last.topic, last.partition, last.offset, last.timestamp_type))
        await producer.stop()
    producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, enable_idempotence=True, max_request_size=3_000_000)
    await producer.start()
    null = await producer.send_and_wait(TOPIC, None, key=b"deleted", partition=0, timestamp_ms=1_600_000_000_000)
    say("null record", (null.partition, null.offset, null.timestamp))
    large = await producer.send_and_wait(TOPIC, b"x" * 1_000_000, partition=0)
    say("large record", (large.partition, large.offset))
    say("too large", await refusal(producer.send_and_wait(TOPIC, b"x" * 1_100_000, partition=0)))
    await producer.stop()
    producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, enable_idempotence=True)
    await producer.start()
    say("ahead of time", await refusal(producer.send_and_wait(TOPIC, b"late", partition=0, timestamp_ms=4_000_000_000_000)))
    await producer.stop()


async def read_all(consumer, wanted):
    records = []
    while len(records) < wanted:
        for batch in (await asyncio.wait_for(consumer.getmany(timeout_ms=1000), 30)).values():
            records.extend(batch)
    return records


def group(**more):
    options = dict(
        bootstrap_servers=BOOTSTRAP,
        group_id="aio-group",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=300,
        metadata_max_age_ms=1000,
    )
    return AIOKafkaConsumer(TOPIC, **(options | more))


async def consume():
    first = group()
    await first.start()
    records = await read_all(first, 452)
    say("read", sorted((r.partition, r.offset) for r in records)[-3:])
    say("headers", records[0].headers)
    say("nulls", [(r.offset, r.timestamp, r.timestamp_type) for r in records if r.value is None])
    await first.commit({TopicPartition(TOPIC, 0): (100, "by hand"), TopicPartition(TOPIC, 1): (150, "")})
    second = group()
    await second.start()
    while not (first.assignment() and second.assignment() and len(first.assignment() | second.assignment()) == 3):
        await asyncio.gather(first.getmany(timeout_ms=100), second.getmany(timeout_ms=100))
    say("two members", sorted([len(first.assignment()), len(second.assignment())]))
    await second.stop()
    while len(first.assignment()) < 3:
        await first.getmany(timeout_ms=100)
    say("one member again", len(first.assignment()))
    say("committed", [await first.committed(TopicPartition(TOPIC, p)) for p in range(3)])
    await first.stop()
    resumed = group()
    await resumed.start()
    say("resumed", len(await read_all(resumed, 52 + 150)))
    end = await resumed.end_offsets([TopicPartition(TOPIC, p) for p in range(3)])
    say("end", sorted(end.items()))
    at = await resumed.offsets_for_times({TopicPartition(TOPIC, 0): 1_600_000_000_001, TopicPartition(TOPIC, 1): 9_999_999_999_999})
    say("at time", [(p.partition, found and found.offset) for p, found in sorted(at.items())])
    last = TopicPartition(TOPIC, 2)
    resumed.seek(last, 149)
    say("after a seek", (await resumed.getone(last)).offset)
    await resumed.seek_to_beginning(last)
    say("from the start", (await resumed.getone(last)).offset)
    resumed.seek(last, 100_000)
    say("from beyond the end", (await resumed.getone(last)).offset)
    await resumed.stop()
    strict = group(group_id=None, auto_offset_reset="none")
    await strict.start()
    await refusal(strict.getone())
    strict.seek(last, 100_000)
    say("without a reset", await refusal(strict.getone(last)))
    await strict.stop()
    sticky = group(group_id="aio-sticky", group_instance_id="static-1", partition_assignment_strategy=(StickyPartitionAssignor,))
    await sticky.start()
    say("static member", len(sticky.assignment()))
    await sticky.stop()
    await sticky_again()


async def sticky_again():
    again = group(group_id="aio-sticky", group_instance_id="static-1", partition_assignment_strategy=(StickyPartitionAssignor,))
    await again.start()
    say("static member back", len(again.assignment()))
    await again.stop()


async def administer(admin):
    created = await admin.create_topics([NewTopic(TOPIC, 3, 1, topic_configs={"max.message.bytes": "1048588"})])
    say("create", created)
    for name, topic in {
        "again": NewTopic(TOPIC, 1, 1),
        "bad name": NewTopic("a b", 1, 1),
        "no partitions": NewTopic("none", 0, 1),
        "many replicas": NewTopic("many", 1, 2),
        "bad setting": NewTopic("bad", 1, 1, topic_configs={"cleanup.policy": "burn"}),
        "unknown setting": NewTopic("bad", 1, 1, topic_configs={"no.such.key": "1"}),
        "assigned": NewTopic("assigned", -1, -1, replica_assignments={0: [1], 1: [1]}),
    }.items():
        say(f"create {name}", await refusal(admin.create_topics([topic])))
    say("more partitions", await refusal(admin.create_partitions({"assigned": NewPartitions(3)})))
    say("fewer partitions", await refusal(admin.create_partitions({"assigned": NewPartitions(1)})))
    resource = ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs={"retention.ms": "1000000"})
    say("alter", await refusal(admin.alter_configs([resource])))
    described = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
    say("settings", sorted((c[0], c[1]) for answer in described for r in answer.resources for c in r[4] if c[3] == 1))
    say("topics", sorted(t for t in await admin.list_topics() if not t.startswith("__")))
    say("describe", [(t["error_code"], t["topic"], len(t["partitions"])) for t in await admin.describe_topics([TOPIC, "assigned"])])


async def main():
    admin = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await admin.start()
    await administer(admin)
    await produce()
    await consume()
    say("groups", sorted(await admin.list_consumer_groups()))
    # One at a time: the client asks in the order of a set, and misreads all but the first of an answer's groups.
    for name in ["aio-group", "absent"]:
        for answer in await admin.describe_consumer_groups([name]):
            say("group", answer.groups)
    offsets = await admin.list_consumer_group_offsets("aio-group")
    say("group offsets", sorted((p.partition, o.offset, o.metadata) for p, o in offsets.items()))
    say("records deleted", await admin.delete_records({TopicPartition(TOPIC, 0): RecordsToDelete(before_offset=100)}))
    say("topics deleted", await admin.delete_topics([TOPIC, "absent"]))
    await admin.close()
    print("ok")


asyncio.run(main())
