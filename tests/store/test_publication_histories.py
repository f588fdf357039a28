"""Whatever is published in whatever order: nothing is lost, nothing changes, nothing falls."""

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_service.records.digest import digest_edition, digest_records
from calendar_service.records.enums import Status
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, reading, sqlite_url
from calendar_service.store.publication import PublishOutcome, publish_draft
from calendar_service.store.tables import editions, revisions
from tests.support.databases import open_sqlite
from tests.support.drafts import NOON, draft, event, tender

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
TITLES = st.sampled_from(["One", "Deux", "Три\u2028", "𝟜 \\ \" '"])
TAGS = st.lists(st.sampled_from(["Roma", "roma", "youth"]), unique=True).map(tuple)
STATUSES = st.sampled_from(Status)
RECORDS = st.one_of(
    st.builds(event, st.sampled_from(["a", "b", "c"]), DAYS, TITLES, tags=TAGS, status=STATUSES),
    st.builds(tender, st.sampled_from(["c", "d", "e"]), DAYS, TITLES, tags=TAGS, status=STATUSES),
)
DRAFTS = st.lists(RECORDS, max_size=4, unique_by=lambda record: record.id).map(lambda records: draft(*records))
STEPS = st.tuples(DRAFTS, st.integers(-3, 100).map(lambda days: timedelta(days=days)), st.booleans())


@pytest.fixture(scope="module")
def empty():
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        engine = open_sqlite(file)
        engine.dispose()
        yield file


def newest_digest(engine):
    with reading(engine) as connection:
        return connection.scalars(select(editions.c.digest).order_by(editions.c.number.desc())).first()


@given(st.lists(STEPS, min_size=1, max_size=8))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_histories(empty, steps):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calendar.sqlite3"
        shutil.copy(empty, file)
        engine = open_engine(sqlite_url(file))
        play(engine, steps)
        engine.dispose()


def play(engine, steps):
    now, known, ever, rows = NOON, None, set(), []
    for written, pause, is_incremental in steps:
        now += pause
        before = load_edition(engine)
        done = publish_draft(engine, written, now, confirmed=True, known=known if is_incremental else None)
        after, rows_before, rows = load_edition(engine), rows, kept_rows(engine)
        assert done.edition == after == load_edition(engine, known) == load_edition(engine, before)
        assert newest_digest(engine) == digest_edition(after) == digest_records(written.records)
        assert (done.outcome is PublishOutcome.UNCHANGED) == (after == before) == (rows == rows_before)
        assert rows[: len(rows_before)] == rows_before
        ever |= {record.id for record in written.records}
        assert after.entries.keys() == ever
        public = {record.id: record for record in written.records}
        assert {e.record.id: e.record for e in after.entries.values() if not e.revision.withdrawn} == public
        check_growth(before, after)
        assert list(after.entries) == list((load_edition(engine, known) or after).entries)
        known = after


def kept_rows(engine):
    with reading(engine) as connection:
        heads = connection.execute(select(editions).order_by(editions.c.number)).all()
        each = connection.execute(select(revisions).order_by(revisions.c.edition, revisions.c.record_id)).all()
    by_edition = {head.number: [tuple(head)] for head in heads}
    for row in each:
        by_edition[row.edition].append(tuple(row))
    return list(by_edition.values())


def check_growth(before, after):
    if before is None:
        return
    assert after.published_at >= before.published_at
    assert after.tags_ever >= before.tags_ever
    for name, entry in before.entries.items():
        old, new = entry.revision, after.entries[name].revision
        assert (new.number, new.sequence, new.changed_at) >= (old.number, old.sequence, old.changed_at)
        assert new.sequence >= old.sequence
        assert new.changed_at >= old.changed_at
        assert (new == old) == (new.number == old.number)
        assert after.entries[name].moves[: len(entry.moves)] == entry.moves
