"""Links to change one's reminders can be renewed: which ones hold."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("link_version", sa.Integer, nullable=False, server_default="0"))
