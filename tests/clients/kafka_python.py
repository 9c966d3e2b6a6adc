"""The usual work of a kafka-python application, mistakes included. Prints what it saw, the same on every run.

    kafka_python.py BOOTSTRAP
"""

import re
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import (
    AlterConfigOp,
    ConfigResource,
    ConfigResourceType,
    MemberToRemove,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaError

BOOTSTRAP = sys.argv[1]
TOPIC = "python-topic"
PARTITIONS = [TopicPartition(TOPIC, p) for p in range(3)]
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def say(what, work):
    try:
        told = work() if callable(work) else work
    except KafkaError as error:
        told = f"refused with {type(error).__name__}: {error}"
    # What differs between any two runs.
    told = re.sub(r"'topic_id': '[^']*'|UUID\('[^']*'\)", "an id", str(told))
    told = re.sub(r"-?\b[0-9]{13,}\b", "T", re.sub(r"(127\.0\.0\.1:)[0-9]+", r"\1PORT", told))
    print(f"{what}: {told}", flush=True)


def until(done):
    deadline = time.time() + 60
    while not done():
        assert time.time() < deadline, "still not after 60 s"


def topics():
    def create(what, topic, **options):
        def created():
            answer = admin.create_topics([topic], raise_errors=False, **options)
            return [(t["name"], t["error_code"], t["error_message"], t["num_partitions"], t["replication_factor"])
                    for t in answer["topics"]]
        say(f"create {what}", created)

    create("one", NewTopic(TOPIC, 3, 1, topic_configs={"max.message.bytes": "2000000"}))
    create("again", NewTopic(TOPIC, 3, 1))
    create("by default", NewTopic("python-default"))
    create("assigned", NewTopic("python-assigned", -1, -1, replica_assignments={0: [1], 1: [1]}))
    create("to try", NewTopic("python-tried", 2, 1), validate_only=True)
    for name in ["", "a b", "..", "x" * 250]:
        create(f"named {name[:9]!r}", NewTopic(name, 1, 1))
    create("without partitions", NewTopic("python-none", 0, 1))
    create("with three replicas", NewTopic("python-none", 1, 3))
    create("on a broker that is not there", NewTopic("python-none", -1, -1, replica_assignments={0: [7]}))
    for key, value in [("retention.ms", "soon"), ("cleanup.policy", "burn"), ("no.such", "1")]:
        create(f"with {key}={value}", NewTopic("python-none", 1, 1, topic_configs={key: value}))

    def grow(count):
        answer = admin.create_partitions({"python-assigned": NewPartitions(count)}, raise_errors=False)
        return [(t.name, t.error_code, t.error_message) for t in answer.results]

    for count in [3, 3, 2, 0]:
        say(f"grow to {count}", lambda: grow(count))
    say("topics", lambda: sorted(name for name in admin.list_topics() if not name.startswith("__")))
    say("described", lambda: [(t["error_code"], t["name"], len(t["partitions"])) for t in
                              sorted(admin.describe_topics([TOPIC, "absent"]), key=lambda t: t["name"])])


def produce():
    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        for idempotent in [True, False]:
            producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, compression_type=codec, linger_ms=20,
                                     acks="all" if idempotent else 1, enable_idempotence=idempotent)
            sent = [producer.send(TOPIC, b"%d of " % n + str(codec).encode(), b"k%d" % n, partition=n % 3,
                                  headers=[("codec", str(codec).encode()), ("empty", b""), ("codec", b"again")])
                    for n in range(60)]
            last = [future.get(30) for future in sent][-1]
            say(f"produced with {codec}", (last.partition, last.offset))
            producer.close()
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, max_request_size=9_000_000, enable_idempotence=False)

    def send(what, value=None, **record):
        def sent():
            found = producer.send(TOPIC, value, partition=0, **record).get(30)
            return found.partition, found.offset
        say(what, sent)

    send("null value", key=b"deleted")
    send("null key", b"no key")
    send("headers", b"headers", headers=[("a", b"1"), ("a", b"2")])
    send("old", b"old", timestamp_ms=1000)
    send("large", b"x" * 1_900_000)
    send("too large", b"x" * 2_100_000)
    send("ahead of time", b"late", timestamp_ms=4_000_000_000_000)
    send("after it", b"last")
    producer.close()
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks=0, enable_idempotence=False)
    say("without acknowledgement", lambda: producer.send(TOPIC, b"silent", partition=0).get(30).offset)
    producer.close()
    # Read rather than answered: it is there once the partition has it.
    until(lambda: ends()[PARTITIONS[0]] == 207)


def ends():
    reader = consumer(None)
    found = reader.end_offsets(PARTITIONS)
    reader.close()
    return found


