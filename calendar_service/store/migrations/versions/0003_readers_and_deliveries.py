"""Readers, what they ask for, what is sent to them, and who sends it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(length=10), nullable=False),
        sa.Column("selection", sa.String(length=2000), nullable=False),
        sa.Column("lead", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_groups_fingerprint", "groups", ["fingerprint"], unique=True)
    op.create_table(
        "notes",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notes"),
    )
    op.create_table(
        "occasions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.String(length=10), nullable=False),
        sa.Column("moment", sa.String(length=30), nullable=False),
        sa.Column("revision", sa.String(length=100), nullable=False),
        sa.Column("lead", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_occasions"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_occasions_what", "occasions", ["kind", "record_id", "occurrence", "moment", "revision", "lead"], unique=True
    )
    op.create_table(
        "signups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("mailbox_key", sa.String(length=64), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_signups"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signups_mailbox_key", "signups", ["mailbox_key", "asked_at"], unique=False)
    op.create_index("ix_signups_state", "signups", ["state", "asked_at"], unique=False)
    op.create_index("uq_signups_ref", "signups", ["ref"], unique=True)
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=254), server_default="", nullable=False),
        sa.Column("secret", sa.String(length=100), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("digest", sa.String(length=10), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_subscribers_ended_at",
        "subscribers",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("uq_subscribers_address_key", "subscribers", ["address_key"], unique=True)
    op.create_index("uq_subscribers_ref", "subscribers", ["ref"], unique=True)
    op.create_table(
        "suppressions",
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("address_key", name="pk_suppressions"),
    )
    op.create_table(
        "tallies",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("begins", _TIME, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "begins", name="pk_tallies"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("signup_id", sa.Integer(), nullable=True),
        sa.Column("bundle", sa.String(length=40), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_deliveries_occasion_id"),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name="fk_deliveries_signup_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_deliveries_subscriber_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deliveries_bundle",
        "deliveries",
        ["subscriber_id", "bundle"],
        unique=False,
        sqlite_where=sa.text("state = 'bundled'"),
        postgresql_where=sa.text("state = 'bundled'"),
    )
    op.create_index(
        "ix_deliveries_claimed",
        "deliveries",
        ["worker_id"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_deliveries_settled_at",
        "deliveries",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_deliveries_reader", "deliveries", ["occasion_id", "subscriber_id"], unique=True)
    op.create_index(
        "uq_deliveries_signup",
        "deliveries",
        ["signup_id", "occasion_id"],
        unique=True,
        sqlite_where=sa.text("signup_id IS NOT NULL"),
        postgresql_where=sa.text("signup_id IS NOT NULL"),
    )
    op.create_table(
        "firings",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.String(length=40), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("fired_at", _TIME, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("readers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_firings_group_id"),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_firings_occasion_id"),
        sa.PrimaryKeyConstraint("group_id", "occasion_id", "bundle", name="pk_firings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_firings_expires_at", "firings", ["expires_at"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("is_fresh", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_memberships_group_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_memberships_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "subscriber_id", name="pk_memberships"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_memberships_fresh",
        "memberships",
        ["subscriber_id"],
        unique=False,
        sqlite_where=sa.text("is_fresh"),
        postgresql_where=sa.text("is_fresh"),
    )
    op.create_index("ix_memberships_subscriber_id", "memberships", ["subscriber_id"], unique=False)
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("selection", sa.String(length=2000), nullable=False),
        sa.Column("leads", sa.String(length=400), nullable=False),
        sa.Column("wants_new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_watches_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
    )
    op.create_index("ix_watches_subscriber_id", "watches", ["subscriber_id"], unique=False)
    # Nobody is told anew of what was published before there were readers.
    op.execute(
        "INSERT INTO notes (name, value, at) "
        "SELECT 'announced', CAST(COALESCE(MAX(number), 0) AS VARCHAR(200)), CURRENT_TIMESTAMP FROM editions"
    )
