"""The version after this one: this program with one more migration, in a folder of its own."""

import shutil

from tests.support.paths import ROOT

MIGRATION = """\
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("editions", sa.Column("of_the_next_version", sa.Integer, nullable=False, server_default="7"))
    op.create_index("ix_editions_of_the_next_version", "editions", ["of_the_next_version"])
"""


def make_next_version(folder):
    """Write the program into a folder, and return it; PYTHONPATH with that folder starts it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "calendar_service", folder / "calendar_service", ignore=ignored)
    shutil.copy(ROOT / "wsgi.py", folder)
    versions = folder / "calendar_service" / "store" / "migrations" / "versions"
    newest = max(path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))
    (versions / "9000_next.py").write_text(MIGRATION.format(newest=newest), encoding="utf-8")
    tables = folder / "calendar_service" / "store" / "tables.py"
    column = '    Column("of_the_next_version", Integer, nullable=False, server_default="7"),\n'
    text, mark = tables.read_text(encoding="utf-8"), "    # Of its records, see records/digest.py."
    assert mark in text
    tables.write_text(text.replace(mark, column + mark), encoding="utf-8")
    return folder
