"""Fetch every surface, in every language and three zones, and verify it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from calendar_service.records.errors import counted
from calendar_service.records.moments import record_bounds
from calendar_service.records.occurrences import all_days
from calendar_service.records.zones import tzinfo_of
from calendar_service.verification import expected as expect
from calendar_service.verification.expected import Scope
from calendar_service.verification.facts import NOTHING, Expected, Mismatch, StatedTime, compare_times
from calendar_service.verification.highlights import expect_highlights, find_highlights
from calendar_service.verification.messages import verify_messages
from calendar_service.verification.newsletter import expect_newsletter, find_in_newsletter
from calendar_service.verification.pages import find_in_agenda, find_in_page, find_in_widget, find_next
from calendar_service.verification.parsed import OutputCheck, ParsedOutput, find_in_ics
from calendar_service.verification.year import expect_year, find_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.verification.messages import SentMessage

ZONES = ("", "Asia/Seoul", "America/St_Johns")
"""The clocks that surfaces are asked to show beside the programme's; "" is the place's own."""

_SLACK = timedelta(days=4)
_WEEKS = timedelta(weeks=6)
_MONTHS = timedelta(weeks=50)
_FOUR_WEEKS = timedelta(days=27)
_AGENDA, _WIDGET, _NEWSLETTER, _YEAR = "/", "/widget", "/newsletter", "/year/"
# As many rows as a widget shows at most.
_WIDGET_ROWS = "100"
_RECORD_FILE = OutputCheck(find_in_ics, expect.expect_entries)

FetchedAnswer = tuple[int, bytes]
"""The status and the body of an answer."""


@dataclass
class Report:
    """The result of a verification."""

    moments: int = 0
    records: int = 0
    surfaces: int = 0
    messages: int = 0
    faults: list[Mismatch] = field(default_factory=list)

    def __str__(self) -> str:
        summary = f"{counted(self.moments, 'moment')} of {counted(self.records, 'record')}"
        summary += f" on {counted(self.surfaces, 'surface')}"
        summary += f" and in {counted(self.messages, 'message')}" if self.messages else ""
        return f"{summary}, {counted(len(self.faults), 'difference')}"


@dataclass(frozen=True)
class AuditedSurface:
    """One URL and its parameters. `record` is the id if it shows one record only.

    `prefix` is the language part of a page's path. `year` is the year of a page of one.
    """

    path: str
    lang: str
    zone: str = ""
    record: str = ""
    first: date | None = None
    prefix: str = ""
    check: OutputCheck | None = None
    hides_cancelled: bool = False
    last: date | None = None
    year: int = 0

    @property
    def address(self) -> str:
        """The path with its query."""
        asked = {
            "lang": "" if self.is_page else self.lang,
            "tz": self.zone,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "cancelled": "hide" if self.hides_cancelled else "",
            "limit": _WIDGET_ROWS if self.path == _WIDGET else "",
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        path = f"{self.prefix if self.is_page else ''}{self.path}"
        return f"{path}?{query}" if query else path

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day that it is asked for; None if it is not for both."""
        return (self.first, self.last) if self.first and self.last else None

    @property
    def has_highlights(self) -> bool:
        """Return True for the first page as everybody sees it."""
        return self.path == _AGENDA and not (self.first or self.hides_cancelled or self.zone)

    @property
    def is_page(self) -> bool:
        """Return True if it is a page, whose path names the language."""
        return self.check is None and self.path != _WIDGET


def verify_outputs(
    edition: Edition,
    languages: Sequence[str],
    outputs: Mapping[str, OutputCheck],
    fetch: Callable[[str], FetchedAnswer],
    clock: Callable[[], datetime],
    zones: Sequence[str] = ZONES,
) -> Report:
    """Fetch and parse every surface, and compare it with the edition. `clock` returns the present time (aware, UTC)."""
    entries = edition.shown_at(clock())
    report = Report(records=len(entries))
    report.moments = sum(expect.count_moments(entry, Scope(edition, clock(), "")) for entry in entries)
    for surface in list_surfaces(edition, languages, outputs, zones, clock()):
        report.surfaces += 1
        # Pages show what is next as of now: what they are compared with must not be older.
        now = clock()
        within = surface.days or (_four_weeks(edition, now) if surface.path == _NEWSLETTER else None)
        scope = Scope(edition, now, surface.lang, surface.zone, within)
        status, body = _fetch_whole(surface, fetch)
        if status == HTTPStatus.OK:
            report.faults += verify_surface(surface, body, scope)
        else:
            report.faults.append(Mismatch(surface.address, surface.record, "the surface", "200 OK", str(status)))
    return report


