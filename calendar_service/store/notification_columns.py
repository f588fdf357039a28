"""Notification keys as the columns of `occasions`, and messages with items as `bundle`: the only place that does so.

What stands in the columns is for ever, since a notification that was sent is known by it.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import String, cast, literal, or_, select

from calendar_service.records.enums import MomentName
from calendar_service.records.leads import read_lead, write_lead
from calendar_service.records.moments import read_point, write_point
from calendar_service.records.notification_keys import (
    AccountKey,
    AccountKind,
    ChangeKey,
    DigestKey,
    DigestPeriod,
    EditionKey,
    NoticeKind,
    NotificationKind,
    ReminderKey,
    UnreadableKey,
)
from calendar_service.records.times import write_minute
from calendar_service.store.tables import occasions
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause, Select

    from calendar_service.records.notification_keys import BundleKey, NotificationKey, StoredKey


EDITION_MOMENT = "edition"
"""The `moment` of the message about all changes of an edition; its `revision` is the number of the edition."""
EDITION_BUNDLE = f"{EDITION_MOMENT} "
"""How the `bundle` of the notices of an edition begins."""


class KeyColumns(NamedTuple):
    """A key as the columns of its row. `revision` is where a moment stands, the number of a revision, or a name."""

    kind: str
    record_id: str = ""
    occurrence: str = ""
    moment: str = ""
    revision: str = ""
    lead: str = ""


KEY_COLUMNS = tuple(occasions.c[name] for name in KeyColumns._fields)


def encode_key(key: StoredKey) -> KeyColumns:
    """Write a key as columns."""
    match key:
        case ReminderKey(record_id, occurrence, moment, at, lead):
            day = occurrence.isoformat() if occurrence else ""
            return KeyColumns(key.kind.value, record_id, day, moment.value, write_point(at), write_lead(lead))
        case ChangeKey(record_id, revision, notice):
            return KeyColumns(key.kind.value, record_id, moment=notice.value, revision=str(revision))
        case DigestKey():
            return KeyColumns(key.kind.value, revision=encode_bundle(key))
        case EditionKey(edition):
            return KeyColumns(key.kind.value, moment=EDITION_MOMENT, revision=str(edition))
        case AccountKey(account, token):
            return KeyColumns(key.kind.value, moment=account.value, revision=token)
        case UnreadableKey(columns):
            return KeyColumns(*columns)


@lru_cache(maxsize=16_384)
def decode_key(columns: KeyColumns) -> StoredKey:
    """Read a key from columns. What `encode_key` would not write just like this is an UnreadableKey."""
    try:
        key = _decode(columns)
        is_exact = encode_key(key) == columns
    except ValueError:
        is_exact = False
    return key if is_exact else UnreadableKey(columns)


def key_of(row: Any) -> StoredKey:
    """Read the key of a row that has KEY_COLUMNS."""
    return decode_key(KeyColumns(*(getattr(row, name) for name in KeyColumns._fields)))


def _decode(columns: KeyColumns) -> NotificationKey:
    match NotificationKind(columns.kind):
        case NotificationKind.REMINDER:
            day = date.fromisoformat(columns.occurrence) if columns.occurrence else None
            at, lead = read_point(columns.revision), read_lead(columns.lead)
            return ReminderKey(columns.record_id, day, MomentName(columns.moment), at, lead)
        case NotificationKind.NOTICE if columns.moment == EDITION_MOMENT:
            return EditionKey(int(columns.revision))
        case NotificationKind.NOTICE:
            return ChangeKey(columns.record_id, int(columns.revision), NoticeKind(columns.moment))
        case NotificationKind.DIGEST:
            return _decode_digest(columns.revision)
        case NotificationKind.ACCOUNT:
            return AccountKey(AccountKind(columns.moment), columns.revision)


def encode_bundle(key: BundleKey | None) -> str:
    """Write a message with items as it stands in `bundle`; "" for none. A digest's own key has it as its `revision`."""
    match key:
        case DigestKey(period, at):
            return f"{period} {write_minute(at)}"
        case EditionKey(edition):
            return f"{EDITION_BUNDLE}{edition}"
    return ""


def decode_bundle(name: str) -> StoredKey | None:
    """Read a message with items from `bundle`; None for what goes by itself."""
    if name.startswith(EDITION_BUNDLE):
        return decode_key(
            KeyColumns(NotificationKind.NOTICE.value, moment=EDITION_MOMENT, revision=name.removeprefix(EDITION_BUNDLE))
        )
    return decode_key(KeyColumns(NotificationKind.DIGEST.value, revision=name)) if name else None


def _decode_digest(name: str) -> DigestKey:
    period, _, at = name.partition(" ")
    return DigestKey(DigestPeriod(period), datetime.fromisoformat(at))


def is_bundle_of(key: FromClause, item: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `occasions` is the message which a delivery or fan-out is an item of."""
    is_edition = (key.c.kind == NotificationKind.NOTICE) & (key.c.moment == EDITION_MOMENT)
    return or_(
        (key.c.kind == NotificationKind.DIGEST) & (key.c.revision == item.c.bundle),
        is_edition & (literal(EDITION_BUNDLE).concat(key.c.revision) == item.c.bundle),
    )


def is_notice_of(key: FromClause, revision: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `occasions`, if it is a notice, is about a row of `revisions`."""
    return (key.c.record_id == revision.c.record_id) & (key.c.revision == cast(revision.c.number, String))


def select_key_id(key: StoredKey) -> Select[Any]:
    """Return the query for the number of a key."""
    return select(occasions.c.id).where(
        *(occasions.c[name] == value for name, value in encode_key(key)._asdict().items())
    )


def key_id(connection: Connection, key: NotificationKey) -> int:
    """Return the number of a key, entering it where it is new."""
    found = select_key_id(key)
    number: int | None = connection.scalar(found)
    if number is None:
        values = encode_key(key)._asdict()
        connection.execute(insert_on_conflict(connection, occasions).values(**values).on_conflict_do_nothing())
        number = connection.execute(found).scalar_one()
    assert number is not None  # noqa: S101 (for the type checker)
    return number
