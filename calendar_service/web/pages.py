"""The public pages: agenda, month, year, record, newsletter, how to subscribe; in every language of the calendar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request

from calendar_service.records.enums import Kind
from calendar_service.records.errors import gettext_noop
from calendar_service.records.feed_window import select_contents, without_cancelled
from calendar_service.records.selection import BadSelection, Selection
from calendar_service.records.times import DaySpan, day_of_instant
from calendar_service.web import links
from calendar_service.web.agenda import FEW, ROWS_ON_A_PAGE, by_month, list_items, make_agenda
from calendar_service.web.context import cache, settings
from calendar_service.web.event import describe_event
from calendar_service.web.feeds import asked, feed_name, page_title, render_page, with_query
from calendar_service.web.filters import make_filters
from calendar_service.web.first_start import is_at_the_machine, is_sample
from calendar_service.web.highlights import make_highlights
from calendar_service.web.layout import as_page, compress, conditional, page, render
from calendar_service.web.month import items_of_days, last_of, make_weeks
from calendar_service.web.newsletter import newsletter_days, write_newsletter
from calendar_service.web.page_copy import keep_copy
from calendar_service.web.qr import draw_qr
from calendar_service.web.reminders import form_fields
from calendar_service.web.year import make_year
from calendar_service.writers import phrases
from calendar_service.writers.render_context import RenderContext, render_context_of
from calendar_service.writers.selection_words import describe_selection, window_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.web.agenda import Agenda, AgendaMonth

blueprint = Blueprint("pages", __name__)

_EARLIEST = date(1970, 1, 1)
_YEARS = range(1970, 2101)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@blueprint.get("/")
@blueprint.get("/<lang>/")
def index(lang: str = "") -> Response:
    """Show the agenda."""
    edition, now = cache().edition(), cache().clock()
    selection = _selection(edition, lang, apart=("page",))
    number = _page_number()
    if is_sample(edition):
        return _sample(edition, selection, now, number)
    return as_page(render_page(edition, selection, now, lambda: render_agenda(edition, selection, now, number)))


def _sample(edition: Edition, selection: Selection, now: datetime, number: int) -> Response:
    """Return the agenda of the sample, which tells whoever sits at the machine where the file lies."""
    file = f"{settings().file}" if is_at_the_machine() else ""
    response = as_page(render_agenda(edition, selection, now, number, file))
    if file:
        response.headers["Cache-Control"] = "no-store"
    return compress(conditional(response))


def render_agenda(edition: Edition, selection: Selection, now: datetime, number: int = 1, sample: str = "") -> str:
    """Return a page of the agenda as HTML. Raise BadSelection if there is none of this number.

    `sample` is the path of the calendar file, if that is the sample that was shipped.
    """
    view = _view(selection, edition)
    # The agenda shows more of the past than feeds do if little of it is recent.
    entries = select_contents(edition, _all_time(selection), now).entries
    listed = list_items(entries, edition, selection, now)
    agenda = make_agenda(listed, edition, selection, view, now, number)
    if number > agenda.pages:
        raise BadSelection("page", f"{number}", gettext_noop("There is no page {value}."), "")
    return render(
        "index.html",
        edition,
        view,
        **_common(selection, edition, view, _address("/", view), now),
        agenda=agenda,
        calls_url=_address("/", view)(Selection(kinds=(Kind.TENDER,))),
        highlights=make_highlights(listed[0], edition, view, now) if _has_highlights(selection, number) else None,
        others=[] if agenda.has_coming or agenda.has_past else _others(edition, selection, view, now),
        sample=sample,
        offers_news=_offers_news(agenda, selection, day_of_instant(now, edition.calendar.zone)),
        follows=[*form_fields(selection).items(multi=True), ("wants_new", "yes")],
        more_url=_address("/reminders", view)(replace(selection, zone="", first=None, last=None)),
        home_city=view.lang.city_of(edition.calendar.zone),
        window=window_words(selection, view.lang),
        title=page_title(edition, selection),
        turn=lambda to: _turn(selection, view, to),
        path="/",
        query=_query(selection),
    )


def _others(edition: Edition, selection: Selection, view: RenderContext, now: datetime) -> list[AgendaMonth]:
    """Return a few dates of the whole calendar, for a selection that has none: the next ones, else the last ones."""
    whole = Selection(lang=selection.lang, zone=selection.zone)
    coming, past = list_items(select_contents(edition, _all_time(whole), now).entries, edition, whole, now)
    return by_month((coming or past)[:FEW], edition, view, now)


def _offers_news(agenda: Agenda, selection: Selection, today: date) -> bool:
    """Return True if the agenda has nothing to come, but may have: then it offers an email about new dates."""
    if selection.is_bounded:
        return not agenda.within and (selection.last or today) >= today
    return not agenda.has_coming


def _has_highlights(selection: Selection, number: int) -> bool:
    """Return True for the first page of everything, or of one kind: who filters looks for something else."""
    return number == 1 and not replace(selection, kinds=(), lang="", zone="").query()


@blueprint.get("/month")
@blueprint.get("/month/<month>")
@blueprint.get("/<lang>/month")
@blueprint.get("/<lang>/month/<month>")
def month(month: str = "", lang: str = "") -> Response:
    """Show a month as a table of weeks; the present one by default."""
    edition, now = cache().edition(), cache().clock()
    selection = _selection(edition, lang)
    view = _view(selection, edition)
    first = _first_of(month) if month else day_of_instant(now, edition.calendar.zone).replace(day=1)
    return as_page(
        render_page(edition, selection, now, lambda: _month(edition, selection, view, now, first, is_named=bool(month)))
    )


def _month(
    edition: Edition, selection: Selection, view: RenderContext, now: datetime, first: date, *, is_named: bool
) -> str:
    items = items_of_days(edition, selection, first, last_of(first), now)
    path = f"/month/{first:%Y-%m}" if is_named else "/month"
    return render(
        "month.html",
        edition,
        view,
        **_common(selection, edition, view, _address(path, view), now),
        month_name=view.lang.month(first),
        is_found=not (is_named or _query(selection)),
        is_present=first == day_of_instant(now, edition.calendar.zone).replace(day=1),
        weeks=make_weeks(items, first, edition, view, now, lambda day: _days_url(selection, view, day, day)),
        months=by_month(items[:ROWS_ON_A_PAGE], edition, view, now),
        left_out=max(0, len(items) - ROWS_ON_A_PAGE),
        whole_url=_days_url(selection, view, first, last_of(first)),
        neighbours=[
            _neighbour(each, selection, view)
            for each in (first - timedelta(days=1), last_of(first) + timedelta(days=1))
        ],
        path=path,
        query=_query(selection),
    )


@blueprint.get("/year")
@blueprint.get("/year/<int:year>")
@blueprint.get("/<lang>/year")
@blueprint.get("/<lang>/year/<int:year>")
def year(year: int = 0, lang: str = "") -> Response:
    """Show a year as twelve small months; the present one by default."""
    edition, now = cache().edition(), cache().clock()
    selection = _selection(edition, lang)
    view = _view(selection, edition)
    shown = year or day_of_instant(now, edition.calendar.zone).year
    if shown not in _YEARS:
        abort(404)
    return as_page(
        render_page(edition, selection, now, lambda: _year(edition, selection, view, now, shown, is_named=bool(year)))
    )


def _year(
    edition: Edition, selection: Selection, view: RenderContext, now: datetime, shown: int, *, is_named: bool
) -> str:
    items = items_of_days(edition, selection, date(shown, 1, 1), date(shown, 12, 31), now)
    path, today = f"/year/{shown}" if is_named else "/year", day_of_instant(now, edition.calendar.zone)
    urls = (
        lambda first: _address(f"/month/{first:%Y-%m}", view)(selection),
        lambda day: _days_url(selection, view, day, day),
    )
    return render(
        "year.html",
        edition,
        view,
        **_common(selection, edition, view, _address(path, view), now),
        shown=shown,
        this_year=today.year,
        this_month=today.month,
        is_found=not (is_named or _query(selection)),
        months=make_year(items, shown, edition, view, now, urls),
        neighbours=[
            {"name": str(each), "url": _address(f"/year/{each}", view)(selection)} if each in _YEARS else {}
            for each in (shown - 1, shown + 1)
        ],
        path=path,
        query=_query(selection),
    )


@blueprint.get("/newsletter")
@blueprint.get("/<lang>/newsletter")
def newsletter(lang: str = "") -> Response:
    """Show a selection to copy into a newsletter and to print; the next four weeks by default."""
    edition, now = cache().edition(), cache().clock()
    selection = _selection(edition, lang)
    view = _view(selection, edition)
    html = render_page(edition, selection, now, lambda: _newsletter(edition, selection, view, now))
    return as_page(html, "copy.js")


def _newsletter(edition: Edition, selection: Selection, view: RenderContext, now: datetime) -> str:
    first, last = newsletter_days(selection, day_of_instant(now, edition.calendar.zone))
    items = items_of_days(edition, selection, first, last, now)
    html, text = write_newsletter(items, edition, view, now)
    return render(
        "newsletter.html",
        edition,
        view,
        script="copy.js",
        **_common(selection, edition, view, _address("/newsletter", view), now),
        first=first,
        last=last,
        days=phrases.when_words(DaySpan(first, last), edition.calendar.zone, view.lang),
        months=by_month(items, edition, view, now),
        html=html,
        text=text,
        path="/newsletter",
        query=_query(selection),
    )


@blueprint.get("/events/<record_id>")
@blueprint.get("/<lang>/events/<record_id>")
def event(record_id: str, lang: str = "") -> Response:
    """Show one record."""
    edition, now = cache().edition(), cache().clock()
    selection = _selection(edition, lang)
    entry = cache().entry(record_id)
    entry = (selection.hide_cancelled and without_cancelled(entry)) or entry
    keep_copy(edition, now)
    return as_page(render_event(entry, edition, selection, now), "when.js")


def render_event(entry: Entry, edition: Edition, selection: Selection, now: datetime) -> str:
    """Return the page of a record as HTML."""
    view, record_id = _view(selection, edition), entry.record.id
    own = replace(_subscribed(selection, edition), ids=(record_id,))
    file_url = f"{view.base_url}{with_query(f'/events/{record_id}.ics', _subscribed(selection, edition))}"
    feed = f"{view.base_url}{with_query('/calendar.ics', own)}"
    told = describe_event(entry, edition, view, now)
    return render(
        "event.html",
        edition,
        view,
        script="when.js",
        **told,
        add=links.add_links(entry, file_url, edition.calendar, view, now, told["lead"].occurrence),
        map_url=links.map_link(entry.record, view.lang),
        mail_url=links.mail_link(told["row"].title.text, told["row"].times[0], view.page_url(record_id)),
        subscribe=links.subscribe_links(feed, feed_name(edition, own)),
        subscribe_url=f"{view.prefix}{with_query('/subscribe', replace(own, lang=''))}",
        feed_query=_feed_query(own, edition),
        path=f"/events/{record_id}",
        query=_query(selection),
    )


@blueprint.get("/subscribe")
@blueprint.get("/<lang>/subscribe")
def subscribe(lang: str = "") -> Response:
    """Show how to subscribe to a selection in each calendar client, and how soon changes arrive there."""
    edition = cache().edition()
    selection = _selection(edition, lang)
    view = _view(selection, edition)
    feed = f"{view.base_url}{with_query('/calendar.ics', _subscribed(selection, edition))}"
    response = page(
        "subscribe.html",
        edition,
        view,
        script="copy.js",
        chosen=describe_selection(replace(selection, lang="", zone="", alarm="").query(), edition, view.lang),
        is_everything=not replace(selection, lang="", zone="", alarm="").query(),
        kinds=make_filters(
            replace(selection, ids=()), [], edition.calendar, _address("/subscribe", view), view.lang
        ).kinds,
        carried=with_query("", replace(selection, lang="", first=None, last=None, ids=())),
        change_url=_address("/", view)(replace(selection, ids=())),
        feed_name=feed_name(edition, selection),
        subscribe=links.subscribe_links(feed, feed_name(edition, selection)),
        qr=draw_qr(f"{view.base_url}{view.prefix}{with_query('/subscribe', replace(selection, lang=''))}"),
        feed_query=_feed_query(selection, edition),
        path="/subscribe",
        query=_query(selection),
    )
    return compress(response)


def _common(
    selection: Selection, edition: Edition, view: RenderContext, address: Callable[[Selection], str], now: datetime
) -> dict[str, Any]:
    """Return the template values that agenda and month share."""
    whole = replace(_all_time(selection), tags=(), countries=(), languages=(), words="")
    undated = replace(selection, first=None, last=None, ids=())
    return {
        "selection": selection,
        "filters": make_filters(
            selection, select_contents(edition, whole, now).entries, edition.calendar, address, view.lang
        ),
        "here": address(replace(selection, words="")).partition("?")[0],
        "month_url": _address("/month", view)(undated),
        "year_url": _address("/year", view)(undated),
        "subscribe_url": _address("/subscribe", view)(replace(selection, zone="")),
        "feed_name": feed_name(edition, selection),
        "feed_query": _feed_query(selection, edition),
        "carried": with_query("", replace(undated, lang="")),
    }


def _selection(edition: Edition, lang: str, apart: Collection[str] = ()) -> Selection:
    if lang and lang not in edition.calendar.shown_languages:
        abort(404)
    selection = asked(edition, apart=apart)
    return replace(selection, lang=selection.lang or lang or edition.calendar.default_language)


def _view(selection: Selection, edition: Edition) -> RenderContext:
    return render_context_of(selection, settings().base_url, edition.calendar.default_language)


def _all_time(selection: Selection) -> Selection:
    return selection if selection.is_windowed else replace(selection, first=_EARLIEST)


def _query(selection: Selection) -> str:
    """Return the query of the same page in another language; the language is in the path."""
    return replace(selection, lang="").query()


def _subscribed(selection: Selection, edition: Edition) -> Selection:
    """Return the selection of a feed link, without the default language."""
    default = edition.calendar.default_language
    return replace(selection, lang="" if selection.lang == default else selection.lang)


def _feed_query(selection: Selection, edition: Edition) -> str:
    return with_query("", _subscribed(selection, edition))


def _address(path: str, view: RenderContext) -> Callable[[Selection], str]:
    return lambda selection: f"{view.prefix}{with_query(path, replace(selection, lang=''))}"


def _days_url(selection: Selection, view: RenderContext, first: date, last: date) -> str:
    return _address("/", view)(replace(selection, first=first, last=last))


def _page_number() -> int:
    given = request.args.getlist("page")
    if not given:
        return 1
    if len(given) > 1 or not re.fullmatch(r"[1-9]\d{0,5}", given[0], re.ASCII):
        sentence, advice = (
            gettext_noop("page={value} is not the number of a page."),
            gettext_noop("Write a whole number from 1."),
        )
        raise BadSelection("page", ",".join(given)[:50], sentence, advice)
    return int(given[0])


def _turn(selection: Selection, view: RenderContext, number: int) -> str:
    url = _address("/", view)(selection)
    return url if number == 1 else f"{url}{'&' if '?' in url else '?'}page={number}"


def _first_of(month: str) -> date:
    match = _MONTH.fullmatch(month)
    if match is None or int(match[1]) not in _YEARS:
        abort(404)
    return date(int(match[1]), int(match[2]), 1)


def _neighbour(day: date, selection: Selection, view: RenderContext) -> dict[str, str]:
    """Return the link to the month of a day; none outside the years that the grammar accepts."""
    if day.year not in _YEARS:
        return {}
    return {"name": view.lang.month(day), "url": _address(f"/month/{day:%Y-%m}", view)(selection)}
