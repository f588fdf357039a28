"""Editions that were published without messages."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("is_silent", sa.Boolean, nullable=False, server_default=sa.false()))
