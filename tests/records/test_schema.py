"""The JSON Schema that editors use says what the parser takes."""

from __future__ import annotations

import re

import pytest

from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.schema import RECORD_SCHEMAS, CalendarFileSchema, CalendarSchema, json_schema
from tests.support.paths import ROOT

FILE = ROOT / "data" / "events.yaml"
SCHEMA = json_schema()
PARTS = SCHEMA["$defs"]


def nodes(node):
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


@pytest.mark.parametrize(
    "shape", [CalendarFileSchema, CalendarSchema, *RECORD_SCHEMAS.values()], ids=lambda shape: shape.__name__
)
def test_every_field_is_there_with_its_description(shape):
    part = SCHEMA if shape is CalendarFileSchema else PARTS[shape.__name__]
    fields = {field.alias or name: field.description for name, field in shape.model_fields.items()}
    said = {
        name: node.get("description") or _target(node).get("description") for name, node in part["properties"].items()
    }
    assert (said.keys() == fields.keys(), [name for name in said if not said[name]]) == (True, [])


def _target(node):
    return PARTS[node["$ref"].rpartition("/")[2]] if "$ref" in node else {}


def test_every_inner_field_has_a_description():
    bare = [
        (part, name)
        for part, node in PARTS.items()
        for name, each in node.get("properties", {}).items()
        if not each.get("description")
    ]
    assert bare == []


def test_nothing_is_null_and_nothing_unknown_is_let_through():
    objects = [node for node in nodes(SCHEMA) if "properties" in node and node.get("type") == "object"]
    assert [node for node in nodes(SCHEMA) if node.get("type") == "null" or node.get("default", 0) is None] == []
    assert all(node["additionalProperties"] is False for node in objects)


def test_kinds_are_told_apart():
    kinds = SCHEMA["properties"]["records"]["items"]
    named = {PARTS[each["$ref"].rpartition("/")[2]]["properties"]["kind"]["const"] for each in kinds["oneOf"]}
    assert (kinds["discriminator"]["propertyName"], named) == ("kind", {"event", "webinar", "tender"})


def test_texts_by_language_are_keyed_by_codes():
    by_tag = PARTS["CalendarSchema"]["properties"]["tag_labels"]
    maps = [node for node in nodes(SCHEMA) if "patternProperties" in node and node != by_tag]
    assert len(maps) >= 10
    assert {(*node["patternProperties"], node["additionalProperties"]) for node in maps} == {("^[a-z]{2,3}$", False)}


def test_addresses_are_https():
    urls = [part["properties"]["url"] for part in PARTS.values() if "url" in part.get("properties", {})]
    assert {url["pattern"] for url in urls} == {"^https://"}


def test_the_example_fits():
    assert list(problems(SCHEMA, read_tree(FILE.read_bytes()).value)) == []


@pytest.mark.parametrize(
    "record",
    [
        {"id": "a", "kind": "event", "title": "T", "oops": 1},
        {"id": "A b", "kind": "event", "title": "T"},
        {"id": "a", "kind": "party", "title": "T"},
        {"id": "a", "kind": "event", "title": {"english": "T"}},
        {"id": "a", "kind": "event", "title": "T", "url": "http://example.org"},
        {"id": "a", "kind": "tender", "title": "T"},
        {"id": "a", "kind": "event", "title": "T", "tags": []} | {"tags": "a"},
        {"id": "a", "kind": "event", "title": "T", "fold": "1"},  # read all the same
    ],
    ids=repr,
)
def test_what_does_not_fit_is_seen(record):
    value = {"calendar": {"id": "x", "name": "X", "timezone": "UTC", "languages": ["en"]}, "records": [record]}
    assert list(problems(SCHEMA, value)) != []


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def problems(schema, value, path="$"):  # noqa: C901 (one line for each word of the schema)
    """Check a value by the words of JSON Schema that ours uses."""
    schema = {**schema, **_target(schema)}
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{path} is no {schema['type']}"
        return
    for word in ("oneOf", "anyOf"):
        if word in schema and not any(not list(problems(each, value, path)) for each in schema[word]):
            yield f"{path} fits none"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{path} is not one of them"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path} has another form"
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from problems(schema.get("items", {}), each, f"{path}[{number}]")
    if isinstance(value, dict):
        yield from (f"{path}.{name} is missing" for name in schema.get("required", []) if name not in value)
        for name, each in value.items():
            known = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            for pattern, each_of_form in schema.get("patternProperties", {}).items():
                known = each_of_form if re.search(pattern, name) else known
            yield from [f"{path}.{name} is unknown"] if known is False else problems(known, each, f"{path}.{name}")
