"""Changes that editors have made on the admin pages and not published."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("editor", sa.String(254), nullable=False),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("edits", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_waiting_changes_editor", "waiting_changes", ["editor", "record_id"], unique=True)
