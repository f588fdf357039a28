"""The output formats: one entry for each, used by routes, pages, errors, OpenAPI, `export` and `audit`.

`FORMATS` has all of them, each with its writer, and with the parser for `audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import Kind
from calendar_service.verification.expected import (
    expect_entries,
    expect_json_feed,
    expect_moments,
    expect_table,
    expect_text,
)
from calendar_service.verification.jscalendar import expect_jscalendar, find_in_jscalendar
from calendar_service.verification.parsed import (
    OutputCheck,
    find_in_api,
    find_in_atom,
    find_in_ics,
    find_in_jcal,
    find_in_json_feed,
    find_in_table,
)
from calendar_service.writers.api import write_records
from calendar_service.writers.atom import write_atom
from calendar_service.writers.csv_feed import write_csv
from calendar_service.writers.feed import FeedUnit, write_feed
from calendar_service.writers.jcal import write_jcal
from calendar_service.writers.jscalendar import write_jscalendar
from calendar_service.writers.jsonfeed import write_json_feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.writers.feed import FeedContents

KIND_FEEDS = {"events": Kind.EVENT, "webinars": Kind.WEBINAR, "tenders": Kind.TENDER}
"""The feeds of one kind, by the name in their path."""
RECORD_FILE = "/events/{id}.ics"
"""The file of one record, in the first format."""


@dataclass(frozen=True)
class OutputFormat:
    """One output of the records of a selection.

    `media_type` is the whole Content-Type. `summary` is for OpenAPI. `holds` is what `write` makes of
    a record. `schema` is the body's type in OpenAPI. `is_alternate` says whether pages link to it as
    `<link rel="alternate">`, `is_exported` whether `export` writes it. `has_kind_feeds` adds one feed for each kind.
    `is_inline` is whether browsers show it instead of saving it, `is_paged` whether programs may ask for it in pages.
    """

    path: str
    media_type: str
    summary: str
    holds: FeedUnit
    write: Callable[[FeedContents], bytes]
    check: OutputCheck
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    is_alternate: bool = False
    is_exported: bool = True
    has_kind_feeds: bool = False
    is_inline: bool = False
    is_paged: bool = False

    @property
    def extension(self) -> str:
        """The extension of its path with the dot, "" if it has none."""
        name = self.path.rpartition("/")[2]
        return f".{name.rpartition('.')[2]}" if "." in name else ""

    @property
    def bare_type(self) -> str:
        """The media type without its parameters."""
        return self.media_type.partition(";")[0]

    @property
    def kind_paths(self) -> dict[str, Kind]:
        """The paths of its feeds of one kind, with the kind of each."""
        if not self.has_kind_feeds:
            return {}
        before, _, name = self.path.rpartition(".")
        return {f"{before}/{group}.{name}": kind for group, kind in KIND_FEEDS.items()}

    @property
    def file_name(self) -> str:
        """The name under which it is saved."""
        return self.path.rpartition("/")[2]


def _write_ics(contents: FeedContents) -> bytes:
    return write_feed(contents.head, contents.blocks, contents.edition, contents.view)


def _write_jcal(contents: FeedContents) -> bytes:
    return write_jcal(_write_ics(contents))


_JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "items": {
            "type": "array",
            "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        },
    },
}
# RFC 7265: ["vcalendar", properties, components]. Not as `prefixItems`, which many programs read as of older drafts.
_JCAL = {"type": "array", "items": {"anyOf": [{"const": "vcalendar"}, {"type": "array"}]}, "minItems": 3, "maxItems": 3}
_JSCALENDAR = {
    "type": "object",
    "required": ["@type", "entries"],
    "properties": {"@type": {"const": "Group"}, "entries": {"type": "array", "items": {"type": "object"}}},
}

FORMATS: dict[str, OutputFormat] = {
    "ics": OutputFormat(
        path="/calendar.ics",
        media_type="text/calendar; charset=utf-8",
        summary="Everything as iCalendar.",
        holds=FeedUnit.VEVENTS,
        write=_write_ics,
        check=OutputCheck(find_in_ics, expect_entries),
        is_alternate=True,
        has_kind_feeds=True,
        is_inline=True,
    ),
    "json": OutputFormat(
        path="/calendar.json",
        media_type="application/feed+json",
        summary="Everything as JSON Feed 1.1.",
        holds=FeedUnit.MOMENTS,
        write=write_json_feed,
        check=OutputCheck(find_in_json_feed, expect_json_feed),
        schema=_JSON_FEED,
        is_alternate=True,
        is_paged=True,
    ),
    "atom": OutputFormat(
        path="/calendar.atom",
        media_type="application/atom+xml; charset=utf-8",
        summary="Everything as Atom.",
        holds=FeedUnit.TEXTS,
        write=write_atom,
        check=OutputCheck(find_in_atom, expect_text),
        is_alternate=True,
    ),
    "csv": OutputFormat(
        path="/calendar.csv",
        media_type="text/csv; charset=utf-8; header=present",
        summary="Everything as a table, one line for each moment.",
        holds=FeedUnit.MOMENTS,
        write=write_csv,
        check=OutputCheck(find_in_table, expect_table),
    ),
    "jcal": OutputFormat(
        path="/calendar.jcal",
        media_type="application/calendar+json",
        summary="Everything as jCal.",
        holds=FeedUnit.VEVENTS,
        write=_write_jcal,
        check=OutputCheck(find_in_jcal, expect_entries),
        schema=_JCAL,
    ),
    "jscalendar": OutputFormat(
        path="/calendar.jscalendar",
        media_type="application/jscalendar+json;type=group",
        summary="Everything as JSCalendar (RFC 8984).",
        holds=FeedUnit.ENTRIES,
        write=write_jscalendar,
        check=OutputCheck(find_in_jscalendar, expect_jscalendar),
        schema=_JSCALENDAR,
    ),
    "api": OutputFormat(
        path="/api/v1/records",
        media_type="application/json",
        summary="The records of a selection.",
        holds=FeedUnit.MOMENTS,
        write=write_records,
        check=OutputCheck(find_in_api, expect_moments),
        schema={"$ref": "#/components/schemas/Records"},
        is_paged=True,
    ),
}
"""Every format by its name, in the order in which they are listed."""


def list_outputs() -> dict[str, OutputCheck]:
    """Return all paths of outputs, each with how `audit` checks it."""
    found: dict[str, OutputCheck] = {}
    for form in FORMATS.values():
        found[form.path] = form.check
        found |= {path: replace(form.check, kind=kind) for path, kind in form.kind_paths.items()}
    return found
