"""How times without a zone were read when an edition was published, and the revisions that differ by it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("reading", sa.Integer, nullable=False, server_default="1"))
    op.add_column("revisions", sa.Column("is_reread", sa.Boolean, nullable=False, server_default=sa.false()))
