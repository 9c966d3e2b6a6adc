"""The usual work of a kafka-python application: produce, consume in a group, commit, resume.

    group.py BOOTSTRAP TOPIC
"""

import sys
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

bootstrap, topic = sys.argv[1:3]
COUNT = 2000


def consume(group, wanted, commit):
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=500,
    )
    seen = []
    deadline = time.time() + 60
    while len(seen) < wanted and time.time() < deadline:
        for records in consumer.poll(500).values():
            seen.extend(records)
    if commit:
        consumer.commit()
    consumer.close()
    return seen


def main():
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 3, 1)])
    for codec in [None, "gzip", "snappy", "lz4"]:
        try:
            producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type=codec)
        except (AssertionError, RuntimeError) as error:
            print("without compression:", error)
            producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
        for number in range(COUNT // 4):
            headers = [("codec", str(codec).encode())]
            producer.send(topic, key=b"k%d" % number, value=b"v%d" % number, headers=headers)
        producer.flush()
        producer.close()
    first = consume("python-group", COUNT, commit=True)
    assert len(first) == COUNT, f"{len(first)} of {COUNT} records"
    assert {r.headers[0][0] for r in first} == {"codec"}
    again = KafkaConsumer(bootstrap_servers=bootstrap, group_id="python-group")
    committed = sum(again.committed(TopicPartition(topic, p)) or 0 for p in range(3))
    again.close()
    assert committed == COUNT, f"committed {committed}"
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    producer.send(topic, value=b"one more").get(30)
    rest = consume("python-group", 1, commit=True)
    assert [r.value for r in rest] == [b"one more"], rest
    print("ok")


main()
