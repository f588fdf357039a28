"""The times of a record from date words: a table of lines, and what our pages print is read back."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.records.record import Calendar, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant
from calendar_service.records.timing import Timing
from calendar_service.writers.i18n import language
from calendar_service.writers.phrases import when_words as print_when

SEAT = "Europe/Paris"
days = st.dates(date(1970, 1, 1), date(2100, 12, 31))
minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def _table(name):
    path = Path(__file__).with_name(name)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


TABLE = _table("announcement_lines.tsv")
# In the manner of ministries, networks, universities and tender portals; labelled before they were parsed.
PAGE_LINES = [
    row
    for name in ("public_page_lines", "more_page_lines", "agency_page_lines", "institution_lines")
    for row in _table(f"{name}.tsv")
]


# Of each kind and language, written and labelled by people who had not read the parser.
LABELLED = _table("labelled_lines.tsv")
CALENDAR = Calendar(id="x.example", name={}, zone=SEAT, languages=("en", "fr"))


def meaning(words):
    """Read words as a record's `when`; give the span, or the problems."""
    timing = Timing(CALENDAR, (), None)
    found = timing.span_at(("when",), words)
    return found[0] if found else [problem.message for problem in timing.problems]


def instants(words):
    """State what words mean as the table does: days, or instants in UTC."""
    match meaning(words):
        case DaySpan(first, last):
            return first.isoformat(), last.isoformat() if last != first else ""
        case TimeSpan(starts, ends):
            return _utc(starts.instant), _utc(ends.instant if ends else None)
    return "refused", ""


def labelled_meaning(row):
    """Return what a labelled line means as a deadline or a moment; `question` if it is refused."""
    calendar = replace(CALENDAR, day_first=row["language"] == "fr")
    timing = Timing(calendar, (), None)
    found = timing.deadline((), row["words"]) if row["kind"] == "deadline" else timing.span_at((), row["words"])
    if not found:
        return "question", ""
    match found.at if row["kind"] == "deadline" else found[0]:
        case EndOfDay(day):
            return day.isoformat(), ""
        case DaySpan(first, last):
            return first.isoformat(), last.isoformat() if last != first else ""
        case TimeSpan(starts, ends):
            return tuple(f"{each.instant:%Y-%m-%dT%H:%M:%SZ}" if each else "" for each in (starts, ends))
        case at:
            return f"{at.instant:%Y-%m-%dT%H:%M:%SZ}", ""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_of_labelled_lines_nearly_all_are_read_and_none_wrong(lang):
    rows = [row for row in LABELLED if row["language"] == lang]
    found = {row["words"]: labelled_meaning(row) for row in rows}
    differs = {row["words"] for row in rows if found[row["words"]] != (row["start"], row["end"])}
    assert [each for each in differs if found[each] != ("question", "")] == []
    assert len(rows) >= 120
    assert len(differs) <= 0.05 * len(rows), differs


def _utc(instant):
    if instant is None:
        return ""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ" if instant.second else "%Y-%m-%dT%H:%MZ")


@pytest.mark.parametrize("row", [*TABLE, *PAGE_LINES], ids=lambda row: row["words"])
def test_a_line_means_what_the_table_says(row):
    assert instants(row["words"]) == (row["start"], row["end"])


def test_the_table_is_large_and_has_no_line_twice():
    words = [row["words"] for row in TABLE]
    refused = [row for row in TABLE if row["start"] == "refused"]
    assert (len(words) >= 220, len(refused) >= 40, len(words) - len(set(words))) == (True, True, 0)


def test_an_offset_that_is_not_the_zones_asks_which_is_meant():
    assert meaning("7 July 2020 at 11:00 CET (UTC+1)") == [
        "11:00 in Paris is CEST (UTC+2) on 2020-07-07, not UTC+1: it is 09:00Z by the zone and 10:00Z by the offset."
    ]


# --- what our own pages print --------------------------------------------------------------------

