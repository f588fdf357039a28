"""Records of the last good file that become public at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_records",
        sa.Column("record_id", sa.String(64), primary_key=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
