"""The result of the last attempt to publish, for every process to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from calendar_service.store.engine import reading, writing
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.tables import attempts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database


@dataclass(frozen=True)
class PublishAttempt:
    """The last attempt to publish, visible to every process."""

    at: datetime
    file: str
    digest: str
    outcome: PublishOutcome
    reasons: tuple[str, ...]


def record_attempt(engine: Database, attempt: PublishAttempt) -> None:
    """Store an attempt unless it equals the last one."""
    file, reasons = _storable(attempt.file)[-500:], tuple(map(_storable, attempt.reasons))
    with writing(engine) as connection:
        last = _last_attempt(connection)
        same = last and (last.digest, last.outcome, last.reasons) == (attempt.digest, attempt.outcome, reasons)
        if not same:
            connection.execute(
                insert(attempts),
                {
                    "at": attempt.at,
                    "file": file,
                    "digest": attempt.digest,
                    "outcome": attempt.outcome.value,
                    "reasons": list(reasons),
                },
            )


def _storable(text: str) -> str:
    """Replace what databases refuse: NUL, and bytes of a file name that are not UTF-8."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def last_attempt(engine: Database) -> PublishAttempt | None:
    """Return the last attempt to publish by any process."""
    with reading(engine) as connection:
        return _last_attempt(connection)


def _last_attempt(connection: Connection) -> PublishAttempt | None:
    row = connection.execute(select(attempts).order_by(attempts.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return PublishAttempt(row.at, row.file, row.digest, PublishOutcome(row.outcome), tuple(row.reasons))
