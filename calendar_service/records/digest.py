"""Digest of an edition's records, to recognise an older copy of the file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from calendar_service.records.record import record_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.records.record import Record


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest_records(records: Iterable[Record]) -> str:
    """Return the SHA-256 (hexadecimal) of the records as canonical JSON, independent of their order.

    Digests are stored in the database and compared across releases: the same records must always give the same digest.
    """
    return digest_json(record_to_json(each) for each in sorted(records, key=lambda each: each.id))


def digest_json(records: Iterable[dict[str, Any]]) -> str:
    """Return the same digest of records as JSON values, in the order of their ids."""
    # As one list, but not written at once: that would keep all other threads waiting.
    digest, before = hashlib.sha256(b"["), ""
    for each in records:
        digest.update((before + _canonical(each)).encode("ascii"))
        before = ","
    digest.update(b"]")
    return digest.hexdigest()


def digest_edition(edition: Edition) -> str:
    """Return the digest of an edition's records, without withdrawn ones."""
    return digest_records(each.record for each in edition.entries.values() if not each.revision.withdrawn)
