"""Writes batches of one record each to both partitions of some topics, and says what is there.

    batches.py BOOTSTRAP write COUNT TOPIC...   also commits COUNT times, each commit a batch of its own
    batches.py BOOTSTRAP read TOPIC...          prints the number of records in each partition
    batches.py BOOTSTRAP committed TOPIC...     prints the group's offset on the first topic
"""

import sys

from confluent_kafka import Consumer, Producer, TopicPartition

bootstrap, step = sys.argv[1:3]
arguments = sys.argv[3:]


def consumer(group):
    own = {"group.id": group, "enable.auto.commit": False, "log_level": 0, "enable.partition.eof": True}
    return Consumer({"bootstrap.servers": bootstrap} | own)


def write(count, topics):
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 0})
    for n in range(count):
        for topic in topics:
            for partition in (0, 1):
                # Several index entries: long enough to pass the interval.
                producer.produce(topic, value=f"{n} " + "x" * 150, partition=partition)
        assert producer.flush(30) == 0
    group = consumer("group")
    for n in range(count):
        group.commit(offsets=[TopicPartition(topics[0], 0, n + 1)], asynchronous=False)
    group.close()


def read(topics):
    counts = []
    for topic in topics:
        for partition in (0, 1):
            reader = consumer("reader")
            reader.assign([TopicPartition(topic, partition, 0)])
            found = []
            while True:
                message = reader.poll(30)
                assert message is not None, f"{topic}-{partition} does not answer after {len(found)}"
                if message.error() is not None:
                    break
                found.append(int(message.value().split()[0]))
            assert found == list(range(len(found))), found
            counts.append(str(len(found)))
            reader.close()
    print(*counts)


if step == "write":
    write(int(arguments[0]), arguments[1:])
elif step == "read":
    read(arguments)
else:
    found = consumer("group").committed([TopicPartition(arguments[0], 0)], timeout=30)
    print(found[0].offset)
