"""Render the content of a message as HTML and as text, with two templates that have the same words."""

from __future__ import annotations

import quopri
import re
import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from calendar_service.records.texts import FORBIDDEN
from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL
from calendar_service.writers.sanitize import clean_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.reminders.messages.content import MessageContent

_TEMPLATES = FileSystemLoader(Path(__file__).parent / "templates")
_WIDTH = 76
# Mail programs cut a message of more than 100 KiB; headers and the subscriber's own links need some of it.
_MAX_OCTETS = 92 * 1024
# Also the two that mark a subscriber's own links.
_UNFIT = re.compile(f"{FORBIDDEN.pattern}|[\ue000\ue001]")
_LINK = re.compile("https?://", re.IGNORECASE)

ACCENTS = {
    "event": ("#1f4f8f", "#9cc4ff"),
    "webinar": ("#0d6b66", "#74d3cb"),
    "tender": ("#9a4a12", "#f0b07c"),
    "all": ("#1d2126", "#ecebe6"),
}
"""The colour of each kind on paper and on a dark ground, as on the pages."""


class _Mark(str):
    """A text that `fit_to_size` does not change: the placeholder of a subscriber's own link."""

    __slots__ = ()


def render_html(content: MessageContent) -> str:
    """Return a content as HTML: one column of tables with inline styles, as mail programs need it."""
    marks = {"manage_url": Markup(MANAGE_URL), "unsubscribe_url": Markup(UNSUBSCRIBE_URL)}  # noqa: S704 (ours)
    return _HTML.get_template("letter.html").render(
        content=content, gettext=content.view.lang.gettext, accents=ACCENTS, **marks
    )


def render_text(content: MessageContent) -> str:
    """Return a content as text in lines of at most 76 columns, longer only for what cannot be broken."""
    marks = {"manage_url": _Mark(MANAGE_URL), "unsubscribe_url": _Mark(UNSUBSCRIBE_URL)}
    title = f"{content.heading.text} {content.only}".strip()
    titled = content.view.lang.gettext("{label}: {title}", label=content.state, title=title) if content.state else title
    text = _TEXT.get_template("letter.txt").render(
        content=content, gettext=content.view.lang.gettext, titled=titled, **marks
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@dataclass(frozen=True)
class RenderedRows:
    """A content that fits one mail, its two texts, and how many rows it has."""

    content: MessageContent
    text: str
    html: str
    rows: int


def render_rows(make: Callable[[int], MessageContent], rows: int) -> RenderedRows:
    """Return what `make` gives for as many rows, at most `rows` and at least one, as one mail may have."""
    while True:
        content = make(rows)
        text, html = render_text(content), render_html(content)
        size = sum(len(quopri.encodestring(each.encode())) for each in (text, html))
        if size <= _MAX_OCTETS or rows <= 1:
            return RenderedRows(content, text, html, rows)
        rows = max(1, min(rows - 1, rows * _MAX_OCTETS // size))


def direction(text: str) -> str:
    """Return the direction of a text by its first letter (UAX 9, P2): "ltr" or "rtl"."""
    classes = (unicodedata.bidirectional(char) for char in text)
    first = next((each for each in classes if each in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"


def fit_to_size(text: str) -> str:
    """Return a text without characters that no message may contain."""
    return _UNFIT.sub("", text)


def _fit(value: Any) -> Any:
    if isinstance(value, Markup | _Mark) or not isinstance(value, str):
        return value
    return fit_to_size(value)


def _wrapped(text: str, indent: int = 0, hang: int = 0) -> str:
    """Return a text in indented lines, those after the first by `hang` more."""
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _link(url: str) -> str:
    """Return a URL for an href, "" if it is not a web address."""
    return clean_address(url) if _LINK.match(url) else ""


def _own_link(url: str) -> str:
    """Return the URL of a button: one of our own, or the placeholder of a subscriber's own."""
    return Markup(MANAGE_URL) if url == MANAGE_URL else _link(url)  # noqa: S704 (ours)


def _own_address(url: str) -> str:
    return _Mark(MANAGE_URL) if url == MANAGE_URL else url


def _environment(*, html: bool) -> Environment:
    made = Environment(
        loader=_TEMPLATES,
        autoescape=html,  # noqa: S701 (the text part is no HTML)
        finalize=_fit,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "wrapped": _wrapped,
        "direction": direction,
        "link": _link,
        "own_link": _own_link,
        "own_address": _own_address,
    }
    return made


_HTML = _environment(html=True)
_TEXT = _environment(html=False)
