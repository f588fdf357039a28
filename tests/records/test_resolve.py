"""What a record of the file comes to mean."""

from __future__ import annotations

from datetime import date, time

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.enums import MomentName
from calendar_service.records.record import (
    Milestone,
    OccurrenceChange,
    Place,
    TimeSpan,
    calendar_from_json,
    calendar_to_json,
)
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay

HEAD = "calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"


def record(fields, kind="event"):
    file = f"{HEAD}  - {{id: a, kind: {kind}, title: T, {fields}}}\n"
    reading = read_calendar(file.encode(), "f")
    assert [str(error) for error in reading.errors] == []
    return reading.draft.records[0]


def clock(hour, minute=0, zone="Europe/Paris", day=7):
    return CivilTime(date(2027, 7, day), time(hour, minute), zone)


def notes(fields, kind="event"):
    file = f"{HEAD}  - {{id: a, kind: {kind}, title: T, {fields}}}\n"
    reading = read_calendar(file.encode(), "f")
    assert [str(error) for error in reading.errors] == []
    return [(finding.problem.where, finding.problem.message) for finding in reading.findings]


SPANS = [
    ("when: 7 July 2027", DaySpan(date(2027, 7, 7), date(2027, 7, 7))),
    ("when: 7-9 July 2027", DaySpan(date(2027, 7, 7), date(2027, 7, 9))),
    ("when: 7 July 2027 at 11.00-12.30 CET", TimeSpan(clock(11), clock(12, 30))),
    ("when: 7 July 2027 11:00 Asia/Seoul", TimeSpan(clock(11, zone="Asia/Seoul"))),
    ("when: 7 July 2027 11:00 UTC+01:00", TimeSpan(clock(11, zone="UTC+01:00"))),
    ("when: 7 July 2027 11:00-12:00 CEST (UTC+2)", TimeSpan(clock(11), clock(12))),
    ("when: 7 July 2027 11:00 KST (UTC+9)", TimeSpan(clock(11, zone="UTC+09:00"))),
    (
        "starts: '2027-07-07 11:00', ends: '2027-07-07 12:00 CEST (UTC+2)'",
        TimeSpan(clock(11), clock(12)),
    ),
    ("starts: 2027-07-07", DaySpan(date(2027, 7, 7), date(2027, 7, 7))),
    ("starts: 2027-07-07, ends: 2027-07-09", DaySpan(date(2027, 7, 7), date(2027, 7, 9))),
    ("starts: '2027-07-07T11:00', ends: '2027-07-08T12:00'", TimeSpan(clock(11), clock(12, day=8))),
    (
        "starts: '2027-07-07 11:00 Asia/Seoul', ends: '2027-07-07 12:00'",
        TimeSpan(clock(11, zone="Asia/Seoul"), clock(12, zone="Asia/Seoul")),
    ),
    (
        "starts: '2027-07-07 11:00', ends: '2027-07-07 12:00 Asia/Seoul'",
        TimeSpan(clock(11, zone="Asia/Seoul"), clock(12, zone="Asia/Seoul")),
    ),
]


@pytest.mark.parametrize(("fields", "span"), SPANS, ids=[fields for fields, _ in SPANS])
def test_when_it_is(fields, span):
    assert record(fields).schedule.span == span


def zones(found):
    """The zones of all times of a record."""
    schedule = found.schedule
    spans = [schedule.span, *(each.span for each in schedule.changes)] if schedule else []
    spans += [each.span for each in found.sessions]
    points = [point for span in spans for point in ((span.starts, span.ends) if isinstance(span, TimeSpan) else ())]
    points += [each.at for each in found.milestones.values()]
    return {point.zone for point in points if isinstance(point, CivilTime | EndOfDay)}


EVERY_TIME = [
    ("event", "when: 7 July 2027 at 11.00-12.00 {}"),
    ("event", "starts: '2027-07-07 11:00 {}', ends: '2027-07-07 12:00 {}'"),
    ("event", "when: 7 July 2027, sessions: [{{id: a, title: A, when: '7 July 2027, 9:00 {}'}}]"),
    ("event", "when: 7 July 2027, registration: {{closes: '6 July 2027, 9:00 {}'}}"),
    ("event", "when: 7 July 2027, registration: {{closes: '6 July 2027 {}'}}"),
    (
        "event",
        "when: '7 July 2027, 9:00 {}', repeats: every week, changes: [{{occurrence: 14 July 2027, when: '15 July 2027, 8:00 {}'}}]",
    ),
    ("tender", "closes: 10 July 2027 {}, questions_by: 1 July 2027 {}"),
    (
        "tender",
        "closes: '10 July 2027, 17:00 {}', opens: '11 July 2027, 9:00 {}', award_expected: '1 August 2027, 9:00 {}'",
    ),
]


