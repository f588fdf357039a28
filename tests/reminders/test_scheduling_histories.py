"""Random histories: the messages that go out are those of a simple model that knows subscribers one by one, and no SQL."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from calendar_service.records.edition import Draft
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.notification_keys import ReminderKey, lead_of
from calendar_service.records.record import Calendar, Milestone, Record
from calendar_service.records.times import CivilTime, EndOfDay
from calendar_service.reminders.message_renderer import DeliveryObsolete, MessageRenderer
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.store import subscribers
from calendar_service.store.claims import claim_deliveries, load_active_watches, load_deliveries, mark_settled
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import writing
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.publication import PublishOutcome, publish_draft
from calendar_service.store.purge_history import purge_history
from calendar_service.store.subscribers import NewSubscriber, Watch
from calendar_service.store.tables import editions, metadata, notes, revisions
from calendar_service.store.workers import enter_worker
from tests.support.databases import open_sqlite

SEAT = "Europe/Paris"
CALENDAR = Calendar(id="example.org", name={"en": "Example"}, zone=SEAT, languages=("en",))
BEGIN = datetime(2027, 3, 20, 12, tzinfo=UTC)  # the clocks change on 28 March
KEYS = ("k" * 32,)
ZONES = [SEAT, "Asia/Seoul", "America/Lima"]
LEADS = ["14 days", "7 days", "3 days", "1 day", "24 hours", "2 working days"]
CLOSINGS = [
    CivilTime(date(2027, 4, 1), time(17), SEAT),
    CivilTime(date(2027, 4, 9), time(11, 30), SEAT),
    EndOfDay(date(2027, 3, 29), SEAT),
    EndOfDay(date(2027, 4, 9), SEAT),
]


def tender(closes, status=Status.CONFIRMED):
    return Record(
        id="tender",
        kind=Kind.TENDER,
        title={"en": "Tender"},
        status=status,
        languages=("en",),
        milestones={MomentName.CLOSES: Milestone(closes, "as printed")},
    )


# -- the model ------------------------------------------------------------------------------------------------------


@dataclass
class ModelSubscriber:
    zone: str = SEAT
    asked: dict = field(default_factory=dict)  # lead, "changes" or "new" -> since when
    leads: tuple = ()
    wants_new: bool = False
    state: str = "none"
    sent: set = field(default_factory=set)

    def ask_anew(self, now):
        kept = {"changes", *self.leads, *(["new"] if self.wants_new else [])}
        self.asked = {what: self.asked.get(what, now) for what in kept} if self.state == "active" else {}


@dataclass
class Model:
    subscribers: list
    record: tuple = ("none", None)  # how it stands, and when it closes
    revision: int = 0
    # Since when the closing counts, and when it was seen: the last tick but one, and the last, after it was published.
    counts_from: datetime = None
    seen_at: datetime = None
    is_armed: bool = False
    is_first: bool = False
    last_tick: datetime = None
    unseen: bool = False
    now: datetime = None
    first_published: datetime = None
    told: list = field(default_factory=list)  # revisions published since the last tick

    def publish(self, stands, closes):
        before, (was, was_closing) = self.record, self.record
        if (stands, closes) == before or (was == "none" and stands == "withdrawn"):
            return
        self.record = (stands, closes)
        self.revision += 1
        if was == "none":
            self.told.append(("new", self.revision, [closes] if stands == "on" else [], self.now, before))
        elif was != stands or stands == "on":
            self.told.append(("changed", self.revision, [was_closing, closes], self.now, before))
        if stands != "on":
            self.is_armed = False
        elif not self.is_armed or was_closing != closes:
            self.is_armed, self.unseen, self.is_first = True, True, was == "none"
            self.first_published = self.now

    def tick(self, now):
        if self.unseen:
            self.counts_from, self.seen_at, self.unseen = self.last_tick or now, now, False
        self.last_tick = now
        found = []
        for number, subscriber in enumerate(self.subscribers):
            own = [
                (kind, revision, before)
                for kind, revision, closings, published, before in self.told
                if any(closing.instant >= now for closing in closings)
                and published > subscriber.asked.get("changes" if kind == "changed" else "new", published)
            ]
            # Only the net change, as one message, under the key of the last one.
            if own and self.is_change(own[0], now):
                found.append(self.tell(number, (own[0][0], str(own[-1][1]))))
        self.told = []
        for number, subscriber in enumerate(self.subscribers):
            found += self.remind(number, subscriber, now)
        return found

    def is_change(self, first, now):
        kind, _, (was, was_closing) = first
        stands, closes = self.record
        if kind == "new" or was != stands:
            return kind == "changed" or stands == "on"
        return stands == "on" and was_closing != closes and any(each.instant >= now for each in (was_closing, closes))

    def tell(self, number, what):
        self.subscribers[number].sent.add(what)
        return (number, *what)

    def remind(self, number, subscriber, now):
        stands, closes = self.record
        if stands != "on" or closes.instant <= now:
            return []
        counted = {lead: count_back(lead, closes, subscriber.zone) for lead in LEADS}
        nearness = {lead: (counted[lead], -len(LEADS) + sorted(LEADS, reverse=True).index(lead)) for lead in LEADS}
        due = []
        for lead in subscriber.leads:
            at = max(counted[lead], self.seen_at) if self.is_first else counted[lead]
            late = self.is_first and counted[lead] < self.seen_at
            if counted[lead] < self.counts_from and not self.is_first:
                continue
            if lead not in subscriber.asked or at > now:
                continue
            asked = subscriber.asked[lead]
            if asked > counted[lead] and not (late and asked < self.first_published):
                continue  # it was due before they asked, and stood there for them to see
            told = {what[1] for what in subscriber.sent if what[0] == closes}
            if lead in told or any(nearness[each] > nearness[lead] for each in told):
                continue
            if late and any(what[0] == "new" for what in subscriber.sent):
                continue
            due.append(lead)
        if not due:
            return []
        return [self.tell(number, (closes, max(due, key=nearness.get)))]


def count_back(lead, closes, zone):
    amount, unit = int(lead.split()[0]), lead.split(maxsplit=1)[1]
    if unit == "hours":
        return closes.instant - timedelta(hours=amount)
    day = closes.day
    while amount:
        day -= timedelta(days=1)
        amount -= unit != "working days" or day.weekday() < 5
    if isinstance(closes, CivilTime):
        return datetime.combine(day, closes.clock, ZoneInfo(SEAT)).astimezone(UTC)
    return datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)


# -- the service ----------------------------------------------------------------------------------------------------


class Service:
    def __init__(self, engine, kept=None):
        self.engine, self.kept = engine, kept
        with writing(engine) as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            connection.execute(insert(notes).values(name="announced", value="0", at=BEGIN))
            self.worker = enter_worker(connection, BEGIN)
        self.planner = Planner(engine)
        self.renderer = MessageRenderer(engine, SubscriptionService(engine, KEYS), "https://example.org")
        self.ids = {}
        self.numbers = {}
        self.anchor = Record(
            id="anchor",
            kind=Kind.TENDER,
            title={"en": "Anchor"},
            tags=("other",),
            milestones={MomentName.CLOSES: Milestone(EndOfDay(date(2027, 12, 1), SEAT), "")},
        )
        self.record = None

    def publish(self, stands, closes, now, offset):
        """Publish now, with the stamp of a clock that is wrong by `offset`."""
        if stands == "withdrawn":
            self.record = None
        else:
            status = {"on": Status.CONFIRMED}.get(stands) or Status(stands)
            self.record = tender(closes, status)
        records = (self.anchor, self.record) if self.record else (self.anchor,)
        done = publish_draft(self.engine, Draft(CALENDAR, records), now, confirmed=True)
        if done.outcome is PublishOutcome.PUBLISHED:
            number, stamp = done.edition.number, now.replace(microsecond=0) + offset
            with writing(self.engine) as connection:
                connection.execute(update(editions).where(editions.c.number == number).values(published_at=stamp))
                connection.execute(update(revisions).where(revisions.c.edition == number).values(changed_at=stamp))

    def join(self, number, leads, wants_new, zone, now):
        watch = Watch("id=tender", leads, wants_new)
        new = NewSubscriber(
            channel="mail",
            address=f"subscriber{number}@example.org",
            address_key=f"key{number}",
            language="en",
            zone=zone,
            watches=(watch,),
            consent={},
        )
        with writing(self.engine) as connection:
            subscriber = subscribers.join_in(connection, new, [f"key{number}"], now)
        self.ids[number], self.numbers[subscriber.id] = subscriber.id, number

    def change(self, number, now, **what):
        subscriber = subscribers.find_by_keys(self.engine, [f"key{number}"])
        if "leads" in what:
            what = {"watches": tuple(replace(each, leads=what["leads"]) for each in subscriber.watches)}
        subscribers.change(self.engine, replace(subscriber, **what), now)

    def tick(self, now):
        edition = load_edition(self.engine)
        if edition is None:
            return []
        self.planner.fan_out(edition, now)
        found = []
        with writing(self.engine) as connection:
            claimed_deliveries = load_deliveries(connection, claim_deliveries(connection, self.worker, now, 1000))
            active_watches = load_active_watches(
                connection, [each.recipient.id for each in claimed_deliveries if each.recipient]
            )
        for delivery in claimed_deliveries:
            state = DeliveryState.SENT
            try:
                groups = active_watches.get(delivery.recipient.id, [])
                message, envelope = self.renderer.render(delivery, edition, groups, now)
            except DeliveryObsolete:
                state = DeliveryState.DROPPED
            else:
                assert envelope.address == f"subscriber{self.numbers[delivery.recipient.id]}@example.org"
                assert "records" not in message.data
                said = delivery.items[-1].notification if delivery.items else delivery.notification
                closes = self.record.milestones[MomentName.CLOSES].at if self.record else None
                is_reminder = isinstance(said, ReminderKey)
                kind = "new" if message.data["type"] == "new" else "changed"
                what = (closes, lead_of(said)) if is_reminder else (kind, str(said.revision))
                found.append((self.numbers[delivery.recipient.id], *what))
            with writing(self.engine) as connection:
                assert mark_settled(connection, self.worker, delivery, state, now)
        if self.kept:
            purge_history(self.engine, now, self.kept)
        return found


# -- histories ------------------------------------------------------------------------------------------------------

SUBSCRIBERS = 3
number = st.integers(0, SUBSCRIBERS - 1)
leads = st.lists(st.sampled_from(LEADS), min_size=1, max_size=3, unique=True).map(tuple)
# Of the clock that stamps an edition: mostly right, or wrong by minutes up to years.
offset = st.sampled_from(
    [timedelta(0), timedelta(0)]
    + [sign * each for each in (timedelta(minutes=5), timedelta(days=2), timedelta(days=730)) for sign in (1, -1)]
)
step = st.one_of(
    st.tuples(st.just("tick")),
    st.tuples(st.just("tick")),
    st.tuples(st.just("publish"), st.just("on"), st.sampled_from(CLOSINGS), offset),
    st.tuples(st.just("publish"), st.sampled_from(["cancelled", "postponed", "withdrawn"]), st.none(), offset),
    st.tuples(st.just("join"), number, leads, st.booleans(), st.sampled_from(ZONES)),
    st.tuples(st.sampled_from(["leave", "pause", "resume"]), number),
    st.tuples(st.just("zone"), number, st.sampled_from(ZONES)),
    st.tuples(st.just("leads"), number, leads),
)
gap = st.integers(1, 90).map(lambda hours: timedelta(hours=hours)) | st.just(timedelta(minutes=7))
opening = st.tuples(gap, st.tuples(st.just("publish"), st.just("on"), st.sampled_from(CLOSINGS), offset))
history = st.builds(
    lambda first, others: [first, *others], opening, st.lists(st.tuples(gap, step), min_size=6, max_size=30)
)


def live(steps, service):
    """Lead the service and the model through one history; give what each has sent at each tick."""
    model = Model([ModelSubscriber() for _ in range(SUBSCRIBERS)])
    now = BEGIN
    begun = [(timedelta(0), ("join", 0, ("7 days", "1 day"), True, SEAT))]
    for wait, (what, *given_) in [*begun, *steps, (timedelta(hours=1), ("tick",))]:
        now += wait
        model.now = now
        if what == "tick":
            yield now, sorted(service.tick(now), key=str), sorted(model.tick(now), key=str)
        elif what == "publish":
            stands, closes, wrong = given_
            closes = closes or model.record[1]
            if closes:
                service.publish(stands, closes, now, wrong)
                model.publish(stands, closes)
        else:
            change_subscriber(what, given_, model, service, now)


def change_subscriber(what, given_, model, service, now):
    which, *rest = given_
    subscriber = model.subscribers[which]
    before = subscriber.state
    if what == "join":
        if before in ("active", "paused"):
            return
        subscriber.leads, subscriber.wants_new, subscriber.zone = rest
        subscriber.state = "active"
        service.join(which, *rest, now)
    elif before in {"none", "ended"}:
        return
    elif what == "leave":
        subscriber.state = "ended"
        subscribers.end(service.engine, service.ids[which], now)
    elif what == "pause":
        subscriber.state = "paused"
        subscribers.pause(service.engine, service.ids[which], now)
    elif what == "resume":
        subscriber.state = "active"
        subscribers.resume(service.engine, service.ids[which], now)
    elif what == "zone":
        (subscriber.zone,) = rest
        service.change(which, now, zone=subscriber.zone)
    else:
        (subscriber.leads,) = rest
        service.change(which, now, leads=subscriber.leads)
    subscriber.ask_anew(now)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = open_sqlite(tmp_path_factory.mktemp("histories") / "calendar.sqlite3")
    yield made
    made.dispose()


def check(steps, engine, kept=None):
    messages = list(live(steps, Service(engine, kept)))
    for now, sent, expected in messages:
        assert sent == expected, f"at {now}"
    everything = [message for _, sent, _ in messages for message in sent]
    assert len(everything) == len(set(everything))
    event(f"{min(len(everything), 12)} letters")


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(history)
def test_messages_are_those_of_the_model(engine, steps):
    check(steps, engine)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(history)
def test_messages_are_the_same_where_all_that_is_over_is_purged_at_once(engine, steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "calendar_service.store.purge_history.check_clock", lambda *_: None
        )  # these histories are of 2027
        check(steps, engine, kept=timedelta(0))


@pytest.mark.slow
@settings(max_examples=3000, suppress_health_check=list(HealthCheck))
@given(history)
def test_messages_are_those_of_the_model_in_thousands_of_histories(database, steps):
    check(steps, database)