def _four_weeks(edition: Edition, now: datetime) -> tuple[date, date]:
    """Return the days that the newsletter has if it is asked for none."""
    today = now.astimezone(tzinfo_of(edition.calendar.zone)).date()
    return today, today + _FOUR_WEEKS


def add_messages(report: Report, messages: Iterable[SentMessage], edition: Edition, now: datetime) -> None:
    """Verify what subscribers are sent as of `now` (aware), and add it to a report."""
    report.messages, faults = verify_messages(messages, Scope(edition, now, ""))
    report.faults += faults


def _fetch_whole(surface: AuditedSurface, fetch: Callable[[str], FetchedAnswer]) -> FetchedAnswer:
    """Fetch a surface; of the agenda, all its pages joined."""
    status, body = fetch(surface.address)
    whole = body
    while surface.path == _AGENDA and status == HTTPStatus.OK and (further := find_next(body)):
        status, body = fetch(further)
        whole += body
    return status, whole


def list_surfaces(
    edition: Edition, languages: Sequence[str], outputs: Mapping[str, OutputCheck], zones: Sequence[str], now: datetime
) -> Iterator[AuditedSurface]:
    """Yield the surfaces: all records of all time in each zone, the outputs without `from=`, and of some weeks."""
    default = edition.calendar.default_language
    first = _first_day(edition)
    for lang in languages:
        prefix = "" if lang == default else f"/{lang}"
        # The widget shows what is past only where it is asked for by day.
        yield from (AuditedSurface(path, lang, prefix=prefix, check=check) for path, check in outputs.items())
        yield AuditedSurface(_AGENDA, lang, prefix=prefix)
        yield AuditedSurface(_NEWSLETTER, lang, prefix=prefix)
        for year in range(now.year - 1, now.year + 2):
            yield AuditedSurface(f"{_YEAR}{year}", lang, prefix=prefix, year=year)
        checks: dict[str, OutputCheck | None] = {**outputs, _AGENDA: None, _WIDGET: None}
        for path, check in checks.items():
            yield AuditedSurface(path, lang, first=first, prefix=prefix, check=check, hides_cancelled=True)
            begins, ends = ((now + shift).date() for shift in (-_WEEKS, _WEEKS))
            yield AuditedSurface(path, lang, first=begins, prefix=prefix, check=check, last=ends)
        for zone in zones:
            yield from (AuditedSurface(path, lang, zone, first=first, check=check) for path, check in outputs.items())
            yield from (AuditedSurface(path, lang, zone, first=first, prefix=prefix) for path in (_AGENDA, _WIDGET))
            begins, ends = ((now + shift).date() for shift in (-_WEEKS, _MONTHS))
            yield AuditedSurface(_NEWSLETTER, lang, zone, first=begins, prefix=prefix, last=ends)
            for entry in edition.shown_at(now):
                name = entry.record.id
                yield AuditedSurface(f"/events/{name}", lang, zone, name, prefix=prefix)
                yield AuditedSurface(f"/events/{name}.ics", lang, zone, name, check=_RECORD_FILE)


def _first_day(edition: Edition) -> date:
    """Return a day before all records."""
    zone = edition.calendar.zone
    begins = [record_bounds(entry.record, zone)[0] for entry in edition.entries.values()]
    return min((each.date() for each in begins), default=edition.published_at.date()) - timedelta(days=2)


