"""The forecast: for random calendars and subscribers, what it lists is what the passes then send."""

from collections import Counter
from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import event as note
from hypothesis import strategies as st
from sqlalchemy import delete

from calendar_service.records.notification_keys import AccountKey, DigestKey, ReminderKey, lead_of, record_of
from calendar_service.records.times import CivilTime, EndOfDay, write_instant
from calendar_service.reminders.ahead import fan_out_ahead
from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.messages.change_texts import written_at
from calendar_service.reminders.relevance import DeliveryObsolete
from calendar_service.reminders.resuming import SignupAnswering, forecast_after_pass
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.reminders.subscriptions.signup_worker import process_signups
from calendar_service.store.claims import claim_deliveries, load_active_watches, load_deliveries, mark_settled
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import writing
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.tables import metadata
from calendar_service.store.workers import enter_worker
from tests.support.databases import open_sqlite
from tests.support.reminders import (
    BASE,
    DAY,
    HOUR,
    KEYS,
    LIMA,
    MINUTE,
    PARIS,
    SEOUL,
    add_subscriber,
    event,
    publish_records,
    tender,
    utc,
    watch,
)

BEGIN = utc("2027-03-20 12:00")  # the clocks change on 28 March


class Passes:
    """The passes of a worker, one after the other, with a look at what each sends."""

    def __init__(self, database):
        self.database = database
        with writing(database) as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            self.worker = enter_worker(connection, BEGIN)
        self.planner = Planner(database)
        self.renderer = MessageRenderer(database, SubscriptionService(database, KEYS), BASE)

    def run(self, edition, now, clock=None):
        """One pass at `now`; where `clock` is given that is the time, and `now` is ahead of it."""
        process_signups(self.database, KEYS, clock or now)
        self.planner.fan_out(edition, clock or now)
        if clock and now > clock:
            fan_out_ahead(self.database, edition, now, clock)
        with writing(self.database) as connection:
            claimed = load_deliveries(connection, claim_deliveries(connection, self.worker, now, 1000))
            watches = load_active_watches(connection, [each.recipient.id for each in claimed if each.recipient])
        for delivery in claimed:
            state = DeliveryState.SENT
            try:
                own = watches.get(delivery.recipient.id, []) if delivery.recipient else []
                message, envelope = self.renderer.render(delivery, edition, own, now)
            except DeliveryObsolete:
                state = DeliveryState.DROPPED
            else:
                yield sent(delivery, message, envelope)
            with writing(self.database) as connection:
                assert mark_settled(connection, self.worker, delivery, state, now)

    def run_ahead(self, edition, clock, times):
        for number, now in enumerate(times):
            yield from self.run(edition, now, clock + number * timedelta(milliseconds=1))

    def run_until(self, edition, start, end):
        now = start
        while now < end:
            yield from self.run(edition, now)
            now = min(self.planner.next_due() or end, now + DAY, end)


def sent(delivery, message, envelope):
    key = delivery.notification
    if isinstance(key, DigestKey):
        items = [
            (item["record"], item["moment"], item["at"])
            if item["type"] == "reminder"
            else (item["record"], "new" if item["type"] == "new" else "changed", None)
            for item in message.data["items"]
        ]
    elif isinstance(key, AccountKey):
        items = [("", str(key.account), None)]
    elif isinstance(key, ReminderKey):
        items = [(message.data["record"], message.data["moment"], message.data["at"])]
    else:
        told = message.data.get("records", [message.data])
        items = [(each["record"], "new" if each["type"] == "new" else "changed", None) for each in told]
    lead = "" if isinstance(key, DigestKey) else lead_of(key)
    return envelope.address, write_instant(delivery.due_at), str(key.kind), lead, tuple(items)


def listed(messages):
    for each in messages:
        items = tuple(
            (
                record_of(key),
                key.moment if isinstance(key, ReminderKey) else getattr(key, "notice", None) or str(key.account),
                item.at and written_at(item.at),
            )
            for item in each.items
            if (key := item.notification)
        )
        lead = "" if each.kind == "digest" else lead_of(each.items[0].notification)
        for address in each.addresses:
            yield address, write_instant(each.due_at), str(each.kind), lead, items


