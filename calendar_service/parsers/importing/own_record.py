"""Import the whole record that each of our own outputs has in one place, see `writers.record_source`.

What else the output says of it is compared: somebody may have changed a date in it and left the record as it was.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from calendar_service.parsers.importing.candidates import Candidate, UnfitSource, read_json, shorten_value, tidy
from calendar_service.records.enums import Kind
from calendar_service.records.errors import Sentence, gettext_noop
from calendar_service.records.record import Calendar, TimeSpan, record_to_json
from calendar_service.records.resolve import resolve_record
from calendar_service.records.schema import RECORD_SCHEMAS
from calendar_service.records.texts import LANGUAGE_NAMES
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from calendar_service.records.record import Point, Record, Span

_MAX_DEPTH = 8
_SAME_TITLE = 40
# Its zone and languages matter only for times and texts that have none of their own, and these all have.
_ANY_CALENDAR = Calendar(id="-", name={}, zone="UTC", languages=("en", *LANGUAGE_NAMES))
_WORDS = "words"

_Moment = date | CivilTime
_BEGINS = gettext_noop("It begins at {said} now, the record says {kept}: which is it?")
_ENDS = gettext_noop("It ends at {said} now, the record says {kept}: which is it?")


def own_candidate(source: Any, line: int) -> Candidate | None:
    """Return the candidate of a record as our outputs have it, JSON text or its value; None if it is none."""
    if isinstance(source, str):
        try:
            source = read_json(source)
        except UnfitSource:
            return None
    if not isinstance(source, dict) or _depth(source) > _MAX_DEPTH:
        return None
    if not isinstance(source.get("id"), str) or source.get("kind") not in list(Kind):
        return None
    fields = dict(source)
    words = fields.pop(_WORDS, {})
    known = {each.alias or name for name, each in RECORD_SCHEMAS[source["kind"]].model_fields.items()}
    candidate = Candidate(line, {name: value for name, value in fields.items() if name in known})
    for name in sorted(fields.keys() - known):
        candidate.problems.append(Sentence("It has a key that is not known: {text}.", text=shorten_value(name)))
    if isinstance(words, dict):
        candidate.words = {str(path): text for path, text in words.items() if isinstance(text, str)}
    return candidate


def _depth(value: Any) -> int:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in held), default=0)


# --- what else the output says -------------------------------------------------------------------


def ask_about_differences(
    candidate: Candidate,
    title: str,
    states: Container[str],
    starts: _Moment | None = None,
    ends: _Moment | None = None,
) -> None:
    """Ask where an output says something else of a record than the record itself: its title, state or times.

    `states` are those that the output may mean. `starts` and `ends` are None if they are not to be compared; of whole
    days the last one is included.
    """
    record = resolve_fields(candidate.fields, _ANY_CALENDAR)
    if record is None:
        return
    known = [tidy(each)[:_SAME_TITLE].rstrip() for each in record.title.values()]
    if not any(each in tidy(title) for each in known):
        candidate.questions.append(
            Sentence("It is called {text} now: which title is right?", text=repr(shorten_value(title)))
        )
    if record.status.value not in states:
        candidate.questions.append(
            Sentence("The record says {status}, what stands around it does not: which is it?", status=record.status)
        )
    own = _own_bounds(record)
    for template, said, kept in zip((_BEGINS, _ENDS), (starts, ends), own, strict=True):
        if said is not None and kept is not None and not _is_same(said, kept):
            candidate.questions.append(Sentence(template, said=_worded(said), kept=_worded(kept)))


def _own_bounds(record: Record) -> tuple[_Moment | None, _Moment | EndOfDay | None]:
    span: Span | Point
    if record.schedule:
        span = record.schedule.span
    else:
        span = next(iter(each.at for name, each in record.milestones.items() if name == "closes"))
    match span:
        case DaySpan(first, last):
            return first, last
        case TimeSpan(starts, ends):
            return starts, ends
        case CivilTime() | EndOfDay():
            return None, span


def _is_same(said: _Moment, kept: _Moment | EndOfDay) -> bool:
    if isinstance(said, CivilTime):
        return not isinstance(kept, date) and said.instant == kept.instant
    return said == (kept.day if isinstance(kept, EndOfDay) else kept)


def _worded(moment: _Moment | EndOfDay) -> str:
    match moment:
        case CivilTime(day, clock, zone):
            return f"{day.isoformat()} {clock:%H:%M} {zone}"
        case EndOfDay(day):
            return day.isoformat()
        case _:
            return moment.isoformat()


# --- words ---------------------------------------------------------------------------------------


def restore_words(candidate: Candidate, calendar: Calendar) -> None:
    """Set the times as they were announced, and leave out what follows from the rest, if nothing else changes by it."""
    wanted = resolve_fields(candidate.fields, calendar)
    if wanted is None:
        return
    for fields in _variants(candidate.fields, candidate.words):
        found = resolve_fields(fields, calendar)
        if found and is_same_but_for_words(found, wanted):
            candidate.fields = fields
            return


def _variants(fields: dict[str, Any], words: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    worded = fields
    for path, text in words.items():
        worded = _replaced(worded, path.split("."), text)
    if "when" in words and "starts" in worded:
        worded = {key: value for key, value in worded.items() if key not in ("starts", "ends")}
    for base in (worded, fields):
        for left_out in (("languages", "timezone", "status"), ("timezone",), ("languages",), ()):
            yield {key: value for key, value in base.items() if key not in left_out}


def _replaced(value: Any, path: list[str], text: str) -> Any:
    """Return a copy of nested values with one text replaced; unchanged if there is no such place."""
    if not path:
        return text or value
    step, *rest = path
    if isinstance(value, dict) and (step in value or not rest):
        return {**value, step: _replaced(value.get(step), rest, text)}
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        number = int(step)
        return [*value[:number], _replaced(value[number], rest, text), *value[number + 1 :]]
    return value


def is_same_but_for_words(one: Record, other: Record) -> bool:
    """Return True if two records say the same, whatever words their times are in."""
    return bool(_without_words(record_to_json(one)) == _without_words(record_to_json(other)))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_words(each) for key, each in value.items() if key != _WORDS}
    return [_without_words(each) for each in value] if isinstance(value, list) else value


def resolve_fields(fields: dict[str, Any], calendar: Calendar) -> Record | None:
    """Return the record that a calendar makes of fields; None if they have errors, which the file's parser tells."""
    try:
        shape = RECORD_SCHEMAS[fields["kind"]].model_validate(fields)
    except (ValidationError, RecursionError):
        return None
    return resolve_record(shape, calendar, ()).record
