"""Which edition was the newest when somebody joined a group: what stood in it is no news to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("memberships", sa.Column("edition", sa.Integer))
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Fill in those who joined since the planner looked; what came before it was told to the others, or is not."""
    memberships = sa.table(
        "memberships", sa.column("since", _TIME), sa.column("is_fresh", sa.Boolean), sa.column("edition", sa.Integer)
    )
    editions = sa.table("editions", sa.column("number", sa.Integer), sa.column("scheduled_at", _TIME))
    seen_later = sa.select(sa.func.min(editions.c.number) - 1).where(editions.c.scheduled_at >= memberships.c.since)
    newest = sa.select(sa.func.coalesce(sa.func.max(editions.c.number), 0))
    known = sa.func.coalesce(seen_later.scalar_subquery(), newest.scalar_subquery())
    connection.execute(sa.update(memberships).where(memberships.c.is_fresh).values(edition=known))
