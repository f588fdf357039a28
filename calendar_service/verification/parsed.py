"""Parse outputs: the facts that each feed format states about each record."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from calendar_service.parsers.feed_ics import read_ics, read_jcal
from calendar_service.records.errors import CalendarError
from calendar_service.records.times import CivilTime
from calendar_service.records.uids import moment_entry, session_entry, uid
from calendar_service.verification.expected import HAPPENING, is_recurring
from calendar_service.verification.facts import StatedTime, spell, spell_days
from calendar_service.verification.page_words import page_words_of
from calendar_service.verification.questions import (
    read_listed_questions,
    read_table_questions,
    read_told_questions,
)
from calendar_service.verification.states import read_links, read_told_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calendar_service.parsers.feed_ics import Feed, FeedEvent
    from calendar_service.records.edition import Entry
    from calendar_service.records.enums import Kind
    from calendar_service.records.record import Record
    from calendar_service.verification.expected import Scope
    from calendar_service.verification.facts import Expected

_ATOM = "{http://www.w3.org/2005/Atom}"
_CLOCK = re.compile(r"\b\d\d:\d\d\b")


class UnreadableAnswer(CalendarError):
    """The bytes are not in the format that they should have."""


@dataclass
class ParsedOutput:
    """The facts in an output by record id, the VEVENTs of each record, and a remark about the whole."""

    facts: dict[str, list[StatedTime]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    remark: str = ""

    def add(self, record: str, facts: Iterable[StatedTime]) -> None:
        """Add facts about a record."""
        self.facts.setdefault(record, []).extend(facts)


@dataclass(frozen=True)
class OutputCheck:
    """How an output is checked: its parser, and what it must contain about a record.

    `expect` also gets the names of the entries that were found. `kind` is the only kind of record in it, if it is so.
    """

    find: Callable[[bytes, Scope], ParsedOutput]
    expect: Callable[[Entry, Scope, set[str]], Expected]
    kind: Kind | None = None


def find_in_api(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of /api/v1/records."""
    answer, found = json.loads(body), ParsedOutput()
    if answer["edition"] != scope.edition.number:
        reason = f"it serves edition {answer['edition']}, and the newest in the database is {scope.edition.number}"
        raise UnreadableAnswer(reason)
    for record in answer["records"]:
        found.add(record["id"], [*_listed(record["moments"]), *_listed_state(record), *_listed_sessions(record)])
        found.add(record["id"], read_listed_questions(record))
    return found


def find_in_json_feed(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of a JSON Feed: the moments, and the words of each text."""
    found = ParsedOutput()
    for item in json.loads(body)["items"]:
        record = _record_id(item["id"], scope)
        listed = item["_calendar"]
        found.add(record, [*_listed(listed["moments"]), *_listed_state(listed), *_listed_sessions(listed)])
        found.add(record, read_listed_questions(listed))
        found.add(record, _text(item["content_text"], record, scope))
        found.add(record, read_told_questions(item["content_text"], scope.lang, "the text"))
        found.add(record, _told_state(item["title"], item["content_text"], record, scope))
        found.add(record, _links_of(record, item["content_text"], scope))
    return found


def _listed(moments: list[dict[str, Any]]) -> list[StatedTime]:
    return [fact for each in moments for fact in _listed_moment(each)]


def _listed_moment(moment: dict[str, Any]) -> list[StatedTime]:
    """Return the facts of a moment: when it is, whether it is called off, and where it was before."""
    name = f"{moment['name']} of {moment['occurrence']}" if "occurrence" in moment else moment["name"]
    found = [StatedTime(f"{name}, {moment['status']}" if "status" in moment else name, _either(moment))]
    if "reason" in moment:
        found.append(StatedTime(f"{name}, reason", f"{moment['reason']} [{moment['reason_language']}]"))
    return found + ([StatedTime(f"{name}, moved from", moment["moved_from"])] if "moved_from" in moment else [])


def _listed_sessions(values: dict[str, Any]) -> list[StatedTime]:
    return [
        StatedTime(f"session {moment['name']}", _either(moment))
        for session in values.get("sessions", [])
        for moment in session["moments"]
    ]


def _listed_state(values: dict[str, Any]) -> list[StatedTime]:
    found = [StatedTime("status", values["status"])]
    if values.get("reason"):
        found.append(StatedTime("reason", f"{values['reason']} [{values['reason_language']}]"))
    return found


def _links_of(record: str, text: str, scope: Scope) -> list[StatedTime]:
    entry = scope.edition.entries.get(record)
    return [read_links(entry.record, text, "the text")] if entry else []


def _told_state(title: str, text: str, record: str, scope: Scope) -> list[StatedTime]:
    entry = scope.edition.entries.get(record)
    return read_told_state(title, text, scope.lang, record=entry.record if entry else None)


def _either(moment: dict[str, str]) -> str:
    """Return the instant or the whole day of a moment, which must have exactly one of them."""
    at, day = moment.get("at", ""), moment.get("date", "")
    if at and datetime.fromisoformat(moment["local"]).astimezone(UTC) != datetime.fromisoformat(at):
        return f"{at}, but locally {moment['local']}"
    return f"unreadable {at!r} and {day!r}" if bool(at) == bool(day) else at or day


def find_in_table(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of the CSV table."""
    found = ParsedOutput()
    reasons: dict[str, set[StatedTime]] = {}
    questions: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(body.decode(), newline="")):
        found.add(row["id"], [StatedTime(f"{row['moment']}, {row['status']}", _either(row))])
        if row["moved_from"]:
            found.add(row["id"], [StatedTime(f"{row['moment']}, moved from", row["moved_from"])])
        if row["reason"]:
            told = StatedTime("reason", f"{row['reason']} [{row['reason_language']}]")
            reasons.setdefault(row["id"], set()).add(told)
        questions[row["id"]] = row["questions"]
    for record, told_of in reasons.items():
        found.add(record, told_of)
    for record, told_in in questions.items():
        found.add(record, read_table_questions(told_in, scope.lang))
    return found


