"""Produces with librdkafka until told to stop, and writes down what was acknowledged.

    acknowledged.py BOOTSTRAP TOPIC FILE STOP_FILE

Every record has a number of its own as its value. FILE gets one number a line, in the order of acknowledgement; when
STOP_FILE appears the producer flushes and ends. Exit code 1 if a delivery failed for good.
"""

import os
import sys
import time

from confluent_kafka import Producer

bootstrap, topic, path, stop = sys.argv[1:5]
failed = 0


def main():
    acknowledged = open(path, "w", buffering=1 << 16)

    def delivered(error, message):
        global failed
        if error is None:
            acknowledged.write(message.value().decode() + "\n")
        else:
            failed += 1
            print("failed:", error, file=sys.stderr)

    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 2,
            "delivery.timeout.ms": 120000,
            "reconnect.backoff.max.ms": 200,
        }
    )
    number = 0
    while not os.path.exists(stop):
        for _ in range(50):
            try:
                producer.produce(topic, key=str(number % 97), value=str(number), on_delivery=delivered)
                number += 1
            except BufferError:
                break
        producer.poll(0.01)
    left = producer.flush(90)
    acknowledged.close()
    print(f"sent {number}, left {left}, failed {failed}")
    return 1 if left or failed else 0


sys.exit(main())
