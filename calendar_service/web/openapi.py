"""The OpenAPI 3.1 document of the public URLs for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_service import __version__
from calendar_service.output_formats import FORMATS, RECORD_FILE
from calendar_service.records.countries import COUNTRIES
from calendar_service.records.deadline_history import DeadlineChangeKind
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.paging import MOST_ON_A_PAGE
from calendar_service.records.selection import MAX_ALL_VALUES, MAX_PARAMETERS, MAX_VALUE
from calendar_service.records.texts import LANGUAGE_NAMES
from calendar_service.records.zones import COMMON_ZONES
from calendar_service.writers.api import RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Any text in one line, without control and invisible characters.
_WORDS = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_VALUE,
    "pattern": r"^[^\s,\p{C}\p{Z}]+( [^\s,\p{C}\p{Z}]+)*$",
}
_DAY = {
    "type": "string",
    "format": "date",
    "pattern": "^(19[7-9][0-9]|20[0-9][0-9]|2100)-[0-9][0-9]-[0-9][0-9]$",
    "description": "From 1970-01-01 to 2100-12-31.",
}
_ID = {"type": "string", "pattern": r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"}
_CHOOSES: dict[str, tuple[str, dict[str, Any]]] = {
    "kind": ("Kinds of records.", {"type": "string", "enum": list(Kind)}),
    "tag": ("Tags of records.", _WORDS),
    "country": ("Countries of records, ISO 3166 alpha-2.", {"type": "string", "enum": sorted(COUNTRIES)}),
    "language": (
        "Languages that records are held or written in, ISO 639-1.",
        {"type": "string", "enum": sorted(LANGUAGE_NAMES)},
    ),
    "id": ("Ids of records; lifts the window.", _ID),
    "q": ("Words to look for, without regard to case and accents.", _WORDS),
    "from": ("The first day, in the calendar's zone; lifts the window.", _DAY),
    "to": ("The last day, included, and not before `from`; lifts the window.", _DAY),
}
_SHOWS: dict[str, tuple[str, dict[str, Any]]] = {
    "lang": ("The language of the output, one of the calendar's.", {"type": "string", "pattern": "^[a-z]{2,3}$"}),
    "tz": ("An IANA zone to show beside the programme's.", {"type": "string", "enum": sorted(COMMON_ZONES)}),
    "alarms": (
        "A lead such as `7 days` or `24 hours`.",
        {"type": "string", "pattern": "^([1-9][0-9]? (minutes|hours|days)|([1-9]|[1-4][0-9]|5[0-2]) weeks)$"},
    ),
    "cancelled": ("Whether cancelled records and occurrences are in it.", {"type": "string", "enum": ["show", "hide"]}),
}
_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "limit": (
        'How many records a page has; `Link` with `rel="next"` leads to the next one. Without it all are sent.',
        {"type": "integer", "minimum": 1, "maximum": MOST_ON_A_PAGE},
    ),
    "after": ("The id of the last record of the page before: records are in order of their ids.", _ID),
}
_MANY = ("kind", "tag", "country", "language", "id")
_PRECONDITIONS = {
    "If-None-Match": ("Entity tags that the client has; 304 if one of them is the present one.", {"type": "string"}),
    "If-Modified-Since": ("304 if it has not changed since; not looked at beside If-None-Match.", {"type": "string"}),
    "If-Match": ("Answered with 412: nothing can be changed here.", {"type": "string"}),
    "If-Unmodified-Since": ("Answered with 412: nothing can be changed here.", {"type": "string"}),
}
_CACHING = {
    "ETag": ("Changes with the bytes.", {"type": "string"}),
    "Last-Modified": ("When the edition was published.", {"type": "string"}),
    "Cache-Control": ("How long it may be kept.", {"type": "string"}),
    "Vary": ("Accept-Encoding.", {"type": "string"}),
}
_LINK = {"Link": ('The next page as `rel="next"` (RFC 8288), if there is one.', {"type": "string"})}
_KIND_SUMMARIES = {
    Kind.EVENT: "Events as iCalendar.",
    Kind.WEBINAR: "Webinars as iCalendar.",
    Kind.TENDER: "Calls for tenders as iCalendar.",
}


def describe_api(base_url: str, languages: Sequence[str]) -> dict[str, Any]:
    """Return the OpenAPI document; `base_url` is the URL of the service, `languages` are those of the calendar."""
    every = _query_parameters(languages, list(Kind))
    paths: dict[str, Any] = {}
    for form in FORMATS.values():
        parameters = [*every, *(_parameter(name, *about) for name, about in _PAGES.items())] if form.is_paged else every
        paths[form.path] = _path(form.summary, form.bare_type, form.schema, parameters)
        for path, kind in form.kind_paths.items():
            parameters = _query_parameters(languages, [kind])
            paths[path] = _path(_KIND_SUMMARIES[kind], form.bare_type, form.schema, parameters)
    record_id = {"name": "id", "in": "path", "required": True, "schema": _ID}
    paths[RECORD_FILE] = _path(
        "One record as iCalendar.", FORMATS["ics"].bare_type, FORMATS["ics"].schema, [record_id, *every]
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Calendar", "version": __version__, "description": _ABOUT},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": {
                "Records": _RECORDS,
                "Record": _RECORD,
                "Moment": _MOMENT,
                "Session": _SESSION,
                "DeadlineChange": _DEADLINE_CHANGE,
                "Question": _QUESTION,
                "Problem": _PROBLEM,
            }
        },
    }


def _query_parameters(languages: Sequence[str], kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """Return the parameters of a path that serves some kinds of records."""
    summary, of_one = _CHOOSES["kind"]
    chooses = _CHOOSES | {"kind": (summary, of_one | {"enum": list(kinds)})}
    shows = _SHOWS | {"lang": (_SHOWS["lang"][0], {"type": "string", "enum": list(languages)})}
    return [_parameter(name, *about) for name, about in (chooses | shows).items()]


def _parameter(name: str, summary: str, value: dict[str, Any]) -> dict[str, Any]:
    if name not in _MANY:
        return {"name": name, "in": "query", "description": summary, "schema": value}
    schema = {"type": "array", "items": value, "minItems": 1}
    return {"name": name, "in": "query", "description": summary, "schema": schema, "style": "form", "explode": False}


def _path(summary: str, media_type: str, schema: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return GET and HEAD of a path."""
    conditions = [
        {"name": name, "in": "header", "description": words, "schema": value}
        for name, (words, value) in _PRECONDITIONS.items()
    ]
    operations = {}
    for method, content in (("get", {media_type: {"schema": schema}}), ("head", None)):
        name = f"{method}{''.join(part.capitalize() for part in re.findall('[a-z0-9]+', summary.lower()))}"
        operations[method] = {
            "operationId": name,
            "summary": summary if content else f"{summary.removesuffix('.')}, the header fields alone.",
            "parameters": [*parameters, *conditions],
            "responses": _responses(content, parameters),
        }
    return operations


