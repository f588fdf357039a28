"""Editions, revisions and attempts to publish."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("number", sa.Integer, autoincrement=True),
        sa.Column("published_at", _TIME, nullable=False),
        sa.Column("calendar", sa.JSON, nullable=False),
        sa.Column("tz_database", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_editions"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revisions",
        sa.Column("record_id", sa.String(64)),
        sa.Column("number", sa.Integer, autoincrement=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "number", name="pk_revisions"),
        sa.ForeignKeyConstraint(["edition"], ["editions.number"], name="fk_revisions_edition"),
    )
    op.create_index("ix_revisions_edition", "revisions", ["edition"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("file", sa.String(500), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
