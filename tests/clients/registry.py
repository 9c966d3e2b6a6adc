"""Confluent's own registry client, Avro serialiser and deserialiser against the registry: every call they have for Avro.

    registry.py REGISTRY_URL
"""

import json
import sys

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Metadata,
    MetadataProperties,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    ServerConfig,
    record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

URL = sys.argv[1]


def record(name, *fields):
    return json.dumps({"type": "record", "name": name, "namespace": "shop", "fields": list(fields)})


NAME = {"name": "name", "type": "string"}
AGE = {"name": "age", "type": ["null", "int"], "default": None}
USER, GROWN = record("User", NAME), record("User", NAME, AGE)
BROKEN = record("User", {"name": "name", "type": "int"})


def fails(status, code, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except SchemaRegistryError as error:
        assert (error.http_status_code, error.error_code) == (status, code), error
        return
    raise AssertionError(f"{call.__name__}{arguments} answered {answer}")


def client():
    """A client with empty caches, so that the registry is asked."""
    return SchemaRegistryClient({"url": URL})


def registers_and_finds():
    registry = client()
    first = registry.register_schema("users-value", Schema(USER))
    assert first == client().register_schema("users-value", Schema(USER))
    full = registry.register_schema_full_response("users-value", Schema(GROWN))
    assert full.schema_id > first and full.schema.schema_str == GROWN.replace(" ", ""), full
    assert registry.get_versions("users-value") == [1, 2]
    assert registry.get_subjects() == ["users-value"]
    assert registry.get_schema_types() == ["AVRO"]
    latest = registry.get_latest_version("users-value")
    assert (latest.schema_id, latest.version, latest.subject) == (full.schema_id, 2, "users-value")
    assert registry.get_version("users-value", 1).schema_id == first
    found = client().lookup_schema("users-value", Schema(GROWN))
    assert (found.schema_id, found.version) == (full.schema_id, 2)
    assert client().get_schema(first).schema_str == USER.replace(" ", "")
    assert client().get_schema_by_guid(latest.guid).schema_str == latest.schema.schema_str
    assert registry.get_subjects_by_schema_id(first) == ["users-value"]
    versions = registry.get_schema_versions(first)
    assert [(version.subject, version.version) for version in versions] == [("users-value", 1)]
    fails(404, 40401, registry.get_versions, "nobody")
    fails(404, 40401, registry.get_latest_version, "nobody")
    fails(404, 40402, registry.get_version, "users-value", 9)
    fails(404, 40403, client().get_schema, 99999)
    fails(404, 40403, client().lookup_schema, "users-value", Schema('"bytes"'))
    fails(422, 42201, registry.register_schema, "users-value", Schema('{"type":"nope"}'))
    fails(422, 42201, registry.register_schema, "users-value", Schema("{}", "JSON"))


def judges_compatibility():
    registry = client()
    assert registry.test_compatibility("users-value", Schema(BROKEN)) is False
    assert registry.test_compatibility("users-value", Schema(GROWN), version=1) is True
    assert registry.test_compatibility("nobody", Schema(USER)) is True
    assert registry.test_compatibility_all_versions("users-value", Schema(BROKEN)) is False
    fails(409, 40901, registry.register_schema, "users-value", Schema(BROKEN))
    assert registry.get_compatibility() == "BACKWARD"
    fails(404, 40408, registry.get_compatibility, "users-value")
    assert registry.set_compatibility("users-value", "NONE")["compatibility"] == "NONE"
    assert registry.get_compatibility("users-value") == "NONE"
    assert registry.test_compatibility("users-value", Schema(BROKEN)) is True
    registry.set_config("users-value", ServerConfig(compatibility=ConfigCompatibilityLevel.FULL_TRANSITIVE))
    config = registry.get_config("users-value")
    assert config.compatibility_level == ConfigCompatibilityLevel.FULL_TRANSITIVE
    registry.delete_config("users-value")
    assert registry.get_config().compatibility_level == ConfigCompatibilityLevel.BACKWARD
    fails(422, 42203, registry.set_compatibility, "users-value", "SIDEWAYS")


def has_modes_and_contexts():
    registry = client()
    assert registry.get_global_mode() == "READWRITE"
    assert registry.update_mode("users-value", "READONLY") == "READONLY"
    assert registry.get_mode("users-value") == "READONLY"
    fails(422, 42205, registry.register_schema, "users-value", Schema(record("User", NAME, AGE, AGE | {"name": "size"})))
    registry.delete_mode("users-value")
    fails(404, 40409, registry.get_mode, "users-value")
    assert registry.get_contexts() == ["."]
    assert registry.register_schema(":.shop:users-value", Schema(GROWN)) == 1, "a context counts its own ids"
    assert registry.get_contexts() == [".", ".shop"]


def keeps_references():
    registry = client()
    address = record("Address", {"name": "city", "type": "string"})
    registry.register_schema("address", Schema(address))
    reference = SchemaReference(name="shop.Address", subject="address", version=1)
    person = Schema(record("Person", NAME, {"name": "home", "type": "shop.Address"}), "AVRO", [reference])
    fails(422, 42201, registry.register_schema, "person-value", Schema(person.schema_str))
    person_id = registry.register_schema("person-value", person)
    assert client().get_schema(person_id).references == [reference]
    assert registry.get_referenced_by("address", 1) == [person_id]
    fails(422, 42206, registry.delete_subject, "address")
    context = SerializationContext("person", MessageField.VALUE)
    value = {"name": "Ada", "home": {"city": "London"}}
    data = AvroSerializer(registry, person)(value, context)
    assert AvroDeserializer(client())(data, context) == value


def serialises():
    context = SerializationContext("people", MessageField.VALUE)
    ada = {"name": "Ada", "age": 36}
    data = AvroSerializer(client(), GROWN)(ada, context)
    assert data[0] == 0 and client().get_subjects_by_schema_id(int.from_bytes(data[1:5], "big"))
    assert AvroDeserializer(client())(data, context) == ada
    assert AvroDeserializer(client(), USER)(data, context) == {"name": "Ada"}, "read with an older schema"
    fixed = {"auto.register.schemas": False}
    assert AvroSerializer(client(), GROWN, conf=fixed)(ada, context) == data
    latest = {"auto.register.schemas": False, "use.latest.version": True}
    assert AvroSerializer(client(), USER, conf=latest)(ada, context) == data
    by_record = {"subject.name.strategy": record_subject_name_strategy}
    AvroSerializer(client(), GROWN, conf=by_record)(ada, context)
    assert client().get_versions("shop.User") == [1]
    normal = {"normalize.schemas": True}
    assert AvroSerializer(client(), GROWN, conf=normal)(ada, context)[0] == 0
    try:
        AvroSerializer(client(), BROKEN)({"name": 1}, context)
        raise AssertionError("an incompatible schema was taken")
    except (SchemaRegistryError, SerializationError):
        pass
    try:
        AvroSerializer(client(), USER, conf=fixed)({"name": "x"}, SerializationContext("none", MessageField.VALUE))
        raise AssertionError("a schema that is not registered was used")
    except (SchemaRegistryError, SerializationError):
        pass


def chooses_by_metadata():
    registry = client()
    with_owner = lambda owner: Metadata(None, MetadataProperties({"owner": owner}), None)
    for owner in ["red", "blue"]:
        registry.register_schema("owned-value", Schema(USER, metadata=with_owner(owner)))
    assert registry.get_latest_with_metadata("owned-value", {"owner": "red"}).version == 1
    fails(404, 40403, registry.get_latest_with_metadata, "owned-value", {"owner": "green"})
    conf = {"auto.register.schemas": False, "use.latest.with.metadata": {"owner": "red"}}
    context = SerializationContext("owned", MessageField.VALUE)
    data = AvroSerializer(registry, USER, conf=conf)({"name": "Ada"}, context)
    assert int.from_bytes(data[1:5], "big") == registry.get_version("owned-value", 1).schema_id


def deletes():
    registry = client()
    fails(404, 40407, registry.delete_version, "users-value", 1, permanent=True)
    assert registry.delete_version("users-value", 1) == 1
    assert client().get_versions("users-value") == [2]
    fails(404, 40406, registry.delete_version, "users-value", 1)
    fails(404, 40405, registry.delete_subject, "users-value", permanent=True)
    highest = max(client().get_latest_version(name).schema_id for name in ["users-value", "people-value", "person-value"])
    assert registry.delete_subject("users-value") == [2]
    assert "users-value" not in client().get_subjects()
    fails(404, 40404, registry.delete_subject, "users-value")
    assert registry.delete_subject("users-value", permanent=True) in ([1, 2], [2])
    assert client().register_schema("other-value", Schema('"string"')) > highest, "ids are never used again"


for part in [
    registers_and_finds,
    judges_compatibility,
    has_modes_and_contexts,
    keeps_references,
    serialises,
    chooses_by_metadata,
    deletes,
]:
    part()
print("ok")
