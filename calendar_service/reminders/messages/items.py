"""What a message about several records is made of, and in which order it tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from calendar_service.records.main_moment import main_moment
from calendar_service.records.moments import instant_bounds

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.records.enums import MomentName
    from calendar_service.records.record import Point


@dataclass(frozen=True)
class RecordNotice:
    """What a notice tells of one record: the changes from `before` to `after`, or with `before` None that it is new."""

    entry: Entry
    before: Revision | None
    after: Revision
    differences: list[RecordChange]


@dataclass(frozen=True)
class DigestItem:
    """One notification of a digest. `occurrence` is the day that the rule gave, if the record recurs.

    A notice of a change comes with what it tells.
    """

    entry: Entry
    kind: Literal["reminder", "new", "notice"]
    moment: MomentName
    at: Point
    occurrence: date | None = None
    notice: RecordNotice | None = None


def notice_order(notice: RecordNotice, edition: Edition, now: datetime) -> tuple[datetime, str]:
    """Return the sort key of a record in a notice: the earliest main moment first."""
    main = main_moment(replace(notice.entry, revision=notice.after), edition.calendar, now)
    return instant_bounds(main.at, edition.calendar.zone)[0], notice.after.record.id


def digest_order(item: DigestItem, edition: Edition) -> tuple[tuple[datetime, datetime], str, str]:
    """Return the sort key of an item: the earliest first."""
    return instant_bounds(item.at, edition.calendar.zone), item.entry.record.id, item.kind
