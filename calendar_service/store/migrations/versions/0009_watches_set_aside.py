"""Watches that earlier versions took and nobody can read, or too many of one subscriber, are set aside."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from alembic import op

from calendar_service.records.leads import read_lead
from calendar_service.records.selection import read_selection

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOST_WATCHES = 50
_TIME = sa.DateTime(timezone=True)
_WATCHES = sa.table(
    "watches",
    sa.column("id", sa.Integer),
    sa.column("subscriber_id", sa.Integer),
    sa.column("selection", sa.String),
    sa.column("leads", sa.String),
    sa.column("wants_new", sa.Boolean),
    sa.column("problem", sa.String),
)
_GROUPS = sa.table("groups", *(sa.column(name) for name in ("id", "topic", "selection", "lead")))
_MEMBERSHIPS = sa.table("memberships", sa.column("group_id", sa.Integer), sa.column("subscriber_id", sa.Integer))
_FAULTS = sa.table(
    "faults",
    *(sa.column(name, sa.String) for name in ("kind", "key", "reason")),
    sa.column("details", sa.JSON),
    sa.column("count", sa.Integer),
    *(sa.column(name, _TIME) for name in ("first_at", "last_at")),
)


def upgrade() -> None:
    op.add_column("watches", sa.Column("problem", sa.String(length=20), nullable=False, server_default=""))
    connection = op.get_bind()
    found: dict[int, list[Any]] = defaultdict(list)
    for watch in connection.execute(sa.select(_WATCHES).order_by(_WATCHES.c.id)):
        found[watch.subscriber_id].append(watch)
    for subscriber_id, watches in found.items():
        problems = _find_problems(watches)
        if problems:
            _set_aside(connection, subscriber_id, watches, problems)


def _find_problems(watches: list[Any]) -> dict[int, str]:
    problems: dict[int, str] = {}
    good = 0
    for watch in watches:
        if not _is_readable(watch):
            problems[watch.id] = "unreadable"
        elif good == _MOST_WATCHES:
            problems[watch.id] = "too many"
        else:
            good += 1
    return problems


def _is_readable(watch: Any) -> bool:
    try:
        read_selection(parse_qsl(watch.selection, keep_blank_values=True), ())
        for lead in watch.leads.split(",") if watch.leads else ():
            read_lead(lead)
    except Exception:  # noqa: BLE001 (whatever it is, it cannot be read)
        return False
    return True


def _set_aside(connection: sa.Connection, subscriber_id: int, watches: list[Any], problems: dict[int, str]) -> None:
    for problem in set(problems.values()):
        these = [number for number, each in problems.items() if each == problem]
        for start in range(0, len(these), 500):
            some = _WATCHES.c.id.in_(these[start : start + 500])
            connection.execute(sa.update(_WATCHES).where(some).values(problem=problem))
    wanted = {each for watch in watches if watch.id not in problems for each in _subjects(watch)}
    joined = sa.join(_MEMBERSHIPS, _GROUPS, _MEMBERSHIPS.c.group_id == _GROUPS.c.id)
    mine = _MEMBERSHIPS.c.subscriber_id == subscriber_id
    for group in connection.execute(sa.select(_GROUPS).select_from(joined).where(mine)).all():
        if (group.topic, group.selection, group.lead) not in wanted:
            connection.execute(sa.delete(_MEMBERSHIPS).where(mine, _MEMBERSHIPS.c.group_id == group.id))
    _report(connection, subscriber_id, [each for each in watches if each.id in problems], problems)


def _subjects(watch: Any) -> Iterator[tuple[str, str, str]]:
    for lead in watch.leads.split(","):
        yield "reminders", watch.selection, lead
    yield "changes", watch.selection, ""
    if watch.wants_new:
        yield "new", watch.selection, ""


def _report(connection: sa.Connection, subscriber_id: int, watches: list[Any], problems: dict[int, str]) -> None:
    lines = [f"watch {each.id}, {problems[each.id]}: {each.selection[:200]!r} {each.leads[:100]!r}" for each in watches]
    now = connection.scalar(sa.select(sa.literal_column("CURRENT_TIMESTAMP", _TIME)))
    connection.execute(
        sa.insert(_FAULTS).values(
            kind="watch",
            key=str(subscriber_id),
            reason="Watches of a subscriber cannot be read, or are too many, and are set aside.",
            details=[line.replace("\0", "�").encode("utf-8", "replace").decode("utf-8") for line in lines[:50]],
            count=1,
            first_at=now,
            last_at=now,
        )
    )