@pytest.mark.parametrize(("kind", "fields"), EVERY_TIME, ids=[fields for _, fields in EVERY_TIME])
@pytest.mark.parametrize(
    ("label", "more", "zone"),
    [
        ("", "", "Europe/Paris"),
        ("", ", timezone: Asia/Seoul", "Asia/Seoul"),
        ("", ", place: {city: Seoul, country: KR}", "Europe/Paris"),
        ("CET", ", timezone: Asia/Seoul", "Europe/Paris"),
        ("CEST", ", timezone: Asia/Seoul", "Europe/Paris"),
        ("Europe/Athens", ", timezone: Asia/Seoul", "Europe/Athens"),
        ("UTC", ", timezone: Asia/Seoul", "UTC"),
    ],
)
def test_a_time_without_a_zone_is_in_the_records_own(kind, fields, label, more, zone):
    assert zones(record(fields.format(label, label, label) + more, kind)) == {zone}


RULES = [
    ("every week", ("WE",)),
    ("every 2 weeks, 5 times", ("WE",)),
    ("FREQ=WEEKLY", ("WE",)),
    ("FREQ=WEEKLY;BYDAY=MO,WE", ("MO", "WE")),
    ("every Wednesday", ("WE",)),
    ("every day", ()),
    ("every month", ()),
    ("every year", ()),
]


@pytest.mark.parametrize(("words", "by_day"), RULES)
def test_a_weekly_rule_names_its_weekday(words, by_day):
    rule = record(f"when: 7 July 2027, repeats: '{words}'").schedule.rule
    assert (rule.by_day, rule.words) == (by_day, words)


def test_exceptions_and_changes_are_kept_in_order():
    schedule = record(
        "when: 7 July 2027 at 10.00-11.00, repeats: every week, except: [4 August 2027, 14 July 2027], "
        "changes: [{occurrence: 28 July 2027, status: cancelled},"
        " {occurrence: 21 July 2027, when: 22 July 2027 at 9.00}]"
    ).schedule
    moved = TimeSpan(clock(9, day=22))
    assert (schedule.excepted, schedule.changes) == (
        (date(2027, 7, 14), date(2027, 8, 4)),
        (OccurrenceChange(date(2027, 7, 21), moved, "22 July 2027 at 9.00"), OccurrenceChange(date(2027, 7, 28), None)),
    )


def test_the_moments_of_a_tender():
    milestones = record(
        "closes: '10 July 2027, 17:00', questions_by: 1 July 2027, opens: 11 July 2027, "
        "award_expected: 1-5 August 2027",
        kind="tender",
    ).milestones
    assert milestones == {
        MomentName.QUESTIONS_BY: Milestone(EndOfDay(date(2027, 7, 1), "Europe/Paris"), "1 July 2027"),
        MomentName.CLOSES: Milestone(clock(17, day=10), "10 July 2027, 17:00"),
        MomentName.OPENS: Milestone(DaySpan(date(2027, 7, 11), date(2027, 7, 11)), "11 July 2027"),
        MomentName.AWARD_EXPECTED: Milestone(DaySpan(date(2027, 8, 1), date(2027, 8, 5)), "1-5 August 2027"),
    }


def test_registration_may_close_at_the_very_end():
    milestones = record("when: 7 July 2027 at 10.00-11.00, registration: {closes: '7 July 2027, 11:00'}").milestones
    assert milestones == {MomentName.REGISTRATION_CLOSES: Milestone(clock(11), "7 July 2027, 11:00")}


PLACES = [
    ("place: online", Place(online=True), None),
    ("place: En ligne", Place(online=True), None),
    ("place: Hall", Place({"en": "Hall"}), None),
    ("place: {name: online, country: cy}", Place(country="CY", online=True), "Asia/Nicosia"),
    ("place: {city: Seoul, country: KR}", Place(city={"en": "Seoul"}, country="KR"), "Asia/Seoul"),
    ("place: {country: KR}, timezone: Asia/Tokyo", Place(country="KR"), "Asia/Tokyo"),
    ("place: Salle, languages: [fr]", Place({"fr": "Salle"}), None),
    ("place: Hall, languages: [uk]", Place({"en": "Hall"}), None),
]


