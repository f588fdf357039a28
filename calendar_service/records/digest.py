"""The digest of an edition's records, by which an older copy of the file is known again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from calendar_service.records.record import record_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.records.record import Record


def digest_records(records: Iterable[Record]) -> str:
    """Return the SHA-256, in hex, of the records as canonical JSON, whatever their order.

    It is kept in the database and compared over releases, so it must never change for the same records.
    """
    return digest_json(record_to_json(each) for each in sorted(records, key=lambda each: each.id))


def digest_json(records: Iterable[dict[str, Any]]) -> str:
    """Return the same digest of records as JSON values, in the order of their ids."""
    canonical = json.dumps(list(records), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def digest_edition(edition: Edition) -> str:
    """Return the digest of an edition's records, without those that were withdrawn."""
    return digest_records(each.record for each in edition.entries.values() if not each.revision.withdrawn)
