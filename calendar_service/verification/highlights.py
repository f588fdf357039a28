"""What the first page begins with: the highlights, and the open calls on a line, each with its record and its times.

The labels are written down here again, and not taken from the catalogues, for the languages that are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from babel import Locale

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import DaySpan
from calendar_service.records.zones import tzinfo_of
from calendar_service.verification.expected import expect_deadline_before, expect_lines, listed_at
from calendar_service.verification.facts import Expected, StatedTime, spell
from calendar_service.verification.page_words import page_words_of
from calendar_service.verification.parsed import ParsedOutput
from calendar_service.verification.states import is_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Point, Span
    from calendar_service.verification.expected import Scope

_LABELS = {
    "en": {
        "on now": "On now",
        "next event": "Next event",
        "next deadline": "Next deadline",
        "registration": "Registration closes",
    },
    "fr": {
        "on now": "En cours",
        "next event": "Prochain événement",
        "next deadline": "Prochaine échéance",
        "registration": "Clôture des inscriptions",
    },
}
_CALLS_DRAWN = 6
_AHEAD = timedelta(days=366)


@dataclass
class _Part:
    """A highlight or an open call: its texts by class or tag, and its links; the first one leads to the record."""

    links: list[str] = field(default_factory=list)
    datetimes: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return " ".join(self.texts.get(name, [""])[0].split())


class _FirstPage(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, _Part]] = []
        self._inside = False
        self._name = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        first = given.get("class", "").partition(" ")[0]
        if tag == "li" and first in {"highlight", "call"}:
            self.parts.append((first, _Part()))
            self._inside = True
        if not self._inside:
            return
        part = self.parts[-1][1]
        if tag == "a":
            part.links.append(given.get("href", ""))
        if tag == "time":
            part.datetimes.append(given.get("datetime", ""))
        if tag in {"a", "time", "span"}:
            self._name = first or tag
            part.texts.setdefault(self._name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "li"
        self._name = "" if tag in {"a", "time", "span"} else self._name

    def handle_data(self, data: str) -> None:
        if self._inside and self._name:
            self.parts[-1][1].texts[self._name][-1] += data


def find_highlights(body: bytes, scope: Scope) -> ParsedOutput:
    """Return what the first page begins with; nothing in a language that is not known."""
    found = ParsedOutput()
    labels = {label: name for name, label in _LABELS.get(scope.lang, {}).items()}
    for what, part in _FirstPage(body.decode()).parts if labels else ():
        record = part.links[0].partition("?")[0].rpartition("/")[2] if part.links else ""
        if what == "call":
            found.add(record, [_stated("open call", part.datetimes, part.text("time"), scope)])
        else:
            name = labels.get(part.text("of")) or labels.get(part.text("figure"), "unknown")
            found.add(record, _facts_of(f"highlight {name}", part, scope))
    return found


def _facts_of(name: str, part: _Part, scope: Scope) -> list[StatedTime]:
    words, lines = page_words_of(scope.lang), part.texts.get("span", [])
    times = words.read_lines(lines, f"{name}, other clock", _home_day(part.datetimes, scope))
    number = re.match(r"\d+", part.text("figure"))
    return [
        _stated(name, part.datetimes, part.text("time") or part.text("of"), scope),
        StatedTime(f"{name}, days", number[0] if number else ""),
        StatedTime(f"{name}, link", " ".join(part.links[1:])),
        *(fact for fact in times if fact.what != "until"),
        *words.read_deadline_before(line for line in lines if line.endswith(".")),
    ]


def _home_day(datetimes: list[str], scope: Scope) -> date | None:
    """Return the day on the calendar's clock of what programs read."""
    if not datetimes:
        return None
    at = datetime.fromisoformat(datetimes[0])
    return (at.astimezone(tzinfo_of(scope.home)) if at.tzinfo else at).date()


def _stated(name: str, datetimes: list[str], words: str, scope: Scope) -> StatedTime:
    """Return the fact of a time: what programs read, and the day and the clock that people read."""
    months = [each for _, each in sorted(Locale.parse(scope.lang).months["format"]["wide"].items())]
    day = re.search(rf"(\d+)(?:er)?(?:-\d+)? ({'|'.join(months)})", words)
    clock = re.search(r"\d\d:\d\d", words)
    parts = [*datetimes, f"{day[1]}/{months.index(day[2]) + 1}" if day else "", clock[0] if clock else ""]
    return StatedTime(name, " ".join(each for each in parts if each))


# -- what they must be ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Item:
    entry: Entry
    at: Point | Span
    begins: datetime
    ends: datetime
    is_first: bool


