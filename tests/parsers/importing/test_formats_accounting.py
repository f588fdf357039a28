"""Whatever carries a date, and every component or object, ends as a record, a question or as left out with its reason."""

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.parsers.importing.dated_text import carries_date
from tests.support.importing import EVENT, OWN_HEAD, PARIS, RELEASE, run

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
MOIS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905


def english(day):
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def french(day):
    return f"{day.day} {MOIS[day.month - 1]} {day.year}"


def american(day):
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def numbers(day):
    return f"{day.day}/{day.month}/{day.year}"


WORDS = [english, french, american, numbers, date.isoformat]
LINES = [
    "{}",
    "{} Utrecht, Netherlands",
    "{}, 9.30-17.00",
    "{} foo bar",
    "Deadline: {}",
    "Deadline for questions {}",
    "Deadline for receipt of tenders: {}",
    "Date limite de dépôt des candidatures : {}",
    "Register by {}",
    "Registration deadline: {}",
    "Date: {}",
    "Published on {}",
    "POSTPONED to {}",
    "Webinar on housing, {}, online",
    "{}: Annual conference, Paris, France",
    "On {} the mayors of all cities met in Lublin for once, and nobody knows what was said.",
    "Read more about {}",
    "12 | Title | {}",
    "a\tb\t{}",
]
PLAIN = ["", "", "Annual conference", "Webinar on rents", "Read more", "(anglais seulement)", "Time: 10:00-11:00 CET",
         "Utrecht, The Netherlands", "Online", "Date:", "Location:", "CANCELLED", "Date | Meeting | Place",
         "What it is about: a longer text, as it stands below a title."]  # fmt: skip
DATED = st.tuples(st.sampled_from(LINES), st.sampled_from(WORDS))


def assert_accounted(text, dated):
    """Each dated line's own day stands in a record or in a comment, or its number in a comment."""
    representation, _ = run(text, form="page")
    said = " ".join(representation.yaml.replace("#", " ").split())
    numbers_said = {number for number, _ in representation.comments}
    numbers_said |= {int(each) for each in re.findall(r"[Ll]ines? (\d+)", said)}
    lost = {n: words for n, words in dated.items() if words not in said and n not in numbers_said}
    # Days in figures are printed in ISO 8601 where the page shows which of them is the day.
    assert {n: words for n, words in lost.items() if in_iso(words) not in said} == {}


def in_iso(words):
    figures = re.fullmatch(r"(\d+)/(\d+)/(\d{4})", words)
    return f"{figures[3]}-{int(figures[2]):02}-{int(figures[1]):02}" if figures else words


@settings(max_examples=80, deadline=None)
@given(lines=st.lists(st.one_of(DATED, DATED, st.sampled_from(PLAIN)), min_size=1, max_size=14))
def test_every_dated_line_of_any_page_is_accounted_for(lines):
    day, text, dated = date(2027, 1, 13), [], {}
    for number, line in enumerate(lines, 1):
        if isinstance(line, tuple):
            day += timedelta(days=17)
            dated[number] = line[1](day)
            text.append(line[0].format(dated[number]))
        else:
            text.append(line)
    if any(text):
        assert_accounted("\n".join(text), dated)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("line", LINES)
def test_dated_line_of_each_kind_is_accounted_for(line, words):
    day = words(date(2027, 5, 13))
    for text in (line, f"Annual conference\n\n3 March 2027\n\n{line}", f"{line}\nSomething else\n\nRead more"):
        filled = text.format(day)
        assert_accounted(filled, {filled[: filled.index(day)].count("\n") + 1: day})


@pytest.mark.parametrize("line", ["7 July", "le 3 mai", "May 3", "on 3rd of May", "3/5/27", "1er juin", "2027-05-03"])
def test_day_without_a_year_is_a_date(line):
    assert carries_date(line)
    representation, _ = run(f"{line}\n", form="page")
    assert [number for number, _ in representation.comments] == [1]


