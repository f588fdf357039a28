"""Template values of each view of the widget: rows and weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calendar_service.records.enums import MomentName
from calendar_service.records.feed_window import select_contents
from calendar_service.records.moments import instant_bounds
from calendar_service.records.selection import Selection
from calendar_service.records.times import DaySpan, day_of_instant, write_instant
from calendar_service.web.agenda import by_month, deadline_ahead, in_order, list_items, make_row
from calendar_service.web.feeds import with_query
from calendar_service.web.month import items_of_days, last_of, make_weeks
from calendar_service.writers.selection_words import window_words

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition
    from calendar_service.web.agenda import AgendaItem, AgendaRow
    from calendar_service.web.widget_query import WidgetQuery
    from calendar_service.writers.render_context import RenderContext

_RECALLED = 3
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


def show_widget(query: WidgetQuery, edition: Edition, view: RenderContext, now: datetime) -> dict[str, Any]:
    """Return the values of the view's template; `now` is aware."""
    common = {"file_of": lambda row: _file(row, query.selection, view)}
    match query.view:
        case "month":
            return common | _month(query, edition, view, now)
        case "next":
            return common | _next(query, edition, view, now)
        case _:
            return common | _list(query, edition, view, now)


def _list(query: WidgetQuery, edition: Edition, view: RenderContext, now: datetime) -> dict[str, Any]:
    """Return coming items; past ones too if the query names days or ids, or if nothing is coming.

    Those of the days that it names stand in one list, in order of time.
    """
    coming, past = _items(query.selection, edition, now)
    recalled = past if query.selection.is_windowed else [] if coming else past[:_RECALLED]
    shown = coming[: query.limit]
    before = recalled[: query.limit - len(shown)]
    is_bounded = query.selection.is_bounded
    first, second = (in_order([*before, *shown]), []) if is_bounded else (shown, before)
    return {
        "window": window_words(query.selection, view.lang),
        "coming": by_month(first, edition, view, now),
        "past": by_month(second, edition, view, now),
        # Who shows one record must see what became of it, and not that others are missing.
        "is_empty": not (first if is_bounded else coming or (query.selection.ids and before)),
        "is_narrowed": bool(replace(query.selection, lang="", zone="", alarm="").query()),
        "more": len(coming) + len(recalled) - len(shown) - len(before),
        "this_year": _today(edition, now).year,
    }


def _next(query: WidgetQuery, edition: Edition, view: RenderContext, now: datetime) -> dict[str, Any]:
    """Return the next deadline, or the next item if there is no deadline; of chosen records also those off or past."""
    listed, past = _items(query.selection, edition, now)
    coming = [item for item in listed if not item.is_off]
    ahead = [item for item in coming if item.begins > now] or coming
    item = next(iter([item for item in ahead if _is_deadline(item)] or ahead), None)
    if item is None:
        shown = next(iter(listed or past), None) if query.selection.ids else None
        return {
            "row": shown and make_row(shown, edition, view, now),
            "is_past": shown in past,
            "window": window_words(query.selection, view.lang),
            "until": "",
        }
    # A whole day begins at another instant in each zone, so it has no running countdown.
    deadline = deadline_ahead(item, edition.calendar.zone, _today(edition, now), now)
    at = deadline.at if deadline else item.at
    begins, _ = instant_bounds(at, edition.calendar.zone)
    until = "" if isinstance(at, DaySpan) or begins <= now else write_instant(begins)
    return {"row": make_row(item, edition, view, now), "until": until}


def _month(query: WidgetQuery, edition: Edition, view: RenderContext, now: datetime) -> dict[str, Any]:
    first = query.month or _today(edition, now).replace(day=1)
    items = items_of_days(edition, query.selection, first, last_of(first), now)
    undated = replace(query.selection, lang="", first=None, last=None)

    def day_url(day: date) -> str:
        return f"{view.prefix}{with_query('/', replace(undated, first=day, last=day))}"

    return {
        "month_name": view.lang.month(first),
        "weeks": make_weeks(items, first, edition, view, now, day_url),
        "coming": by_month(items[: query.limit], edition, view, now),
        "past": [],
        "more": max(0, len(items) - query.limit),
        "neighbours": [
            {"name": view.lang.month(day), "url": query.on(day.replace(day=1)).path()}
            if _FIRST_YEAR <= day.year <= _LAST_YEAR
            else None
            for day in (first - timedelta(days=1), last_of(first) + timedelta(days=1))
        ],
    }


def _items(selection: Selection, edition: Edition, now: datetime) -> tuple[list[AgendaItem], list[AgendaItem]]:
    return list_items(select_contents(edition, selection, now).entries, edition, selection, now)


def _is_deadline(item: AgendaItem) -> bool:
    return MomentName.CLOSES in item.entry.record.milestones


def _today(edition: Edition, now: datetime) -> date:
    return day_of_instant(now, edition.calendar.zone)


def _file(row: AgendaRow, selection: Selection, view: RenderContext) -> str:
    """Return the path of a record's .ics file, with the language and zone of the widget."""
    shown = Selection(lang=view.lang.code if view.prefix else "", zone=selection.zone, alarm=selection.alarm)
    return with_query(f"/events/{row.entry.record.id}.ics", shown)