def consumer(group, *topics, **options):
    return KafkaConsumer(*topics, **(dict(
        bootstrap_servers=BOOTSTRAP, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
        heartbeat_interval_ms=300, metadata_max_age_ms=1000) | options))


def records(reader, wanted):
    found = []

    def read():
        for batch in reader.poll(500).values():
            found.extend(batch)
        return len(found) >= wanted

    until(read)
    return found


def first(reader):
    return min((r.partition, r.offset) for r in records(reader, 1))


def read():
    reader = consumer(None)
    reader.assign(PARTITIONS)
    all_of_them = records(reader, 607)
    say("read", [(p, sum(r.partition == p for r in all_of_them)) for p in range(3)])
    for record in sorted((r for r in all_of_them if r.partition == 0), key=lambda r: r.offset)[-7:]:
        say("  record", (record.offset, record.key, record.value and record.value[:9], record.headers,
                         record.timestamp_type, record.leader_epoch))
    say("with headers", [r.headers for r in all_of_them if r.partition == 1][0])
    say("start", lambda: sorted(reader.beginning_offsets(PARTITIONS).items()))
    say("end", lambda: sorted(reader.end_offsets(PARTITIONS).items()))
    say("at times", lambda: sorted(reader.offsets_for_times(
        {PARTITIONS[0]: 1001, PARTITIONS[1]: 9_999_999_999_999}).items()))
    say("of a partition that is not there", lambda: reader.partitions_for_topic("absent"))
    reader.assign(PARTITIONS[1:2])
    reader.seek(PARTITIONS[1], 150)
    say("from an offset", lambda: first(reader))
    reader.seek_to_beginning()
    say("from the start", lambda: first(reader))
    reader.seek(PARTITIONS[1], 100_000)
    say("from beyond the end", lambda: first(reader))
    reader.seek_to_end()
    say("at the end", lambda: (reader.poll(200), reader.position(PARTITIONS[1])))
    reader.close()
    reader = consumer(None, auto_offset_reset="none")
    reader.assign(PARTITIONS[:1])
    reader.seek(PARTITIONS[0], 100_000)
    say("without a reset", lambda: until(lambda: reader.poll(500)))
    reader.close()
    reader = consumer(None, isolation_level="read_committed")
    reader.assign(PARTITIONS[2:])
    say("only what is committed", lambda: len(records(reader, 200)))
    reader.close()


class Member(threading.Thread):
    """A member of a group that reads on its own, as each does in a process of its own."""

    def __init__(self, group, assignor):
        super().__init__(daemon=True)  # one that hangs must not keep a failed run from its end
        self.group, self.assignor, self.assigned, self.leaving = group, assignor, [], False
        self.start()

    def run(self):
        reader = consumer(self.group, TOPIC, client_id="member", partition_assignment_strategy=(self.assignor,))
        while not self.leaving:
            reader.poll(100)
            self.assigned = [p.partition for p in reader.assignment()]
        reader.close()

    def leave(self):
        self.leaving = True
        self.join()


def grows_and_shrinks(assignor, sizes):
    name = "python-" + assignor.name
    members, found = [], {}
    for size in sizes:
        while len(members) < size:
            members.append(Member(name, assignor))
        while len(members) > size:
            members.pop().leave()

        def even():
            time.sleep(0.02)
            has = [member.assigned for member in members]
            return all(has) and sorted(sum(has, [])) == [0, 1, 2]

        until(even)
        say(f"{assignor.name} with {size}", sorted(len(member.assigned) for member in members))

    def stable():
        found.update(admin.describe_groups([name])[name])
        return found["group_state"] == "Stable"

    until(stable)
    say("  described", (found["error"], found["protocol_type"], found["protocol_data"],
                        [(m["client_id"], m["client_host"], m["group_instance_id"]) for m in found["members"]]))
    say("  deleted", lambda: admin.delete_groups([name]))
    for member in members:
        member.leave()


def static_members():
    def joined():
        member = consumer("python-static", TOPIC, group_instance_id="one", session_timeout_ms=30_000)
        until(lambda: (member.poll(50), len(member.assignment()) == 3)[1])
        return member

    joined().close()
    again = joined()
    group = admin.describe_groups(["python-static"])["python-static"]
    say("static member", [m["group_instance_id"] for m in group["members"]])
    again.close()
    say("  removed", lambda: admin.remove_group_members("python-static", [MemberToRemove(group_instance_id="one")]))
    say("  removed again", lambda: admin.remove_group_members(
        "python-static", [MemberToRemove(group_instance_id="one")]))