LANGUAGES = [language("en"), language("fr")]
OUR_LINES = [
    ("Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)", "2020-07-07T09:00Z", "2020-07-07T10:30Z"),
    ("mardi 7 juillet 2020, 11:00-12:30 CEST (UTC+2)", "2020-07-07T09:00Z", "2020-07-07T10:30Z"),
    ("Friday 10 July 2020, 23:59 CEST (UTC+2)", "2020-07-10T21:59Z", ""),
    ("lundi 29 juin 2020 au mardi 30 juin 2020", "2020-06-29", "2020-06-30"),
    ("Monday 29 June 2020 to Tuesday 30 June 2020", "2020-06-29", "2020-06-30"),
    (
        "Monday 29 June 2020, 22:00 CEST (UTC+2) to Tuesday 30 June 2020, 01:00 CEST (UTC+2)",
        "2020-06-29T20:00Z",
        "2020-06-29T23:00Z",
    ),
    (
        "lundi 29 juin 2020, 22:00 CEST (UTC+2) au mardi 30 juin 2020, 01:00 CEST (UTC+2)",
        "2020-06-29T20:00Z",
        "2020-06-29T23:00Z",
    ),
    ("1er décembre 2026", "2026-12-01", ""),
    ("Sunday 25 October 2026, 02:30 CET (UTC+1)", "2026-10-25T01:30Z", ""),
    (
        "Sunday 25 October 2026, 02:30 CEST (UTC+2) to Sunday 25 October 2026, 02:10 CET (UTC+1)",
        "2026-10-25T00:30Z",
        "2026-10-25T01:10Z",
    ),
    ("Sunday 25 October 2026, 02:30 CET (UTC+1) to Sunday 25 October 2026, 02:10 CEST (UTC+2)", "refused", ""),
]


@pytest.mark.parametrize(("words", "start", "end"), OUR_LINES)
def test_what_our_pages_print_is_read(words, start, end):
    assert instants(words) == (start, end)


def in_minutes(first, last):
    return st.datetimes(first, last).map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC))


# Half of the moments lie around a change of clocks.
moments = in_minutes(datetime(1976, 9, 27), datetime(2100, 12, 1)) | st.sampled_from(
    [datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2027, 3, 28, 0, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)]
).flatmap(lambda near: st.integers(-240, 240).map(lambda off: near + timedelta(minutes=off)))
lengths = st.none() | st.integers(1, 300) | st.integers(1, 100_000)


def check_round_trip(moment, length, zone, lang):
    starts = civil_from_instant(moment, zone)
    ends = civil_from_instant(moment + timedelta(minutes=length), zone) if length else None
    words = print_when(TimeSpan(starts, ends), zone, lang)
    expected = (starts.instant, ends.instant if ends else None)
    found = meaning(words)
    assert isinstance(found, TimeSpan), (words, found)
    assert (found.starts.instant, found.ends.instant if found.ends else None) == expected, words


@given(moments, lengths, st.sampled_from(LANGUAGES))
@settings(max_examples=150)
def test_what_our_pages_print_of_the_seats_clock_is_read_back(moment, length, lang):
    check_round_trip(moment, length, SEAT, lang)


OTHERS = ["Asia/Seoul", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "Europe/London"]
OTHERS += ["Pacific/Chatham", "America/Sao_Paulo", "Europe/Dublin", "Pacific/Guam", "AoE", "UTC", "UTC+01:00"]


@given(moments, lengths, st.sampled_from(OTHERS), st.sampled_from(LANGUAGES))
@settings(max_examples=150)
def test_what_our_pages_print_of_another_clock_is_read_back(moment, length, zone, lang):
    check_round_trip(moment, length, zone, lang)


@given(days, st.integers(0, 400), st.sampled_from(LANGUAGES))
def test_whole_days_that_our_pages_print_are_read_back(first, length, lang):
    span = DaySpan(first, min(first + timedelta(days=length), date(2100, 12, 31)))
    assert meaning(print_when(span, SEAT, lang)) == span


@given(days, minutes, st.sampled_from(LANGUAGES))
def test_printed_words_are_read_to_the_same_civil_time(day, moment, lang):
    starts = civil_from_instant(CivilTime(day, moment, SEAT).instant, SEAT)
    assert meaning(print_when(starts, SEAT, lang)) == TimeSpan(starts)
