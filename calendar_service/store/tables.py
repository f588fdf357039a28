"""The tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Refuse a naive datetime: it would be stored in an unknown zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Give an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("published_at", UTCDateTime, nullable=False),
    Column("calendar", JSON, nullable=False),
    Column("tz_database", String(20), nullable=False),
    # Numbers are never given again, even if the newest edition's row were deleted by hand.
    sqlite_autoincrement=True,
)

revisions = Table(
    "revisions",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("edition", Integer, ForeignKey(editions.c.number), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("record", JSON, nullable=False),
    # [moment, occurrence or null, instant]: what the tz database of the time made of the record's civil times.
    # The one column that is ever rewritten: it follows the tz database. NULL in rows from before migration 0002.
    Column("instants", JSON(none_as_null=True)),
    Index(None, "edition"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UTCDateTime, nullable=False),
    Column("file", String(500), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reasons", JSON, nullable=False),
)
