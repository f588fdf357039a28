"""The OpenAPI 3.1 document of the public URLs for programs."""

from __future__ import annotations

from typing import Any

from calendar_service import __version__
from calendar_service.output_formats import FORMATS, RECORD_FILE
from calendar_service.records.deadline_history import DeadlineChangeKind
from calendar_service.records.enums import Kind, MomentName
from calendar_service.writers.api import RECORD_FIELDS

_CHOOSES = {
    "kind": ("Kinds of records.", list(Kind)),
    "tag": ("Tags of records.", None),
    "country": ("Countries of records, ISO 3166 alpha-2.", None),
    "language": ("Languages that records are held or written in.", None),
    "id": ("Ids of records; lifts the window.", None),
    "q": ("Words to look for, without regard to case and accents.", None),
    "from": ("The first day, in the calendar's zone; lifts the window.", None),
    "to": ("The last day, included; lifts the window.", None),
}
_SHOWS = {
    "lang": ("The language of the output.", None),
    "tz": ("An IANA zone to show beside the programme's.", None),
    "alarms": ("A lead such as `7 days` or `24 hours`.", None),
    "cancelled": ("Whether cancelled records and occurrences are in it.", ["show", "hide"]),
}
_MANY = ("kind", "tag", "country", "language", "id")
_KIND_SUMMARIES = {
    Kind.EVENT: "Events as iCalendar.",
    Kind.WEBINAR: "Webinars as iCalendar.",
    Kind.TENDER: "Calls for tenders as iCalendar.",
}


def describe_api(base_url: str) -> dict[str, Any]:
    """Return the OpenAPI document; `base_url` is the URL of the service."""
    parameters = [_parameter(name, *summary) for name, summary in (_CHOOSES | _SHOWS).items()]
    paths = {path: _get(*summary, parameters) for path, summary in _outputs().items()}
    paths[RECORD_FILE] = _get(
        "One record as iCalendar.",
        FORMATS["ics"].bare_type,
        FORMATS["ics"].schema,
        [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}, *parameters],
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Calendar", "version": __version__},
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


def _outputs() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return the path of each output, with what it is, its media type and the schema of its body."""
    found = {}
    for form in FORMATS.values():
        found[form.path] = form.summary, form.bare_type, form.schema
        for path, kind in form.kind_paths.items():
            found[path] = _KIND_SUMMARIES[kind], form.bare_type, form.schema
    return found


def _parameter(name: str, summary: str, options: list[str] | None) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "string"} | ({"enum": options} if options else {})
    schema = {"type": "array", "items": value} if name in _MANY else value
    style = {"style": "form", "explode": False} if name in _MANY else {}
    return {"name": name, "in": "query", "description": summary, "schema": schema, **style}


def _get(summary: str, media_type: str, schema: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = {
        "200": {"description": "The output.", "content": {media_type: {"schema": schema}}},
        "304": {"description": "It has not changed."},
        "400": {"description": "A name or value is unknown; it says which.", "content": problem},
    }
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


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
