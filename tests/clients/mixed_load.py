"""A broker's mixed load with a journal of what was acknowledged, and the check that all of it is there.

    mixed_load.py BOOTSTRAP PROGRESS_FILE STOP_FILE

Idempotent producers fill a topic that keeps everything and one that retention cuts while they write; groups consume and
commit; topics are created, altered, written to and deleted. Every answer that acknowledges something is remembered with
what it promises. The broker may die and come back as often as it likes: a request that got no answer is sent again until
it gets one. PROGRESS_FILE holds the number of acknowledged records, commits and administrative changes.

When STOP_FILE appears everything is read back. Each broken promise is one line `BROKEN <what>: ...`; exit code 1 if
there is any, 2 if the load itself could not be carried through.
"""

import json
import os
import random
import sys
import threading
import time
from concurrent.futures import TimeoutError as FutureTimeout

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

PRODUCERS = 3
RECORDS_PER_SECOND = 600  # of each producer
KEPT, FLEETING = "numbers", "fleeting"
PARTITIONS = 3
TOPICS_ALIVE = 12

bootstrap, progress_file, stop_file = sys.argv[1:4]
stop = threading.Event()
lock = threading.Lock()
broken, fatal = [], []
count = {"records": 0, "commits": 0, "changes": 0}
BASE = {"bootstrap.servers": bootstrap, "log_level": 0, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200}


def breaks(what, detail):
    with lock:
        broken.append(what)
        if broken.count(what) <= 20:
            print(f"BROKEN {what}: {detail}", flush=True)


def note(what, number=1):
    with lock:
        count[what] += number


class Journal:
    """What one producer was told: for each record the topic, partition and offset that it got."""

    def __init__(self, number):
        self.number = number
        self.acknowledged = {}
        self.sent = 0
        config = dict(BASE)
        config.update(
            {
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 3,
                "delivery.timeout.ms": 240000,
                "retry.backoff.ms": 50,
            }
        )
        self.producer = Producer(config)
        self.failed = False

    def attend(self, wait):
        """Lets the producer work. An error that ends it is raised here: its sequence no longer fits what is there."""
        try:
            wait()
        except KafkaException as error:
            self.failed = True
            breaks("idempotent producer", f"producer {self.number}: {error.args[0].str()}")

    def send(self, topic):
        n = self.sent
        value = f"{self.number}-{n}-" + "x" * random.randrange(300 if topic == KEPT else 6000)

        def delivered(error, message):
            if error is not None:
                fatal.append(f"record {n} of producer {self.number} failed: {error}")
            else:
                self.acknowledged[n] = (message.topic(), message.partition(), message.offset())
                note("records")

        self.producer.produce(topic, key=str(n % 97), value=value, on_delivery=delivered)
        self.sent += 1

    def run(self):
        begun, sent = time.time(), 0
        while not stop.is_set() and not self.failed:
            due = (time.time() - begun) * RECORDS_PER_SECOND
            waiting = len(self.producer)
            if waiting > 20_000:  # the broker is away: do not pile up
                begun, sent = time.time(), 0
            while sent < due and waiting < 20_000:
                self.send(KEPT if sent % 3 else FLEETING)
                sent += 1
                waiting += 1
            self.attend(lambda: self.producer.poll(0.01))


class Group:
    """One group on the kept topic, and the offsets that were acknowledged as committed."""

    def __init__(self, name, members):
        self.name, self.members = name, members
        self.committed = {}
        self.threads = [threading.Thread(target=guarded(self.consume)) for _ in range(members)]
        self.threads.append(threading.Thread(target=guarded(self.watch)))

    def config(self):
        own = {"group.id": self.name, "enable.auto.commit": False, "auto.offset.reset": "earliest"}
        own.update({"session.timeout.ms": 6000, "socket.timeout.ms": 6000})
        return BASE | own

    def consume(self):
        consumer = Consumer(self.config())
        consumer.subscribe([KEPT])
        while not stop.is_set():
            messages = consumer.consume(200, timeout=0.2)
            messages = [m for m in messages if m.error() is None]
            if not messages:
                continue
            try:
                done = consumer.commit(asynchronous=False)
            except KafkaException:
                continue  # not acknowledged, so nothing is promised
            with lock:
                for at in done:
                    if at.error is None and at.offset >= 0:
                        known = self.committed.get(at.partition, 0)
                        self.committed[at.partition] = max(known, at.offset)
                        count["commits"] += 1
        consumer.close()

    def watch(self):
        consumer = Consumer(self.config())
        while not stop.is_set():
            self.check(consumer)
            stop.wait(0.3)
        consumer.close()

    def check(self, consumer):
        with lock:
            promised = dict(self.committed)
        if not promised:
            return True
        try:
            found = consumer.committed([TopicPartition(KEPT, p) for p in promised], timeout=3)
        except KafkaException:
            return False
        for at in found:
            if at.error is None and at.offset < promised[at.partition]:
                breaks(
                    "committed offset",
                    f"{self.name} {KEPT}-{at.partition} is {at.offset}, was {promised[at.partition]}",
                )
        return all(at.error is None for at in found)


