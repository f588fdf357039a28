"""A file whose records are those of an older edition is an old copy, until a person says otherwise."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, select, update

from calendar_service.records.digest import digest_records
from calendar_service.records.enums import Status
from calendar_service.store import migrate
from calendar_service.store.editions import newest_number
from calendar_service.store.engine import open_engine, reading, writing
from calendar_service.store.migrate import find_drift, run_migrations
from calendar_service.store.publication import PublishOutcome, publish_draft
from calendar_service.store.tables import editions, revisions
from tests.support.databases import open_sqlite
from tests.support.drafts import CALENDAR, NOON, draft, event, tender, webinar

LATER = NOON + timedelta(hours=1)
OLD = draft(tender("one"), event())
NEW = draft(tender("one"), event(), tender("two"))
COPY = (
    "its records are those of edition 1 (published 2026-03-01T12:00Z), but edition {} (published 2026-03-01T12:00Z) is "
    "the present one: this is an older copy of the file, unless somebody has undone what came after it"
)


def test_an_older_copy_is_held_until_it_is_confirmed(database):
    publish_draft(database, OLD, NOON)
    new = publish_draft(database, NEW, NOON).edition
    held = publish_draft(database, OLD, LATER)
    assert (held.outcome, held.reasons, held.edition) == (PublishOutcome.HELD, [COPY.format(2)], new)
    assert newest_number(database) == 2
    done = publish_draft(database, OLD, LATER, confirmed=True)
    assert (done.outcome, done.changed, done.edition.number) == (PublishOutcome.PUBLISHED, ["two"], 3)
    assert publish_draft(database, OLD, LATER).outcome is PublishOutcome.UNCHANGED


SAME = {
    "order": draft(event(), tender("one")),
    "calendar head": draft(tender("one"), event(), calendar=replace(CALENDAR, name={"en": "Renamed"})),
}


@pytest.mark.parametrize("copy", SAME.values(), ids=SAME)
def test_neither_order_nor_head_hides_an_older_copy(database, copy):
    publish_draft(database, OLD, NOON)
    publish_draft(database, NEW, NOON)
    assert publish_draft(database, copy, LATER).reasons == [COPY.format(2)]


def test_the_head_may_change_while_the_records_stay(database):
    publish_draft(database, OLD, NOON)
    assert publish_draft(database, SAME["calendar head"], LATER).outcome is PublishOutcome.PUBLISHED
    assert publish_draft(database, OLD, LATER).outcome is PublishOutcome.PUBLISHED


def test_of_several_editions_with_these_records_the_last_is_named(database):
    for each in (OLD, NEW, OLD, NEW):
        publish_draft(database, each, NOON, confirmed=True)
    assert publish_draft(database, OLD, LATER).reasons[0].startswith("its records are those of edition 3 ")


def published(database, *drafts):
    """Publish drafts one after the other, whatever there is to doubt; give the result of the last."""
    return [publish_draft(database, each, NOON, confirmed=True) for each in drafts][-1]


def of_edition(number):
    return f"edition {number} (published 2026-03-01T12:00Z)"


def edited_copy(older, present, put_back, names):
    return (
        f"it looks like an edited copy of {older}: of what changed since, it keeps nothing and puts back {put_back}: "
        f"{names}. The present one is {present}. Make the edit in the present file, or confirm this one if all of it "
        "is meant"
    )


def test_an_older_copy_with_an_edit_is_held_until_it_is_confirmed(database):
    new = published(database, OLD, NEW).edition
    copy = draft(tender("one"), event(title="Renamed"))
    held = publish_draft(database, copy, LATER)
    assert (held.outcome, held.reasons, held.edition) == (
        PublishOutcome.HELD,
        [edited_copy(of_edition(1), of_edition(2), "1 record", "two (withdrawn)")],
        new,
    )
    done = publish_draft(database, copy, LATER, confirmed=True)
    assert (done.outcome, done.changed) == (PublishOutcome.PUBLISHED, ["event", "two"])
    assert publish_draft(database, copy, LATER).outcome is PublishOutcome.UNCHANGED


def test_an_older_copy_is_known_by_its_nearest_edition(database):
    published(
        database,
        draft(tender("one"), event()),
        draft(tender("one", date(2026, 7, 20)), event()),
        draft(tender("one", date(2026, 7, 20)), event(day=date(2026, 6, 8))),
        draft(tender("one", date(2026, 7, 20)), event(day=date(2026, 6, 8)), tender("two")),
        draft(tender("one", date(2026, 7, 20)), event(day=date(2026, 6, 8), status=Status.POSTPONED), tender("two")),
    )
    copy = draft(tender("one", date(2026, 7, 20)), event(title="Renamed"))
    assert publish_draft(database, copy, LATER).reasons == [
        edited_copy(of_edition(2), of_edition(5), "2 records", "event (schedule, status), two (withdrawn)")
    ]


def test_after_a_new_tz_database_an_edited_copy_is_still_known(database):
    published(database, draft(webinar(), event()), draft(webinar(), event(), tender("two")))
    with writing(database) as connection:  # as if the clocks of the webinar had other rules now
        kept = [["starts", None, "2026-06-01T07:00:00Z"], ["ends", None, "2026-06-01T15:00:00Z"]]
        connection.execute(update(revisions).where(revisions.c.record_id == "webinar").values(instants=kept))
        connection.execute(update(editions).values(tz_database="2020a"))
    held = publish_draft(database, draft(webinar(), event(title="Renamed")), LATER)
    assert (held.outcome, held.changed) == (PublishOutcome.HELD, ["webinar"])
    assert held.reasons == [
        edited_copy(of_edition(1), "edition 3 (published 2026-03-01T13:00Z)", "1 record", "two (withdrawn)")
    ]


def test_one_text_that_is_put_back_passes_with_a_note(database):
    published(database, draft(event(title="Annual meting")), draft(event(title="Annual meeting")))
    done = publish_draft(database, draft(event(title="Annual meting"), tender("new")), LATER)
    assert (done.outcome, done.reasons) == (PublishOutcome.PUBLISHED, [])
    assert done.notes == [f"event has again what it had in {of_edition(1)}: title (en)"]


def test_the_doubts_about_what_changes_are_told_too(database):
    publish_draft(database, draft(tender(closes=date(2026, 7, 1))), NOON)
    publish_draft(database, draft(tender(closes=date(2026, 7, 10))), NOON)
    held = publish_draft(database, draft(tender(closes=date(2026, 7, 1))), LATER)
    earlier = "tender: closes moves from '2026-07-10' to '2026-07-01', which is earlier"
    assert held.reasons == [COPY.format(2), earlier]


@given(st.permutations([event(), tender("one"), tender("two"), webinar()]))
def test_a_digest_does_not_depend_on_the_order(records):
    assert digest_records(records) == digest_records([event(), tender("one"), tender("two"), webinar()])


def test_a_digest_is_the_same_in_every_release():
    canonical = (
        '[{"id":"event","kind":"event","schedule":{"span":{"first":"2026-06-01","last":"2026-06-01"},'
        '"words":"2026-06-01"},"title":{"en":"\\u00c9v\\u00e9nement"}}]'
    )
    assert digest_records([event(title="Événement")]) == hashlib.sha256(canonical.encode()).hexdigest()


def digests(engine):
    with reading(engine) as connection:
        return connection.scalars(select(editions.c.digest).order_by(editions.c.number)).all()


HISTORY = [OLD, NEW, draft(event(title="Other"), tender("two")), draft(), NEW]


def test_editions_from_before_get_their_digests(empty_database_url, tmp_path):
    new = open_sqlite(tmp_path / "new.sqlite3")
    for each in HISTORY:
        publish_draft(new, each, NOON, confirmed=True)
    made = digests(new)
    assert made == [digest_records(each.records) for each in HISTORY]
    old = open_engine(empty_database_url)
    with writing(old) as connection:
        command.upgrade(migrate._config(connection), "0004")
    copy_rows(new, old)
    run_migrations(old)
    find_drift(old)
    assert digests(old) == made
    assert publish_draft(old, OLD, LATER).reasons[0].startswith("its records are those of edition 1 ")
    new.dispose()
    old.dispose()


def copy_rows(new, old):
    there = MetaData()
    there.reflect(old)
    for table in (editions, revisions):
        columns = [each for each in table.c if each.name in there.tables[table.name].c]
        with reading(new) as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(*columns))]
        as_before = Table(table.name, MetaData(), *[Column(each.name, each.type) for each in columns])
        with writing(old) as connection:
            connection.execute(insert(as_before), rows)


def forget_digests(engine, *numbers):
    """Have editions as a process of an older release adds them."""
    with writing(engine) as connection:
        connection.execute(update(editions).where(editions.c.number.in_(numbers)).values(digest=None))


@pytest.mark.parametrize("numbers", [(1,), (2, 3), (1, 2, 3, 4, 5)])
def test_editions_of_an_older_release_get_their_digests_when_found(database, numbers):
    for each in HISTORY:
        publish_draft(database, each, NOON, confirmed=True)
    made = digests(database)
    forget_digests(database, *numbers)
    older = HISTORY[2] if 3 in numbers else OLD
    held = publish_draft(database, older, LATER)
    number = 3 if 3 in numbers else 1
    assert (held.outcome, held.reasons[0].partition(" (")[0]) == (
        PublishOutcome.HELD,
        f"its records are those of edition {number}",
    )
    assert digests(database) == made


def test_a_confirmed_publish_fills_in_digests_too(database):
    for each in HISTORY[:2]:
        publish_draft(database, each, NOON)
    forget_digests(database, 1, 2)
    publish_draft(database, HISTORY[2], NOON, confirmed=True)
    assert digests(database) == [digest_records(each.records) for each in HISTORY[:3]]
