"""Rules as the standard, programs and secretariats write them: each is accepted, and dateutil judges its days."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr

from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Revision, advance
from calendar_service.records.occurrences import all_days
from calendar_service.records.selection import read_selection
from calendar_service.web.feed_renderer import FeedRenderer

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
TEN = time(10)
SHOWN = 24
HEAD = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\nrecords:\n"
RECORD = '  - {{id: a, kind: event, title: A, when: "{} 10:00-11:00", repeats: "{}"}}\n'


def rows():
    with Path(__file__).with_name("recurrence_rules.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


ROWS = rows()


def read(first, repeats, now=NOW):
    return read_calendar((HEAD + RECORD.format(first, repeats)).encode(), "a", now)


def suggestion(reading):
    (problem,) = reading.errors
    return str(problem).split("Say until when: `")[1].split("`")[0]


def judged_days(text, first):
    """Return the days that dateutil gives, on the clock of the first date."""
    text = re.sub(r"UNTIL=(\d{8})(?=;|$)", r"UNTIL=\1T235959", text.upper().rstrip(";"))
    if utc := re.search(r"UNTIL=(\d{8}T\d{6})Z", text):
        local = datetime.strptime(utc[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(PARIS)
        text = text.replace(utc[0], f"UNTIL={local:%Y%m%dT%H%M%S}")
    return [each.date() for each in islice(rrulestr(text, dtstart=datetime.combine(first, TEN)), SHOWN)]


def feed(reading, first, last):
    records = [Revision(each, 1, 0, NOW) for each in reading.draft.records]
    edition = advance(None, 1, NOW, reading.draft.calendar, records)
    selection = read_selection([("from", str(first)), ("to", str(last))], edition.calendar.languages)
    renderer = FeedRenderer("https://calendar.example")
    return renderer.feed(FORMATS["ics"], selection, "Name", FORMATS["ics"].path, edition, NOW).plain


def test_the_table_is_large():
    assert len(ROWS) >= 146
    assert len({(row["first"], row["repeats"]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['source']}-{row['repeats']}")
def test_every_rule_is_accepted_and_gives_the_days_that_dateutil_gives(row):
    first, judged = date.fromisoformat(row["first"]), row["judged_as"] or row["repeats"]
    reading = read(first, row["repeats"])
    if reading.errors:  # the only reason is that a rule which Outlook cannot have needs an end
        judged = suggestion(reading)
        reading = read(first, judged)
    assert reading.findings == ()
    (record,) = reading.draft.records
    expected = judged_days(judged, first)
    assert list(islice(all_days(record.schedule), SHOWN)) == expected
    last = expected[-1]
    calendar = icalendar.Calendar.from_ical(feed(reading, first, last))
    found = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))
    assert sorted({(each.start.date(), each.start.time()) for each in found}) == [(day, TEN) for day in expected]


ENDLESS = [
    ("FREQ=MONTHLY;BYDAY=5TU", "2015-03-31"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "1997-01-15"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15;", "2027-01-15"),
    ("every fifth Tuesday of the month", "2015-03-31"),
    ("chaque cinquième mardi du mois", "2015-03-31"),
    ("chaque mois", "2019-01-31"),
    ("FREQ=YEARLY;BYYEARDAY=100", "2029-04-10"),
]


@pytest.mark.parametrize(("repeats", "first"), ENDLESS)
def test_the_suggested_end_is_ahead_of_now_and_of_the_first_date(repeats, first):
    suggested = suggestion(read(first, repeats))
    reading = read(first, suggested)
    assert reading.findings == ()
    until = reading.draft.records[0].schedule.rule.until
    assert until.year == max(2027, date.fromisoformat(first).year) + 3


def test_the_time_of_the_start_may_stand_in_the_rule_and_is_left_out():
    reading = read("2027-01-04", "FREQ=WEEKLY;BYHOUR=10;BYMINUTE=0;BYSECOND=0;COUNT=3")
    assert reading.findings == ()
    assert reading.draft.records[0].schedule.rule.clock_parts == ()
    lines = feed(reading, "2027-01-01", "2027-02-01").decode().split("\r\n")
    assert [line for line in lines if line.startswith("RRULE:FREQ=WEEKLY")] == ["RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO"]


REFUSED = [
    ("FREQ=WEEKLY;BYHOUR=9", "has BYHOUR=9, which is not the start, 10:00. Take out BYHOUR."),
    ("FREQ=WEEKLY;BYHOUR=10;BYMINUTE=30", "has BYMINUTE=30, which is not the start, 10:00. Take out BYMINUTE."),
    ("FREQ=WEEKLY;BYHOUR=10,14", "has several times a day: BYHOUR=10,14. Write one record for each time of the day."),
    ("FREQ=WEEKLY;BYHOUR=X", "has a part that this calendar does not take: BYHOUR=X."),
    (
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO",
        "numbers a weekday, which does not go with BYWEEKNO: a week has each of them",
    ),
    ("FREQ=MONTHLY;BYWEEKNO=20", "has BYWEEKNO, which goes with YEARLY only."),
    ("FREQ=WEEKLY;BYDAY=1MO", "numbers a weekday, which goes with MONTHLY and YEARLY only."),
    ("FREQ=HOURLY", "repeats HOURLY; the finest rate is DAILY."),
]


@pytest.mark.parametrize(("repeats", "message"), REFUSED)
def test_other_rules_are_refused_with_the_reason(repeats, message):
    (problem,) = read("2027-01-04", repeats).errors
    assert message in str(problem)


def test_a_rule_of_whole_days_has_no_hours():
    text = HEAD + '  - {id: a, kind: event, title: A, when: "2027-01-04", repeats: "FREQ=WEEKLY;BYHOUR=0"}\n'
    (problem,) = read_calendar(text.encode(), "a", NOW).errors
    assert "has BYHOUR=0, and the record has whole days. Take out BYHOUR." in str(problem)
