"""Each of our own outputs can be imported, and publishing the import gives the same calendar."""

from dataclasses import replace

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.importing.candidates import UnfitSource
from calendar_service.parsers.importing.formats import read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.moments import instant_bounds
from calendar_service.records.record import Extension
from calendar_service.store.editions import load_edition
from calendar_service.writers.states import told_reason_text
from tests.support.audited import EVENTS, NOW, RICH, Audited
from tests.support.importing import ics
from tests.support.paths import CALENDARS
from tests.support.states import STATES, open_states

EVERYTHING = "from=1990-01-01&to=2099-12-31"
OUTPUTS = ["calendar.ics", "calendar.ics?lang=fr", "calendar.csv", "calendar.csv?lang=fr", "calendar.json",
           "calendar.json?lang=fr", "api/v1/records"]  # fmt: skip
FILES = [EVENTS, RICH, *(CALENDARS / f"{name}.yaml" for name in ("showcase", "small", "messages"))]


def fetched(site, path):
    return site.body(f"/{path}{'&' if '?' in path else '?'}{EVERYTHING}")


def imported(sources, calendar):
    """The records of the YAML that an import prints, and the comments."""
    text, comments = "", []
    for data, name in sources:
        printed = print_records(read_source(data, name, None, None), calendar)
        text += printed.yaml.removeprefix("records:\n").removeprefix("records: []\n")
        comments += [each for each in printed.comments if "left out" not in each[1]]
    return text, comments


def head_of(path):
    """What a calendar file says of the calendar itself."""
    text = path.read_text(encoding="utf-8")
    return text[: text.index("\nrecords:") + 1]


def as_told(entry):
    """A record as its outputs may tell it: no link to what does not take place, no reason before its time."""
    record = replace(entry.record, note_of_change=told_reason_text(entry))
    if entry.is_called_off:
        record = replace(record, status=Status.CANCELLED)
    if not entry.revision.holds:
        record = replace(record, join="", registration_url="")
    replaced = [each for each in entry.deadline_history if each.moment is MomentName.CLOSES]
    return replace(
        record, extensions=tuple(Extension(each.old.at, each.old.words, each.decided, each.reason) for each in replaced)
    )


