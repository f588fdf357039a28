"""A copy of the newest edition in a file, to be served while the database cannot be read.

It has one line of JSON for the edition, one for each revision, and one for the checksum of all of them. All processes
of a host share the file.
"""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_service.records.edition import Revision, advance
from calendar_service.records.record import calendar_from_json, calendar_to_json, record_from_json
from calendar_service.store.engine import reading
from calendar_service.store.tables import revisions
from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from calendar_service.records.edition import Edition
    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)

_FORMAT = 1
_COLUMNS = [each for each in revisions.c if each.name not in ("instants", "is_reduced")]


class SnapshotFile:
    """The file. Only its owner may read it, and it is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, engine: Database, edition: Edition) -> None:
        """Write an edition, unless the file has it. Raise DatabaseFault and OSError."""
        head = _head(edition)
        if self._read_head() == head:
            return
        with reading(engine) as connection:
            up_to = select(*_COLUMNS).where(revisions.c.edition <= edition.number)
            rows = connection.execute(up_to.order_by(revisions.c.edition, revisions.c.record_id))
            lines = [head, *(_line(_revision_to_json(row)) for row in rows)]
        digest = hashlib.sha256()
        for line in lines:
            digest.update(line)
        write_whole(self._path, [*lines, _line({"sha256": digest.hexdigest()})])

    def load(self) -> Edition | None:
        """Return the edition in the file; None, and say so in the log, if there is none or it is damaged."""
        try:
            lines = self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.error("%s cannot be read: %s.", self._path, error.strerror)  # noqa: TRY400 (the traceback adds nothing)
            return None
        try:
            return _edition_of(lines)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # Another version may have written it, or a disk have lost a part of it.
            logger.error("%s is not used, it is damaged or of another version: %s", self._path, type(error).__name__)  # noqa: TRY400 (a traceback would hold the words of records)
            return None

    def _read_head(self) -> bytes:
        with suppress(OSError), self._path.open("rb") as file:
            return file.readline()
        return b""


def _line(plain: Any) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _head(edition: Edition) -> bytes:
    return _line(
        {
            "format": _FORMAT,
            "edition": edition.number,
            "published_at": edition.published_at.isoformat(),
            "reading": edition.reading,
            "calendar": calendar_to_json(edition.calendar),
        }
    )


def _edition_of(lines: list[bytes]) -> Edition:
    head, *plain, last = map(json.loads, lines)
    if last["sha256"] != hashlib.sha256(b"".join(lines[:-1])).hexdigest():
        raise ValueError("the checksum is another")
    if head["format"] != _FORMAT:
        raise ValueError("the format is another")
    published_at, calendar = datetime.fromisoformat(head["published_at"]), calendar_from_json(head["calendar"])
    edition = advance(None, head["edition"], published_at, calendar, map(_revision_from_json, plain))
    return replace(edition, reading=head["reading"])


def _revision_to_json(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "sequence": row.sequence,
        "changed_at": row.changed_at.isoformat(),
        "withdrawn": row.withdrawn,
        "edition": row.edition,
        "is_reread": row.is_reread,
        "record": row.record,
    }


def _revision_from_json(plain: dict[str, Any]) -> Revision:
    changed_at, record = datetime.fromisoformat(plain["changed_at"]), record_from_json(plain["record"])
    return Revision(**plain | {"changed_at": changed_at, "record": record})