days = st.integers(1, 20).map(lambda number: date(2027, 3, 20) + number * DAY)
LEADS = ["14 days", "7 days", "3 days", "1 day", "24 hours", "1 day at 18:00", "2 working days", "3 hours"]
points = st.builds(lambda day, hour: CivilTime(day, time(hour), PARIS), days, st.integers(8, 20)) | st.builds(
    lambda day: EndOfDay(day, PARIS), days
)
tenders = st.builds(tender, points, st.sampled_from(["roads", "bridge"]))
events = st.builds(
    lambda day, hour, rule, name: event(f"{day} {hour}".strip(), name=name, rule=rule),
    days,
    st.sampled_from(["", "14:00"]),
    st.sampled_from([None, None, "every week"]),
    st.sampled_from(["fair", "talk"]),
)
calendars = st.lists(tenders | events, min_size=1, max_size=4, unique_by=lambda each: each.id)
watches = st.builds(
    watch,
    st.sampled_from(["", "kind=tender", "kind=event"]),
    st.lists(st.sampled_from(LEADS), min_size=1, max_size=4, unique=True).map(tuple),
    st.booleans(),
)
people = st.fixed_dictionaries(
    {
        "watches": st.lists(watches, min_size=1, max_size=2, unique_by=lambda each: each.selection),
        "zone": st.sampled_from([PARIS, SEOUL, LIMA]),
        "digest": st.sampled_from(["", "daily", "weekly"]),
        "after": st.integers(0, 72).map(lambda hours: hours * HOUR + 7 * MINUTE),
    }
)


asks = st.lists(st.tuples(st.sampled_from(["s0", "s1", "ada", "ben"]), st.sampled_from(["", "kind=event"])), max_size=4)


def ask(database, asked, now):
    """Sign-ups that the next pass answers: of strangers, and of subscribers who have what they ask for, or not."""
    service = SubscriptionService(database, KEYS)
    for number, (name, selection) in enumerate(asked):
        choice = Preferences(selection, ("7 days",), wants_new=False, digest="", language="en", zone=PARIS, country="")
        consent = {"words": "Yes", "form": "page"}
        service.ask(f"{name}@reader.example", choice, consent=consent, client=str(number), now=now)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = open_sqlite(tmp_path_factory.mktemp("forecast") / "calendar.sqlite3")
    yield made
    made.dispose()


@settings(
    max_examples=15,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(
    calendars,
    calendars,
    st.lists(people, min_size=1, max_size=3),
    st.integers(1, 60).map(lambda hours: hours * HOUR),
    st.booleans(),
    st.integers(2, 12).map(lambda number: number * DAY),
    st.booleans(),
    asks,
)
def test_the_forecast_lists_what_is_sent(engine, first, second, subscribers, gap, has_passed, length, is_ahead, asked):
    passes = Passes(engine)
    edition = publish_records(engine, BEGIN, *first)
    now = BEGIN + MINUTE
    for number, each in enumerate(sorted(subscribers, key=lambda each: each["after"])):
        list(passes.run_until(edition, now, joined := BEGIN + each["after"]))
        more = {name: each[name] for name in ("zone", "digest")}
        own_key = AddressHasher(KEYS).address_keys(f"s{number}@reader.example")[0]
        add_subscriber(engine, f"s{number}", joined, *each["watches"], address_key=own_key, **more)
        now = max(now, joined)
    published_at = now + gap
    ids = {each.id for each in second}
    publish_records(engine, published_at, *second, *(each for each in first if each.id not in ids))
    edition, now = load_edition(engine), published_at + 13 * MINUTE
    if has_passed:
        list(passes.run(edition, now))
        now += MINUTE
    ask(engine, asked, now - MINUTE)
    foreseen = forecast_after_pass(engine, edition, (now, now + length), now, signups=SignupAnswering(KEYS))
    if is_ahead:
        times = {now, *(each.due_at for each in foreseen), *(now + number * DAY for number in range(length.days))}
        happened = Counter(passes.run_ahead(edition, now, sorted(times)))
    else:
        happened = Counter(passes.run_until(edition, now, now + length))
    foreseen = Counter(listed(foreseen))
    assert (foreseen - happened, happened - foreseen) == (Counter(), Counter())
    note(f"{min(sum(happened.values()), 12)} messages")
