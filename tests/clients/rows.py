"""The rows of suites/topic_readers.rs: as JSON with kafka-python, as Avro with Confluent's client and deserialiser.

    rows.py BOOTSTRAP REGISTRY_URL
"""

import datetime
import decimal
import json
import sys

import confluent_kafka
import kafka
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

bootstrap, registry = sys.argv[1:3]
utc = datetime.timezone.utc

reader = kafka.KafkaConsumer(
    "mysql.orders", bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20000,
    value_deserializer=json.loads,
)
rows = [next(reader).value for _ in range(2)]
reader.close()
assert [row["id"] for row in rows] == [1, 2], rows
assert rows[0]["note"] is None and rows[1]["customer"] == "Grün", rows

deserialise = AvroDeserializer(SchemaRegistryClient({"url": registry}))
reader = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": "rows", "auto.offset.reset": "earliest"})
reader.subscribe(["avro.orders"])
rows = []
while len(rows) < 2:
    message = reader.poll(30)
    assert message is not None and message.error() is None, message and message.error()
    rows.append(deserialise(message.value(), SerializationContext(message.topic(), MessageField.VALUE)))
reader.close()
assert rows[0] == {
    "id": 1, "customer": "Ada", "amount": decimal.Decimal("12.50"), "note": None,
    "updated_at": datetime.datetime(2024, 2, 29, 12, 34, 56, 789000, utc),
}, rows[0]
assert rows[1]["amount"] == decimal.Decimal("-0.05") and rows[1]["customer"] == "Grün", rows[1]
print("ok")