class Topics:
    """Topics that come and go with a setting and a few records each."""

    def __init__(self):
        self.admin = AdminClient(BASE | {"socket.timeout.ms": 5000})
        self.alive = {}  # name -> [setting, [(partition, offset, value)]]
        self.deleted = []
        self.next = 0
        self.producer = Producer(BASE | {"enable.idempotence": True, "delivery.timeout.ms": 240000})

    def certain(self, what, ask, also=()):
        """Asks until there is an answer: success, or an error that says the same."""
        while True:
            try:
                ask().result(timeout=6)
                return
            except (KafkaException, FutureTimeout) as error:
                code = error.args[0].code() if isinstance(error, KafkaException) else None
                if code in also:
                    return
                if code is not None and code >= 0 and not error.args[0].retriable():
                    if code != KafkaError.REQUEST_TIMED_OUT:
                        breaks(what, f"{error.args[0]}")
                        return
                time.sleep(0.1)

    def run(self):
        while not stop.is_set():
            self.create()
            if len(self.alive) > 3:
                self.alter(random.choice(list(self.alive)))
                self.read(random.choice(list(self.alive)))
            if len(self.alive) > TOPICS_ALIVE:
                self.delete(random.choice(list(self.alive)))
            self.look()

    def create(self):
        name, self.next = f"topic-{self.next}", self.next + 1
        new = NewTopic(name, 2, 1, config={"retention.ms": "1000000"})
        exists = (KafkaError.TOPIC_ALREADY_EXISTS,)
        self.certain("create topic", lambda: self.admin.create_topics([new])[name], exists)
        note("changes")
        records = []

        def delivered(error, message):
            if error is None:
                records.append((message.partition(), message.offset(), message.value()))
            else:
                fatal.append(f"a record for {name} failed: {error}")

        for n in range(4):
            self.producer.produce(name, value=f"{name}/{n}", partition=n % 2, on_delivery=delivered)
        self.producer.flush(240)
        note("records", len(records))
        self.alive[name] = ["1000000", records]

    def alter(self, name):
        value = str(1_000_000 + random.randrange(1_000_000))
        entry = ConfigEntry("retention.ms", value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        ask = lambda: next(iter(self.admin.incremental_alter_configs([resource]).values()))
        self.certain("alter topic", ask)
        self.alive[name][0] = value
        note("changes")

    def delete(self, name):
        unknown = (KafkaError.UNKNOWN_TOPIC_OR_PART,)
        self.certain("delete topic", lambda: self.admin.delete_topics([name])[name], unknown)
        del self.alive[name]
        self.deleted.append(name)
        note("changes")

    def look(self):
        """What the broker says of all topics, if it answers."""
        try:
            names = set(self.admin.list_topics(timeout=3).topics)
            resources = [ConfigResource(ResourceType.TOPIC, name) for name in self.alive]
            configs = {}
            for resource, future in self.admin.describe_configs(resources).items():
                configs[resource.name] = future.result(timeout=6)["retention.ms"].value
        except (KafkaException, FutureTimeout) as error:
            code = error.args[0].code() if isinstance(error, KafkaException) else None
            if code == KafkaError.UNKNOWN_TOPIC_OR_PART:
                breaks("topic", f"describing: {error.args[0]}")
            return False
        for name, (setting, _) in self.alive.items():
            if name not in names:
                breaks("topic", f"{name} is gone")
            elif configs.get(name) != setting:
                breaks("topic setting", f"{name}: {configs.get(name)}, not {setting}")
        for name in self.deleted:
            if name in names:
                breaks("deleted topic", f"{name} is back")
        return True

    def read(self, name):
        """The records of one topic, if the broker lives long enough to give them."""
        found = {(p, o): value for p, o, value in read_topic(name, patient=False) or []}
        for partition, offset, value in self.alive[name][1]:
            if found and found.get((partition, offset)) != value:
                breaks("record of a topic", f"{name}-{partition}@{offset} is {found.get((partition, offset))}")


def ends_of(topic, spec, patient):
    admin = AdminClient(BASE | {"socket.timeout.ms": 5000})
    while True:
        try:
            metadata = admin.list_topics(topic, timeout=5).topics[topic]
            if metadata.error is not None:
                raise KafkaException(metadata.error)
            asked = {TopicPartition(topic, p): spec for p in metadata.partitions}
            answers = admin.list_offsets(asked)
            return {at.partition: future.result(timeout=6).offset for at, future in answers.items()}
        except (KafkaException, FutureTimeout):
            if not patient:
                return None
            time.sleep(0.2)


def read_topic(topic, patient):
    """All (partition, offset, value) of a topic up to its end of now; None if that did not work and need not."""
    ends = ends_of(topic, OffsetSpec.latest(), patient)
    starts = ends_of(topic, OffsetSpec.earliest(), patient)
    if ends is None or starts is None:
        return None
    own = {"group.id": "checker", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    consumer = Consumer(BASE | own | {"enable.partition.eof": False, "fetch.wait.max.ms": 20})
    consumer.assign([TopicPartition(topic, p, starts[p]) for p in ends])
    at, found, moved = dict(starts), [], time.time()
    while any(at[p] < ends[p] for p in ends):
        messages = [m for m in consumer.consume(5000, timeout=0.2) if m.error() is None]
        for message in messages:
            found.append((message.partition(), message.offset(), message.value()))
            at[message.partition()] = message.offset() + 1
        if messages:
            moved = time.time()
        elif time.time() - moved > (60 if patient else 3):
            if patient:
                breaks("reading", f"{topic} stands at {at} of {ends}")
            consumer.close()
            return None
    consumer.close()
    return found


def check_records(journals):
    for topic in (KEPT, FLEETING):
        places, seen = {}, {}
        for partition, offset, value in read_topic(topic, patient=True) or []:
            producer, n, _ = value.split(b"-", 2)
            record = (int(producer), int(n))
            places[(partition, offset)] = record
            seen[record] = seen.get(record, 0) + 1
        # After reading: retention goes on.
        starts = ends_of(topic, OffsetSpec.earliest(), True)
        for journal in journals:
            for n, (where, partition, offset) in journal.acknowledged.items():
                if where != topic or offset < starts[partition]:
                    continue  # deleted by retention
                if places.get((partition, offset)) != (journal.number, n):
                    found = places.get((partition, offset))
                    breaks("acknowledged record", f"{topic}-{partition}@{offset}: {found}, not {(journal.number, n)}")
        for record, times in seen.items():
            if times > 1:
                breaks("exactly once", f"record {record} is in {topic} {times} times")
        if topic == KEPT and any(starts.values()):
            breaks("acknowledged record", f"{topic} begins at {starts}")
        print(f"{topic}: {len(places)} records read, from {starts}", flush=True)


def guarded(work):
    def run():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - anything that ends a thread is a fault of the load
            fatal.append(f"{type(error).__name__}: {error}")
            raise

    return run


def set_up(topics):
    small = {"segment.bytes": "1048576", "segment.ms": "2000", "index.interval.bytes": "512"}
    for name, config in [
        (KEPT, small | {"retention.ms": "-1"}),
        (FLEETING, small | {"retention.bytes": "1048576", "file.delete.delay.ms": "300"}),
    ]:
        new = NewTopic(name, PARTITIONS, 1, config=config)
        exists = (KafkaError.TOPIC_ALREADY_EXISTS,)
        topics.certain("create topic", lambda: topics.admin.create_topics([new])[name], exists)


def main():
    topics = Topics()
    set_up(topics)
    journals = [Journal(number) for number in range(PRODUCERS)]
    groups = [Group("alone", 1), Group("together", 2)]
    threads = [threading.Thread(target=guarded(journal.run)) for journal in journals]
    threads += [thread for group in groups for thread in group.threads]
    threads.append(threading.Thread(target=guarded(topics.run)))
    for thread in threads:
        thread.start()
    while not os.path.exists(stop_file) and not fatal:
        with open(progress_file + ".new", "w") as file:
            file.write(f"{count['records']} {count['commits']} {count['changes']}\n")
        os.rename(progress_file + ".new", progress_file)
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    for journal in journals:
        if not journal.failed:
            journal.attend(lambda: journal.producer.flush(240))
    check_records(journals)
    for group in groups:
        consumer = Consumer(group.config())
        while not group.check(consumer):
            time.sleep(0.2)
        consumer.close()
    while not topics.look():
        time.sleep(0.2)
    for name in topics.alive:
        topics.read(name)
    sent = sum(journal.sent for journal in journals)
    print(json.dumps(count | {"sent": sent, "topics": topics.next, "broken": len(broken)}))
    for line in fatal:
        print("the load failed:", line)
    return 2 if fatal else 1 if broken else 0


sys.exit(main())