def read_back(text):
    reading = read_calendar(text.encode(), "imported")
    assert reading.errors == []
    return {each.id: each for each in reading.draft.records}


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def published(request, tmp_path_factory):
    site = Audited(tmp_path_factory.mktemp("first"))
    site.head = head_of(request.param)
    site.publish(request.param.read_text(encoding="utf-8"))
    site.app_at()
    return site


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Records that were moved, called off, extended and taken out."""
    return open_states(tmp_path_factory.mktemp("states"))


@pytest.mark.parametrize("output", OUTPUTS)
def test_publishing_the_import_of_an_output_gives_the_same_calendar(published, output, tmp_path):
    edition = load_edition(published.engine)
    records, comments = imported([(fetched(published, output), output.partition("?")[0])], edition.calendar)
    assert [each for each in comments if "Note:" not in each[1]] == []
    text = f"{published.head}records:\n{records}"
    assert read_back(text) == {name: as_told(entry) for name, entry in edition.entries.items()}
    second = Audited(tmp_path)
    second.publish(text)
    second.app_at(NOW)
    for path in ("calendar.ics", "calendar.ics?lang=fr", "api/v1/records"):
        assert fetched(second, path) == fetched(published, path)


@pytest.mark.parametrize("lang", ["", "/fr"])
def test_the_pages_of_records_can_be_imported(published, lang):
    edition = load_edition(published.engine)
    sources = [(published.body(f"{lang}/events/{name}"), "event.html") for name in edition.entries]
    records, comments = imported(sources, edition.calendar)
    assert [each for each in comments if "Note:" not in each[1]] == []
    assert read_back(f"{published.head}records:\n{records}") == {
        name: as_told(entry) for name, entry in edition.entries.items()
    }


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_import_keeps_states_reasons_and_replaced_deadlines(changed, output):
    edition = load_edition(changed.engine)
    records, comments = imported([(fetched(changed, output), output.partition("?")[0])], edition.calendar)
    assert [each for each in comments if "Note:" not in each[1]] == []
    found = read_back(f"{head_of(STATES)}records:\n{records}")
    assert found == {name: as_told(entry) for name, entry in edition.entries.items()}
    assert found["off-tender"].extensions
    assert found["gone"].status is Status.CANCELLED


def test_times_mean_the_same_in_a_calendar_of_another_zone(published):
    edition = load_edition(published.engine)
    elsewhere = replace(edition.calendar, zone="Asia/Tokyo", closures=())
    records, _ = imported([(fetched(published, "calendar.ics"), "calendar.ics")], elsewhere)
    found = read_back(f"{published.head.replace('Europe/Paris', 'Asia/Tokyo')}records:\n{records}")
    assert {name: bounds(record) for name, record in found.items()} == {
        name: bounds(entry.record) for name, entry in edition.entries.items()
    }


def bounds(record):
    """Every point of a record: its instant, or its whole days."""
    points = [each.at for each in record.milestones.values()] + [each.span for each in record.sessions]
    if record.schedule:
        points += [record.schedule.span, *(each.span for each in record.schedule.changes if each.span)]
    return [instant_bounds(each, "UTC") for each in points]


@pytest.mark.parametrize(
    ("found", "changed", "question"),
    [
        (b"T110000\r\nDTEND", b"T110100\r\nDTEND", "begins at 2020-07-07 11:01 Europe/Paris now"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "The record says confirmed"),
        (b"SUMMARY;LANGUAGE=en:Webinar on instruments", b"SUMMARY:Talk on instruments", "which title is right"),
    ],
)
def test_a_feed_that_somebody_has_changed_asks(tmp_path, found, changed, question):
    site = Audited(tmp_path)
    site.publish(EVENTS.read_text(encoding="utf-8"))
    data = site.body("/events/systemic-racism-webinar-2020.ics")
    assert data.count(found) == 1
    printed = print_records(read_source(data.replace(found, changed), "one.ics", None, None), None)
    assert [text for _, text in printed.comments if "decide" in text and question in text]
    assert printed.passed == 0


def test_a_table_that_somebody_has_changed_asks(tmp_path):
    site = Audited(tmp_path)
    site.publish(EVENTS.read_text(encoding="utf-8"))
    data = site.body("/calendar.csv?id=systemic-racism-webinar-2020&from=2020-01-01")
    printed = print_records(read_source(data.replace(b"T09:00:00Z", b"T10:00:00Z"), "t.csv", None, None), None)
    assert [text for _, text in printed.comments if "begins at 2020-07-07 12:00 Europe/Paris now" in text]


@pytest.mark.parametrize(
    "source",
    [
        b'{"edition": 1, "records": [{"id": "a"}]}',
        b'{"edition": 1, "records": ["a", {"id": 1, "source": []}]}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "x", "content_text": "Talk, 3 May 2027"}]}',
    ],
)
def test_json_without_whole_records_is_refused_with_advice(source):
    with pytest.raises(UnfitSource) as caught:
        read_source(source, "records.json", None, None)
    assert caught.value.remedy == "Import the calendar.ics of that site."


@pytest.mark.parametrize(
    "record",
    [
        '{"id": "a", "kind": "event", "title": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}}',
        '{"id": ["a"], "kind": "event"}',
        '{"id": "a", "kind": "party"}',
        "[1, 2",
        "null",
    ],
)
def test_a_record_that_is_none_leaves_what_the_feed_says_itself(record):
    lines = ics("DTSTART:20270315T110000Z", f"X-CALENDAR-SERVICE-RECORD:{record}").encode()
    printed = print_records(read_source(lines, "x.ics", None, None), None)
    assert (printed.passed, "title: Talk" in printed.yaml) == (1, True)


def test_unknown_keys_and_wrong_values_of_a_record_are_problems():
    record = '{"id": "A B", "kind": "event", "title": 5, "when": "soon", "evil": "x\\n# y", "words": {"when.0.1": "x"}}'
    escaped = record.replace("\\", "\\\\").replace(",", "\\,")
    lines = ics("DTSTART:20270315T110000Z", f"X-CALENDAR-SERVICE-RECORD:{escaped}").encode()
    printed = print_records(read_source(lines, "x.ics", None, None), None)
    assert (printed.passed, printed.failed) == (0, 1)
    assert all(line.startswith("  #") for line in printed.yaml.splitlines() if line and line != "records: []")
