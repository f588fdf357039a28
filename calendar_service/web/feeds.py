"""Feeds and files for calendar programs, and records for other programs."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response, abort, request

from calendar_service.output_formats import FORMATS, RECORD_FILE
from calendar_service.records.errors import gettext_noop
from calendar_service.records.feed_window import without_cancelled
from calendar_service.records.paging import NAMES as PAGING
from calendar_service.records.paging import read_page_request
from calendar_service.records.selection import BadSelection, read_selection
from calendar_service.web.context import cache
from calendar_service.web.page_copy import keep_copy
from calendar_service.web.render_limiter import Weight, weigh
from calendar_service.writers import phrases
from calendar_service.writers.feed import MAX_EVENTS, FeedUnit
from calendar_service.writers.i18n import language
from calendar_service.writers.selection_words import window_words
from calendar_service.writers.tags import mark_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.enums import Kind
    from calendar_service.records.selection import Selection
    from calendar_service.web.representation import Representation

blueprint = Blueprint("feeds", __name__)

_T = TypeVar("_T")
_ENTRIES_PER_RECORD = 20
"""How many records are filtered in the time in which one is rendered."""


def _serve_feed(name: str, kind: Kind | None = None) -> Response:
    """Serve the requested selection in a format; `kind` is that of a feed of one kind."""
    form, edition = FORMATS[name], cache().edition()
    selection = asked(edition, apart=PAGING if form.is_paged else ())
    page = read_page_request([pair for pair in request.args.items(multi=True) if pair[0] in PAGING], edition.entries)
    chosen = _of_kind(selection, kind)
    title, address = feed_name(edition, chosen), with_query(request.path, selection)
    weight = weigh_selection(chosen, edition, is_capped=form.holds is FeedUnit.VEVENTS)
    return send(
        edition, weight, lambda now: cache().renderer.feed(form, chosen, title, address, edition, now, page=page)
    )


for _name, _form in FORMATS.items():
    for _path, _kind in {_form.path: None, **_form.kind_paths}.items():
        _endpoint = _path.strip("/").replace(".", "_")
        blueprint.add_url_rule(_path, _endpoint, _serve_feed, defaults={"name": _name, "kind": _kind})


@blueprint.get(RECORD_FILE.format(id="<record_id>"))
def single(record_id: str) -> Response:
    """Serve one record as a file to download."""
    edition, entry = cache().edition(), cache().entry(record_id)
    selection = asked(edition)
    entry = (selection.hide_cancelled and without_cancelled(entry)) or entry
    path = with_query(RECORD_FILE.format(id=record_id), selection)
    return send(edition, Weight.LIGHT, lambda now: cache().renderer.single(entry, selection, path, edition, now))


def weigh_selection(selection: Selection, edition: Edition, *, is_capped: bool = False) -> Weight:
    """Return the weight of an output by its greatest number of records; `is_capped` if that is at most 1,000."""
    records = len(selection.ids) or len(edition.entries)
    if is_capped and not selection.is_bounded:
        records = min(records, MAX_EVENTS)
    return weigh(records, is_own=is_custom_selection(selection))


def is_custom_selection(selection: Selection) -> bool:
    """Return True if a selection is one of endlessly many, such as a search, so that few requests share it."""
    return bool(selection.is_bounded or selection.zone or selection.alarm or selection.words)


def render_once(edition: Edition, selection: Selection, now: datetime, make: Callable[[], _T]) -> _T:
    """Return what `make` returns, called once for all requests of this path and query at a time. Raise TooBusy.

    `now` is the moment (aware) for which it renders.
    """
    # A page lists few records, but filters all of them.
    weight = weigh(len(edition.entries) // _ENTRIES_PER_RECORD, is_own=is_custom_selection(selection))
    return cache().share((request.path, request.query_string), edition, now, weight, make)


def render_page(edition: Edition, selection: Selection, now: datetime, make: Callable[[], str]) -> str:
    """Return the same as `render_once` for a public page, of which a copy is kept for the other visitors."""
    keep_copy(edition, now)
    return render_once(edition, selection, now, make)


def _of_kind(selection: Selection, kind: Kind | None) -> Selection:
    if kind is None:
        return selection
    if selection.kinds and set(selection.kinds) != {kind}:
        sentence, advice = gettext_noop("This feed holds the kind {kind} only."), gettext_noop("Use /calendar.ics.")
        raise BadSelection("kind", ",".join(selection.kinds), sentence, advice, kind=kind)
    return replace(selection, kinds=(kind,))


def asked(edition: Edition, *, apart: Collection[str] = ()) -> Selection:
    """Return the selection of the request. Raise BadSelection, also for tags and ids that never existed.

    `apart` are query parameters that the page itself parses.
    """
    return read_known((pair for pair in request.args.items(multi=True) if pair[0] not in apart), edition)


def read_known(pairs: Iterable[tuple[str, str]], edition: Edition) -> Selection:
    """Parse a selection from query parameters. Raise BadSelection, also for tags and ids that never existed."""
    selection = read_selection(pairs, edition.calendar.shown_languages)
    for record_id in selection.ids:
        if record_id not in edition.entries:
            sentence = gettext_noop("There is no event or call '{value}'.")
            advice = gettext_noop("Look at /api/v1/records.")
            raise BadSelection("id", record_id, sentence, advice)
    for tag in selection.tags:
        if tag not in edition.tags_ever:
            known = ", ".join(sorted(edition.tags_ever))
            sentence, advice = gettext_noop("There is no topic '{value}'."), gettext_noop("Possible: {known}.")
            raise BadSelection("tag", tag, sentence, advice, known=known)
    return selection


def feed_name(edition: Edition, selection: Selection) -> str:
    """Return the name of a feed: the calendar's, and the selection, so that several feeds have different names."""
    lang = language(selection.lang or edition.calendar.default_language)
    name = phrases.pick(edition.calendar.name, lang.code).text
    groups = {"event": "Events", "webinar": "Webinars", "tender": "Calls for tenders"}
    chosen = [lang.gettext(groups[kind]) for kind in selection.kinds]
    chosen += [mark_tag(tag, edition.calendar, lang).words for tag in selection.tags]
    chosen += [*(lang.country(code) for code in selection.countries)]
    chosen += [lang.language(code) for code in selection.languages]
    if len(selection.ids) == 1:
        chosen.append(phrases.pick(edition.entries[selection.ids[0]].record.title, lang.code).text)
    chosen += [f"“{selection.words}”"] if selection.words else []
    return lang.gettext("{label}: {title}", label=name, title=", ".join(chosen)) if chosen else name


def page_title(edition: Edition, selection: Selection) -> str:
    """Return the title of a page or frame: the name of the feed, after the days that the selection asks for."""
    lang = language(selection.lang or edition.calendar.default_language)
    return " - ".join(part for part in (window_words(selection, lang), feed_name(edition, selection)) if part)


def with_query(path: str, selection: Selection) -> str:
    """Return a path with the canonical query of a selection."""
    query = selection.query()
    return f"{path}?{query}" if query else path


def send(edition: Edition, weight: Weight, make: Callable[[datetime], Representation]) -> Response:
    """Send the output of this path and query, conditional and compressed as the request asks. Raise TooBusy."""
    if "If-Match" in request.headers or "If-Unmodified-Since" in request.headers:
        abort(HTTPStatus.PRECONDITION_FAILED)  # they are for methods that change something (RFC 9110, 13.1)
    found = cache().keep((request.path, request.query_string.decode("latin-1")), edition, weight, make)
    answer = found.answer(request.environ, cache().clock())
    response = Response(answer.body, answer.status)
    response.headers.clear()
    response.headers.extend(answer.headers)
    return response