def _responses(content: dict[str, Any] | None, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all responses of GET with `content`, or of HEAD without."""
    headers = _headers(_CACHING | (_LINK if any(each["name"] in _PAGES for each in parameters) else {}))
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    errors = {
        "400": "A name or value is unknown or too long; it says which.",
        "412": "The request has a precondition for changing something.",
        "503": "Too many outputs are being rendered, or nothing can be shown yet: ask again after Retry-After.",
    }
    if any(each["in"] == "path" for each in parameters):
        errors |= {"404": "There never was such a record.", "410": "The record was withdrawn."}
    found: dict[str, Any] = {
        "200": {"description": "The output.", "headers": headers},
        "304": {"description": "It has not changed.", "headers": headers},
    }
    if content:
        found["200"]["content"] = content
    for status, words in sorted(errors.items()):
        found[status] = {"description": words} | ({"content": problem} if content else {})
    seconds = {"Retry-After": ("Seconds.", {"type": "integer", "minimum": 1})}
    found["503"]["headers"] = _headers(seconds)
    return found


def _headers(fields: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {name: {"description": words, "schema": value} for name, (words, value) in fields.items()}


_ABOUT = (
    f"All that is public, to be read. A query has at most {MAX_PARAMETERS} parameters, a value at most {MAX_VALUE} "
    f"characters, and all together {MAX_ALL_VALUES}; names may be repeated, or values separated by commas. Responses "
    "may be kept as Cache-Control says; ask again with If-None-Match."
)
_TEXT = {"type": "string"}
_INSTANT = {"type": "string", "format": "date-time"}
_MOMENT = {
    "type": "object",
    "required": ["name", "zone", "words"],
    "properties": {
        "name": {"enum": list(MomentName)},
        "at": _INSTANT | {"description": "The instant in UTC."},
        "local": _INSTANT | {"description": "The same on the clock of the subscriber, the place or the programme."},
        "date": {"type": "string", "format": "date", "description": "A whole day, where there is no instant."},
        "zone": _TEXT,
        "words": _TEXT | {"description": "The words that were printed."},
        "occurrence": {"type": "string", "format": "date", "description": "The day by the rule, of what recurs."},
        "status": {"const": "cancelled"},
        "moved_from": _TEXT | {"description": "The instant in UTC, or the day, at which it was to be before."},
        "reason": _TEXT | {"description": "Why this occurrence was changed, if that is told of it alone."},
        "reason_language": _TEXT,
    },
}
_DEADLINE_CHANGE = {
    "type": "object",
    "required": ["moment", "words", "kind"],
    "properties": {
        "moment": {"enum": list(MomentName)},
        "at": _INSTANT | {"description": "The deadline that was replaced, in UTC."},
        "date": {"type": "string", "format": "date", "description": "A whole day, where there is no instant."},
        "words": _TEXT | {"description": "The words that were printed."},
        "kind": {"enum": list(DeadlineChangeKind)},
        "published_at": _INSTANT | {"description": "When the edition that replaced it was published."},
        "decided": {"type": "string", "format": "date", "description": "The day of the decision, if the file has it."},
        "reason": _TEXT,
    },
}
_QUESTION = {
    "type": "object",
    "required": ["question", "answer", "language"],
    "properties": {
        "question": _TEXT,
        "answer": _TEXT,
        "language": _TEXT | {"description": "The language that the answer is in."},
        "published": {"type": "string", "format": "date", "description": "The day of the answer, if the file has it."},
    },
}
_SESSION = {
    "type": "object",
    "required": ["id", "title", "moments"],
    "properties": {
        "id": _TEXT,
        "title": _TEXT,
        "place": _TEXT | {"description": "Where, if elsewhere than the event."},
        "moments": {"type": "array", "items": {"$ref": "#/components/schemas/Moment"}},
    },
}
_RECORD = {
    "type": "object",
    "required": [name for name, field in RECORD_FIELDS.items() if field.is_required],
    "properties": {name: field.schema for name, field in RECORD_FIELDS.items()},
}
_RECORDS = {
    "type": "object",
    "required": ["edition", "records"],
    "properties": {
        "edition": {"type": "integer"},
        "records": {"type": "array", "items": {"$ref": "#/components/schemas/Record"}},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {"title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT, "parameter": _TEXT, "value": _TEXT},
}
