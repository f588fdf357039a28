"""The digest of each edition's records, by which an older copy of the file is known again."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("digest", sa.String(length=64)))
    op.create_index("ix_editions_digest", "editions", ["digest"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Compute the digests as `calendar_service.records.digest` did when this was written."""
    editions = sa.table("editions", sa.column("number", sa.Integer), sa.column("digest", sa.String))
    revisions = sa.table(
        "revisions",
        sa.column("record_id", sa.String),
        sa.column("number", sa.Integer),
        sa.column("edition", sa.Integer),
        sa.column("withdrawn", sa.Boolean),
        sa.column("record", sa.JSON),
    )
    rows = connection.execute(sa.select(revisions).order_by(revisions.c.edition, revisions.c.number)).all()
    present: dict[str, str] = {}
    place = 0
    for number in connection.scalars(sa.select(editions.c.number).order_by(editions.c.number)).all():
        while place < len(rows) and rows[place].edition <= number:
            row = rows[place]
            present.pop(row.record_id, None)
            if not row.withdrawn:
                present[row.record_id] = json.dumps(row.record, sort_keys=True, separators=(",", ":"))
            place += 1
        canonical = f"[{','.join(present[name] for name in sorted(present))}]"
        digest = hashlib.sha256(canonical.encode("ascii")).hexdigest()
        connection.execute(sa.update(editions).where(editions.c.number == number).values(digest=digest))