def commit_and_resume():
    reader = consumer("python-commit", TOPIC)
    until(lambda: (reader.poll(50), len(reader.assignment()) == 3)[1])
    offsets = {PARTITIONS[0]: OffsetAndMetadata(100, "by hand", -1), PARTITIONS[1]: OffsetAndMetadata(150, "", -1)}
    say("commit", lambda: reader.commit(offsets))
    say("commit with much metadata", lambda: reader.commit({PARTITIONS[0]: OffsetAndMetadata(1, "x" * 5000, -1)}))
    reader.close()
    reader = consumer("python-commit", TOPIC)
    say("committed", lambda: [reader.committed(p, metadata=True) for p in PARTITIONS])
    found = records(reader, 107 + 50 + 200)
    say("resumes", sorted((p, min(r.offset for r in found if r.partition == p)) for p in range(3)))
    reader.close()
    show = lambda: sorted((p.partition, o.offset, o.metadata) for p, o in
                          admin.list_group_offsets({"python-commit": None})["python-commit"].items())
    say("offsets", show)
    say("set", lambda: admin.alter_group_offsets("python-commit", {PARTITIONS[0]: OffsetAndMetadata(3, "", -1)}))
    say("reset", lambda: sorted((p.partition, str(o)) for p, o in admin.reset_group_offsets(
        "python-commit", {PARTITIONS[1]: OffsetSpec.EARLIEST, PARTITIONS[2]: OffsetSpec.LATEST}).items()))
    say("offsets", show)
    say("deleted", lambda: sorted(map(str, admin.delete_group_offsets("python-commit", PARTITIONS[:1]).items())))
    say("offsets", show)
    say("groups", lambda: sorted((g["group_id"], g["protocol_type"], g["group_state"], g["group_type"])
                                 for g in admin.list_groups()))
    say("delete", lambda: sorted(admin.delete_groups(["python-commit", "absent"]).items()))
    say("described", lambda: [(g["group_id"], g["error"], g["group_state"])
                              for g in admin.describe_groups(["python-commit"]).values()])


def manage():
    topic = lambda configs=None, name=TOPIC: [ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)]
    own = lambda: sorted((key, found["value"], found["config_source"], found["config_type"]) for key, found in
                         admin.describe_configs(topic())["topic"][TOPIC].items())
    say("set", lambda: admin.alter_configs(topic({"retention.ms": "1000000", "segment.ms": "70000"})))
    say("append", lambda: admin.alter_configs(topic({"cleanup.policy": (AlterConfigOp.APPEND, "compact")})))
    say("own settings", own)
    say("reset", lambda: admin.reset_configs(topic(["segment.ms"])))
    for key, value in [("retention.ms", "soon"), ("no.such", "1"), ("compression.gzip.level", "0")]:
        say(f"set {key}={value}", lambda: admin.alter_configs(topic({key: value}), raise_on_unknown=False))
    say("set of nothing", lambda: admin.alter_configs(topic({"retention.ms": "1"}, "absent"), raise_on_unknown=False))
    say("own settings", own)
    for name, spec in [("earliest", OffsetSpec.EARLIEST), ("latest", OffsetSpec.LATEST),
                       ("of the largest time", OffsetSpec.MAX_TIMESTAMP)]:
        say(f"offsets, {name}", lambda: [(p.partition, o.offset, o.leader_epoch) for p, o in
                                         admin.list_partition_offsets({PARTITIONS[0]: spec}).items()])
    say("records deleted", lambda: admin.delete_records({PARTITIONS[0]: 10}))
    say("more than there are", lambda: admin.delete_records({PARTITIONS[0]: 5000}))
    cluster = admin.describe_cluster()
    say("cluster", (cluster["controller_id"], [(b["broker_id"], b["host"], b["rack"]) for b in cluster["brokers"]]))
    say("logs", lambda: sorted((t["name"], len(t["partitions"])) for b in admin.describe_log_dirs()
                               for d in b["log_dirs"] for t in d["topics"] if t["name"].startswith("python")))
    say("delete", lambda: sorted((t["name"], t["error_code"]) for t in admin.delete_topics(
        [TOPIC, "python-assigned", "absent"], raise_errors=False)["topics"]))
    until(lambda: TOPIC not in admin.list_topics())


topics()
produce()
read()
for assignor in [RangePartitionAssignor, CooperativeStickyAssignor]:
    grows_and_shrinks(assignor, [1, 3, 2])
# Not StickyPartitionAssignor: with it a member of version 3.0.12 sometimes spins without a request until it is removed.
grows_and_shrinks(RoundRobinPartitionAssignor, [2])
static_members()
commit_and_resume()
manage()
admin.close()
print("ok")
