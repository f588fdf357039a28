"""What editors want done with a file of certain bytes, and who published an edition."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publish_intents",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("editor", sa.String(254), nullable=False),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
        sa.Column("is_silent", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_publish_intents"),
    )
    op.add_column("editions", sa.Column("editor", sa.String(254), nullable=False, server_default=""))
