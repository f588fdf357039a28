"""What is deleted after a time, and what never: that something was sent, deadline histories, digests of editions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from calendar_service.records.enums import Status
from calendar_service.records.record import Contact
from calendar_service.reminders.scheduling import Planner
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.publication import PublishOutcome, publish_draft
from calendar_service.store.publish_attempts import PublishAttempt, last_attempt, record_attempt
from calendar_service.store.purge_history import purge_history
from calendar_service.store.tables import attempts, deliveries, editions, firings, revisions
from tests.support.databases import open_sqlite
from tests.support.drafts import NOON, draft, event, tender
from tests.support.reminders import DAY, add_subscriber, watch

KEPT = 400 * DAY
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
TEXTS = st.sampled_from([{}, {"en": "One"}, {"en": "Deux"}])
RECORDS = st.one_of(
    st.builds(event, st.sampled_from(["a", "b"]), DAYS, summary=TEXTS, status=st.sampled_from(Status)),
    st.builds(tender, st.sampled_from(["c", "d"]), DAYS, summary=TEXTS, buyer=TEXTS),
)
DRAFTS = st.lists(RECORDS, max_size=3, unique_by=lambda record: record.id).map(lambda records: draft(*records))


@pytest.fixture(autouse=True)
def right_clock(monkeypatch):
    """These tests live in years of their own."""
    monkeypatch.setattr("calendar_service.store.purge_history.check_clock", lambda *_: None)


def count(database, table):
    with reading(database) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def send_all(database, now):
    with writing(database) as connection:
        connection.execute(update(deliveries).values(state=DeliveryState.SENT, settled_at=now))


def test_what_was_sent_is_deleted_and_never_sent_again(database):
    closes = date(2026, 7, 10)
    publish_draft(database, draft(tender(closes=closes)), NOON)
    add_subscriber(database, "ann", NOON, watch(leads=("7 days",)))
    edition, due = load_edition(database), datetime(2026, 7, 4, 12, tzinfo=UTC)
    Planner(database).fan_out(edition, NOON)
    Planner(database).fan_out(edition, due)
    assert (count(database, deliveries), count(database, firings)) == (1, 1)
    send_all(database, due)
    over = datetime(2026, 7, 11, tzinfo=UTC)
    purge_history(database, over + KEPT - 2 * DAY, KEPT)
    assert (count(database, deliveries), count(database, firings)) == (1, 1)
    purge_history(database, over + KEPT, KEPT)
    assert (count(database, deliveries), count(database, firings)) == (0, 0)
    Planner(database).fan_out(edition, due + DAY)  # a clock that was set back
    assert (count(database, deliveries), count(database, firings)) == (0, 0)


def test_what_waits_is_kept_however_old(database):
    publish_draft(database, draft(tender(closes=date(2026, 7, 10))), NOON)
    add_subscriber(database, "ann", NOON, watch(leads=("7 days",)))
    edition = load_edition(database)
    Planner(database).fan_out(edition, NOON)
    Planner(database).fan_out(edition, datetime(2026, 7, 4, 12, tzinfo=UTC))
    purge_history(database, NOON + 10 * KEPT, KEPT)
    assert (count(database, deliveries), count(database, firings)) == (1, 1)


def test_of_attempts_the_last_one_stays(database):
    for number, outcome in enumerate((PublishOutcome.BROKEN, PublishOutcome.PUBLISHED)):
        record_attempt(database, PublishAttempt(NOON, "events.yaml", str(number), outcome, ()))
    purge_history(database, NOON + 2 * KEPT, KEPT)
    assert (count(database, attempts), last_attempt(database).outcome) == (1, PublishOutcome.PUBLISHED)


def test_texts_and_contacts_of_what_was_replaced_are_deleted(database):
    contact = Contact(name="Anna", email="anna@example.org")
    publish_draft(database, draft(tender(contact=contact, summary={"en": "Old"})), NOON)
    publish_draft(database, draft(tender(contact=contact, summary={"en": "New"})), NOON + DAY)
    purge_history(database, NOON + DAY + KEPT, KEPT)
    assert [("contact" in record, "summary" in record) for record in stored(database)] == [(True, True)] * 2
    purge_history(database, NOON + 2 * DAY + KEPT, KEPT)
    assert [("contact" in record, "summary" in record) for record in stored(database)] == [(False, False), (True, True)]


def stored(database):
    with reading(database) as connection:
        return connection.scalars(select(revisions.c.record).order_by(revisions.c.number)).all()


def test_a_file_is_not_taken_for_a_copy_of_what_was_deleted(database):
    first, second = ([tender(name, summary={"en": words}) for name in ("a", "b")] for words in ("One", "Two"))
    publish_draft(database, draft(*first), NOON)
    publish_draft(database, draft(*second), NOON + DAY)
    purge_history(database, NOON + 2 * DAY + KEPT, KEPT)
    third = [tender(name) for name in ("a", "b")]
    assert publish_draft(database, draft(*third), NOON + 3 * DAY + KEPT).outcome is PublishOutcome.PUBLISHED


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = open_sqlite(tmp_path_factory.mktemp("retention") / "calendar.sqlite3")
    yield made
    made.dispose()


@given(st.lists(st.tuples(DRAFTS, st.integers(0, 300).map(lambda days: timedelta(days=days))), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_history_changes(engine, steps):
    with writing(engine) as connection:
        for table in (deliveries, firings, revisions, editions):
            connection.execute(table.delete())
    now = NOON
    for written, pause in steps:
        now += pause
        publish_draft(engine, written, now, confirmed=True)
        before, digests = load_edition(engine), kept_digests(engine)
        purge_history(engine, now, 200 * DAY)
        after = load_edition(engine)
        assert without_withdrawn_texts(after) == without_withdrawn_texts(before)
        assert [each.deadline_history for each in after.entries.values()] == [
            each.deadline_history for each in before.entries.values()
        ]
        assert kept_digests(engine) == digests
        assert publish_draft(engine, written, now, confirmed=True).outcome is PublishOutcome.UNCHANGED


def without_withdrawn_texts(edition):
    entries = {}
    for name, entry in edition.entries.items():
        bare = replace(entry.revision.record, summary={}, buyer={})
        withdrawn = replace(entry, revision=replace(entry.revision, record=bare))
        entries[name] = withdrawn if entry.revision.withdrawn else entry
    return replace(edition, entries=entries)


def kept_digests(engine):
    with reading(engine) as connection:
        return connection.execute(select(editions.c.number, editions.c.digest).order_by(editions.c.number)).all()


def test_a_wrong_clock_deletes_nothing(database, monkeypatch):
    monkeypatch.undo()
    publish_draft(database, draft(tender()), NOON)
    publish_draft(database, draft(tender(summary={"en": "New"})), NOON + DAY)
    purge_history(database, datetime.now(UTC) + 10 * KEPT, KEPT)
    assert count(database, revisions.select().where(revisions.c.is_reduced).subquery()) == 0
