"""Import an .ics file (RFC 5545) as candidates; events that belong together become one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.parsers.importing import candidates, ics_times, own_decorations
from calendar_service.parsers.importing.candidates import ONLINE_WORDS, Candidate, Ignored, Imported, shorten_value
from calendar_service.parsers.importing.ics_lines import Component, read_components
from calendar_service.parsers.importing.ics_texts import meeting_link, plain_description, stray_characters
from calendar_service.parsers.importing.ics_times import UnfitMoment
from calendar_service.parsers.importing.ics_zones import FIRST_YEAR, LAST_YEAR, zone_of_definition
from calendar_service.parsers.importing.news import names_a_webinar
from calendar_service.parsers.importing.page_states import state_of_title
from calendar_service.records.errors import Sentence
from calendar_service.records.times import CivilTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.parsers.importing.ics_lines import Property

_MAX_DATES = 500
_MOST_ZONES = 20
_LONGEST_LIST = 1_000
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LIST_ITEM = re.compile(r"(?:[^,\\]|\\.)+", re.DOTALL)
_ONLINE = frozenset(
    {
        "online",
        "on-line",
        "en ligne",
        "virtual",
        "virtuel",
        "virtual event",
        "virtual meeting",
        "microsoft teams meeting",
        "réunion microsoft teams",
        "google meet",
    }
)
_MEETINGS = ("X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "URL")
_OWN_RECORD = "X-CALENDAR-SERVICE-RECORD"
_STATUSES = {"TENTATIVE": "tentative", "CANCELLED": "cancelled"}
_PARTS = frozenset({"STANDARD", "DAYLIGHT"})  # of a VTIMEZONE


@dataclass
class _Parts:
    """The components of a file by what they are, and the known zones that it defines by names of its own."""

    head: Component = field(default_factory=lambda: Component("VCALENDAR", 1))
    events: list[Component] = field(default_factory=list)
    others: list[Component] = field(default_factory=list)
    zones: dict[str, str] = field(default_factory=dict)


def read_ics_source(data: bytes, language: str | None) -> Imported:
    """Parse an .ics file. Raise UnfitSource if it is not one; an error in one event affects only that event."""
    parts = _sort_components(data)
    imported = Imported()
    for line, what in stray_characters(data):
        imported.add(Ignored(line, what))
    whole = _own_records(parts.events)
    ids = {each.fields["id"] for each in whole.values()}
    for master, overrides in _series(parts.events):
        if own := whole.get(id(master)):
            imported.add(own)
        elif own_decorations.is_date_of_own(master, ids):
            imported.add(Ignored(master.line, f"a date of another record: {shorten_value(_text(master, 'SUMMARY'))}"))
        else:
            imported.add(_EventParser(master, language, parts).read(overrides))
    for other in parts.others:
        imported.add(
            Ignored(other.line, _REASONS.get(other.name) or f"a {shorten_value(other.name)}, which is no event.")
        )
    imported.items.sort(key=lambda item: item.line)
    return imported


def _sort_components(data: bytes) -> _Parts:
    found = _Parts()
    of_zone: list[Component] = []
    for component in read_components(data):
        if component.name == "VEVENT":
            found.events.append(component)
        elif component.name == "VCALENDAR":
            found.head = component
        elif component.name in _PARTS:
            of_zone.append(component)
        else:
            found.others.append(component)
            if component.name == "VTIMEZONE" and len(found.zones) < _MOST_ZONES:
                found.zones[component.value("TZID").strip()] = _zone(component, of_zone)
                of_zone = []
    return found


_REASONS = {
    "VALARM": "a reminder (VALARM): subscribers choose their own.",
    "VTIMEZONE": "the definition of a time zone (VTIMEZONE): zones are known by name.",
}


def _own_records(events: list[Component]) -> dict[int, Candidate]:
    """Return the candidates of the events that have a whole record of ours, by the id of the object."""
    found = {}
    for event in events:
        if event.get(_OWN_RECORD):
            candidate = own_decorations.own_feed_candidate(event, _text(event, _OWN_RECORD), _text(event, "SUMMARY"))
            if candidate:
                found[id(event)] = candidate
    return found


def _zone(definition: Component, parts: list[Component]) -> str:
    """Return the known zone that a file defines by a name that is not known; "" for a known name."""
    name = definition.value("TZID").strip()
    return "" if ics_times.is_known_zone(name) else zone_of_definition(definition, parts)


def _series(events: list[Component]) -> Iterable[tuple[Component, list[Component]]]:
    """Yield each event with its changed occurrences (RECURRENCE-ID)."""
    masters = {event.value("UID"): event for event in events if not event.get("RECURRENCE-ID") and event.value("UID")}
    changes: dict[str, list[Component]] = {}
    alone: list[Component] = []
    for event in events:
        uid = event.value("UID")
        if not event.get("RECURRENCE-ID") or uid not in masters:
            alone.append(event)
        else:
            changes.setdefault(uid, []).append(event)
    for event in alone:
        belongs = masters.get(event.value("UID")) is event
        yield event, changes.get(event.value("UID"), []) if belongs else []


class _EventParser:
    """Parses one event."""

    def __init__(self, event: Component, language: str | None, parts: _Parts) -> None:
        self.event = event
        self.language = language
        self.calendar_zone = parts.head.value("X-WR-TIMEZONE")
        self.zones = parts.zones
        self.is_own = own_decorations.is_own_prodid(parts.head.value("PRODID"))
        self.candidate = Candidate(event.line, {"kind": "event"})
        self.unknown_zone = ""

    def read(self, overrides: list[Component]) -> Candidate | Ignored:
        """Return the candidate, or why the event is not one by itself."""
        if self.is_own and self.event.get("RELATED-TO"):
            return Ignored(
                self.event.line, f"an extra entry of another record: {shorten_value(_text(self.event, 'SUMMARY'))}"
            )
        self.set_texts()
        self.set_links()
        self.set_status()
        starts = self.set_times()
        if starts is not None:
            self.set_series(starts, overrides)
        if self.unknown_zone:
            self.ask_about_zone(self.unknown_zone)
        if self.is_own:
            own_decorations.strip_own_decorations(self.candidate, self.event)
        return self.candidate

    # -- texts ----------------------------------------------------------------------------------

    def set_texts(self) -> None:
        """Set title, summary, place, tags and kind."""
        candidate, event = self.candidate, self.event
        title = candidates.tidy_title(_text(event, "SUMMARY"))
        if not title:
            candidate.problems.append(Sentence("It has no title (SUMMARY)."))
        candidates.set_text_field(candidate, "title", title, self.language_of("SUMMARY"))
        description = candidates.tidy_block(plain_description(_text(event, "DESCRIPTION")))
        if not self.is_own:
            candidates.set_text_field(candidate, "summary", description, self.language_of("DESCRIPTION"))
            self.ask_about_state(title)
        place = candidates.tidy_title(_text(event, "LOCATION"))
        if candidates.is_https(place):
            candidate.fields |= {"join": place, "place": ONLINE_WORDS}
        elif place:
            candidate.fields["place"] = ONLINE_WORDS if place.lower() in _ONLINE else place
        words = [
            _unescape(word)
            for each in event.properties.get("CATEGORIES", [])[:50]
            for word in _LIST_ITEM.findall(each.value[:_LONGEST_LIST])
        ]
        candidates.set_tags(candidate, words)
        if event.get("CONFERENCE") or candidate.fields.get("place") == ONLINE_WORDS or names_a_webinar(title):
            candidate.fields["kind"] = "webinar"

    def ask_about_state(self, title: str) -> None:
        """Ask if the title says that it is called off, and STATUS does not."""
        state, _ = state_of_title(title)
        if state and _STATUSES.get(self.event.value("STATUS").strip().upper()) != state:
            self.candidate.questions.append(
                Sentence("The title says {state}, its STATUS does not: which is it?", state=state)
            )

    def language_of(self, name: str) -> str | None:
        """Return the language of a text if it is given."""
        found = self.event.get(name)
        code = found.parameters.get("LANGUAGE", "")[:35] if found else ""
        return self.language or re.split("[-_]", code.lower())[0] or None

    def set_links(self) -> None:
        """Set the URLs; one that is not https gets a remark, a local file makes the event no record."""
        candidate, event = self.candidate, self.event
        for name in ("CONFERENCE", "X-GOOGLE-CONFERENCE"):
            if "join" not in candidate.fields:
                candidates.set_url(candidate, "join", event.value(name).strip())
        texts = [
            *(event.value(name) for name in _MEETINGS),
            *(_text(event, name) for name in ("LOCATION", "DESCRIPTION")),
        ]
        if "join" not in candidate.fields and not self.is_own:
            candidates.set_url(candidate, "join", meeting_link(*texts))
        url = event.value("URL").strip()
        if url != candidate.fields.get("join"):
            candidates.set_url(candidate, "url", url)
        documents = []
        for attached in event.properties.get("ATTACH", ()):
            address = attached.value.strip()
            if candidates.is_https(address):
                last = address.split("?")[0].rstrip("/").rpartition("/")[2]
                label = attached.parameters.get("FILENAME") or last or "Document"
                documents.append({"title": candidates.tidy_title(label) or "Document", "url": address})
            elif address.lower().startswith("file:"):
                candidate.problems.append(
                    Sentence(
                        "It points to a file on a machine (line {line}): {text}",
                        line=attached.line,
                        text=shorten_value(address),
                    )
                )
            else:
                candidate.remark(
                    Sentence(
                        "Left out, an attachment that is not at an https address (line {line}).", line=attached.line
                    )
                )
        if documents:
            candidate.fields["documents"] = documents

    def set_status(self) -> None:
        """Set the status, and keep private events out of the public calendar."""
        status = self.event.value("STATUS").strip().upper()
        if status in _STATUSES:
            self.candidate.fields["status"] = _STATUSES[status]
        elif status not in ("", "CONFIRMED"):
            self.candidate.remark(Sentence("Not understood: STATUS:{text}", text=shorten_value(status)))
        if self.event.value("CLASS").strip().upper() in ("PRIVATE", "CONFIDENTIAL"):
            self.candidate.problems.append(Sentence("It is marked private; ask before you publish it."))

    # -- times ----------------------------------------------------------------------------------

    def moment(self, found: Property, value: str = "") -> date | CivilTime | None:
        """Return a time; if it is not known, add the reason as a problem and return None."""
        name = found.parameters.get("TZID", "").strip()
        if zone := self.zones.get(name):
            self.candidate.remark(
                Sentence(
                    "The file's own time zone {name} has the times of {zone} from {first} to {last}.",
                    name=repr(shorten_value(name)),
                    zone=zone,
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )
            found = replace(found, parameters={**found.parameters, "TZID": zone})
        elif name in self.zones and not ics_times.is_known_zone(name):
            self.unknown_zone = name
            found = replace(found, parameters={**found.parameters, "TZID": "UTC"})
        try:
            return ics_times.read_moment(found, value)
        except UnfitMoment as error:
            hint = ""
            if self.calendar_zone and "TZID" not in found.parameters:
                hint = f" The file as a whole names {shorten_value(self.calendar_zone)}."
            self.candidate.problems.append(
                Sentence("Line {line}: {error}{hint}", line=found.line, error=error, hint=hint)
            )
            return None

    def ask_about_zone(self, name: str) -> None:
        """Ask for the zone of a definition with other times than all known ones; its times are kept without one."""
        fields = self.candidate.fields
        held = [fields, *fields.get("changes", [])]
        for part, key in ((part, key) for part in held for key in ("when", "starts", "ends") if key in part):
            part[key] = part[key].removesuffix(" UTC")
        self.candidate.questions.append(
            Sentence(
                "The file's own time zone {name} has the times of no known zone: is it that of the calendar? "
                "If not, write the zone behind each time.",
                name=repr(shorten_value(name)),
            )
        )

    def set_times(self) -> date | CivilTime | None:
        """Set when it happens, and return its start."""
        found = self.event.get("DTSTART")
        if found is None:
            self.candidate.problems.append(Sentence("It has no start (DTSTART)."))
            return None
        starts = self.moment(found)
        ends = self.end(self.event, starts)
        if starts is not None and not self.candidate.problems:
            self.set_when(self.candidate, starts, ends)
        elif starts is None:
            self.candidate.fields["when"] = shorten_value(found.value) or "?"
        return starts

    def end(self, event: Component, starts: date | CivilTime | None) -> date | CivilTime | None:
        """Return the end by DTEND or DURATION; None if there is none or it has a problem."""
        if found := event.get("DTEND"):
            return self.moment(found)
        duration = event.get("DURATION")
        if starts is None or duration is None:
            return None
        try:
            return ics_times.add_duration(starts, duration.value)
        except UnfitMoment as error:
            self.candidate.problems.append(Sentence("Line {line}: {error}", line=duration.line, error=error))
            return None

    def set_when(self, candidate: Candidate, starts: date | CivilTime, ends: date | CivilTime | None) -> None:
        """Set when something happens; the end of whole days is exclusive (RFC 5545, 3.6.1)."""
        if isinstance(starts, date):
            if isinstance(ends, CivilTime):
                candidate.problems.append(Sentence("It begins on a day and ends at an hour."))
                return
            last = ends - timedelta(days=1) if ends and ends != starts else starts
            candidates.set_days(candidate, starts, last)
        elif isinstance(ends, date):
            candidate.problems.append(Sentence("It begins at an hour and ends on a day."))
        else:
            candidates.set_span(candidate, starts, ends)

    # -- series ---------------------------------------------------------------------------------

    def set_series(self, starts: date | CivilTime, overrides: list[Component]) -> None:
        """Set the recurrence, its exceptions and its changes."""
        event, candidate = self.event, self.candidate
        for name in ("RDATE", "EXRULE"):
            if found := event.get(name):
                candidate.problems.append(
                    Sentence(
                        "Line {line}: {name} is not taken: write each day as a record of its own.",
                        line=found.line,
                        name=name,
                    )
                )
        rules = event.properties.get("RRULE", [])
        if len(rules) > 1:
            candidate.problems.append(Sentence("Line {line}: it has more than one RRULE.", line=rules[1].line))
        if recurrence := event.get("RECURRENCE-ID"):
            candidate.remark(
                Sentence("Line {line}: it is one day of a series that is not in the file.", line=recurrence.line)
            )
        if rules:
            candidate.fields["repeats"] = ics_times.plain_rule(rules[0].value, starts)[:300]
            self.set_excepted(starts)
            self.set_changes(starts, overrides)
        elif overrides or event.get("EXDATE"):
            candidate.problems.append(Sentence("It names other days of a series, but no RRULE."))

    def set_excepted(self, starts: date | CivilTime) -> None:
        """Set the days on which it does not recur."""
        days: list[str] = []
        for found in self.event.properties.get("EXDATE", ()):
            values = found.value.split(",", _MAX_DATES)
            if len(days) + len(values) > _MAX_DATES:
                self.candidate.problems.append(
                    Sentence(
                        "Line {line}: there are more than {number} excepted days.",
                        line=found.line,
                        number=_MAX_DATES,
                    )
                )
                return
            for value in values:
                moment = self.moment(found, value)
                if moment is None:
                    return
                days.append(ics_times.day_of(moment, starts).isoformat())
        if days:
            self.candidate.fields["except"] = sorted(set(days))

    def set_changes(self, starts: date | CivilTime, overrides: list[Component]) -> None:
        """Set the occurrences that are moved or cancelled."""
        changes = [change for each in overrides[:_MAX_DATES] if (change := self.change(starts, each))]
        if len(overrides) > _MAX_DATES:
            self.candidate.problems.append(Sentence("It has more than {number} changed days.", number=_MAX_DATES))
        if changes:
            self.candidate.fields["changes"] = changes

    def change(self, starts: date | CivilTime, override: Component) -> dict[str, str] | None:
        """Return one changed occurrence."""
        recurrence, found = override.get("RECURRENCE-ID"), override.get("DTSTART")
        if recurrence is None or found is None or "RANGE" in recurrence.parameters:
            self.candidate.problems.append(
                Sentence("Line {line}: not understood which days are changed, and how.", line=override.line)
            )
            return None
        original = self.moment(recurrence)
        if original is None:
            return None
        day = ics_times.day_of(original, starts).isoformat()
        if override.value("STATUS").strip().upper() == "CANCELLED":
            return {"occurrence": day, "status": "cancelled"}
        moved = self.moment(found)
        part = Candidate(override.line, {})
        if moved is not None:
            self.set_when(part, moved, self.end(override, moved))
        when = part.fields.get("when")
        if part.problems or when is None or "fold" in part.fields:
            self.candidate.problems.append(
                Sentence("Line {line}: not understood when the occurrence of {day} is.", line=override.line, day=day)
            )
            return None
        if _text(override, "SUMMARY") != _text(self.event, "SUMMARY"):
            self.candidate.remark(
                Sentence(
                    "Line {line}: of the occurrence of {day} only its time is taken over.", line=override.line, day=day
                )
            )
        return {"occurrence": day, "when": when}


def _text(event: Component, name: str) -> str:
    """Return a text without its escapes."""
    return _unescape(event.value(name))


def _unescape(value: str) -> str:
    r"""Return a TEXT value (RFC 5545, 3.3.11) without its escapes: "\,", "\;", "\n"."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
