"""Tables. A change here needs a migration; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    false,
    text,
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


# Partial indexes: as small as the work that is to be done, however long the past grows.
_IS_ENDED = text("ended_at IS NOT NULL")
_IS_FRESH = text("is_fresh")
_IS_WAITING = text("state = 'waiting'")
_IS_CLAIMED = text("state = 'claimed'")
_IS_BUNDLED = text("state = 'bundled'")
_IS_SETTLED = text("settled_at IS NOT NULL")
_IS_SIGNUP = text("signup_id IS NOT NULL")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite loses the zone, so it is added again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Refuse a naive datetime: it would be stored in an unknown zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return an aware datetime in UTC."""
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
    # Of its records, see records/digest.py. NULL only in rows that a process of an older release has added.
    Column("digest", String(64)),
    Index(None, "digest"),
    # How times without a zone were read, see records/rereading.py. 1 in rows of older releases.
    Column("reading", Integer, nullable=False, server_default="1"),
    # Who published it on the admin pages, "" where a file was saved or a command was run.
    Column("editor", String(254), nullable=False, server_default=""),
    # Published without messages: nothing is ever announced of its changes.
    Column("is_silent", Boolean, nullable=False, server_default=false()),
    # The planner's pass that first saw it, and the last one before that: changes count since then, not since a stamp.
    Column("scheduled_from", UTCDateTime),
    Column("scheduled_at", UTCDateTime),
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
    # Some of its times differ from the revision before only by how their words are read.
    Column("is_reread", Boolean, nullable=False, server_default=false()),
    Column("record", JSON, nullable=False),
    # Texts, links and contacts were deleted after a time; what the history is derived from is kept.
    Column("is_reduced", Boolean, nullable=False, server_default=false()),
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

