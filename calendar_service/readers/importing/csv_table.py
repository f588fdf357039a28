"""Tables (CSV) to sketches: this service's own /calendar.csv, or id, kind, title, when or closes, place, url."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.readers.importing import drafts
from calendar_service.readers.importing.drafts import ONLINE, Imported, Sketch, UnfitSource, shorten
from calendar_service.records.countries import COMMON_ZONES
from calendar_service.records.times import CivilTime, civil_from_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN = ("id", "kind", "status", "title", "moment", "at", "date", "zone", "words", "place", "url")
_SIMPLE = frozenset({"id", "kind", "title", "when", "closes", "place", "url"})
_DELIMITERS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MILESTONES = {"closes": "closes", "questions_by": "questions_by", "opens": "opens", "award_expected": "award_expected"}
_ONLINE = frozenset({"online", "en ligne"})

Row = dict[str, str]


def looks_like_table(text: str) -> bool:
    """Tell whether the first line is the head of such a table."""
    head = {name.strip(' "').lower() for name in text.partition("\n")[0].rstrip("\r").split(_delimiter(text))}
    return "title" in head and bool(head & {"when", "closes", "moment"})


def read_table(text: str, language: str | None) -> Imported:
    """Read a table. Raises UnfitSource where its head or its quotes are not understood."""
    rows = list(_rows(text))
    imported = Imported()
    if rows and "moment" in rows[0][1]:
        groups: dict[str, list[tuple[int, Row]]] = {}
        for line, row in rows:
            groups.setdefault(row["id"], []).append((line, row))
        for group in groups.values():
            imported.add(_own_sketch(group, language))
    else:
        for line, row in rows:
            imported.add(_simple_sketch(line, row, language))
    return imported


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _check_head(head)
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(head):
                message = f"there are {len(cells)} cells under a head of {len(head)}."
                raise UnfitSource(message, line=line, remedy="Put quotes around a cell that holds the delimiter.")
            filled = [*cells, *[""] * (len(head) - len(cells))]
            yield line, {name: _plain(cell) for name, cell in zip(head, filled, strict=True)}
    except csv.Error as error:
        raise UnfitSource(f"this is no table: {error}.", line=reader.line_num) from None


def _check_head(head: list[str]) -> None:
    if len(set(head)) < len(head):
        raise UnfitSource("two columns have the same name.", line=1, remedy="Name each column once.")
    if set(_OWN) <= set(head):
        return
    strange = sorted(set(head) - _SIMPLE)
    if strange or "title" not in head or not {"when", "closes"} & set(head):
        found = f"not known: {', '.join(map(shorten, strange))}." if strange else "some are missing."
        remedy = "Name them id, kind, title, when, closes, place, url; title and one of when or closes are needed."
        raise UnfitSource(f"the columns of the table are not understood; {found}", line=1, remedy=remedy)


def _plain(cell: str) -> str:
    """Take off the quote that keeps a spreadsheet from running a text as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell.strip()


def _start(line: int, row: Row, language: str | None) -> Sketch:
    sketch = Sketch(line, {"kind": drafts.tidy_title(row.get("kind", "")).lower()})
    if name := drafts.tidy_title(row.get("id", "")):
        sketch.fields["id"] = name
    title = drafts.tidy_title(row.get("title", ""))
    if not title:
        sketch.problems.append("It has no title.")
    drafts.set_text(sketch, "title", title, language)
    place = drafts.tidy_title(row.get("place", ""))
    if place:
        sketch.fields["place"] = ONLINE if place.lower() in _ONLINE else place
    drafts.set_url(sketch, "url", row.get("url", "").strip())
    return sketch


# --- the simple table ----------------------------------------------------------------------------


def _simple_sketch(line: int, row: Row, language: str | None) -> Sketch:
    sketch = _start(line, row, language)
    when, closes = (drafts.tidy_title(row.get(name, "")) for name in ("when", "closes"))
    if not sketch.fields["kind"]:
        sketch.fields["kind"] = "tender" if closes and not when else "event"
    if sketch.fields["kind"] == "tender":
        sketch.fields["closes"] = closes or when or "?"
    else:
        sketch.fields["when"] = when or "?"
    if when and closes:
        sketch.problems.append("It has both `when` and `closes`.")
    try:
        sketch.first = parse_when(closes or when, day_first=True).first
    except DatePhraseError:
        sketch.first = None  # the validator says why
    return sketch


# --- our own table -------------------------------------------------------------------------------


def _own_sketch(group: list[tuple[int, Row]], language: str | None) -> Sketch:
    """Make a sketch of the lines of one record, a line for each moment."""
    line, row = group[0]
    sketch = _start(line, row, language)
    status = row["status"].strip()
    if status != "confirmed":
        sketch.fields["status"] = status or "?"
    moments: dict[str, tuple[Row, date | CivilTime]] = {}
    for number, each in group:
        name = each["moment"].strip()
        at = _moment(each)
        if at is None:
            sketch.problems.append(f"Line {number}: not understood when {shorten(name)} is.")
        elif name in moments:
            sketch.problems.append(f"Line {number}: it comes again: say how in `repeats`, or make each a record.")
            break
        else:
            moments[name] = (each, at)
    _set_moments(sketch, {name: at for name, (_, at) in moments.items()})
    return sketch


def _set_moments(sketch: Sketch, moments: dict[str, date | CivilTime]) -> None:
    starts, ends = moments.pop("starts", None), moments.pop("ends", None)
    if isinstance(starts, date):
        drafts.set_days(sketch, starts, ends if isinstance(ends, date) else starts)
    elif starts:
        drafts.set_span(sketch, starts, None if isinstance(ends, date) else ends)
    for name, at in moments.items():
        words = at.isoformat() if isinstance(at, date) else drafts.moment_in_words(at)
        if name == "registration_closes":
            sketch.fields["registration"] = {"closes": words}
        elif name in _MILESTONES:
            sketch.fields[name] = words
        else:
            sketch.remark(f"Left out: the moment {shorten(name)}, {words}.")
    closes = moments.get("closes")
    if sketch.first is None and closes:
        sketch.first = closes if isinstance(closes, date) else closes.day


def _moment(row: Row) -> date | CivilTime | None:
    at = drafts.read_iso((row["at"] or row["date"]).strip())
    zone = row["zone"].strip()
    if isinstance(at, CivilTime) and zone in COMMON_ZONES:
        return civil_from_instant(at.instant, zone)
    return at
