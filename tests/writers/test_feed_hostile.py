"""No text can add a line, a property or a component: 10,000 records with hostile text in every field."""

import json
import re
from dataclasses import replace
from functools import cache

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Entry, Revision
from calendar_service.records.leads import CalendarLead
from calendar_service.writers.sanitize import clean_address, clean_line, plain
from tests.support.calendar_clients.checklist import check_feed, structure
from tests.support.hostile import BARE, CALENDAR, NOW, TEXTS, make_entry, write_entries

BATCH = 20
LEAD = CalendarLead(days=1)
SAME = settings(suppress_health_check=list(HealthCheck))
# What counts here; a text may hold what looks like HTML, and a hostile link is no bare word.
POINTS = {"0", "1", "2", "3", "5", "10", "11", "12", "13", "35"}


@cache
def harmless_batch(lang):
    return write_entries([make_entry(number, lambda _: "x") for number in range(BATCH)], alarm=LEAD, lang=lang)


def part_names(written):
    return [part.name for part in icalendar.Calendar.from_ical(written).walk()]


def events_of(written):
    return re.findall(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", written, re.DOTALL | re.MULTILINE)


def check_batch(texts, lang):
    hostile = [
        make_entry(number, lambda n, number=number: texts[(n * 7 + number) % len(texts)] + "x")
        for number in range(BATCH)
    ]
    calendar = replace(CALENDAR, name={"en": texts[0]}, description={"en": texts[1]})
    written = write_entries(hostile, calendar, texts[2], LEAD, lang)
    wanted = harmless_batch(lang)
    assert BARE.search(written) is None
    assert structure(written) == structure(wanted)
    assert [fault for fault in check_feed(written) if fault.partition(":")[0] in POINTS] == []
    assert part_names(written) == part_names(wanted)
    assert events_of(written) == [event.to_ical(sorted=False) for event in icalendar.Calendar.from_ical(written).events]


@given(texts=st.lists(TEXTS, min_size=4, max_size=12), lang=st.sampled_from(["en", "fr"]))
@settings(SAME, max_examples=5)
def test_a_hundred_records(texts, lang):
    check_batch(texts, lang)


@pytest.mark.slow
@given(texts=st.lists(TEXTS, min_size=4, max_size=12), lang=st.sampled_from(["en", "fr"]))
@settings(SAME, max_examples=500)
def test_ten_thousand_records(texts, lang):
    check_batch(texts, lang)


def read_one(text):
    """Read a calendar file that holds one record with the text in every field; None where it is refused."""
    record = {
        "id": "one",
        "kind": "webinar",
        "title": {"en": text, "fr": text},
        "summary": text,
        "when": "7 July 2027 at 11.00-12.30 CET",
        "place": {"name": text, "city": text, "address": text},
        "organisers": [text],
        "contact": {"name": text},
        "documents": [{"title": text, "url": "https://example.org/x"}],
        "note_of_change": text,
    }
    calendar = {"id": "hostile.example", "name": text, "timezone": "Europe/Paris", "languages": ["en", "fr"]}
    reading = read_calendar(json.dumps({"calendar": calendar, "records": [record]}).encode(), "hostile.yaml")
    return reading.draft


@given(text=TEXTS)
@settings(SAME, max_examples=100)
def test_what_the_parser_takes_the_writer_writes_safely(text):
    draft = read_one(f"{text}x")
    if draft is None:
        return
    harmless = read_one("x")
    written, wanted = (
        write_entries([Entry(Revision(one.records[0], 1, 0, NOW))], one.calendar, one.calendar.name["en"])
        for one in (draft, harmless)
    )
    assert BARE.search(written) is None
    assert structure(written) == structure(wanted)


def test_a_hostile_language_code_becomes_no_parameter():
    entry = make_entry(1, lambda _: "x")
    record = replace(entry.record, title={'e"\r\nX-EVIL:1': "x"}, languages=())
    written = write_entries([Entry(replace(entry.revision, record=record))])
    assert structure(written) == structure(write_entries([entry]))
    assert b"\nX-EVIL" not in written


@pytest.mark.parametrize(
    ("text", "block", "line"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", "a\nb\nc\nd\ne\nf", "a b c d e f"),
        ("a\0\x07\x1b\x7f\x9fb", "ab", "ab"),
        ("\u202ea\u2066\ufeffb\ud800c\ufffe", "abc", "abc"),
        (" a\tb\u00a0c ", "a b\u00a0c", "a b c"),
        ("e\u0301 🐻‍❄️ ظ", "e\u0301 🐻‍❄️ ظ", "e\u0301 🐻‍❄️ ظ"),
    ],
)
def test_clean(text, block, line):
    assert plain(text) == block
    assert clean_line(text) == line


@pytest.mark.parametrize(
    "address",
    ["https://meet.example.org/a?pwd=x&y=1,2;3#top", "https://[::1]:80/~x/'(a)!*", "https://example.org/caf%C3%A9"],
)
def test_a_sound_address_stays_as_it_is(address):
    assert clean_address(address) == address


def test_a_hostile_address_is_percent_encoded():
    assert clean_address('https://a/\r\n"<é \ud800>') == "https://a/%0D%0A%22%3C%C3%A9%20?%3E"
