"""Links to previews that editors have made."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preview_links",
        sa.Column("ref_hash", sa.String(64), primary_key=True),
        sa.Column("editor", sa.String(254), nullable=False),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