@pytest.mark.parametrize(("fields", "place", "zone"), PLACES, ids=[fields for fields, _, _ in PLACES])
def test_where_it_is(fields, place, zone):
    found = record(f"when: 7 July 2027, {fields}")
    assert (found.place, found.zone) == (place, zone)


def test_a_webinar_is_online_and_words_may_say_so():
    assert record("when: 7 July 2027", kind="webinar").place == Place(online=True)
    assert record("when: 7 July 2027 at 11.00 Online").place == Place(online=True)


NOTES = [
    ("when: 31 October 2027 at 02:30, fold: 1", []),
    ("when: 31 October 2027 at 01.30-02.30, fold: 1", []),
    (
        "when: 7 July 2027 at 10.00, fold: 1",
        [("records[0].fold", "no time of this record comes twice, so `fold` says nothing.")],
    ),
    (
        "when: 7 July 2027, fold: 0",
        [("records[0].fold", "no time of this record comes twice, so `fold` says nothing.")],
    ),
    ("when: 7 July 2027 18:00 EST (UTC-5)", []),
    ("when: 7 July 2027 18:00 CEST (UTC+2), repeats: every week", []),
    ("when: 7 July 2027 18:00 UTC-05:00, repeats: every week", []),
    (
        "when: 7 July 2027 18:00 EST (UTC-5), repeats: every week",
        [("records[0].when", "every time of the series is at UTC-05:00, in summer and in winter.")],
    ),
    ("when: 7 July 2027 at 10.00, timezone: Europe/Paris", []),
    ("when: 7 July 2027 at 10.00, timezone: Europe/Brussels", []),
    ("when: 7 July 2027, timezone: Asia/Seoul", []),
    ("when: 7 July 2027 at 10.00 Asia/Seoul, timezone: Asia/Seoul", []),
    (
        "when: 7 July 2027 at 10.00, timezone: America/New_York",
        [("records[0].when", "10:00 is read as 10:00 EDT in New York, which is 16:00 in Paris.")],
    ),
    (
        "when: 7 July 2027 at 10.00 Asia/Seoul, timezone: Asia/Seoul, registration: {closes: '6 July 2027, 20:00'}",
        [("records[0].registration.closes", "20:00 is read as 20:00 KST in Seoul, which is 13:00 in Paris.")],
    ),
    (
        "starts: 2027-07-07T04:00, ends: 2027-07-07T12:00, timezone: Asia/Seoul, registration: {closes: 6 July 2027}",
        [
            ("records[0].starts", "04:00 is read as 04:00 KST in Seoul, which is 21:00 on 2027-07-06 in Paris."),
            ("records[0].ends", "12:00 is read as 12:00 KST in Seoul, which is 05:00 in Paris."),
            ("records[0].registration.closes", "6 July 2027 is read as 23:59 KST in Seoul, which is 16:59 in Paris."),
        ],
    ),
    (
        "when: 7 July 2027 at 10.00, place: {country: KR}, registration: {closes: '6 July 2027, 20:00'}",
        [("records[0].when", "10:00 is read as 10:00 CEST in Paris, which is 17:00 in Seoul.")],
    ),
    ("when: 8 July 2027, place: {country: KR}, registration: {closes: 6 July 2027}", []),
]


@pytest.mark.parametrize(("fields", "said"), NOTES, ids=[fields for fields, _ in NOTES])
def test_what_is_worth_a_note(fields, said):
    assert notes(fields) == said


def test_closures_are_kept_once_and_in_order():
    closures = "['1 May 2027', '30 December 2026 - 2 January 2027', 'le 1er janvier 2027', '2026-12-24']"
    file = HEAD.replace("languages: [en, fr]", f"languages: [en, fr], closures: {closures}").replace(
        "records:", "records: []"
    )
    reading = read_calendar(file.encode(), "f")
    assert [str(finding) for finding in reading.findings] == []
    assert [day.isoformat() for day in reading.draft.calendar.closures] == [
        "2026-12-24",
        "2026-12-30",
        "2026-12-31",
        "2027-01-01",
        "2027-01-02",
        "2027-05-01",
    ]
    assert calendar_from_json(calendar_to_json(reading.draft.calendar)) == reading.draft.calendar


def test_a_language_without_a_catalogue_is_noted():
    text = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en, uk, fr]}\nrecords: []\n"
    reading = read_calendar(text.encode(), "events.yaml")
    (note,) = reading.findings
    assert (note.problem.severity, note.problem.where, note.problem.value) == ("note", "calendar.languages[1]", "uk")
    assert "there are en, fr" in str(note)
