"""Since when the changes of an edition count, by the planner's passes and not by the edition's stamp."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("editions", sa.Column("scheduled_from", _TIME))
    op.add_column("editions", sa.Column("scheduled_at", _TIME))
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Take for seen what was announced: at its stamp, but not later than when the planner last planned."""
    notes = sa.table("notes", sa.column("name"), sa.column("value"), sa.column("at", _TIME))
    editions = sa.table(
        "editions",
        sa.column("number", sa.Integer),
        sa.column("published_at", _TIME),
        sa.column("scheduled_from", _TIME),
        sa.column("scheduled_at", _TIME),
    )
    found = {row.name: row for row in connection.execute(sa.select(notes.c.name, notes.c.value, notes.c.at))}
    announced, planned = found.get("announced"), found.get("planned")
    if announced is None or not str(announced.value).isdecimal():
        return
    last = (planned or announced).at
    seen = sa.case((editions.c.published_at > last, sa.literal(last, _TIME)), else_=editions.c.published_at)
    these = sa.update(editions).where(editions.c.number <= int(announced.value))
    connection.execute(these.values(scheduled_from=seen, scheduled_at=seen))
    if planned and "passed" not in found:
        connection.execute(sa.insert(notes).values(name="passed", value="", at=planned.at))
