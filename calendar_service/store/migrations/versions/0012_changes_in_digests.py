"""Those who want a digest get changes with it: they are in groups of their own, by their zone and digest."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PARTS = ("topic", "selection", "lead", "zone", "country", "digest")
_GROUPS = sa.table("groups", sa.column("id"), sa.column("fingerprint"), *(sa.column(name) for name in _PARTS))
_MEMBERSHIPS = sa.table("memberships", sa.column("group_id"), sa.column("subscriber_id"))
_SUBSCRIBERS = sa.table("subscribers", sa.column("id"), sa.column("zone"), sa.column("digest"))


def upgrade() -> None:
    connection = op.get_bind()
    groups, memberships, subscribers = _GROUPS.c, _MEMBERSHIPS.c, _SUBSCRIBERS.c
    found = connection.execute(
        sa.select(groups.id, groups.selection, subscribers.zone, subscribers.digest, subscribers.id.label("subscriber"))
        .select_from(_MEMBERSHIPS.join(_GROUPS, groups.id == memberships.group_id))
        .join(_SUBSCRIBERS, subscribers.id == memberships.subscriber_id)
        .where(groups.topic == "changes", groups.digest == "", subscribers.digest != "")
        .order_by(groups.id, subscribers.id)
    ).all()
    numbers: dict[tuple[str, ...], int] = {}
    for row in found:
        parts = ("changes", row.selection, "", row.zone, "", row.digest)
        if parts not in numbers:
            numbers[parts] = _number(connection, parts)
        this = memberships.group_id == row.id, memberships.subscriber_id == row.subscriber
        connection.execute(sa.update(_MEMBERSHIPS).where(*this).values(group_id=numbers[parts]))


def _number(connection: sa.Connection, parts: tuple[str, ...]) -> int:
    fingerprint = hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
    this = sa.select(_GROUPS.c.id).where(_GROUPS.c.fingerprint == fingerprint)
    number = connection.scalar(this)
    if number is None:
        values = dict(zip(_PARTS, parts, strict=True))
        connection.execute(sa.insert(_GROUPS).values(**values, fingerprint=fingerprint))
        number = connection.scalar(this)
    assert number is not None  # noqa: S101 (it has just been entered)
    return int(number)
