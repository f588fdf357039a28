"""Content lines: byte for byte what icalendar writes, at every border of folding and with every character to escape."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar.parser import Contentline

from calendar_service.records.zones import IANA_ZONES, is_iana
from calendar_service.writers.content_lines import ComponentWriter, escape, fold_line
from calendar_service.writers.vtimezone import keeps_utc
from tests.support.hostile import PIECES

LONG = ("a" * 73, "a" * 74, "a" * 75, "é" * 40, "気" * 60, "👩🏽‍🚀" * 30, "\\" * 150, ",;" * 80, "^" * 160, "\n" * 90)
WRITABLE = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(st.sampled_from([*PIECES, *LONG]) | st.text(WRITABLE, max_size=80), max_size=8).map(
    # A byte order mark reaches no line (`sanitize.plain`), and icalendar drops one.
    lambda parts: "".join(parts).encode(errors="ignore").decode().replace("\ufeff", "")
)


def by_icalendar(name, text, parameters):
    event = icalendar.Event()
    event.add(name, icalendar.vText(text), parameters={key: each for key, each in parameters.items() if each})
    event.add("uid", "after@it")
    return event.to_ical(sorted=False)


def ours(name, text, parameters):
    event = ComponentWriter("VEVENT")
    event.add_text(name, text, **parameters)
    event.add("UID", "after@it")
    return event.to_octets()


@given(text=TEXTS, language=st.sampled_from(["", "en", "zh-Hant"]), label=TEXTS)
@example(text="", language="", label="")
@example(text="\\N", language="en", label="")
@example(text="x", language="", label='a^b"c,d;e:f’g\r\nh')
@settings(max_examples=500)
def test_a_text_and_its_parameters_are_written_as_icalendar_writes_them(text, language, label):
    parameters = {"LANGUAGE": language, "LABEL": label}
    assert ours("DESCRIPTION", text, parameters) == by_icalendar("DESCRIPTION", text, parameters)


@given(TEXTS)
def test_a_line_is_folded_as_icalendar_folds_it(text):
    line = text.replace("\n", " ")
    folded = fold_line(line).encode()
    assert folded == Contentline(line).to_ical()
    assert max(map(len, folded.split(b"\r\n"))) <= 75
    assert folded.replace(b"\r\n ", b"") == line.encode()


@pytest.mark.parametrize("filling", ["a", "é", "気", "🐻", "\\", "^"])
@pytest.mark.parametrize("before", range(70, 78))
def test_a_line_is_folded_at_every_border(filling, before):
    line = "x" * before + filling * 90 + "\\n^n"
    assert fold_line(line).encode() == Contentline(line).to_ical()


@given(TEXTS)
def test_an_escaped_text_is_read_back(text):
    event = icalendar.Event.from_ical(ours("DESCRIPTION", text, {}))
    assert escape(event["DESCRIPTION"]) == escape(text)


@pytest.mark.parametrize(
    "times",
    [
        [date(2027, 7, 5)],
        [date(27, 7, 5), date(2027, 7, 6)],
        [datetime(2027, 7, 5, 9, 30, 5, tzinfo=UTC)],
        [datetime(2027, 7, 5, 9, tzinfo=ZoneInfo("Europe/Paris"))],
        [datetime(2027, 7, 5, 9, tzinfo=ZoneInfo("America/New_York")), datetime(2027, 7, 6, 9, tzinfo=ZoneInfo("America/New_York"))],
    ],
)  # fmt: skip
def test_times(times):
    event, judged = ComponentWriter("VEVENT"), icalendar.Event()
    event.add_times("EXDATE", times)
    judged.add("exdate", times)
    assert event.to_octets() == judged.to_ical()


def test_a_component_has_its_properties_before_its_components():
    event, alarm = ComponentWriter("VEVENT"), ComponentWriter("VALARM")
    alarm.add("ACTION", "DISPLAY")
    event.add_component(alarm)
    event.add("UID", "a@b")
    assert event.to_octets() == (
        b"BEGIN:VEVENT\r\nUID:a@b\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    )


def test_zones_that_keep_utc_are_those_that_icalendar_writes_in_utc():
    def by_icalendar(zone):
        event = icalendar.Event()
        event.add("dtstart", datetime(2027, 1, 1, tzinfo=ZoneInfo(zone)))
        return event.to_ical().count(b"Z\r\n") == 1

    zones = sorted(filter(is_iana, IANA_ZONES))
    assert [zone for zone in zones if keeps_utc(zone)] == [zone for zone in zones if by_icalendar(zone)]
