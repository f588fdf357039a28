"""Every surface has the occurrences of a rule: feeds and JSCalendar read back, and the API."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import icalendar
import pytest
import recurring_ical_events

from calendar_service.datephrases import days_of
from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Revision, advance
from calendar_service.records.record import record_from_json, record_to_json
from calendar_service.records.selection import read_selection
from calendar_service.web.feed_renderer import FeedRenderer
from calendar_service.writers.i18n import language
from calendar_service.writers.phrases import rule as print_rule

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
HEAD = "calendar: {id: a.example, name: {en: A, fr: B}, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
RULES = [
    ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1;COUNT=9", date(2027, 1, 15), "Repeats, 9 times", True),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=9", date(2027, 1, 15), "Every month (days 1 and 15), 9 times", True),
    ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=9", date(2027, 1, 31), "Every month (last day), 9 times", True),
    ("FREQ=MONTHLY;BYDAY=5TU;COUNT=4", date(2027, 3, 30), "Every month (fifth Tuesday), 4 times", True),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6", date(2027, 1, 29), "Repeats, 6 times", True),
    ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", date(2027, 1, 29), "Every month (last Friday)", False),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", date(2027, 8, 13), "Repeats, 3 times", True),
    ("FREQ=YEARLY;BYMONTH=6,7;COUNT=4", date(2027, 6, 10), "Every year in June and July, 4 times", True),
    ("FREQ=YEARLY;BYMONTHDAY=29", date(2027, 7, 29), "Every year", False),
    ("FREQ=YEARLY;BYMONTH=7;BYDAY=1MO", date(2027, 7, 5), "Every year in July (first Monday)", False),
    ("FREQ=YEARLY;BYYEARDAY=100;COUNT=3", date(2027, 4, 10), "Repeats, 3 times", True),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", date(2027, 5, 17), "Repeats, 3 times", True),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=8",
        date(2027, 1, 5),
        "Every 2 weeks (Tuesday and Sunday), 8 times",
        False,
    ),
    (
        "FREQ=DAILY;BYMONTH=2;UNTIL=20270210T085959Z",
        date(2027, 2, 1),
        "Every day in February, until 9 February 2027",
        True,
    ),
    ("FREQ=DAILY;BYDAY=MO,FR;COUNT=6", date(2027, 1, 8), "Every week (Monday and Friday), 6 times", False),
    ("FREQ=WEEKLY;UNTIL=20270601T080000Z;", date(2027, 1, 5), "Every week (Tuesday), until 1 June 2027", False),
]


def edition_of(rule, day, hours="10:00-11:00"):
    text = f"{HEAD}  - {{id: a, kind: event, title: A, when: '{day} {hours} Europe/Paris', repeats: '{rule}'}}\n"
    reading = read_calendar(text.encode(), "a")
    assert reading.draft, reading.findings
    return advance(None, 1, NOW, reading.draft.calendar, [Revision(each, 1, 0, NOW) for each in reading.draft.records])


def rendered(edition, name, asked=(("from", "2026-12-01"), ("to", "2029-12-31"))):
    selection = read_selection(asked, edition.calendar.languages)
    renderer = FeedRenderer("https://calendar.example")
    return renderer.feed(FORMATS[name], selection, "Name", FORMATS[name].path, edition, NOW).plain


@pytest.mark.parametrize(("rule", "day", "words", "is_written_out"), RULES, ids=[row[0] for row in RULES])
def test_every_surface_has_the_occurrences_of_the_rule(rule, day, words, is_written_out):
    edition = edition_of(rule, day)
    record = edition.entries["a"].record
    schedule = record.schedule
    end = date(2029, 12, 31)
    days = [each for each in islice(days_of(schedule.rule, day), 2000) if each <= end]
    calendar = icalendar.Calendar.from_ical(rendered(edition, "ics"))
    assert any("RRULE" in event for event in calendar.walk("VEVENT")) is not is_written_out
    found = recurring_ical_events.of(calendar).between(date(2026, 12, 1), end + timedelta(days=1))
    assert sorted((each.start.date(), each.start.time()) for each in found) == [(each, time(10)) for each in days]
    group = json.loads(rendered(edition, "jscalendar"))
    assert any("recurrenceRules" in each for each in group["entries"]) is not is_written_out
    assert print_rule(schedule.rule, language("en")) == words
    assert record_from_json(json.loads(json.dumps(record_to_json(record)))) == record


def test_words_of_a_rule_in_french():
    rules = [edition_of(*each).entries["a"].record.schedule.rule for each in (RULES[1][:2], RULES[7][:2], RULES[9][:2])]
    assert [print_rule(rule, language("fr")) for rule in rules] == [
        "Chaque mois (jours 1 et 15), 9 fois",
        "Chaque année en juin et juillet, 4 fois",
        "Chaque année en juillet (premier lundi)",
    ]


def test_a_rule_that_an_earlier_version_stored_is_the_same():
    rule = edition_of("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=29", date(2027, 7, 29)).entries["a"].record.schedule.rule
    stored = record_to_json(edition_of("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=29", date(2027, 7, 29)).entries["a"].record)
    assert (stored["schedule"]["rule"]["by_month"], stored["schedule"]["rule"]["by_month_day"]) == (7, 29)
    assert record_from_json(stored).schedule.rule == rule


ENDLESS = [
    ("FREQ=MONTHLY;BYDAY=5TU", date(2027, 3, 30)),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15;", date(2027, 1, 15)),
    ("every fifth Tuesday of the month", date(2027, 3, 30)),
    ("chaque cinquième mardi du mois", date(2027, 3, 30)),
    ("FREQ=YEARLY;BYYEARDAY=100", date(2098, 4, 10)),
]


@pytest.mark.parametrize(("rule", "day"), ENDLESS, ids=[row[0] for row in ENDLESS])
def test_an_endless_rule_that_outlook_cannot_have_is_told_an_end_that_is_accepted(rule, day):
    text = "  - {{id: a, kind: event, title: A, when: '{} 10:00-11:00', repeats: \"{}\"}}\n"
    reading = read_calendar((HEAD + text.format(day, rule)).encode(), "a")
    (problem,) = reading.errors
    suggested = str(problem).split("Say until when: `")[1].split("`")[0]
    assert not read_calendar((HEAD + text.format(day, suggested)).encode(), "a").findings


def night_of_the_clock_change(edition, form, asked):
    """How the night of 27 March 2027 is told beside the rule."""
    text = rendered(edition, form, asked).decode()
    if form == "ics":
        events = icalendar.Calendar.from_ical(text).events
        found = {each["recurrence-id"].dt.date(): each["dtend"].dt for each in events if "recurrence-id" in each}
        return f"{found.get(date(2027, 3, 27)):%FT%T}"
    if form == "jcal":
        events = [{each[0]: each[3] for each in event[1]} for event in json.loads(text)[2] if event[0] == "vevent"]
        return {each["recurrence-id"][:10]: each["dtend"] for each in events if "recurrence-id" in each}["2027-03-27"]
    (group,) = [each for each in json.loads(text)["entries"] if "recurrenceRules" in each]
    return group["recurrenceOverrides"]["2027-03-27T22:00:00"]["duration"]


@pytest.mark.parametrize(
    ("form", "told"),
    [("ics", "2027-03-28T06:00:00"), ("jcal", "2027-03-28T06:00:00"), ("jscalendar", "PT7H")],
)
@pytest.mark.parametrize("asked", [("to", "2027-03-22"), ("from", "2027-03-20"), ("from", "2027-02-20")])
def test_a_rule_that_goes_on_behind_the_days_asked_for_keeps_its_exceptions(form, told, asked):
    edition = edition_of("every Saturday", date(2027, 3, 20), "22:00 to 21 March 2027 06:00")
    assert night_of_the_clock_change(edition, form, [asked]) == told
    assert night_of_the_clock_change(edition, form, [("from", "2027-03-20"), ("to", "2027-03-21")]) == told