def expect_highlights(scope: Scope) -> dict[str, Expected]:
    """Return what the first page must begin with, by record id; nothing in a language that is not known."""
    if scope.lang not in _LABELS:
        return {}
    found: dict[str, Expected] = {}
    for item, facts in _chosen(scope):
        found.setdefault(item.entry.record.id, Expected()).must.extend(facts)
    return found


def _chosen(scope: Scope) -> Iterator[tuple[_Item, list[StatedTime]]]:
    """Yield what the page begins with: what is on or comes next, the next deadline and registration, the open calls."""
    items = sorted((item for entry in scope.edition.shown_at(scope.now) for item in _coming(entry, scope)), key=_order)
    calls = [item for item in items if MomentName.CLOSES in item.entry.record.milestones]
    others = [item for item in items if item not in calls]
    if on := sorted((item for item in others if item.begins <= scope.now), key=lambda item: item.ends):
        yield on[0], _expect_on_now(on[0], scope)
    elif others:
        yield others[0], _expect("next event", others[0], others[0].at, scope)
    if calls:
        before = expect_deadline_before(calls[0].entry, scope)
        yield calls[0], [*_expect("next deadline", calls[0], calls[0].at, scope), *before]
    open_for = [(instant_bounds(at, scope.home), _order(item)[1], at, item) for at, item in _open(others, scope)]
    if open_for:
        *_, at, item = min(open_for, key=lambda each: each[:2])
        yield item, _expect("registration", item, at, scope, item.entry.record.registration_url)
    for item in calls[:_CALLS_DRAWN] if len(calls) > 1 else ():
        yield item, [StatedTime("open call", _spelled(item.at, scope, with_clock=False))]


def _order(item: _Item) -> tuple[datetime, str]:
    return item.begins, item.entry.record.id


def _coming(entry: Entry, scope: Scope) -> list[_Item]:
    """Return what is on or ahead of a record, and takes place."""
    found: list[_Item] = []
    for at, occurrence in listed_at(entry, scope.now, scope.now + _AHEAD, scope):
        begins, ends = instant_bounds(at, scope.home)
        if is_on(entry, occurrence) and (ends > scope.now or begins == ends >= scope.now):
            found.append(_Item(entry, at, begins, ends, is_first=not found))
    return found


def _open(items: Iterable[_Item], scope: Scope) -> Iterator[tuple[Point, _Item]]:
    """Yield until when one can register, of a series for its next occurrence."""
    for item in items:
        closes = item.entry.record.milestones.get(MomentName.REGISTRATION_CLOSES)
        if closes and item.is_first and instant_bounds(closes.at, scope.home)[1] >= scope.now:
            yield closes.at, item


def _expect_on_now(item: _Item, scope: Scope) -> list[StatedTime]:
    name = "highlight on now"
    ends = item.at.last if isinstance(item.at, DaySpan) else item.ends.astimezone(tzinfo_of(scope.home))
    day = ends.date() if isinstance(ends, datetime) else ends
    until = f"{day.day}/{day.month}" if day != _today(scope) else f"{ends:%H:%M}" if isinstance(ends, datetime) else ""
    join = item.entry.record.join
    return [StatedTime(name, until), StatedTime(f"{name}, days", ""), StatedTime(f"{name}, link", join)]


def _expect(what: str, item: _Item, at: Point | Span, scope: Scope, link: str = "") -> list[StatedTime]:
    name = f"highlight {what}"
    days = (_day(at, scope) - _today(scope)).days
    return [
        StatedTime(name, _spelled(at, scope)),
        StatedTime(f"{name}, days", str(days) if days > 1 and what != "next event" else ""),
        StatedTime(f"{name}, link", link),
        *(fact._replace(what=f"{name}, other clock") for fact in expect_lines(at, item.entry.record, scope)[1:]),
    ]


def _today(scope: Scope) -> date:
    return scope.now.astimezone(tzinfo_of(scope.home)).date()


def _day(at: Point | Span, scope: Scope) -> date:
    if isinstance(at, DaySpan):
        return at.first
    return instant_bounds(at, scope.home)[0].astimezone(tzinfo_of(scope.home)).date()


def _spelled(at: Point | Span, scope: Scope, *, with_clock: bool = True) -> str:
    day = _day(at, scope)
    begins = instant_bounds(at, scope.home)[0]
    clock = "" if isinstance(at, DaySpan) or not with_clock else f" {begins.astimezone(tzinfo_of(scope.home)):%H:%M}"
    return f"{day if isinstance(at, DaySpan) else spell(begins)} {day.day}/{day.month}{clock}"
