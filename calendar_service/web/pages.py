"""Pages for people: the agenda and one page for each record, in every language of the calendar."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.window import choose
from calendar_service.web import links
from calendar_service.web.agenda import AHEAD, make_agenda, make_row, shown_times
from calendar_service.web.context import shelf
from calendar_service.web.feeds import asked, feed_name, shown_languages, with_query
from calendar_service.writers import sentences
from calendar_service.writers.description import time_lines
from calendar_service.writers.language import language
from calendar_service.writers.view import View, view_of

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.selection import Selection

blueprint = Blueprint("pages", __name__)

_NEXT_OCCURRENCES = 6
_EARLIEST = date(1970, 1, 1)


@blueprint.get("/")
@blueprint.get("/<lang>/")
def index(lang: str = "") -> Response:
    """Show what is coming and what is past."""
    edition, now = shelf().edition(), shelf().clock()
    selection = _selection(edition, lang)
    view = view_of(selection, shelf().press.base_url, edition.calendar.languages[0])
    # The agenda shows more of the past than feeds do, where little of it is recent.
    entries = choose(edition, selection if selection.is_windowed else _all_time(selection), now).entries
    feed = f"{view.base_url}{with_query('/calendar.ics', _subscribed(selection, edition))}"
    return _page(
        "index.html",
        edition,
        view,
        agenda=make_agenda(entries, edition, selection, view, now),
        selection=selection,
        chips=_chips(selection, view),
        feed_url=feed,
        feed_name=feed_name(edition, selection),
        subscribe=links.subscribe(feed, feed_name(edition, selection)),
        path="/",
        query=selection.query(),
    )


@blueprint.get("/events/<record_id>")
@blueprint.get("/<lang>/events/<record_id>")
def event(record_id: str, lang: str = "") -> Response:
    """Show one record."""
    edition, now = shelf().edition(), shelf().clock()
    selection = _selection(edition, lang)
    view = view_of(selection, shelf().press.base_url, edition.calendar.languages[0])
    entry = shelf().entry(record_id)
    own = replace(_subscribed(selection, edition), ids=(record_id,))
    file_url = f"{view.base_url}{with_query(f'/events/{record_id}.ics', _subscribed(selection, edition))}"
    feed = f"{view.base_url}{with_query('/calendar.ics', own)}"
    return _page(
        "event.html",
        edition,
        view,
        **_facts(entry, edition, view, now),
        add=links.add(entry, file_url, edition.calendar, view),
        subscribe=links.subscribe(feed, feed_name(edition, own)),
        feed_url=feed,
        path=f"/events/{record_id}",
        query="",
    )


def _facts(entry: Entry, edition: Edition, view: View, now: datetime) -> dict[str, Any]:
    record, lang = entry.record, view.lang

    def text(value: dict[str, str]) -> sentences.Worded:
        return sentences.pick(value, lang.code)

    stones = [
        (sentences.moment_label(name, lang), time_lines(stone.at, record, edition.calendar, view))
        for name, stone in record.milestones.items()
        if name is not MomentName.CLOSES
    ]
    return {
        "entry": entry,
        "record": record,
        "row": make_row(entry, shown_times(entry), edition, view, now),
        "summary": text(record.summary),
        "rule": sentences.rule(record.schedule.rule, lang) if record.schedule and record.schedule.rule else "",
        "occurrences": _next_occurrences(entry, edition, view, now),
        "stones": stones,
        "sessions": [
            (text(each.title), time_lines(each.span, record, edition.calendar, view)) for each in record.sessions
        ],
        "documents": [(text(each.title), each.url) for each in record.documents],
        "organisers": [text(each) for each in record.organisers],
        "buyer": text(record.buyer),
        "languages": [lang.language(code) for code in record.languages],
    }


def _next_occurrences(entry: Entry, edition: Edition, view: View, now: datetime) -> list[Any]:
    schedule = entry.record.schedule
    if schedule is None or schedule.rule is None:
        return []
    found = occurrences_of(schedule, now, now + 5 * AHEAD, edition.calendar.zone)[:_NEXT_OCCURRENCES]
    return [make_row(entry, each.span, edition, view, now, cancelled=each.is_cancelled) for each in found]


def _selection(edition: Edition, lang: str) -> Selection:
    if lang and lang not in shown_languages(edition):
        abort(404)
    selection = asked(edition)
    return replace(selection, lang=selection.lang or lang or edition.calendar.languages[0])


def _all_time(selection: Selection) -> Selection:
    return replace(selection, first=_EARLIEST)


def _subscribed(selection: Selection, edition: Edition) -> Selection:
    """Give the selection that a feed link carries: the default language goes without saying."""
    default = edition.calendar.languages[0]
    return replace(selection, lang="" if selection.lang == default else selection.lang)


def _chips(selection: Selection, view: View) -> list[dict[str, Any]]:
    say = view.lang.say
    labels = {
        "": say("Everything"),
        Kind.EVENT: say("Events"),
        Kind.WEBINAR: say("Webinars"),
        Kind.TENDER: say("Calls for tenders"),
    }
    chips = []
    for kind, label in labels.items():
        chosen = replace(selection, kinds=(kind,) if kind else (), lang="")
        chips.append(
            {
                "label": label,
                "url": f"{view.prefix}{with_query('/', chosen)}",
                "current": selection.kinds == chosen.kinds,
                "kind": kind or "all",
            }
        )
    return chips


def _page(template: str, edition: Edition, view: View, *, path: str, query: str, **values: Any) -> Response:
    default = edition.calendar.languages[0]
    suffix = f"?{query}" if query else ""
    tongues = [
        {
            "code": code,
            "name": language(code).own_name(),
            "url": f"{'' if code == default else f'/{code}'}{path}",
            "current": code == view.lang.code,
        }
        for code in shown_languages(edition)
    ]
    response = Response(
        render_template(
            template,
            calendar=edition.calendar,
            calendar_name=sentences.pick(edition.calendar.name, view.lang.code).text,
            calendar_description=sentences.pick(edition.calendar.description, view.lang.code).text,
            view=view,
            lang=view.lang,
            say=view.lang.say,
            tongues=tongues,
            home=f"{view.prefix}/",
            canonical=f"{view.base_url}{view.prefix}{path}",
            suffix=suffix,
            stylesheet=url_for("static", filename="site.css", v=_digest("site.css")),
            **values,
        )
    )
    # What is said of days to go ages, so pages are asked for anew, and answered shortly when unchanged.
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache
def _digest(name: str) -> str:
    return hashlib.sha256((Path(__file__).parent / "static" / name).read_bytes()).hexdigest()[:12]
