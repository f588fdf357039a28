"""Import tables (CSV): this service's own /calendar.csv, or id, kind, title, when or closes, place, url."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing import candidates
from calendar_service.parsers.importing.candidates import ONLINE_WORDS, Candidate, Imported, UnfitSource, shorten_value
from calendar_service.records.csv_cells import read_cell
from calendar_service.records.times import CivilTime, civil_from_instant
from calendar_service.records.zones import IANA_ZONES, canonical_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN = ("id", "kind", "status", "title", "moment", "at", "date", "zone", "words", "place", "url")
_SIMPLE = frozenset({"id", "kind", "title", "when", "closes", "place", "url"})
_DELIMITERS = (",", ";", "\t")
_MILESTONES = {"closes": "closes", "questions_by": "questions_by", "opens": "opens", "award_expected": "award_expected"}
_ONLINE = frozenset({"online", "en ligne"})

CsvRow = dict[str, str]


def looks_like_table(text: str) -> bool:
    """Return True if the first line is the header of such a table."""
    head = {name.strip(' "').lower() for name in text.partition("\n")[0].rstrip("\r").split(_delimiter(text))}
    return "title" in head and bool(head & {"when", "closes", "moment"})


def read_table(text: str, language: str | None) -> Imported:
    """Parse a table into candidates. Raise UnfitSource for an unknown header or broken quotes."""
    rows = list(_rows(text))
    imported = Imported()
    if rows and "moment" in rows[0][1]:
        groups: dict[str, list[tuple[int, CsvRow]]] = {}
        for line, row in rows:
            groups.setdefault(row["id"], []).append((line, row))
        for group in groups.values():
            imported.add(_own_candidate(group, language))
    else:
        for line, row in rows:
            imported.add(_simple_candidate(line, row, language))
    return imported


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _rows(text: str) -> Iterator[tuple[int, CsvRow]]:
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        head = [name.strip().lower() for name in next(table, [])]
        _check_head(head)
        before = table.line_num
        for cells in table:
            line, before = before + 1, table.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(head):
                message = f"there are {len(cells)} cells under a head of {len(head)}."
                raise UnfitSource(message, line=line, remedy="Put quotes around a cell that holds the delimiter.")
            filled = [*cells, *[""] * (len(head) - len(cells))]
            yield line, {name: read_cell(cell) for name, cell in zip(head, filled, strict=True)}
    except csv.Error as error:
        raise UnfitSource(f"this is no table: {error}.", line=table.line_num) from None


def _check_head(head: list[str]) -> None:
    if len(set(head)) < len(head):
        raise UnfitSource("two columns have the same name.", line=1, remedy="Name each column once.")
    if set(_OWN) <= set(head):
        return
    strange = sorted(set(head) - _SIMPLE)
    if strange or "title" not in head or not {"when", "closes"} & set(head):
        found = f"not known: {', '.join(map(shorten_value, strange))}." if strange else "some are missing."
        remedy = "Name them id, kind, title, when, closes, place, url; title and one of when or closes are needed."
        raise UnfitSource(f"the columns of the table are not understood; {found}", line=1, remedy=remedy)


def _start(line: int, row: CsvRow, language: str | None) -> Candidate:
    candidate = Candidate(line, {"kind": candidates.tidy_title(row.get("kind", "")).lower()})
    if name := candidates.tidy_title(row.get("id", "")):
        candidate.fields["id"] = name
    title = candidates.tidy_title(row.get("title", ""))
    if not title:
        candidate.problems.append("It has no title.")
    candidates.set_text_field(candidate, "title", title, language)
    place = candidates.tidy_title(row.get("place", ""))
    if place:
        candidate.fields["place"] = ONLINE_WORDS if place.lower() in _ONLINE else place
    candidates.set_url(candidate, "url", row.get("url", "").strip())
    return candidate


# --- the simple table ----------------------------------------------------------------------------


def _simple_candidate(line: int, row: CsvRow, language: str | None) -> Candidate:
    candidate = _start(line, row, language)
    when, closes = (candidates.tidy_title(row.get(name, "")) for name in ("when", "closes"))
    if not candidate.fields["kind"]:
        candidate.fields["kind"] = "tender" if closes and not when else "event"
    if candidate.fields["kind"] == "tender":
        candidate.fields["closes"] = closes or when or "?"
    else:
        candidate.fields["when"] = when or "?"
    if when and closes:
        candidate.problems.append("It has both `when` and `closes`.")
    try:
        candidate.first = parse_when(closes or when, day_first=True).first
    except DatePhraseError:
        candidate.first = None  # the validator says why
    return candidate


# --- our own table -------------------------------------------------------------------------------


def _own_candidate(group: list[tuple[int, CsvRow]], language: str | None) -> Candidate:
    """Return the candidate for the lines of one record, one line for each moment."""
    line, row = group[0]
    candidate = _start(line, row, language)
    status = row["status"].strip()
    if status != "confirmed":
        candidate.fields["status"] = status or "?"
    moments: dict[str, tuple[CsvRow, date | CivilTime]] = {}
    for number, each in group:
        name = each["moment"].strip()
        at = _moment(each)
        if at is None:
            candidate.problems.append(f"Line {number}: not understood when {shorten_value(name)} is.")
        elif name in moments:
            candidate.problems.append(f"Line {number}: it comes again: say how in `repeats`, or make each a record.")
            break
        else:
            moments[name] = (each, at)
    _set_moments(candidate, {name: at for name, (_, at) in moments.items()})
    return candidate


def _set_moments(candidate: Candidate, moments: dict[str, date | CivilTime]) -> None:
    starts, ends = moments.pop("starts", None), moments.pop("ends", None)
    if isinstance(starts, date):
        candidates.set_days(candidate, starts, ends if isinstance(ends, date) else starts)
    elif starts:
        candidates.set_span(candidate, starts, None if isinstance(ends, date) else ends)
    for name, at in moments.items():
        words = at.isoformat() if isinstance(at, date) else candidates.moment_in_words(at)
        if name == "registration_closes":
            candidate.fields["registration"] = {"closes": words}
        elif name in _MILESTONES:
            candidate.fields[name] = words
        else:
            candidate.remark(f"Left out: the moment {shorten_value(name)}, {words}.")
    closes = moments.get("closes")
    if candidate.first is None and closes:
        candidate.first = closes if isinstance(closes, date) else closes.day


def _moment(row: CsvRow) -> date | CivilTime | None:
    at = candidates.read_iso((row["at"] or row["date"]).strip())
    zone = row["zone"].strip()
    if isinstance(at, CivilTime) and zone in IANA_ZONES:
        return civil_from_instant(at.instant, canonical_zone(zone))
    return at