@pytest.mark.parametrize(
    "line", ["in 2027", "room 12", "page 3 of 4", "marching 10 miles", "mayor 3", "version 1.2.3456"]
)
def test_other_numbers_are_no_date(line):
    assert not carries_date(line)


def event(uid, *lines):
    return ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:Talk {uid}", *lines, "END:VEVENT"]


COMPONENTS = {
    "event": (event("1", PARIS), "id: talk-1-2027"),
    "event of a day": (event("2", "DTSTART;VALUE=DATE:20270503"), "id: talk-2-2027"),
    "event without a start": (event("3"), "Talk 3"),
    "changed day alone": (event("4", PARIS, "RECURRENCE-ID;TZID=Europe/Paris:20270315T110000"), "Talk 4"),
    "to-do": (["BEGIN:VTODO", "UID:5", "END:VTODO"], "VTODO"),
    "journal": (["BEGIN:VJOURNAL", "UID:6", "END:VJOURNAL"], "VJOURNAL"),
    "busy time": (["BEGIN:VFREEBUSY", "UID:7", "END:VFREEBUSY"], "VFREEBUSY"),
    "zone": (["BEGIN:VTIMEZONE", "TZID:Europe/Paris", "END:VTIMEZONE"], "VTIMEZONE"),
    "unknown": (["BEGIN:X-OWN", "END:X-OWN"], "X-OWN"),
    "reminder": (event("8", PARIS, "BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"), "VALARM"),
}


@settings(max_examples=60, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(COMPONENTS)), unique=True))
def test_every_component_of_an_ics_file_is_accounted_for(names):
    lines = [line for name in names for line in COMPONENTS[name][0]]
    representation, _ = run("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]))
    assert [name for name in names if COMPONENTS[name][1] not in representation.yaml] == []


OBJECTS = {
    "person": ({"@type": "Person", "name": "A"}, "Person"),
    "page about an event": ({"@type": "WebPage", "about": {**EVENT, "name": "Inside"}}, "title: Inside"),
    "page": ({"@type": "WebPage"}, "WebPage"),
    "no name": ({**EVENT, "name": ""}, "It has no name."),
    "no date": ({"@type": "Event", "name": "Undated"}, "Undated"),
    "parts": ({**EVENT, "name": "Whole", "subEvent": [{**EVENT, "name": "Part"}]}, "title: Part"),
    "a series": ({"@type": "EventSeries", "name": "Series"}, "title: Series"),
}


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(OBJECTS)), unique=True))
def test_every_object_of_jsonld_is_accounted_for(names):
    nodes = [{**EVENT, "name": "First"}, *(OBJECTS[name][0] for name in names)]
    representation, _ = run(json.dumps({"@graph": nodes}), form="jsonld")
    assert [name for name in names if OBJECTS[name][1] not in representation.yaml] == []


def test_every_release_is_accounted_for():
    later = {**RELEASE, "id": "two", "date": "2027-02-01T00:00:00Z"}
    planned = {"ocid": "ocds-9-9", "id": "three", "planning": {}}
    representation, records = run(json.dumps({"releases": [{**RELEASE, "id": "one"}, later, planned]}), form="ocds")
    assert len(records) == 1
    assert [text for _, text in representation.comments][:2] == [
        "left out: release one: a later release adds to it.",
        "left out: release three: it has no tender.",
    ]


def test_every_row_of_our_own_table_is_accounted_for():
    rows = [
        "a,event,confirmed,Talk,starts,2027-05-03T07:30:00Z,,Europe/Paris,x,,",
        "a,event,confirmed,Talk,tea_break,2027-05-03T08:30:00Z,,Europe/Paris,x,,",
        "b,event,confirmed,Bad,starts,soon,,Europe/Paris,x,,",
    ]
    representation, _ = run(OWN_HEAD + "\n".join(rows) + "\n", form="csv")
    assert "Left out: the moment tea_break" in representation.yaml
    assert "Row 4, column at: not understood when starts is." in representation.yaml
