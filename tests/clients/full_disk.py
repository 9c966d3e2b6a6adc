"""A step of the tests of full and failing disks.

    full_disk.py BOOTSTRAP prepare TOPIC...        creates the topics, with one partition each
    full_disk.py BOOTSTRAP produce TOPIC STOP      numbered records by one idempotent producer until the file STOP is there;
                                                   prints how many were acknowledged, now and then and at the end
    full_disk.py BOOTSTRAP fill TOPIC [COUNT]      until COUNT are acknowledged or one is refused: prints how many were, and
                                                   the error
    full_disk.py BOOTSTRAP serves OFFSET TOPIC...  one record to each topic, without retries: prints how each is refused;
                                                   then how many records the first has and how many different ones, then
                                                   the group's offset after committing OFFSET to it
    full_disk.py BOOTSTRAP refused TOPIC...        one record to each topic, without retries: prints how each is refused
    full_disk.py BOOTSTRAP commit TOPIC OFFSET     commits, and prints the group's offset
    full_disk.py BOOTSTRAP read TOPIC              prints how many records there are, and how many different ones
    full_disk.py BOOTSTRAP committed TOPIC         prints the group's offset
    full_disk.py BOOTSTRAP delete TOPIC
    full_disk.py BOOTSTRAP cut TOPIC OFFSET        deletes the records before an offset
"""

import pathlib
import sys
import time

from confluent_kafka import Producer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata

bootstrap, step, *arguments = sys.argv[1:]


def produce(topic, stop):
    acknowledged, in_flight = 0, 0

    def delivered(error, _):
        nonlocal acknowledged, in_flight
        if error is not None:
            sys.exit(f"given up: {error}")
        acknowledged, in_flight = acknowledged + 1, in_flight - 1

    producer = Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": True, "message.timeout.ms": 0,
        "retry.backoff.ms": 50, "retry.backoff.max.ms": 200, "reconnect.backoff.max.ms": 200, "log_level": 0,
    })  # fmt: skip
    number, printed = 0, time.monotonic()
    while not stop.exists():
        if in_flight < 20:
            producer.produce(topic, value=b"%d" % number, partition=0, on_delivery=delivered)
            number, in_flight = number + 1, in_flight + 1
        producer.poll(0.01)
        if time.monotonic() - printed > 0.1:
            printed = time.monotonic()
            print(acknowledged, flush=True)
    producer.flush(30)
    print(acknowledged)


def fill(topic, count):
    acknowledged, refused = 0, []

    def delivered(error, _):
        nonlocal acknowledged
        if error is None:
            acknowledged += 1
        else:
            refused.append(error.name())

    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "retries": 0, "linger.ms": 5})
    sent = 0
    while not refused and sent < count:
        for _ in range(20):
            producer.produce(topic, value=(b"%d " % sent).ljust(50_000), partition=0, on_delivery=delivered)
            sent += 1
        producer.flush(30)
    return f"{acknowledged} {refused[0] if refused else None}"


def refusals(topics):
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", retries=0)
    found = set()
    for topic in topics:
        try:
            producer.send(topic, value=b"refused", partition=0).get(20)
            found.add(f"{topic} accepted")
        except Exception as error:  # noqa: BLE001 - which one it is, is what the test asks
            found.add(f"{type(error).__name__} retriable={getattr(error, 'retriable', None)}")
    producer.close(1)
    return ", ".join(sorted(found))


def consumer():
    return KafkaConsumer(
        bootstrap_servers=bootstrap, group_id="readers", enable_auto_commit=False, check_crcs=False,
        max_partition_fetch_bytes=8 << 20,
    )  # fmt: skip


def read(topic):
    reader, partition = consumer(), TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    end = reader.end_offsets([partition])[partition]
    values, deadline = [], time.monotonic() + 30
    while reader.position(partition) < end and time.monotonic() < deadline:
        values += [record.value for records in reader.poll(200).values() for record in records]
    if reader.position(partition) < end:
        sys.exit(f"{topic} stands at {reader.position(partition)} of {end}")
    reader.close()
    return f"{len(values)} {len(set(values))}"


def committed(topic, offset=None):
    member, partition = consumer(), TopicPartition(topic, 0)
    member.assign([partition])
    if offset is not None:
        member.commit({partition: OffsetAndMetadata(offset, "", -1)})
    found = member.committed(partition)
    member.close()
    return found


if step == "produce":
    produce(arguments[0], pathlib.Path(arguments[1]))
elif step == "fill":
    print(fill(arguments[0], int(arguments[1]) if len(arguments) > 1 else sys.maxsize))
elif step == "serves":
    offset, *topics = arguments
    print(refusals(topics), read(topics[0]), committed(topics[0], int(offset)), sep="; ")
elif step == "refused":
    print(refusals(arguments))
elif step == "read":
    print(read(arguments[0]))
elif step == "commit":
    print(committed(arguments[0], int(arguments[1])))
elif step == "committed":
    print(committed(arguments[0]))
else:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    if step == "prepare":
        admin.create_topics([NewTopic(topic, 1, 1) for topic in arguments])
    elif step == "delete":
        admin.delete_topics(arguments)
    elif step == "cut":
        admin.delete_records({TopicPartition(arguments[0], 0): int(arguments[1])})
    else:
        sys.exit(f"no step {step}")
    print("done")
