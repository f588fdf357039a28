"""Digests of records: those that databases have."""

import hashlib
import json

import pytest

from calendar_service.records.digest import digest_json

RECORDS = [{"id": "é", "title": {"en": "A", "b": "\u2028"}, "at": [1, None, True]}, {"tags": [], "id": "b"}, {}]


@pytest.mark.parametrize("number", range(4))
def test_the_digest_is_that_of_one_list(number):
    written = json.dumps(RECORDS[:number], sort_keys=True, separators=(",", ":"))
    assert digest_json(iter(RECORDS[:number])) == hashlib.sha256(written.encode("ascii")).hexdigest()


def test_the_digest_is_the_same_in_all_versions():
    assert digest_json(RECORDS) == "424792ffca9af1ed9223e65b259f5e7cf63c235b5b61a51c6e637e66d4ed02ec"
