"""Feeds and files for calendar programs, and records for other programs."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from calendar_service.records.enums import Kind
from calendar_service.records.errors import mark
from calendar_service.records.selection import BadSelection, read_selection
from calendar_service.web.context import shelf
from calendar_service.writers import sentences
from calendar_service.writers.language import available, language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.selection import Selection
    from calendar_service.web.representation import Representation

blueprint = Blueprint("feeds", __name__)

KIND_FEEDS = {"events": Kind.EVENT, "webinars": Kind.WEBINAR, "tenders": Kind.TENDER}


@blueprint.get("/calendar.ics")
def calendar() -> Response:
    """Serve the whole calendar, or the selection asked for."""
    return _feed("/calendar.ics", None)


@blueprint.get("/calendar/<any(events, webinars, tenders):group>.ics")
def kind_calendar(group: str) -> Response:
    """Serve the records of one kind."""
    return _feed(f"/calendar/{group}.ics", KIND_FEEDS[group])


@blueprint.get("/events/<record_id>.ics")
def single(record_id: str) -> Response:
    """Serve one record as a file to download."""
    entry = shelf().entry(record_id)

    def make(edition: Edition, now: datetime) -> Representation:
        selection = asked(edition)
        path = with_query(f"/events/{record_id}.ics", selection)
        return shelf().renderer.single(entry, selection, path, edition, now)

    return send(make)


@blueprint.get("/calendar.<any(json, atom, csv, jcal):form>")
def listing(form: str) -> Response:
    """Serve a selection as JSON Feed, Atom, CSV or jCal."""

    def make(edition: Edition, now: datetime) -> Representation:
        selection = asked(edition)
        path = with_query(f"/calendar.{form}", selection)
        return shelf().renderer.listing(form, selection, feed_name(edition, selection), path, edition, now)

    return send(make)


@blueprint.get("/api/v1/records")
def records() -> Response:
    """Serve the records of a selection as JSON."""

    def make(edition: Edition, now: datetime) -> Representation:
        return shelf().renderer.records(asked(edition), edition, now)

    return send(make)


def _feed(path: str, kind: Kind | None) -> Response:
    def make(edition: Edition, now: datetime) -> Representation:
        selection = asked(edition)
        chosen = _of_kind(selection, kind)
        return shelf().renderer.feed(chosen, feed_name(edition, chosen), with_query(path, selection), edition, now)

    return send(make)


def _of_kind(selection: Selection, kind: Kind | None) -> Selection:
    if kind is None:
        return selection
    if selection.kinds and set(selection.kinds) != {kind}:
        sentence, advice = mark("This feed holds the kind {kind} only."), mark("Use /calendar.ics.")
        raise BadSelection("kind", ",".join(selection.kinds), sentence, advice, kind=kind)
    return replace(selection, kinds=(kind,))


def asked(edition: Edition, *, apart: str = "") -> Selection:
    """Read the selection of the request. Raises BadSelection also for tags and ids that never were.

    `apart` is a name that the page reads itself.
    """
    return read_known((pair for pair in request.args.items(multi=True) if not apart or pair[0] != apart), edition)


def read_known(pairs: Iterable[tuple[str, str]], edition: Edition) -> Selection:
    """Read a selection from query parameters. Raises BadSelection also for tags and ids that never were."""
    selection = read_selection(pairs, shown_languages(edition))
    for record_id in selection.ids:
        if record_id not in edition.entries:
            sentence, advice = mark("There is no record '{value}'."), mark("Look at /api/v1/records.")
            raise BadSelection("id", record_id, sentence, advice)
    for tag in selection.tags:
        if tag not in edition.tags_ever:
            known = ", ".join(sorted(edition.tags_ever))
            raise BadSelection("tag", tag, mark("There is no tag '{value}'."), mark("Known: {known}."), known=known)
    return selection


def shown_languages(edition: Edition) -> tuple[str, ...]:
    """List the languages that outputs can be in: those of the calendar that have a catalogue."""
    return tuple(code for code in edition.calendar.languages if code in available())


def feed_name(edition: Edition, selection: Selection) -> str:
    """Name a feed so that subscribers tell several apart: the calendar, and what was chosen of it."""
    lang = language(selection.lang or edition.calendar.languages[0])
    name = sentences.pick(edition.calendar.name, lang.code).text
    groups = {"event": "Events", "webinar": "Webinars", "tender": "Calls for tenders"}
    chosen = [lang.say(groups[kind]) for kind in selection.kinds]
    chosen += [*selection.tags, *(lang.country(code) for code in selection.countries)]
    chosen += [lang.language(code) for code in selection.languages]
    if len(selection.ids) == 1:
        chosen.append(sentences.pick(edition.entries[selection.ids[0]].record.title, lang.code).text)
    chosen += [f"“{selection.words}”"] if selection.words else []
    return lang.say("{label}: {title}", label=name, title=", ".join(chosen)) if chosen else name


def with_query(path: str, selection: Selection) -> str:
    """Put the canonical query of a selection behind a path."""
    query = selection.query()
    return f"{path}?{query}" if query else path


def send(make: Callable[[Edition, datetime], Representation]) -> Response:
    """Send the output of this path and query, conditional and compressed as the request asks."""
    printed = shelf().keep((request.path, request.query_string.decode("latin-1")), make)
    if "If-Match" in request.headers or "If-Unmodified-Since" in request.headers:
        abort(HTTPStatus.PRECONDITION_FAILED)  # they guard changes (RFC 9110, 13.1), and nothing is changed here
    answer = printed.answer(request.environ)
    response = Response(answer.body, answer.status)
    response.headers.clear()
    response.headers.extend(answer.headers)
    return response