def find_in_atom(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of an Atom feed: the words of each text."""
    found = ParsedOutput()
    for entry in ET.fromstring(body).iter(f"{_ATOM}entry"):  # noqa: S314 (our own feed; expat stops bombs)
        record = (entry.findtext(f"{_ATOM}id") or "").rpartition(":")[2]
        title, content = (entry.findtext(f"{_ATOM}{name}") or "" for name in ("title", "content"))
        found.add(record, _text(content, record, scope))
        found.add(record, read_told_questions(content, scope.lang, "the text"))
        found.add(record, _told_state(title, content, record, scope))
        found.add(record, _links_of(record, content, scope))
    return found


def _record_id(name: str, scope: Scope) -> str:
    own, _, calendar = name.rpartition("@")
    return own if calendar == scope.edition.calendar.id else name


def _text(text: str, record: str, scope: Scope, what: str = "words") -> list[StatedTime]:
    """Return the facts of a text's first paragraph, which is about time, and of the one about moved deadlines."""
    words = page_words_of(scope.lang)
    times, *rest = text.split("\n\n")
    found = words.read_lines(times.split("\n"), what)
    entry = scope.edition.entries.get(record)
    return found + (words.read_moves(rest[0].split("\n")) if entry and entry.deadline_history and rest else [])


# -- calendar entries ---------------------------------------------------------------------------


def find_in_ics(body: bytes, scope: Scope) -> ParsedOutput:
    """Read an iCalendar file."""
    return state_events(read_ics(body, *scope.stretch), scope)


def find_in_jcal(body: bytes, scope: Scope) -> ParsedOutput:
    """Read jCal."""
    return state_events(read_jcal(body, *scope.stretch), scope)


def state_events(feed: Feed, scope: Scope) -> ParsedOutput:
    """Return the facts of calendar entries, each for the record and moment that its UID names."""
    found, owners = ParsedOutput(remark=feed.description), _owners(scope)
    notice = uid("nothing-yet", scope.edition.calendar.id)
    for event in feed.events:
        if event.uid == notice and notice not in owners:
            continue
        owner = owners.get(event.uid) or _occurrence_owner(event.uid, owners)
        if owner is None:
            found.add(event.uid, [StatedTime(HAPPENING, _span(start, end)) for _, start, end in event.times])
            continue
        record, base = owner
        name = f"{base} of {event.day}" if event.day else base
        found.names.setdefault(record.id, set()).add(name)
        found.add(record.id, _event(event, record, base, name, scope))
    return found


def _event(event: FeedEvent, record: Record, base: str, name: str, scope: Scope) -> list[StatedTime]:
    facts = [StatedTime(f"{base} of {day}" if day else base, _span(start, end)) for day, start, end in event.times]
    milestone = next((each for key, each in record.milestones.items() if key == base), None)
    if milestone and isinstance(milestone.at, CivilTime):
        clock = _CLOCK.search(event.summary)
        facts.append(StatedTime(f"{name} in the title", clock[0] if clock else "no clock"))
    if event.status:
        facts.append(StatedTime(f"STATUS of {name}", event.status))
    facts += read_told_state(event.summary, event.description, scope.lang, name, record)
    facts += read_told_questions(event.description, scope.lang, name)
    facts.append(read_links(record, "\n".join([*event.links, event.description]), name))
    return facts + _text(event.description, record.id, scope, f"words of {name}")


def _span(start: object, end: object) -> str:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return f"{spell(start)} to {spell(end)}"
    if isinstance(start, datetime) or isinstance(end, datetime):
        return f"unreadable {start} to {end}"
    return spell_days(start, end - timedelta(days=1))  # type: ignore[arg-type, operator]  # both are dates here


def _owners(scope: Scope) -> dict[str, tuple[Record, str]]:
    """Return the record and the moment for each UID, which must match completely."""
    owners: dict[str, tuple[Record, str]] = {}
    calendar = scope.edition.calendar.id
    for entry in scope.edition.entries.values():
        record = entry.record
        owners[uid(record.id, calendar)] = (record, HAPPENING if record.schedule else "closes")
        for name in record.milestones:
            if name != "closes":
                owners[uid(moment_entry(record, name), calendar)] = (record, name)
        for session in record.sessions:
            owners[uid(session_entry(record, session.id), calendar)] = (record, f"session {session.id}")
    return owners


def _occurrence_owner(name: str, owners: dict[str, tuple[Record, str]]) -> tuple[Record, str] | None:
    """Return whose written-out occurrence an entry is: `<id>-20270309`; None if it is not one."""
    match = re.fullmatch(r"(.+)-(\d{4})(\d\d)(\d\d)(@.+)", name)
    owner = owners.get(match[1] + match[5]) if match else None
    if match is None or owner is None or not is_recurring(owner[0]) or owner[1] != HAPPENING:
        return None
    return owner[0], f"{HAPPENING} of {match[2]}-{match[3]}-{match[4]}"
