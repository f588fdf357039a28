"""The fan-out of one due notification to many subscribers, beside a bare INSERT … SELECT of the same rows.

Both write into the same table with the same indexes, which SQL has filled; SQLite.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text

from bench.calendars import read_draft
from bench.measure import compare, growth, row
from calendar_service.records.notification_keys import ChangeKey, DueNotification, NoticeKind, RecipientGroup, Topic
from calendar_service.store.engine import open_engine, sqlite_url, writing
from calendar_service.store.group_sync import _fingerprint
from calendar_service.store.migrate import run_migrations
from calendar_service.store.notification_columns import encode_key
from calendar_service.store.outbox import perform_fan_out
from calendar_service.store.publication import publish_draft

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SUBSCRIBERS = 100_000
FILE = b"""calendar: {id: bench.example, name: Bench, timezone: Europe/Paris, languages: [en]}
records:
  - {id: t0, kind: tender, title: Tender, closes: '2027-06-01 17:00'}
"""
COUNT = (
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {number}) "
    "INSERT INTO {table} ({names}) SELECT {values} FROM counted"
)
SUBSCRIBER = {
    "id": "n",
    "ref": "'r' || n",
    "channel": "'mail'",
    "address": "'subscriber' || n || '@example.org'",
    "address_key": "'k' || n",
    "language": "'en'",
    "zone": "'Europe/Paris'",
    "state": "'active'",
    "consent": "'{}'",
}
BARE = """INSERT INTO deliveries (subscriber_id, occasion_id, bundle, state, due_at, next_at, expires_at)
SELECT subscriber_id, :occasion, '', 'waiting', :due, :due, :expires FROM memberships WHERE group_id = 1"""


def stamp(at):
    """Write an instant as SQLite keeps it."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def enter_group(connection, number, since, members=1):
    """Enter a group of reminders with the first so many subscribers, and those who are missing."""
    group = RecipientGroup(Topic.REMINDERS, "kind=tender", f"{number} hours", "Europe/Paris")
    values = {**vars(group), "id": number, "fingerprint": _fingerprint(group)}
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO groups ({', '.join(values)}) VALUES ({marks})"), values)
    entered = {"created_at": f"'{stamp(since)}'", "changed_at": f"'{stamp(since)}'"}
    count(connection, "subscribers", SUBSCRIBER | entered, members)
    member = {"group_id": f"{number}", "subscriber_id": "n", "since": f"'{stamp(since)}'", "is_fresh": "0"}
    count(connection, "memberships", member, members)


def count(connection, table, values, number):
    statement = COUNT.format(
        number=number, table=table, names=", ".join(values), values=", ".join(values.values())
    ).replace("INSERT", "INSERT OR IGNORE" if table == "subscribers" else "INSERT")
    connection.execute(text(statement))


def fill(folder, subscribers):
    """Return the URL of a database with a tender, and subscribers who share one group."""
    url = sqlite_url(Path(folder, f"{subscribers}.sqlite3"))
    engine = open_engine(url)
    run_migrations(engine)
    publish_draft(engine, read_draft(FILE), NOW - timedelta(days=9))
    with writing(engine) as connection:
        enter_group(connection, 1, NOW - timedelta(days=8), subscribers)
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return url


def fan_out(connection, notification):
    group = RecipientGroup(Topic.CHANGES, "", id=1)
    return perform_fan_out(connection, DueNotification(group, notification, NOW, NOW, NOW + timedelta(days=1)), NOW)


def bare(connection, notification):
    values = encode_key(notification)._asdict()
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    entered = text(f"INSERT INTO occasions ({names}) VALUES ({marks}) RETURNING id")
    number = connection.execute(entered, values).scalar_one()
    due, expires = stamp(NOW), stamp(NOW + timedelta(days=1))
    statement = BARE.replace(":due", f"'{due}'").replace(":expires", f"'{expires}'")
    return connection.execute(text(statement), {"occasion": number}).rowcount


def write(url, way):
    """Return the CPU seconds of one fan-out into a table without deliveries."""
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM deliveries"))
    start = time.process_time()
    with writing(engine) as connection:
        way(connection, ChangeKey("t", time.time_ns() % 10**9, NoticeKind.CHANGED))  # another notification each time
    return time.process_time() - start


@row("fan-out to 100,000 subscribers, to a bare INSERT … SELECT of the same rows", most=1.2)
def fan():
    with tempfile.TemporaryDirectory() as folder:
        url = fill(folder, SUBSCRIBERS)
        sides = [(name, partial(write, url, way)) for name, way in (("fan-out", fan_out), ("bare SQL", bare))]
        return compare(*sides, timer=lambda work: work())


@row("exponent of the fan-out, 10,000 to 300,000 subscribers", most=1.1)
def fan_grows():
    with tempfile.TemporaryDirectory() as folder:
        sizes = (10_000, 30_000, 100_000, 300_000)
        return growth(lambda size: partial(write, fill(folder, size), fan_out), sizes, timer=lambda work: work())
