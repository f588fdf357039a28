"""What the tests of reminders share: records, editions that grow, subscribers, a look into the outbox, and mail servers."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from aiosmtpd.controller import Controller
from sqlalchemy import select, text

from calendar_service.datephrases import parse_recurrence
from calendar_service.records.edition import Draft, Edition, advance, compare_with_draft
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.record import Calendar, Milestone, OccurrenceChange, Record, Schedule, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.service import ReminderService
from calendar_service.store.engine import reading, writing
from calendar_service.store.publication import publish_draft
from calendar_service.store.schedule import FirstPass
from calendar_service.store.subscribers import NewSubscriber, Watch, add_subscribers
from calendar_service.store.tables import deliveries, metadata, occasions, subscribers

PARIS, SEOUL, LIMA = "Europe/Paris", "Asia/Seoul", "America/Lima"
CALENDAR = Calendar(
    id="example.org", name={"en": "Example", "fr": "Exemple"}, zone=PARIS, languages=("en", "fr"), reminders=("7 days",)
)
KEYS = ("k" * 40,)
BASE = "https://calendar.example"
SENDER = "Example <calendar@example.org>"
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def utc(text):
    """Read "2027-03-01 09:00" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stated(at):
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M" if at.second == 0 else "%Y-%m-%d %H:%M:%S")


def at(text, zone=PARIS):
    """Read "2027-03-01" as the end of that day, "2027-03-01 17:00" as a clock time."""
    if len(text) == 10:
        return EndOfDay(date.fromisoformat(text), zone)
    stamp = datetime.fromisoformat(text)
    return CivilTime(stamp.date(), stamp.time(), zone)


def tender(closes, name="tender", **more):
    milestones = {MomentName.CLOSES: closes} | {
        MomentName(key): more.pop(key) for key in [*more] if key in set(MomentName)
    }
    milestones = {
        key: Milestone(at(point) if isinstance(point, str) else point, "words") for key, point in milestones.items()
    }
    return Record(id=name, kind=Kind.TENDER, title={"en": "Tender"}, milestones=milestones, **more)


def event(first, last=None, name="event", rule=None, changes=(), excepted=(), **more):
    """An all-day event, or with "2027-03-01 17:00" one of two hours."""
    stamp = datetime.fromisoformat(first)
    span = DaySpan(stamp.date(), date.fromisoformat(last or first[:10]))
    if len(first) > 10:
        starts = CivilTime(stamp.date(), stamp.time(), PARIS)
        span = TimeSpan(starts, CivilTime(stamp.date(), time(stamp.hour + 2, stamp.minute), PARIS))
    days = tuple(map(date.fromisoformat, excepted))
    schedule = Schedule(span, "words", rule and parse_recurrence(rule), days, tuple(changes))
    return Record(id=name, kind=Kind.EVENT, title={"en": "Event"}, schedule=schedule, **more)


def moved(day, to=None):
    """A change of a series: an occurrence moved to another day, or cancelled."""
    span = DaySpan(date.fromisoformat(to), date.fromisoformat(to)) if to else None
    return OccurrenceChange(date.fromisoformat(day), span, "words")


@dataclass(frozen=True)
class Grown(Edition):
    """An edition with when each one up to it was seen, by number."""

    seen: dict = field(default_factory=dict)


def grown(*steps, calendar=CALENDAR):
    """The edition that comes of publishing lists of records, one after the other, each seen at once: (when, *records)."""
    edition = None
    for number, (when, *records) in enumerate(steps, start=1):
        revisions = compare_with_draft(edition, Draft(calendar, tuple(records)), when, when).revisions
        edition = advance(edition, number, when, calendar, revisions)
    return Grown(**vars(edition), seen=seen_at(*(when for when, *_ in steps)))


def seen_at(*times):
    """Say that editions were seen at these times, each by a pass of the planner of that very time."""
    return {number: FirstPass(when, when) for number, when in enumerate(times, start=1)}


def publish_records(database, now, *records, calendar=CALENDAR):
    return publish_draft(database, Draft(calendar, records), now, confirmed=True).edition


def watch(selection="", leads=("7 days",), wants_new=False):
    return Watch(selection, leads, wants_new)


def add_subscriber(database, name, now, *watches, **more):
    return add_named_subscribers(database, [name], now, *watches, **more)[0]


def add_named_subscribers(database, names, now, *watches, **more):
    return add_subscribers(database, [new_subscriber(name, *watches, **more) for name in names], now)


def new_subscriber(name, *watches, **more):
    given = {
        "channel": "mail",
        "address": f"{name}@reader.example",
        "address_key": f"key of {name}",
        "language": "en",
        "zone": PARIS,
        "watches": watches or (watch(),),
        "consent": {},
    }
    return NewSubscriber(**(given | more))


def outbox(database, *names):
    """All deliveries as (subscriber, kind, record, moment or digest, lead, state), or with the columns that are named."""
    columns = [deliveries.c[name] for name in names]
    what = occasions.c
    query = select(subscribers.c.address, what.kind, what.record_id, what.moment, what.revision, what.lead)
    query = query.add_columns(deliveries.c.state, *columns).join_from(deliveries, occasions).outerjoin(subscribers)
    with reading(database) as connection:
        rows = connection.execute(query.order_by(deliveries.c.id)).all()
    return [
        (
            (row.address or "nobody").partition("@")[0],
            row.kind,
            row.record_id,
            row.revision if row.kind == "digest" else row.moment,
            row.lead,
            row.state,
            *(stated(value) if isinstance(value, datetime) else value for value in row[7:]),
        )
        for row in rows
    ]


def notified(database, *states):
    """Who is notified of what: (subscriber, moment, lead), of all deliveries or those in some states."""
    return [
        (subscriber, what, lead)
        for subscriber, _, _, what, lead, state in outbox(database)
        if not states or state in states
    ]


def empty(database):
    """Delete all rows, and begin to number anew."""
    with writing(database) as connection:
        if database.dialect.name == "postgresql":
            named = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {named} RESTART IDENTITY"))
        else:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(text("DELETE FROM sqlite_sequence"))


class Clock:
    """A clock that stands, or that runs from a time on."""

    def __init__(self, now, runs=False):
        self.now = now
        self.runs = runs
        self.set_at = datetime.now(UTC)

    def __call__(self):
        return self.now + (datetime.now(UTC) - self.set_at) if self.runs else self.now


class Inbox:
    """What a mail server has taken; `answer(recipient, subject)` may refuse, wait or raise."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda _recipient: "250 OK")
        self.taken = []
        self.at = []
        self.attempts = []
        self.lock = threading.Lock()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's name)
        self.attempts.append(address)
        answer = self.answer(address)
        answer = await answer if hasattr(answer, "__await__") else answer
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.taken += [(recipient, envelope.content.decode()) for recipient in envelope.rcpt_tos]
        self.at.append(datetime.now(UTC))
        return "250 OK"

    @property
    def recipients(self):
        return [recipient.partition("@")[0] for recipient, _ in self.taken]


@contextmanager
def mail_server(inbox):
    """A real SMTP server in this process; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def make_service(database, clock, url="", folder=None):
    return ReminderService(database, KEYS, BASE, MailSettings(url, folder, SENDER), clock)
