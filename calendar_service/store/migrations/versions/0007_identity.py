"""What tells a database from others, and how far it has come: a copy that was put back is noticed by it."""

import hashlib
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identity = op.create_table(
        "identity",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(identity, [{"id": _name_of_history(), "sequence": 0}])


def _name_of_history() -> str:
    """Name a database that has a history by how it began: its copies from before this migration get the same name."""
    first = sa.text("SELECT published_at, calendar FROM editions WHERE number = (SELECT min(number) FROM editions)")
    row = op.get_bind().execute(first).one_or_none()
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:32] if row else secrets.token_hex(16)
