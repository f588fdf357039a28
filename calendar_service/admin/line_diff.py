"""What a change of a record removes and adds, as lines of the file in its usual form."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from calendar_service.admin.restoring import version_fields
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.editing.render import FileStyle, write_mapping

if TYPE_CHECKING:
    from calendar_service.records.record import Calendar, Record


def diff_lines(before: Record, after: Record, calendar: Calendar) -> list[tuple[str, str]]:
    """Return the lines that differ: "-" for one that goes and "+" for one that comes, each with its text."""
    differing = difflib.ndiff(_lines(before, calendar), _lines(after, calendar))
    return [(line[0], line[2:].rstrip("\n")) for line in differing if line[0] in "-+"]


def _lines(record: Record, calendar: Calendar) -> list[str]:
    return list(write_mapping(sort_keys(version_fields(record, calendar)), FileStyle(), 0))
