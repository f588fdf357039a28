"""What is deleted after a time leaves a mark: a notification that is closed, and a revision that is reduced."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occasions", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("revisions", sa.Column("is_reduced", sa.Boolean, nullable=False, server_default=sa.false()))
