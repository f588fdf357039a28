"""What the tests of the importer share: import, put under a calendar head, read back."""

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.importing.formats import read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.records.moments import instant_bounds

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