def verify_surface(surface: AuditedSurface, body: bytes, scope: Scope) -> list[Mismatch]:
    """Return the differences between the bytes of a surface and the records."""
    scope = replace(scope, edition=_without_cancelled(scope.edition)) if surface.hides_cancelled else scope
    try:
        if surface.year:
            days = compare_times(Expected(expect_year(surface.year, scope)), find_year(body, scope), None)
            return [Mismatch(surface.address, "", *each) for each in days]
        found = _find(surface, body, scope)
        leading = find_highlights(body, scope).facts if surface.has_highlights else {}
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        # SyntaxError is what XML is refused with.
        summary = f"{type(error).__name__}: {error}"
        return [Mismatch(surface.address, surface.record, "the surface", "what it says it is", summary)]
    faults = _verify_highlights(surface, leading, scope) if surface.has_highlights else []
    shown = {entry.record.id: entry for entry in scope.edition.shown_at(scope.now)}
    left_out = [
        Mismatch(surface.address, name, "the record", "it", NOTHING) for name in _missing(surface, found, scope)
    ]
    is_cut = surface.path == _WIDGET and bool(found.remark)
    if not (is_cut or (surface.first is None and _admits(found.remark, len(left_out)))):
        faults += left_out
    for name, facts in found.facts.items():
        entry = shown.get(name)
        if entry is None or not _may_show(surface, entry, scope):
            faults.append(
                Mismatch(surface.address, name, "the record", NOTHING, f"{counted(len(facts), 'fact')} about it")
            )
            continue
        within = scope.days if expect.is_recurring(entry.record) and scope.within is None else None
        wanted = _expect(surface, entry, scope, found.names.get(name, set()))
        wanted = Expected(more=wanted.must + wanted.more) if is_cut else wanted
        faults += [Mismatch(surface.address, name, *each) for each in compare_times(wanted, facts, within)]
    return faults


def _verify_highlights(surface: AuditedSurface, found: dict[str, list[StatedTime]], scope: Scope) -> list[Mismatch]:
    wanted = expect_highlights(scope)
    return [
        Mismatch(surface.address, name, *each)
        for name in sorted(wanted.keys() | found.keys())
        for each in compare_times(wanted.get(name, Expected()), found.get(name, []), None)
    ]


def _without_cancelled(edition: Edition) -> Edition:
    """Return an edition in which what is cancelled was never announced."""
    entries = {}
    for name, entry in edition.entries.items():
        record, schedule = entry.record, entry.record.schedule
        if schedule and schedule.rule:
            off = {each.occurrence for each in schedule.changes if each.span is None}
            changes = tuple(each for each in schedule.changes if each.occurrence not in off)
            left = replace(schedule, changes=changes, excepted=(*schedule.excepted, *sorted(off)))
            record = replace(record, schedule=left)
            if next(all_days(left), None) is None:
                continue
        if not entry.is_called_off:
            entries[name] = replace(entry, revision=replace(entry.revision, record=record))
    return replace(edition, entries=entries)


def _find(surface: AuditedSurface, body: bytes, scope: Scope) -> ParsedOutput:
    if surface.check:
        return surface.check.find(body, scope)
    if surface.record:
        return find_in_page(body, scope, surface.record)
    finders = {_AGENDA: find_in_agenda, _NEWSLETTER: find_in_newsletter, _WIDGET: find_in_widget}
    return finders[surface.path](body, scope)


def _missing(surface: AuditedSurface, found: ParsedOutput, scope: Scope) -> list[str]:
    """Return the records that must be in the output and are not."""
    wanted = [entry for entry in scope.edition.shown_at(scope.now) if _must_show(surface, entry, scope)]
    return [entry.record.id for entry in wanted if not found.facts.get(entry.record.id)]


def _admits(remark: str, number: int) -> bool:
    """Return True if a feed itself states that it left out that many records, because clients accept no more."""
    return number > 0 and re.search(rf"\b{number}\b", remark) is not None


def _may_show(surface: AuditedSurface, entry: Entry, scope: Scope) -> bool:
    if surface.record:
        return surface.record == entry.record.id
    if surface.check and surface.check.kind not in (None, entry.record.kind):
        return False
    if scope.within:
        return expect.lies_in_days(entry, scope)
    unlimited = surface.first is not None or surface.path == _AGENDA
    return unlimited or expect.is_in_window(entry, scope, _SLACK)


def _must_show(surface: AuditedSurface, entry: Entry, scope: Scope) -> bool:
    if not _may_show(surface, entry, scope):
        return False
    if surface.path in (_AGENDA, _NEWSLETTER, _WIDGET):
        is_windowed = surface.first is not None or surface.path == _NEWSLETTER
        return bool(expect.expect_rows(entry, scope, windowed=is_windowed).must)
    return bool(surface.first or surface.record) or expect.is_in_window(entry, scope)


def _expect(surface: AuditedSurface, entry: Entry, scope: Scope, names: set[str]) -> Expected:
    if surface.check:
        return surface.check.expect(entry, scope, names)
    if surface.record:
        return expect.expect_page(entry, scope)
    if surface.path == _NEWSLETTER:
        return expect_newsletter(entry, scope)
    return expect.expect_rows(entry, scope, windowed=surface.first is not None)
