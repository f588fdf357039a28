"""Import tables (CSV): our own /calendar.csv, those of Google and Outlook, or any with a title and a date."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing import candidates
from calendar_service.parsers.importing.candidates import (
    MAX_SOURCE_BYTES,
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    UnfitSource,
    decode_source,
    shorten_value,
)
from calendar_service.parsers.importing.csv_columns import map_columns, mapping_in_words, words_of_start
from calendar_service.parsers.importing.own_record import ask_about_differences, own_candidate
from calendar_service.records.csv_cells import read_cell
from calendar_service.records.enums import Status
from calendar_service.records.errors import Sentence
from calendar_service.records.times import CivilTime, civil_from_instant
from calendar_service.records.zones import IANA_ZONES, canonical_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = ("id", "kind", "status", "title", "moment", "at", "date", "zone", "words", "place", "url")
_DATED = frozenset({"when", "closes", "start_day"})
_NO_TEXT = frozenset(range(9)) | frozenset({11, 12}) | frozenset(range(14, 32))
_DELIMITERS = (",", ";", "\t")
_MILESTONES = {"closes": "closes", "questions_by": "questions_by", "opens": "opens", "award_expected": "award_expected"}
_ONLINE = frozenset({"online", "en ligne"})

CsvRow = dict[str, str]


def looks_like_table(text: str) -> bool:
    """Return True if the first line is the header of such a table."""
    head = [name.strip(' "') for name in text.partition("\n")[0].rstrip("\r").split(_delimiter(text))]
    fields = set(map_columns(head, {}).values())
    is_dated = bool(fields & _DATED) or "moment" in [name.lower() for name in head]
    return len(head) > 1 and "title" in fields and is_dated


def decode_table(data: bytes) -> tuple[str, str]:
    """Return the text of a table, and its encoding if that was not declared. Raise UnfitSource."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), ""
        except UnicodeDecodeError:
            raise UnfitSource("the source is broken UTF-16.", remedy="Save it as UTF-8.") from None
    try:
        return decode_source(data), ""
    except UnfitSource:
        if len(data) > MAX_SOURCE_BYTES or not set(data[:4096]).isdisjoint(_NO_TEXT):
            raise
        return data.decode("cp1252", "replace"), "Windows-1252 (Latin-1)"


def read_csv_source(data: bytes, language: str | None, columns: Mapping[str, str]) -> Imported:
    """Parse the bytes of a table. Raise UnfitSource."""
    text, encoding = decode_table(data)
    imported = read_table(text, language, columns)
    if encoding:
        imported.items.insert(0, Ignored(1, f"nothing, but the file is not in UTF-8: it was read as {encoding}."))
    return imported


def read_table(text: str, language: str | None, columns: Mapping[str, str] | None = None) -> Imported:
    """Parse a table into candidates. Raise UnfitSource for an unknown header or broken quotes."""
    imported = Imported()
    head, rows = _head_and_rows(text)
    if set(_OWN) <= {name.lower() for name in head}:
        groups: dict[str, list[tuple[int, CsvRow]]] = {}
        for line, cells in rows:
            row = {name.lower(): read_cell(cell) for name, cell in zip(head, cells, strict=True)}
            groups.setdefault(row["id"], []).append((line, row))
        for group in groups.values():
            imported.add(_own_candidate(group, language))
        return imported
    fields = map_columns(head, columns or {})
    _check_fields(head, fields)
    if any(name.strip().lower() != fields.get(at) for at, name in enumerate(head)):
        imported.add(Ignored(1, f"nothing, but columns are taken so: {mapping_in_words(head, fields)}."))
    names = {field: head[at] for at, field in fields.items()}
    for line, cells in rows:
        row = {field: read_cell(cells[at]) for at, field in fields.items()}
        imported.add(_simple_candidate(line, row, language, names))
    return imported


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _head_and_rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        head = [name.strip() for name in next(table, [])]
        if len({name.lower() for name in head}) < len(head):
            raise UnfitSource("two columns have the same name.", line=1, remedy="Name each column once.")
        before = table.line_num
        for cells in table:
            line, before = before + 1, table.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(head):
                message = f"there are {len(cells)} cells under a head of {len(head)}; the last is column {len(cells)}."
                raise UnfitSource(message, line=line, remedy="Put quotes around a cell that holds the delimiter.")
            rows.append((line, [*cells, *[""] * (len(head) - len(cells))]))
    except csv.Error as error:
        raise UnfitSource(f"this is no table: {error}.", line=table.line_num) from None
    return head, rows


def _check_fields(head: list[str], fields: Mapping[int, str]) -> None:
    found = set(fields.values())
    if "title" in found and found & _DATED:
        return
    missing = "a title" if "title" not in found else "a date"
    remedy = "Say which column it is, as in --map 'Subject=title,Day=when'."
    names = shorten_value(", ".join(head))
    raise UnfitSource(
        f"the columns of the table are not understood: none is {missing} ({names}).", line=1, remedy=remedy
    )


