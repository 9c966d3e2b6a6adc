"""Transactions with confluent-kafka (librdkafka), and what its consumers see of them.

    transactions.py BOOTSTRAP create TOPIC    with two partitions
    transactions.py BOOTSTRAP write TOPIC     to both partitions; the last transaction of the second stays open
    transactions.py BOOTSTRAP append TOPIC    a record with idempotence to each partition
    transactions.py BOOTSTRAP read TOPIC      prints, for each isolation level, what is in each partition
"""

import os
import sys

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

bootstrap, step, topic = sys.argv[1:4]


def create():
    # Several segments, and an index entry for nearly every batch.
    config = {"segment.bytes": "1048576", "index.interval.bytes": "1000"}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 2, 1, config=config)])[topic].result(30)


def write():
    plain = Producer({"bootstrap.servers": bootstrap})
    # One transaction in which many others begin and end.
    long = begin("long")
    short = [producer(f"short-{n}") for n in range(3)]
    for partition in (0, 1):
        long.produce(topic, "aborted long", partition=partition)
    long.flush()
    for n in range(48):
        own = short[n % 3]
        own.begin_transaction()
        committed = n % 4 == 0
        for partition in (0, 1):
            for record in range(10):
                value = f"{'committed' if committed else 'aborted'} {n} {record} " + "x" * 4000
                own.produce(topic, value, partition=partition)
            plain.produce(topic, f"plain {n}", partition=partition)
        own.flush()
        plain.flush()
        if committed:
            own.commit_transaction()
        else:
            own.abort_transaction()
    long.abort_transaction()
    left = begin("left-open")
    left.produce(topic, "open", partition=1)
    left.flush()
    plain.produce(topic, "behind what is open", partition=1)
    plain.flush()
    print("ok", flush=True)
    # Without the clean-up that would abort the transaction.
    os._exit(0)


def producer(transactional_id):
    own = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, "linger.ms": 0})
    own.init_transactions(30)
    return own


def begin(transactional_id):
    own = producer(transactional_id)
    own.begin_transaction()
    return own


def append():
    own = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    failed = []
    for partition in (0, 1):
        own.produce(topic, "appended", partition=partition, on_delivery=lambda error, _: error and failed.append(error))
    assert own.flush(30) == 0 and not failed, failed
    print("ok")


def read():
    for isolation in ("read_committed", "read_uncommitted"):
        for partition in (0, 1):
            values = read_partition(isolation, partition)
            said = [f"{at} {value.decode().rstrip('x')}" for at, value in values]
            print(isolation, partition, ", ".join(said))


def read_partition(isolation, partition):
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False, "isolation.level": isolation,
        "enable.partition.eof": True, "fetch.message.max.bytes": 50000,
    })
    reader.assign([TopicPartition(topic, partition, 0)])
    values = []
    while True:
        message = reader.poll(30)
        assert message is not None, "nothing for 30 s"
        if message.error() is None:
            values.append((message.offset(), message.value()))
        elif message.error().code() == KafkaError._PARTITION_EOF:
            reader.close()
            return values
        else:
            raise SystemExit(f"{message.error()}")


{"create": create, "write": write, "append": append, "read": read}[step]()
