"""Import schema.org Events, as JSON-LD alone or inside an HTML page, as candidates."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing import candidates
from calendar_service.parsers.importing.candidates import (
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    UnfitSource,
    read_json,
    shorten_value,
)
from calendar_service.parsers.importing.countries import country_code
from calendar_service.parsers.importing.ics_texts import plain_description
from calendar_service.parsers.importing.jsonld_schedule import set_schedule
from calendar_service.parsers.importing.news import names_a_webinar
from calendar_service.parsers.importing.own_record import own_candidate
from calendar_service.parsers.importing.page_dates import read_named_place, reads_as_name
from calendar_service.records.errors import Sentence
from calendar_service.records.times import CivilTime

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN_TYPE = "application/vnd.calendar-service.record+json"  # as writers.jsonld has it
_MAX_DEPTH = 20
_MOST_WORDS_OF_CITY = 3
_PARTS = ("event", "events", "subEvent", "subEvents")  # of an event, that are events themselves
_OF_SERIES = ("name", "description", "location", "organizer", "eventAttendanceMode", "inLanguage", "url")
_KINDS = frozenset({"Festival", "Hackathon", "CourseInstance"})
_STATUSES = {"EventCancelled": "cancelled", "EventPostponed": "postponed"}
_QUIET = frozenset({"", "EventScheduled", "EventRescheduled", "EventMovedOnline"})
_SCRIPT = re.compile(r"<script\b[^<>]{0,500}>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_FIRST_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[T ]00:00(?::00)?(?:Z|[+-]\d\d:?\d\d)?")
_LAST_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[T ]23:59(?::59)?(?:Z|[+-]\d\d:?\d\d)?")
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?")


def read_jsonld(text: str, language: str | None) -> Imported:
    """Parse a .json file or an HTML page. Raise UnfitSource if there is no event."""
    imported = Imported()
    for line, block in _blocks(text):
        add_events(imported, _read_block(line, block), block, line, language)
    if not imported.candidates:
        raise UnfitSource("there is no schema.org Event in it.", remedy="For the text of a page, use --format page.")
    return imported


def add_events(imported: Imported, value: Any, text: str, line: int, language: str | None) -> None:
    """Add the events in a value of JSON-LD, and what else it holds; `text` is its source, which begins at `line`."""
    whole: set[str] = set()
    parts: set[int] = set()
    for node in _nodes(value, 0):
        where = _line_of(node, text, line)
        if own := _own(node, where):
            imported.add(own)
            whole.add(_string(node.get("url")))
            parts |= {id(each) for key in _PARTS for each in _dicts(node.get(key))}
        elif id(node) in parts:
            imported.add(Ignored(where, "a part of the record before."))
        elif _string(node.get("url")) in whole:
            imported.add(Ignored(where, "another date of the record before."))
        elif _is_only_series(node):
            title = shorten_value(str(texts(node.get("name"), None, candidates.tidy_title)))
            imported.add(Ignored(where, f"the series {title}: its dates are events of their own."))
        elif _is_event(node):
            imported.add(_candidate(node, where, language))
        else:
            imported.add(Ignored(where, f"a {shorten_value(' '.join(_kinds(node)))}, which is no event."))


def _own(node: dict[str, Any], line: int) -> Candidate | None:
    """Return the whole record that a page of ours has beside an event, or alone for a series that is over."""
    for each in (node, *_dicts(node.get("subjectOf"))):
        if each.get("encodingFormat") == _OWN_TYPE:
            return own_candidate(each.get("text"), line)
    return None


# --- where events are ----------------------------------------------------------------------------


class _Scripts(HTMLParser):
    """Collects the JSON-LD scripts of a page; entities and links are not followed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self.inside = tag == "script" and kind == "application/ld+json"
        if self.inside:
            self.found.append((self.getpos()[0], ""))

    def handle_data(self, data: str) -> None:
        if self.inside:
            line, text = self.found[-1]
            self.found[-1] = (line, text + data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "script"


def _blocks(text: str) -> list[tuple[int, str]]:
    if text.lstrip()[:1] in ("{", "["):
        return [(1, text)]
    # Only the scripts themselves are given to the parser: hostile markup may cost it a long time.
    blocks: list[tuple[int, str]] = []
    at = lines = 0
    while (match := _SCRIPT.search(text, at)) and (end := _END.search(text, match.end())):
        lines += text.count("\n", at, match.start())
        scripts = _Scripts()
        scripts.feed(f"{text[match.start() : end.start()]}</script>")
        blocks += [(lines + line, found) for line, found in scripts.found]
        lines += text.count("\n", match.start(), end.start())
        at = end.start()
        if len(blocks) > candidates.MAX_ITEMS:
            raise UnfitSource("there are too many scripts in the page.", line=lines + 1)
    return blocks


def _read_block(line: int, block: str) -> Any:
    try:
        return read_json(block)
    except UnfitSource as error:
        where = line + max(error.line - 1, 0)
        raise UnfitSource(error.message.partition(": ")[2] or error.message, line=where) from None


def _nodes(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the events, wherever they are, and the other objects that have a type and hold no event."""
    if depth > _MAX_DEPTH:
        raise UnfitSource(f"objects are nested more than {_MAX_DEPTH} deep.")
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each, depth + 1)
    elif isinstance(node, dict):
        is_event = _is_event(node)
        held = [each for key in (_PARTS if is_event else node) for each in _nodes(node.get(key), depth + 1)]
        if is_event and _is_only_series(node):
            yield node
            yield from ({**_inherited(node), **each} for each in held if _is_event(each))
        elif is_event:
            yield node
            yield from (each for each in held if _is_event(each))
        elif any(_is_event(each) for each in held) or not _kinds(node):
            yield from held
        else:
            yield node


def _is_event(node: dict[str, Any]) -> bool:
    return any(kind.endswith(("Event", "EventSeries")) or kind in _KINDS for kind in _kinds(node))


def _is_only_series(node: dict[str, Any]) -> bool:
    """Return True for a series that has its dates as events of their own."""
    is_series = any(kind.endswith("EventSeries") for kind in _kinds(node))
    return is_series and any(_is_event(each) for key in _PARTS for each in _dicts(node.get(key)))


def _inherited(series: dict[str, Any]) -> dict[str, Any]:
    """Return what an event of a series has from it if it does not say it itself."""
    return {key: series[key] for key in _OF_SERIES if key in series}


def _kinds(node: dict[str, Any]) -> list[str]:
    found = node.get("@type")
    kinds = found if isinstance(found, list) else [found]
    return [re.split("[/:#]", kind)[-1] for kind in kinds if isinstance(kind, str)]


def _line_of(node: dict[str, Any], block: str, line: int) -> int:
    start = node.get("startDate")
    at = block.find(start) if isinstance(start, str) and start else -1
    return line + (block.count("\n", 0, at) if at >= 0 else 0)


# --- one event -----------------------------------------------------------------------------------


def _candidate(node: dict[str, Any], line: int, language: str | None) -> Candidate:
    candidate = Candidate(line, {"kind": "event"})
    own = language or _code(node.get("inLanguage"))
    title = texts(node.get("name"), own, candidates.tidy_title)
    if not title:
        candidate.problems.append(Sentence("It has no name."))
    candidate.fields["title"] = title
    if summary := texts(node.get("description"), own, _tidy_description):
        candidate.fields["summary"] = summary
    candidates.set_url(candidate, "url", _string(node.get("url")))
    _set_places(candidate, node)
    _set_status(candidate, node)
    schedules = _dicts(node.get("eventSchedule"))
    if "startDate" in node or not schedules:
        _set_times(candidate, node)
    if len(schedules) == 1:
        starts, ends = (candidates.read_iso(_string(node.get(name))) for name in ("startDate", "endDate"))
        set_schedule(candidate, schedules[0], starts, ends)
    elif "eventSchedule" in node:
        candidate.questions.append(
            Sentence("It has not exactly one eventSchedule: say how it comes again in `repeats`.")
        )
    if schedules and not {"when", "starts"} & candidate.fields.keys():
        candidate.problems.append(Sentence("It has no startDate."))
        candidate.fields["when"] = "?"
    _set_attendance(candidate, node)
    organisers = [texts(each.get("name"), own, candidates.tidy_title) for each in _dicts(node.get("organizer"))]
    if named := [each for each in organisers if each]:
        candidate.fields["organisers"] = named
    if names_a_webinar(str(title)) or candidate.fields.get("place") == ONLINE_WORDS:
        candidate.fields["kind"] = "webinar"
    return candidate


def _set_times(candidate: Candidate, node: dict[str, Any]) -> None:
    node = _in_days(node)
    if _ask_about_zone(candidate, node):
        return
    words = [_string(node.get(name)) for name in ("startDate", "endDate")]
    starts, ends = (candidates.read_iso(word) if word else None for word in words)
    for word, read in zip(words, (starts, ends), strict=True):
        if word and read is None:
            candidate.problems.append(
                Sentence(
                    "{text} is no day and no time with its offset from UTC. Ask for the zone; do not guess it.",
                    text=repr(shorten_value(word)),
                )
            )
    if not words[0]:
        candidate.problems.append(Sentence("It has no startDate."))
    if isinstance(starts, date) and (ends is None or isinstance(ends, date)):
        candidates.set_days(candidate, starts, ends or starts)
    elif starts and not isinstance(starts, date) and not isinstance(ends, date):
        candidates.set_span(candidate, starts, ends)
    elif starts:
        candidate.problems.append(Sentence("Its start and its end must both have an hour, or neither."))
    if starts is None or candidate.problems:
        candidate.fields.setdefault("when", shorten_value(" - ".join(word for word in words if word)) or "?")


def _in_days(node: dict[str, Any]) -> dict[str, Any]:
    """Return an event from midnight to the last minute of a day, as content systems write whole days, in days."""
    starts, ends = (_string(node.get(name)) for name in ("startDate", "endDate"))
    is_whole = _FIRST_MINUTE.fullmatch(starts) and _LAST_MINUTE.fullmatch(ends)
    return {**node, "startDate": starts[:10], "endDate": ends[:10]} if is_whole else node


def _ask_about_zone(candidate: Candidate, node: dict[str, Any]) -> bool:
    """Ask in which zone it is if a time has no offset, and set it as it is; return False if all times have one."""
    words = [_string(node.get(name)) for name in ("startDate", "endDate")]
    local = [f"{match[1]} {match[2]}" if (match := _LOCAL.fullmatch(word)) else "" for word in words]
    exact = [at for word in words if word and isinstance(at := candidates.read_iso(word), CivilTime)]
    if not any(local) or (words[1] and not (local[1] or exact)) or not (local[0] or exact):
        return False
    named = " - ".join(shorten_value(word) for word in words if word)
    candidate.questions.append(
        Sentence("{named} does not say in which zone: that of the calendar? If not, write the zone.", named=named)
    )
    found = [each or shorten_value(word) for each, word in zip(local, words, strict=True) if word]
    if len(found) == 2 and found[0][:10] == found[1][:10] and all(local):
        found[1] = found[1][11:]
    candidate.fields["when"] = " - ".join(found)
    start = candidates.read_iso(found[0][:10])
    candidate.first = start if isinstance(start, date) else None
    return True


def _set_attendance(candidate: Candidate, node: dict[str, Any]) -> None:
    """Add that one can also take part in something at a place from anywhere."""
    place = candidate.fields.get("place", ONLINE_WORDS)
    is_mixed = _string(node.get("eventAttendanceMode")).endswith("MixedEventAttendanceMode")
    has_room = any("VirtualLocation" in _kinds(each) for each in _dicts(node.get("location")))
    first = next((name for name in ("when", "starts") if name in candidate.fields), "")
    if place != ONLINE_WORDS and (is_mixed or has_room) and first:
        candidate.fields[first] += f", {ONLINE_WORDS}"


def _set_status(candidate: Candidate, node: dict[str, Any]) -> None:
    status = re.split("[/#:]", _string(node.get("eventStatus")))[-1]
    if status in _STATUSES:
        candidate.fields["status"] = _STATUSES[status]
    elif status not in _QUIET:
        candidate.remark(Sentence("Not understood: eventStatus {text}", text=shorten_value(status)))
    mode = _string(node.get("eventAttendanceMode"))
    if status == "EventMovedOnline" or mode.endswith("OnlineEventAttendanceMode"):
        candidate.fields["place"] = ONLINE_WORDS


def _set_places(candidate: Candidate, node: dict[str, Any]) -> None:
    location = node.get("location")
    places = location if isinstance(location, list) else [location]
    for place in places:
        if isinstance(place, str) and (name := candidates.tidy_title(place)):
            candidate.fields["place"] = name
        elif isinstance(place, dict) and "VirtualLocation" in _kinds(place):
            candidates.set_url(candidate, "join", _string(place.get("url")))
            candidate.fields.setdefault("place", ONLINE_WORDS)
        elif isinstance(place, dict) and (found := _place(place)):
            candidate.fields["place"] = found


def _place(node: dict[str, Any]) -> dict[str, Any] | str:
    found: dict[str, Any] = {"name": texts(node.get("name"), None, candidates.tidy_title)}
    address = node.get("address")
    if isinstance(address, dict):
        country = address.get("addressCountry")
        country = country.get("name") if isinstance(country, dict) else country
        found["city"] = candidates.tidy_title(_string(address.get("addressLocality")))
        found["country"] = country_code(_string(country))
        found["address"] = candidates.tidy_title(_string(address.get("streetAddress")))
    elif isinstance(address, str):
        words = candidates.tidy_title(address)
        named = read_named_place(words)
        if isinstance(named, dict):
            return {**found, **{key: value for key, value in named.items() if key != "name"}}
        is_city = reads_as_name(words) and len(words.split()) <= _MOST_WORDS_OF_CITY and not re.search(r"[\d,]", words)
        found["city" if is_city else "address"] = words
    found = {key: value for key, value in found.items() if value}
    return found["name"] if list(found) == ["name"] else found


# --- values --------------------------------------------------------------------------------------


def texts(value: Any, language: str | None, clean: Any) -> str | dict[str, str]:
    """Return a text, or one for each language: "…", {"@value", "@language"}, a list of these, {"en": "…"}."""
    if isinstance(value, str):
        text = clean(unescape(value))
        return {language: text} if language and text else text
    found: dict[str, str] = {}
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and isinstance(each.get("@value"), str):
            found[_code(each.get("@language")) or language or ""] = clean(unescape(each["@value"]))
        elif isinstance(each, dict):
            found |= {
                _code(key): clean(unescape(text))
                for key, text in each.items()
                if isinstance(text, str) and key[:1] != "@"
            }
        elif isinstance(each, str):
            found.setdefault(language or "", clean(unescape(each)))
    found = {code: text for code, text in found.items() if text}
    return found.get("") or found


def _code(value: Any) -> str:
    value = value.get("alternateName") if isinstance(value, dict) else value
    return re.split("[-_]", value.strip().lower())[0] if isinstance(value, str) else ""


def _tidy_description(text: str) -> str:
    return candidates.tidy_block(plain_description(text))


def _string(value: Any) -> str:
    value = next((each for each in value if isinstance(each, str)), "") if isinstance(value, list) else value
    return unescape(value).strip() if isinstance(value, str) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
