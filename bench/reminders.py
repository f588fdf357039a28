"""What many subscribers cost: `python bench/reminders.py [SUBSCRIBERS] [ROUNDS] [URL URL]`.

- An idle look, with nothing due, beside 1,000 subscribers and beside SUBSCRIBERS, in turn; read the ratio.
- Fanning one occasion out to all SUBSCRIBERS, beside a bare INSERT ... SELECT of the same rows into the same table with
  the same indexes, in turn; read the ratio of speeds.
The tables are filled by SQL. The URLs are those of two empty databases; without, SQLite files in a temporary folder.
"""

import gc
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.notification_keys import ChangeKey, DueNotification, NoticeKind, RecipientGroup, Topic
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.service import MailSettings, ReminderService
from calendar_service.store.editions import load_edition, publish_draft
from calendar_service.store.engine import open_engine, sqlite_url, writing
from calendar_service.store.group_sync import _fingerprint
from calendar_service.store.migrate import run_migrations
from calendar_service.store.notification_columns import encode_key
from calendar_service.store.outbox import perform_fan_out

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
FEW = 1_000
FILE = b"""calendar: {id: bench.example, name: Bench, timezone: Europe/Paris, languages: [en]}
records:
  - {id: t0, kind: tender, title: Tender, closes: '2027-06-01 17:00'}
"""
COUNT = {
    "sqlite": "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {subscribers}) "
    "{insert} SELECT {values} FROM counted",
    "postgresql": "{insert} SELECT {values} FROM generate_series(1, {subscribers}) AS counted(n)",
}
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
    "created_at": ":since",
    "changed_at": ":since",
}
BARE = """INSERT INTO deliveries (subscriber_id, occasion_id, bundle, state, due_at, next_at, expires_at)
SELECT subscriber_id, :occasion, '', 'waiting', :due, :due, :expires FROM memberships WHERE group_id = 1"""


def fill(engine, subscribers):
    """Publish one tender, and enter subscribers who share one group."""
    run_migrations(engine)
    publish_draft(engine, read_calendar(FILE, "bench").draft, NOW - timedelta(days=9))
    group = RecipientGroup(Topic.REMINDERS, "kind=tender", "1 day", "Europe/Paris")
    since = stamp(engine, NOW - timedelta(days=8))
    with writing(engine) as connection:
        values = {**vars(group), "fingerprint": _fingerprint(group)}
        del values["id"]
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO groups ({names}) VALUES ({marks})"), values)
        count(connection, "subscribers", SUBSCRIBER, subscribers, since)
        is_fresh = "false" if engine.dialect.name == "postgresql" else "0"
        member = {"group_id": "1", "subscriber_id": "n", "since": ":since", "is_fresh": is_fresh}
        count(connection, "memberships", member, subscribers, since)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def count(connection, table, values, subscribers, since):
    insert = f"INSERT INTO {table} ({', '.join(values)})"
    statement = COUNT[connection.dialect.name].format(
        insert=insert, values=", ".join(values.values()), subscribers=subscribers
    )
    connection.execute(text(statement.replace(":since", f"'{since}'")))


def stamp(engine, at):
    """Write an instant as the database keeps it."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}" + ("+00" if engine.dialect.name == "postgresql" else "")


def idle_looks(engine):
    """Give two ways to look when nothing is due: of the planner alone, and of the whole office."""
    reminder_service = ReminderService(
        engine, ("k" * 32,), "http://127.0.0.1", MailSettings("", Path(), "a@example.org"), lambda: NOW
    )
    planner, edition = Planner(engine), load_edition(engine)
    planner.fan_out(edition, NOW)
    reminder_service.schedule_due()
    return {"planner": partial(planner.fan_out, edition, NOW), "office": reminder_service.schedule_due}


def fan_out(engine, notification):
    with writing(engine) as connection:
        return perform_fan_out(
            connection,
            DueNotification(RecipientGroup(Topic.CHANGES, "", id=1), notification, NOW, NOW, NOW + timedelta(days=1)),
            NOW,
        )


def bare(engine, notification):
    with writing(engine) as connection:
        values = encode_key(notification)._asdict()
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        entered = text(f"INSERT INTO occasions ({names}) VALUES ({marks}) RETURNING id")
        number = connection.execute(entered, values).scalar_one()
        due, expires = stamp(engine, NOW), stamp(engine, NOW + timedelta(days=1))
        statement = BARE.replace(":due", f"'{due}'").replace(":expires", f"'{expires}'")
        return connection.execute(text(statement), {"occasion": number}).rowcount


def empty(engine):
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM deliveries"))


def timed(work):
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(name, ratios, seconds):
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    print(f"{name:42} {spread:24} {'  '.join(f'{each:.4f} s' for each in seconds)}")


def compare_looks(few, many, rounds):
    looks = {"few": idle_looks(few), "many": idle_looks(many)}
    for name in ("planner", "office"):
        seconds = {"few": [], "many": []}
        for _ in range(20 * rounds):
            for size, each in looks.items():
                seconds[size].append(timed(each[name]))
        medians = {size: statistics.median(found) for size, found in seconds.items()}
        # A round is twenty looks: one look of a millisecond is all noise.
        pages = [slice(20 * each, 20 * each + 20) for each in range(rounds)]
        ratios = [statistics.median(seconds["many"][page]) / statistics.median(seconds["few"][page]) for page in pages]
        report(f"idle look of the {name}, many to few", ratios, medians.values())


def compare_fan_out(engine, subscribers, rounds):
    seconds = {"fan-out": [], "bare": []}
    for number in range(rounds):
        ways = [("fan-out", fan_out), ("bare", bare)]
        for name, way in ways if number % 2 else reversed(ways):
            empty(engine)
            notification = ChangeKey(f"t-{name}", number, NoticeKind.CHANGED)
            seconds[name].append(timed(partial(way, engine, notification)))
    ratios = [bare / ours for ours, bare in zip(*seconds.values(), strict=True)]
    medians = [statistics.median(found) for found in seconds.values()]
    report(f"speed of fan-out to {subscribers:,}, to bare SQL", ratios, medians)


def main(subscribers=1_000_000, rounds=5, few_url="", many_url=""):
    with tempfile.TemporaryDirectory() as folder:
        few = open_engine(few_url or sqlite_url(Path(folder, "few.sqlite3")))
        many = open_engine(many_url or sqlite_url(Path(folder, "many.sqlite3")))
        fill(few, FEW)
        fill(many, subscribers)
        print(
            f"{subscribers:,} subscribers, {rounds} rounds, {many.dialect.name}: "
            "ratio (median, least to most), median seconds"
        )
        compare_looks(few, many, rounds)
        compare_fan_out(many, subscribers, rounds)
        few.dispose()
        many.dispose()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]), *sys.argv[3:5])
