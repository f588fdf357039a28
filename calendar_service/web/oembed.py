"""oEmbed: describe the frame that shows one of our pages in another site."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from calendar_service.records.errors import CalendarError
from calendar_service.web.embed_code import write_oembed_html, write_whole_url
from calendar_service.web.embed_height import estimate_height
from calendar_service.web.feeds import page_title
from calendar_service.web.widget_query import read_widget
from calendar_service.web.widget_views import show_widget
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of
from calendar_service.writers.states import state_texts

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.selection import Selection

# Lists have few rows unless a number is asked: WordPress makes no frame higher than 1,000 pixels.
_WIDTH, _ROWS, _UNLIMITED, _CACHE_SECONDS = 600, 5, 100_000, 3600
_MOST_LENGTH = 2000
_PAGE = re.compile(
    r"(?:/(?P<lang>[a-z]{2,3}))??/"
    r"(?:|widget|embed|(?P<grid>month)(?:/(?P<month>\d{4}-\d\d))?|events/(?P<id>[a-z0-9-]{1,64}))",
    re.ASCII,
)


class UnknownPage(CalendarError):
    """A URL is not that of a page that can be embedded."""


def describe_embed(
    url: str, edition: Edition, base_url: str, most: tuple[int | None, int | None], now: datetime
) -> dict[str, Any]:
    """Return the oEmbed response for the page at `url`, with at most the width and height `most` in CSS pixels.

    Raise UnknownPage, and BadSelection if the page would refuse its query.
    """
    pairs, lang, record_id = _read_page(url, edition, base_url)
    widget = read_widget(pairs, edition)
    code = widget.selection.lang or lang or edition.calendar.default_language
    # Nobody knows what lies behind the frame, so it brings its own ground unless the address names a theme.
    theme = widget.theme if "theme" in dict(pairs) else "solid"
    widget = replace(widget, selection=replace(widget.selection, lang=code), theme=theme)
    view = render_context_of(widget.selection, base_url, edition.calendar.default_language)
    width, most_height = min(_WIDTH, most[0] or _WIDTH), most[1] or _UNLIMITED
    for limit in [widget.limit] if "limit" in dict(pairs) else range(_ROWS, 0, -1):
        widget = replace(widget, limit=limit)
        height = estimate_height(widget, show_widget(widget, edition, view, now), width)
        if height <= most_height:
            break
    title = _title(record_id, edition, widget.selection)
    whole = view.page_url(record_id) if record_id else write_whole_url(widget.selection, view)
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": phrases.pick(edition.calendar.name, code).text,
        "provider_url": f"{base_url}/",
        "cache_age": _CACHE_SECONDS,
        "width": width,
        "height": min(height, most_height),
        "html": write_oembed_html(f"{base_url}{widget.path()}", whole, title, width, min(height, most_height)),
    }


def _read_page(url: str, edition: Edition, base_url: str) -> tuple[list[tuple[str, str]], str, str]:
    """Return the query of the widget for a page, the page's language and the id of its record; "" for none."""
    path, _, query = url.removeprefix(base_url).partition("#")[0].partition("?")
    match = _PAGE.fullmatch(path or "/")
    lang = (match and match["lang"]) or ""
    if not url.startswith(base_url) or len(url) > _MOST_LENGTH or match is None:
        raise UnknownPage("No page has this address.", remedy=f"Give one that begins with {base_url}/")
    if lang and lang not in edition.calendar.shown_languages:
        raise UnknownPage("The calendar is not in this language.", remedy="Leave the language out.")
    pairs = [pair for pair in parse_qsl(query) if pair[0] != "page"]
    pairs += [("id", match["id"])] if match["id"] else []
    pairs += [("view", "month")] if match["grid"] else []
    pairs += [("month", match["month"])] if match["month"] else []
    return pairs, lang, match["id"] or ""


def _title(record_id: str, edition: Edition, selection: Selection) -> str:
    """Name what is shown: one record with its state and the reason."""
    if not record_id:
        return page_title(edition, selection)
    lang = language(selection.lang)
    name = phrases.pick(edition.calendar.name, lang.code).text
    entry = edition.entries[record_id]
    title = lang.gettext("{label}: {title}", label=name, title=phrases.full_title(entry, lang))
    state = state_texts(entry, edition.calendar, lang)
    return f"{title}. {state.reason.words}" if state.word and state.reason else title
