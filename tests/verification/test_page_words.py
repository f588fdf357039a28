"""How the audit reads what is printed and sent: by the words, rules and zones that stand there, and nothing else."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_service.parsers.feed_ics import UnreadableFeed, read_ics, read_jcal
from calendar_service.verification.page_words import page_words_of

SUMMER = "2020-07-07T09:00Z (+02:00) to 2020-07-07T10:30Z (+02:00)"
PRINTED = [
    ("en", ["Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)"], [SUMMER]),
    ("fr", ["mardi 7 juillet 2020, 11:00-12:30 CEST (UTC+2)"], [SUMMER]),
    ("fr", ["Inscription :\u00a0mardi\u00a07 juillet 2020, 11:00-12:30\u202fCEST (UTC+2)"], [SUMMER]),
    (
        "en",
        ["Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)", "In Seoul: 18:00-19:30 KST (UTC+9)"],
        [SUMMER, "2020-07-07T09:00Z (+09:00) to 2020-07-07T10:30Z (+09:00)"],
    ),
    (
        "en",
        ["In Kiritimati: Tuesday 7 July 2020, 23:00 UTC+14 to Wednesday 8 July 2020, 00:30 UTC+14"],
        ["2020-07-07T09:00Z (+14:00) to 2020-07-07T10:30Z (+14:00)"],
    ),
    ("en", ["Friday 1 January 2027, 12:00 GMT (UTC)"], ["2027-01-01T12:00Z (+00:00)"]),
    ("fr", ["vendredi 1er janvier 2027, 12:00 UTC"], ["2027-01-01T12:00Z (+00:00)"]),
    ("en", ["Friday 1 January 2027, 12:00 NST (UTC-3:30)"], ["2027-01-01T15:30Z (-03:30)"]),
    ("en", ["Friday 1 January 2027, 12:00 UTC+05:30 (UTC+5:30)"], ["2027-01-01T06:30Z (+05:30)"]),
    ("en", ["Closes: Wednesday 31 March 2027, 23:59 AoE (UTC-12)"], ["2027-04-01T11:59Z (-12:00)"]),
    ("en", ["Friday 26 June 2020"], ["2020-06-26"]),
    ("fr", ["lundi 29 juin 2020 au mardi 30 juin 2020"], ["2020-06-29 to 2020-06-30"]),
    ("en", ["Academy: Monday 7 to Wednesday 9 June 2027"], ["2027-06-07 to 2027-06-09"]),
    ("fr", ["30 décembre 2026 au 2 janvier 2027"], ["2026-12-30 to 2027-01-02"]),
    ("fr", ["1er-4\u00a0décembre 2026"], ["2026-12-01 to 2026-12-04"]),
    ("en", ["A talk of Friday 26 June 2020: Monday 29 June 2020"], ["2020-06-29"]),
    ("en", ["Every week (Tuesday), until 30 November 2027"], ["2027-11-30"]),
    ("en", ["Every week, 6 times"], []),
]
CONTRADICTIONS = [
    ("en", "Tuesday 7 to Wednesday 9 June 2027"),
    ("en", "Monday 7 July 2020, 11:00 CEST (UTC+2)"),
    ("en", "Tuesday 31 June 2020"),
    ("en", "Tuesday 7 July 2020, 25:00 CEST (UTC+2)"),
    ("en", "Tuesday 7 July 2020, 11:00 CEST"),
    ("en", "In Seoul: 18:00-19:30 KST (UTC+9)"),
    ("fr", "Tuesday 7 July 2020, 11:00 CEST (UTC+2)"),
]


@pytest.mark.parametrize(("lang", "lines", "values"), PRINTED)
def test_printed_words_are_read(lang, lines, values):
    assert [fact.value for fact in page_words_of(lang).read_lines(lines)] == values


@pytest.mark.parametrize(("lang", "line"), CONTRADICTIONS)
def test_words_that_contradict_themselves_are_not(lang, line):
    (fact,) = page_words_of(lang).read_lines([line])
    assert fact.value.startswith("unreadable")


def test_the_sentence_about_a_moved_deadline_is_read():
    line = (
        "Clôture : auparavant mercredi 3 février 2027, 23:59 CET (UTC+1), désormais vendredi 5 février 2027, 12:00 "
        "CET (UTC+1). Prolongation n° 1, décidée le 8 janvier 2027. Motif : pas avant le 9 janvier 2027"
    )
    assert page_words_of("fr").read_moves([line]) == [
        ("moved from", "2027-02-03T22:59Z (+01:00)"),
        ("moved to", "2027-02-05T11:00Z (+01:00)"),
        ("moved on", "2027-01-08"),
    ]


FILE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//t//EN
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:{summer}
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:a@b
DTSTAMP:20270101T000000Z
DTSTART;TZID=Europe/Paris:20271012T110000
DTEND;TZID=Europe/Paris:20271012T120000
RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20271109T225959Z
EXDATE;TZID=Europe/Paris:20271019T110000
END:VEVENT
BEGIN:VEVENT
UID:a@b
DTSTAMP:20270101T000000Z
RECURRENCE-ID;TZID=Europe/Paris:20271026T110000
DTSTART:20271027T080000Z
DTEND:20271027T083000Z
END:VEVENT
END:VCALENDAR
"""
STRETCH = date(2027, 1, 1), date(2028, 1, 1)


def starts(feed):
    return [(day, start) for event in feed.events for day, start, _ in event.times]


def at(month, day, hour):
    return date(2027, month, day), datetime(2027, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(("summer", "hour"), [("+0200", 9), ("+0500", 6)])
def test_a_series_is_what_the_file_makes_of_it(summer, hour):
    body = FILE.format(summer=summer).replace("\n", "\r\n").encode()
    moved = date(2027, 10, 26), datetime(2027, 10, 27, 8, tzinfo=UTC)
    assert starts(read_ics(body, *STRETCH)) == [at(10, 12, hour), at(11, 2, 10), at(11, 9, 10), moved]


def test_an_overnight_series_lasts_as_long_every_time():
    text = FILE.format(summer="+0200").replace(
        "DTEND;TZID=Europe/Paris:20271012T12", "DTEND;TZID=Europe/Paris:20271013T06"
    )
    feed = read_ics(text.replace("\n", "\r\n").encode(), *STRETCH)
    assert {end - start for _, start, end in feed.events[0].times} == {timedelta(hours=19)}


BROKEN = {
    "nothing": "",
    "no calendar": "BEGIN:VCARD\r\nEND:VCARD\r\n",
    "no such zone": FILE.format(summer="+0200").replace("TZID:Europe/Paris", "TZID:Europe/Rome"),
    "no start": FILE.format(summer="+0200").replace("DTSTART;TZID=Europe/Paris:20271012T110000\n", ""),
    "a day that there is not": FILE.format(summer="+0200").replace("20271012T110000", "20271032T110000"),
    "floating": FILE.format(summer="+0200").replace("DTSTART;TZID=Europe/Paris:20271012", "DTSTART:20271012"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_file_that_does_not_explain_its_times_is_refused(text):
    with pytest.raises(UnreadableFeed):
        read_ics(text.encode(), *STRETCH)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", json.dumps(["vcard", [], []]).encode()])
def test_broken_jcal_is_refused(body):
    with pytest.raises(UnreadableFeed):
        read_jcal(body, *STRETCH)
