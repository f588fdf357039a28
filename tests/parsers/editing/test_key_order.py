"""Every key of a record has its place."""

from calendar_service.parsers.editing.key_order import RECORD_KEYS, key_order
from calendar_service.records.schema import RECORD_SCHEMAS


def test_every_key_of_a_record_has_its_place():
    known = {field.alias or name for schema in RECORD_SCHEMAS.values() for name, field in schema.model_fields.items()}
    assert sorted(RECORD_KEYS) == sorted(known)


def test_keys_inside_others_have_the_order_of_the_schema():
    assert list(key_order(("place",))) == ["name", "city", "country", "address"]
    assert list(key_order(("sessions", 3))) == ["id", "title", "when", "place"]
    assert list(key_order(("title",))) == []
