"""Properties of reading: no bytes raise, nothing is lost, and records survive their JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.record import (
    calendar_from_json,
    calendar_to_json,
    record_from_json,
    record_to_json,
)
from calendar_service.records.schema import BlockText, LineText, RecordSchema
from tests.support.paths import ROOT

FILE = ROOT / "data" / "events.yaml"
LINES = FILE.read_bytes().splitlines(keepends=True)
PIECES = [b"  - ", b"id: a\n", b"kind: event\n", b"    ", b"calendar:\n", b"records:\n", b"\n", b"{", b"}", b"[", b"]"]
PIECES += [b"title: ", b"'", b'"', b": ", b"&a ", b"*a", b"!!x ", b"? ", b"|\n", b"\t", b"\xff", b"\0", b"# ", b"---\n"]


def check_promises(data):
    reading = read_calendar(data, "f")
    places = [(finding.line, finding.column) for finding in reading.findings]
    assert places == sorted(places)
    assert min([n for place in places for n in place], default=1) >= 1
    assert (reading.draft is None) == bool(reading.errors)
    assert all(str(finding).isprintable() for finding in reading.findings)
    return reading


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b'calendar: {"\\0": 1}\n')
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(data):
    check_promises(data)


@st.composite
def mutations(draw):
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        n = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "duplicate", "replace", "swap", "cut", "insert"])):
            case "delete":
                del lines[n]
            case "duplicate":
                lines.insert(n, lines[n])
            case "replace":
                lines[n] = draw(st.sampled_from(LINES))
            case "swap":
                lines[n - 1], lines[n] = lines[n], lines[n - 1]
            case "cut":
                lines[n] = lines[n][: draw(st.integers(0, len(lines[n])))]
            case _:
                at = draw(st.integers(0, len(lines[n])))
                lines[n] = lines[n][:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=3)) + lines[n][at:]
    return b"".join(lines)


@given(mutations())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_loses_nothing_silently(data):
    reading = check_promises(data)
    if reading.draft:
        plain = read_tree(data).value["records"]
        assert [record.id for record in reading.draft.records] == [each["id"] for each in plain]


def test_what_we_read_is_what_other_parsers_read():
    assert read_tree(FILE.read_bytes()).value == yaml.load(FILE.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506 (texts only)


# --- round trips of whole records ----------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text
)
texts = words | st.dictionaries(st.sampled_from(["en", "fr"]), words, min_size=1)
slugs = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
urls = st.sampled_from(["https://example.org", "https://example.org/a?b=c#d", "https://example.org:8443/"])
leads = st.lists(
    st.sampled_from(["14 days", "24 hours", "5 working days", "1 month", "on the day at 09:00"]),
    min_size=1,
    max_size=20,
)
days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
hours = st.sampled_from(["", " 10:00", " 11.00-12.30 CET", " 17:00 Asia/Seoul", " 9:00 UTC+03:30", " 12:00 AoE"])
places = words | st.fixed_dictionaries(
    {"city": texts},
    optional={"name": texts, "country": st.sampled_from(["FR", "kr", "CY"]), "address": words},
)


def lists(items):
    return st.lists(items, min_size=1, max_size=3)


common = {
    "summary": texts,
    "url": urls,
    "place": places,
    "timezone": st.sampled_from(["Asia/Seoul", "Europe/Lisbon"]),
    "status": st.sampled_from(["confirmed", "tentative", "postponed", "cancelled"]),
    "tags": lists(st.sampled_from(["anti-racism", "world day", "Journée", "R&D"])),
    "languages": lists(st.sampled_from(["en", "fr", "uk"])),
    "countries": lists(st.sampled_from(["FR", "CY"])),
    "organisers": lists(texts),
    "contact": words | st.fixed_dictionaries({"email": st.just("office@example.org")}, optional={"name": words}),
    "documents": lists(st.fixed_dictionaries({"title": texts, "url": urls})),
    "questions": lists(st.fixed_dictionaries({"q": texts, "a": texts}, optional={"published": st.just("3 July 2027")})),
    "reminders": leads,
    "note_of_change": texts,
}
# Texts that are new in the schema are drawn, too.
common |= {
    name: texts
    for name, field in RecordSchema.model_fields.items()
    if name not in {*common, "title"} and field.annotation in (LineText | None, BlockText | None)
}


@st.composite
def happenings(draw):
    day, hour = draw(days), draw(hours)
    fields = {"join": urls, "registration": st.just({"url": "https://example.org", "closes": "1999-12-31"})}
    record = draw(
        st.fixed_dictionaries(
            {"id": slugs, "kind": st.sampled_from(["event", "webinar"]), "title": texts}, optional=common | fields
        )
    )
    record["when"] = f"{day.isoformat()}{hour}"
    match draw(st.sampled_from(["once", "weekly", "sessions"])):
        case "weekly":
            record["repeats"] = draw(st.sampled_from(["every week", "every 2 weeks, 5 times", "FREQ=DAILY;COUNT=30"]))
            next_day = (day + timedelta(days=14)).isoformat()
            extra = draw(st.sampled_from(["", "except", "cancelled", "moved"]))
            if extra == "except":
                record["except"] = [next_day]
            elif extra:
                change = {"status": "cancelled"} if extra == "cancelled" else {"when": f"{next_day}{hour}"}
                record["changes"] = [{"occurrence": next_day, **change}]
        case "sessions":
            record["sessions"] = [{"id": "opening", "title": draw(texts), "when": f"{day.isoformat()} 9.00-9.30"}]
    return record


@st.composite
def tenders(draw):
    day = draw(days).isoformat()
    late = f"{day}{draw(st.sampled_from(['', ' 17:00', ' 17:00 CET']))}"
    optional = {
        "questions_by": st.just("1999-01-01"),
        "opens": st.just("2091-01-01"),
        "award_expected": st.just("2092-01-01 to 2092-02-01"),
        "buyer": texts,
        "reference": words,
    }
    fixed = {"id": slugs, "kind": st.just("tender"), "title": texts, "closes": st.just(late)}
    return draw(st.fixed_dictionaries(fixed, optional=common | optional))


HEAD = {"id": "x.example", "name": "X", "timezone": "Europe/Paris", "languages": ["en", "fr"]}


@given(happenings() | tenders())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_record_survives_its_json(plain):
    # In quotes: a text such as 08 is refused without.
    file = yaml.safe_dump({"calendar": HEAD, "records": [plain]}, allow_unicode=True, default_style='"')
    reading = read_calendar(file.encode(), "f")
    assert [str(error) for error in reading.errors] == []
    record = reading.draft.records[0]
    written = json.dumps(record_to_json(record))
    assert record_from_json(json.loads(written)) == record
    assert json.dumps(record_to_json(record_from_json(json.loads(written)))) == written


def test_the_calendar_survives_its_json():
    calendar = read_calendar(FILE.read_bytes(), "f").draft.calendar
    assert calendar_from_json(json.loads(json.dumps(calendar_to_json(calendar)))) == calendar
