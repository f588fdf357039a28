"""Notification keys and the columns that they are known by: what was sent once stays known under the same columns."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_service.records.enums import MomentName
from calendar_service.records.leads import CalendarLead, ExactLead, WorkingDayLead
from calendar_service.records.moments import read_point, write_point
from calendar_service.records.notification_keys import (
    AccountKey,
    AccountKind,
    ChangeKey,
    DigestKey,
    DigestPeriod,
    NoticeKind,
    ReminderKey,
    UnreadableKey,
)
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.store.engine import reading, writing
from calendar_service.store.notification_columns import (
    KeyColumns,
    decode_bundle,
    decode_key,
    encode_bundle,
    encode_key,
    key_id,
    key_of,
)
from calendar_service.store.tables import occasions
from tests.support.old_databases import load_old_database, reflected

DAY = date(2027, 6, 16)
# As earlier versions have written them.
WRITTEN = [
    (
        ReminderKey("weekly", DAY, MomentName.STARTS, CivilTime(DAY, time(11), "Europe/Paris"), CalendarLead(days=7)),
        ("reminder", "weekly", "2027-06-16", "starts", "2027-06-16T11:00:00 Europe/Paris", "7 days"),
    ),
    (
        ReminderKey("roads", None, MomentName.QUESTIONS_BY, EndOfDay(DAY, "Asia/Seoul"), WorkingDayLead(5)),
        ("reminder", "roads", "", "questions_by", "2027-06-16T24:00 Asia/Seoul", "5 working days"),
    ),
    (
        ReminderKey("fair", None, MomentName.STARTS, DaySpan(DAY, DAY), CalendarLead(at=time(9))),
        ("reminder", "fair", "", "starts", "2027-06-16", "on the day at 09:00"),
    ),
    (
        ReminderKey("fair", None, MomentName.CLOSES, CivilTime(DAY, time(1, 30), "Europe/Paris", 1), ExactLead(90)),
        ("reminder", "fair", "", "closes", "2027-06-16T01:30:00 Europe/Paris fold=1", "90 minutes"),
    ),
    (ChangeKey("roads", 3, NoticeKind.CHANGED), ("notice", "roads", "", "changed", "3", "")),
    (ChangeKey("roads", 1, NoticeKind.NEW), ("notice", "roads", "", "new", "1", "")),
    (
        DigestKey(DigestPeriod.WEEKLY, datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("digest", "", "", "", "weekly 2027-03-01T08:00Z", ""),
    ),
    (AccountKey(AccountKind.CONFIRM, "-exH8UZMQSS1"), ("letter", "", "", "confirm", "-exH8UZMQSS1", "")),
]


@pytest.mark.parametrize(("key", "columns"), WRITTEN, ids=[" ".join(each[:2]) for _, each in WRITTEN])
def test_a_key_stands_in_the_columns_that_it_always_stood_in(key, columns):
    assert encode_key(key) == columns
    assert decode_key(KeyColumns(*columns)) == key


texts = st.text(max_size=20)
days = st.dates(date(1900, 1, 1), date(9999, 12, 31))
zones = st.sampled_from(["Europe/Paris", "America/Argentina/ComodRivadavia", "Asia/Seoul", "UTC"])
points = st.one_of(
    st.builds(lambda first, last: DaySpan(min(first, last), max(first, last)), days, days),
    st.builds(CivilTime, days, st.times(), zones, st.sampled_from([0, 1])),
    st.builds(EndOfDay, days, zones),
)
clocks = st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59))
leads = st.one_of(
    st.builds(CalendarLead, st.integers(1, 12), st.just(0), clocks),
    st.builds(CalendarLead, st.just(0), st.integers(1, 366), clocks),
    st.builds(ExactLead, st.integers(1, 999)),
    st.builds(WorkingDayLead, st.integers(1, 366)),
)
minutes = st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(second=0, microsecond=0))
keys = st.one_of(
    st.builds(ReminderKey, texts, st.none() | days, st.sampled_from(MomentName), points, leads),
    st.builds(ChangeKey, texts, st.integers(0, 2**31 - 1), st.sampled_from(NoticeKind)),
    st.builds(DigestKey, st.sampled_from(DigestPeriod), minutes),
    st.builds(AccountKey, st.sampled_from(AccountKind), texts),
)


@given(keys)
def test_what_is_written_is_read_back(key):
    assert decode_key(encode_key(key)) == key
    if isinstance(key, DigestKey):
        assert decode_bundle(encode_bundle(key)) == key


@given(points)
def test_points_are_read_as_they_were_written(point):
    assert read_point(write_point(point)) == point


words = st.sampled_from([each for _, columns in WRITTEN for each in columns]) | texts


@given(st.builds(KeyColumns, words, words, words, words, words, words))
@example(KeyColumns("riddle", "roads"))
@example(KeyColumns("reminder", "roads", "", "closes", "2027-06-16", "1 week"))  # not how a week is written
@example(KeyColumns("notice", "roads", "", "new", "01"))
@example(KeyColumns("notice", "roads", "", "new", "\u0661"))
@example(KeyColumns("digest", revision="daily 2027-3-1T08:00Z"))
@example(KeyColumns("reminder", "roads", "", "closes", "2027-06-16T24:00 UTC fold=1", "1 day"))
def test_any_row_is_read_without_loss(columns):
    """Two rows are never taken for the same key, and one that cannot be read stays what it is."""
    assert encode_key(decode_key(columns)) == columns


def test_no_digest_has_no_name():
    assert (encode_bundle(None), decode_bundle("")) == ("", None)
    assert isinstance(decode_bundle("monthly 2027-03-01T08:00Z"), UnreadableKey)


@pytest.mark.parametrize("written", ["", "2", "2027-06-31", "2027-06-16T25:00:00 UTC", "2027-06-16T11:00 Europe/Paris"])
def test_what_is_no_point_is_refused(written):
    with pytest.raises(ValueError, match=r"."):
        read_point(written)


def test_rows_of_the_first_version_are_read_and_written_as_they_stand(empty_database_url, tmp_path):
    old = load_old_database("0.1.0", empty_database_url, tmp_path)
    tables = reflected(old).tables
    with reading(old) as connection:
        rows = connection.execute(select(tables["occasions"])).all()
        found = [key_of(row) for row in rows]
        names = {
            name
            for table in ("firings", "deliveries")
            for name in connection.scalars(select(tables[table].c.bundle).distinct())
        }
    old.dispose()
    assert [type(key).__name__ for key in found if isinstance(key, UnreadableKey)] == []
    assert [encode_key(key) for key in found] == [tuple(row)[1:] for row in rows]
    assert {type(key) for key in found} == {ReminderKey, ChangeKey, DigestKey, AccountKey}
    assert {encode_bundle(decode_bundle(name)) for name in names} == names
    assert len(names) > 10


def test_a_key_has_one_number(database):
    with writing(database) as connection:
        numbers = [key_id(connection, key) for key, _ in WRITTEN]
        assert len(set(numbers)) == len(WRITTEN)
    with writing(database) as connection:
        assert [key_id(connection, key) for key, _ in WRITTEN] == numbers
        rows = connection.execute(select(occasions).order_by(occasions.c.id)).all()
    assert [key_of(row) for row in rows] == [key for key, _ in WRITTEN]