def _start(line: int, row: CsvRow, language: str | None, names: Mapping[str, str]) -> Candidate:
    candidate = Candidate(line, {"kind": candidates.tidy_title(row.get("kind", "")).lower()})
    candidate.cells = {field: f"Row {line}, column {shorten_value(name)}" for field, name in names.items()}
    if name := candidates.tidy_title(row.get("id", "")):
        candidate.fields["id"] = name
    title = candidates.tidy_title(row.get("title", ""))
    if not title:
        candidate.problems.append(Sentence("{place}it has no title.", place=candidate.place_of("title")))
    candidates.set_text_field(candidate, "title", title, language)
    place = candidates.tidy_title(row.get("place", ""))
    if place:
        candidate.fields["place"] = ONLINE_WORDS if place.lower() in _ONLINE else place
    address = row.get("url", "").strip()
    if not address or candidates.is_https(address):
        candidates.set_url(candidate, "url", address)
    else:
        candidate.remark(
            Sentence(
                "{place}left out, not an https address: {text}",
                place=candidate.place_of("url"),
                text=shorten_value(address),
            )
        )
    return candidate


# --- the simple table ----------------------------------------------------------------------------


def _simple_candidate(line: int, row: CsvRow, language: str | None, names: Mapping[str, str]) -> Candidate:
    candidate = _start(line, row, language, names)
    candidates.set_text_field(candidate, "summary", candidates.tidy_block(row.get("summary", "")), language)
    when = candidates.tidy_title(row.get("when", "") or words_of_start(row))
    closes = candidates.tidy_title(row.get("closes", ""))
    if not candidate.fields["kind"]:
        candidate.fields["kind"] = "tender" if closes and not when else "event"
    if candidate.fields["kind"] == "tender":
        candidate.fields["closes"] = closes or when or "?"
    else:
        candidate.fields["when"] = when or "?"
    if when and closes:
        candidate.problems.append(
            Sentence("{place}it has both `when` and `closes`.", place=candidate.place_of("closes"))
        )
    try:
        candidate.first = parse_when(closes or when, day_first=True).first
    except DatePhraseError:
        candidate.first = None  # the validator says why
        used = (
            "closes" if closes or candidate.fields["kind"] == "tender" else "when" if row.get("when") else "start_day"
        )
        field = "closes" if candidate.fields["kind"] == "tender" else "when"
        column = next((name for name in (used, "when", "start_day", "closes") if name in names), "")
        candidate.cells[field] = candidate.cells.get(column, f"Row {line}")
        if not (closes or when):
            candidate.problems.append(Sentence("{place}it has no date.", place=candidate.place_of(field)))
    return candidate


# --- our own table -------------------------------------------------------------------------------


def _own_candidate(group: list[tuple[int, CsvRow]], language: str | None) -> Candidate:
    """Return the candidate for the lines of one record, one line for each moment."""
    line, row = group[0]
    if whole := own_candidate(row.get("record", ""), line):
        _compare(whole, group)
        return whole
    candidate = _start(line, row, language, {name: name for name in row})
    status = row["status"].strip()
    if status != "confirmed":
        candidate.fields["status"] = status or "?"
    moments: dict[str, tuple[CsvRow, date | CivilTime]] = {}
    for number, each in group:
        name = each["moment"].strip()
        at = _moment(each)
        if at is None:
            candidate.problems.append(
                Sentence("Row {line}, column at: not understood when {text} is.", line=number, text=shorten_value(name))
            )
        elif name in moments:
            candidate.problems.append(
                Sentence(
                    "Row {line}, column moment: it comes again: say how in `repeats`, or make each a record.",
                    line=number,
                )
            )
            break
        else:
            moments[name] = (each, at)
    _set_moments(candidate, {name: at for name, (_, at) in moments.items()})
    return candidate


def _compare(whole: Candidate, group: list[tuple[int, CsvRow]]) -> None:
    """Ask where the cells of a record say something else than the whole record in the last column."""
    row = group[0][1]
    times: dict[str, list[date | CivilTime | None]] = {}
    for _, each in group:
        times.setdefault(each["moment"].strip(), []).append(_moment(each))
    is_once = "repeats" not in whole.fields
    starts, ends = (times.get(name, [None])[0] if is_once else None for name in ("starts", "ends"))
    ends = times.get("closes", [ends])[0] if whole.fields["kind"] == "tender" else ends or starts
    states = {row["status"].strip()} if is_once else frozenset(Status)
    ask_about_differences(whole, row["title"], states, starts, ends)


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
            candidate.remark(Sentence("Left out: the moment {text}, {words}.", text=shorten_value(name), words=words))
    closes = moments.get("closes")
    if candidate.first is None and closes:
        candidate.first = closes if isinstance(closes, date) else closes.day


def _moment(row: CsvRow) -> date | CivilTime | None:
    at = candidates.read_iso((row["at"] or row["date"]).strip())
    zone = row["zone"].strip()
    if isinstance(at, CivilTime) and zone in IANA_ZONES:
        return civil_from_instant(at.instant, canonical_zone(zone))
    return at
