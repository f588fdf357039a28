"""What the tests of the importer share: import, put under a calendar head, read back."""

import json

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.importing.formats import read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.records.moments import instant_bounds
from tests.support.paths import TESTS

HEAD = """calendar:
  id: calendar.example
  name: Test
  timezone: Europe/Paris
  languages: [en, fr]
"""


def run(data, name="", form=None, language=None):
    """Import; everything printed must be read back without an error, in number."""
    data = data.encode() if isinstance(data, str) else data
    representation = print_records(read_source(data, name, form, language), None)
    reading = read_calendar((HEAD + representation.yaml).encode(), "printed")
    assert reading.errors == []
    assert len(reading.draft.records) == representation.passed
    return representation, reading.draft.records


def point(record):
    """The kind and the two instants of a record, and whether it lasts whole days."""
    span = record.schedule.span if record.schedule else next(iter(record.milestones.values())).at
    begins, ends = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in instant_bounds(span, "Europe/Paris"))
    return record.kind.value, type(span).__name__, begins, ends


def comments(representation):
    return [line.strip().removeprefix("# ") for line in representation.yaml.splitlines() if line.startswith("  # ")]


PARIS = "DTSTART;TZID=Europe/Paris:20270315T110000"
WEEKLY = "RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20270405T090000Z"
OWN_HEAD = "id,kind,status,title,moment,at,date,zone,words,place,url\n"
EVENT = {
    "@context": "https://schema.org",
    "@type": "Event",
    "name": "Annual conference",
    "startDate": "2027-05-03T09:30:00+02:00",
    "endDate": "2027-05-03T17:00+02:00",
}
RELEASE = {
    "ocid": "ocds-1-2",
    "date": "2027-01-01T00:00:00Z",
    "language": "en",
    "buyer": {"name": "A programme"},
    "tender": {
        "id": "2027/AO/14",
        "title": "Charts",
        "status": "active",
        "tenderPeriod": {"startDate": "2027-01-01T00:00:00Z", "endDate": "2027-05-03T17:00:00+02:00"},
        "enquiryPeriod": {"endDate": "2027-04-20T17:00:00Z"},
        "documents": [
            {"id": "1", "title": "Terms", "url": "https://example.org/t.pdf"},
            {"id": "2", "url": "ftp://example.org/t.pdf"},
        ],
    },
}


def ics(*lines, head=()):
    body = ["BEGIN:VCALENDAR", "VERSION:2.0", *head, "BEGIN:VEVENT", "UID:1@x", "SUMMARY:Talk", *lines, "END:VEVENT"]
    return "\r\n".join([*body, "END:VCALENDAR", ""])


def page(*nodes):
    scripts = [f"<script type='application/ld+json'>\n{json.dumps(node, indent=1)}\n</script>" for node in nodes]
    return "<!DOCTYPE html><html><head><title>x</title><script>var a = '<b>';</script>" + "\n".join(scripts) + "</head>"


NEWS_PAGE = TESTS / "parsers" / "importing" / "news_page.txt"
