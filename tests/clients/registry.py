"""Confluent's own registry client and Avro serialiser against the registry.

    registry.py REGISTRY_URL
"""

import sys

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

USER = '{"type":"record","name":"User","fields":[{"name":"name","type":"string"}]}'
GROWN = (
    '{"type":"record","name":"User","fields":[{"name":"name","type":"string"},'
    '{"name":"age","type":["null","int"],"default":null}]}'
)
BROKEN = '{"type":"record","name":"User","fields":[{"name":"name","type":"int"}]}'


def main():
    client = SchemaRegistryClient({"url": sys.argv[1]})
    first = client.register_schema("users-value", Schema(USER, "AVRO"))
    assert first == client.register_schema("users-value", Schema(USER, "AVRO"))
    second = client.register_schema("users-value", Schema(GROWN, "AVRO"))
    assert second > first
    assert client.get_versions("users-value") == [1, 2]
    assert client.test_compatibility("users-value", Schema(BROKEN, "AVRO")) is False
    try:
        client.register_schema("users-value", Schema(BROKEN, "AVRO"))
        raise AssertionError("an incompatible schema was taken")
    except SchemaRegistryError as error:
        assert error.http_status_code == 409, error
    context = SerializationContext("people", MessageField.VALUE)
    data = AvroSerializer(client, GROWN)({"name": "Ada", "age": 36}, context)
    assert AvroDeserializer(client)(data, context) == {"name": "Ada", "age": 36}
    client.delete_subject("users-value")
    assert "users-value" not in client.get_subjects()
    third = client.register_schema("other-value", Schema('"string"', "AVRO"))
    assert third > second, "ids are never used again"
    print("ok")


main()