# -- subscribers --------------------------------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Random; stands in links instead of the number, which would show how many subscribers there are.
    Column("ref", String(32), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("address", String(1000), nullable=False),
    # A keyed hash of the address: one address is one subscriber, and stays findable in logs of faults.
    Column("address_key", String(64), nullable=False),
    # Of a webhook: whom to write to when it fails, and what signs its messages.
    Column("owner", String(254), nullable=False, server_default=""),
    Column("secret", String(100), nullable=False, server_default=""),
    Column("language", String(8), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("country", String(2), nullable=False, server_default=""),
    Column("digest", String(10), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UTCDateTime),
    Column("consent", JSON, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    # How often the link to change one's reminders was renewed: older ones do not hold.
    Column("link_version", Integer, nullable=False, server_default="0"),
    Index("uq_subscribers_ref", "ref", unique=True),
    Index("uq_subscribers_address_key", "address_key", unique=True),
    Index("ix_subscribers_ended_at", "ended_at", sqlite_where=_IS_ENDED, postgresql_where=_IS_ENDED),
    sqlite_autoincrement=True,
)

watches = Table(
    "watches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subscriber_id", Integer, ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    # The canonical query of the selection grammar, "" for everything.
    Column("selection", String(2000), nullable=False),
    # Canonical leads with commas between; "" for those that the programme suggests.
    Column("leads", String(400), nullable=False),
    Column("wants_new", Boolean, nullable=False),
    # "" or why it is set aside: nothing is sent for it. Earlier versions took what nobody can read.
    Column("problem", String(20), nullable=False, server_default=""),
    Index("ix_watches_subscriber_id", "subscriber_id"),
)

# Subscribers who want the same thing at the same time. Few, however many subscribers there are; never deleted.
groups = Table(
    "groups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("topic", String(10), nullable=False),
    Column("selection", String(2000), nullable=False),
    Column("lead", String(40), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("digest", String(10), nullable=False),
    # Of the six columns above, since a long selection alone would be too much for an index.
    Column("fingerprint", String(64), nullable=False),
    Index("uq_groups_fingerprint", "fingerprint", unique=True),
    sqlite_autoincrement=True,
)

# Only of subscribers who are active, so that nothing else need be asked when something falls due.
memberships = Table(
    "memberships",
    metadata,
    Column("group_id", Integer, ForeignKey(groups.c.id), primary_key=True),
    Column("subscriber_id", Integer, ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    # Since when the subscriber has asked for this, in whole seconds: nothing older is sent.
    Column("since", UTCDateTime, nullable=False),
    # The newest edition when the subscriber asked for this, 0 for none: what stood in it is no news. NULL in rows that
    # an older release has added; there `since` must do.
    Column("edition", Integer),
    # The worker has not yet looked whether something was due at the moment of joining.
    Column("is_fresh", Boolean, nullable=False),
    Index("ix_memberships_subscriber_id", "subscriber_id"),
    Index("ix_memberships_fresh", "subscriber_id", sqlite_where=_IS_FRESH, postgresql_where=_IS_FRESH),
    sqlite_with_rowid=False,
)

signups = Table(
    "signups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ref", String(32), nullable=False),
    Column("state", String(10), nullable=False),
    Column("address", String(254), nullable=False),
    Column("address_key", String(64), nullable=False),
    # Like address_key, but the same for every way to write to one mailbox (dots, +tags).
    Column("mailbox_key", String(64), nullable=False),
    Column("choice", JSON, nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime),
    Index("uq_signups_ref", "ref", unique=True),
    Index("ix_signups_state", "state", "asked_at"),
    Index("ix_signups_mailbox_key", "mailbox_key", "asked_at"),
    sqlite_autoincrement=True,
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_key", String(64), primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
)

# How often something was done by or to whom, to set bounds to it: "client:…", "mailbox:…", "signups".
tallies = Table(
    "tallies",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("begins", UTCDateTime, primary_key=True),
    Column("count", Integer, nullable=False),
)

# -- what is sent ---------------------------------------------------------------------------------------

# What a subscriber can get once: a reminder of one moment by one lead, the notice of one revision, one digest.
occasions = Table(
    "occasions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("occurrence", String(10), nullable=False),
    Column("moment", String(30), nullable=False),
    # The moment's own revision: the time it stands at; of a notice the number of the record's revision.
    Column("revision", String(100), nullable=False),
    Column("lead", String(40), nullable=False),
    # Its fan-outs and deliveries were deleted after a time: it is never fanned out again.
    Column("closed_at", UTCDateTime),
    Index("uq_occasions_what", "kind", "record_id", "occurrence", "moment", "revision", "lead", unique=True),
    sqlite_autoincrement=True,
)

# That an occasion fell due for a group and was fanned out, or why it was not.
firings = Table(
    "firings",
    metadata,
    Column("group_id", Integer, ForeignKey(groups.c.id), primary_key=True),
    Column("occasion_id", Integer, ForeignKey(occasions.c.id), primary_key=True),
    # "" or the digest that it is a part of.
    Column("bundle", String(40), primary_key=True),
    Column("due_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("fired_at", UTCDateTime, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("readers", Integer, nullable=False),
    Index("ix_firings_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("occasion_id", Integer, ForeignKey(occasions.c.id), nullable=False),
    # NULL once the subscriber's data are deleted; the counts stay.
    Column("subscriber_id", Integer, ForeignKey(subscribers.c.id, ondelete="SET NULL")),
    # Of a message to somebody who is not a subscriber yet.
    Column("signup_id", Integer, ForeignKey(signups.c.id, ondelete="SET NULL")),
    Column("bundle", String(40), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    Column("reason", String(200), nullable=False, server_default=""),
    Column("due_at", UTCDateTime, nullable=False),
    Column("next_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("worker_id", Integer),
    Column("settled_at", UTCDateTime),
    Index("uq_deliveries_reader", "occasion_id", "subscriber_id", unique=True),
    Index(
        "uq_deliveries_signup",
        "signup_id",
        "occasion_id",
        unique=True,
        sqlite_where=_IS_SIGNUP,
        postgresql_where=_IS_SIGNUP,
    ),
    Index("ix_deliveries_waiting", "next_at", "id", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
    Index("ix_deliveries_claimed", "worker_id", sqlite_where=_IS_CLAIMED, postgresql_where=_IS_CLAIMED),
    Index("ix_deliveries_bundle", "subscriber_id", "bundle", sqlite_where=_IS_BUNDLED, postgresql_where=_IS_BUNDLED),
    Index("ix_deliveries_settled_at", "settled_at", sqlite_where=_IS_SETTLED, postgresql_where=_IS_SETTLED),
    sqlite_autoincrement=True,
)

# Who sends, and the last heartbeat of each.
workers = Table(
    "workers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Host, boot, process and its start: enough to see on the same machine that it is no more.
    Column("process", String(200), nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("beat_at", UTCDateTime, nullable=False),
    sqlite_autoincrement=True,
)

# Single facts that must be known to all processes: the last edition announced, alarms that were raised.
notes = Table(
    "notes",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", String(200), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

# Which host publishes, one row. By the clock named, not by a host's wall clock.
leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("clock", String(60), nullable=False),
    Column("renewed_at", Double, nullable=False),
)

# What failed and is not over; a row is deleted when the same thing has worked again.
faults = Table(
    "faults",
    metadata,
    Column("kind", String(20), primary_key=True),
    # What it happened to: a record, a group, a delivery, a host and its file; "" where there is only one.
    Column("key", String(200), primary_key=True),
    Column("reason", String(500), nullable=False),
    Column("details", JSON, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", UTCDateTime, nullable=False),
    Column("last_at", UTCDateTime, nullable=False),
    # Set aside until then; NULL where nothing is set aside.
    Column("retry_at", UTCDateTime),
    # When the operator was notified by mail; one process of all does it.
    Column("mailed_at", UTCDateTime),
)

# One row: it identifies this database and its history, and how far it has come. Every copy of it that is put
# back has a smaller sequence; see store/identity.py.
identity = Table(
    "identity",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

# -- editors ----------------------------------------------------------------------------------------------

# A link that signs an editor in, once, in the browser that asked for it. Secrets are kept as hashes.
editor_links = Table(
    "editor_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # "" where any browser will do.
    Column("browser_hash", String(64), nullable=False),
    # "" where somebody asked who is no editor.
    Column("address", String(254), nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
)

# What an editor wants done with a file of certain bytes, by whichever process publishes it.
publish_intents = Table(
    "publish_intents",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("editor", String(254), nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("is_silent", Boolean, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

# The records of the last good file that become public at a time, so that they do even while the file is broken.
scheduled_records = Table(
    "scheduled_records",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("publish_at", UTCDateTime, nullable=False),
    Column("words", String(300), nullable=False),
    Column("record", JSON, nullable=False),
)

# Links that show a change or a draft of an editor to whoever has one.
preview_links = Table(
    "preview_links",
    metadata,
    Column("ref_hash", String(64), primary_key=True),
    Column("editor", String(254), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
)

editor_sessions = Table(
    "editor_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("address", String(254), nullable=False),
    Column("began_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
)

# What an editor wants changed in a record, until it is published.
waiting_changes = Table(
    "waiting_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("editor", String(254), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("edits", JSON, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Index("uq_waiting_changes_editor", "editor", "record_id", unique=True),
    sqlite_autoincrement=True,
)

# Which editor has opened the form of a record, for a quarter of an hour: others are told who else is there.
open_forms = Table(
    "open_forms",
    metadata,
    Column("editor", String(254), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("opened_at", UTCDateTime, nullable=False),
)
