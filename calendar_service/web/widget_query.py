"""The query of a widget: its own parameters and a selection."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from calendar_service.records.errors import gettext_noop, nearest
from calendar_service.records.selection import BadSelection
from calendar_service.web.feeds import read_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.records.selection import Selection

VIEWS = ("agenda", "month", "next", "compact")
THEMES = ("auto", "solid", "light", "dark")
LIMIT, MOST = 10, 100
_SHOWN = 50
_ACCENT = re.compile(r"[0-9a-f]{6}", re.ASCII | re.IGNORECASE)
_LIMIT = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEARS = range(1970, 2101)


@dataclass(frozen=True)
class WidgetQuery:
    """Appearance and selection of a widget. `month` is the first day of a month, None for the present one."""

    selection: Selection
    view: str = "agenda"
    theme: str = "auto"
    accent: str = ""
    limit: int = LIMIT
    month: date | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """Return the names and values of the canonical query, without defaults."""
        own = [
            ("view", self.view if self.view != VIEWS[0] else ""),
            ("theme", self.theme if self.theme != THEMES[0] else ""),
            ("accent", self.accent),
            ("limit", str(self.limit) if self.limit != LIMIT else ""),
            ("month", f"{self.month:%Y-%m}" if self.month else ""),
        ]
        return self.selection.pairs() + [(name, value) for name, value in own if value]

    def path(self) -> str:
        """Return the path of the widget with its canonical query."""
        query = urlencode(self.pairs(), safe=",/:")
        return f"/widget?{query}" if query else "/widget"

    def on(self, month: date) -> WidgetQuery:
        """Return the query of the same widget at another month."""
        return replace(self, month=month)


def read_widget(pairs: Iterable[tuple[str, str]], edition: Edition) -> WidgetQuery:
    """Parse the query of a widget. Raise BadSelection for an unknown name or value."""
    own: dict[str, str] = {}
    rest: list[tuple[str, str]] = []
    for name, value in pairs:
        if name not in _PARSERS:
            rest.append((name, value))
        elif name in own:
            raise BadSelection(
                name, value[:_SHOWN], gettext_noop("{name}= takes one value."), gettext_noop("Give it once.")
            )
        else:
            own[name] = value
    parts = {name: _PARSERS[name](value) for name, value in own.items()}
    try:
        selection = read_known(rest, edition)
    except BadSelection as error:
        close = nearest(error.name, _PARSERS)
        if error.sentence != _NO_PARAMETER or not close:
            raise
        raise BadSelection(
            error.name, error.value, _NO_PARAMETER, gettext_noop("Did you mean '{close}'?"), close=close
        ) from None
    return WidgetQuery(selection, **parts)  # type: ignore[arg-type]  # each parser returns its field's type


_NO_PARAMETER = "There is no parameter '{name}'."


def _view(value: str) -> str:
    return _one_of("view", value, VIEWS)


def _theme(value: str) -> str:
    return _one_of("theme", value, THEMES)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        sentence, advice = gettext_noop("{name}={value} is unknown."), gettext_noop("Possible: {known}.")
        raise BadSelection(name, value[:_SHOWN], sentence, advice, known=", ".join(known))
    return value


def _accent(value: str) -> str:
    if not _ACCENT.fullmatch(value):
        sentence, advice = (
            gettext_noop("accent={value} is not a colour."),
            gettext_noop("Write six hexadecimal digits, such as 1c4e94."),
        )
        raise BadSelection("accent", value[:_SHOWN], sentence, advice)
    return value.lower()


def _limit(value: str) -> int:
    if not _LIMIT.fullmatch(value) or int(value) > MOST:
        sentence = gettext_noop("{name}={value} is out of range.")
        advice = gettext_noop("Write a whole number from 1 to 100.")
        raise BadSelection("limit", value[:_SHOWN], sentence, advice)
    return int(value)


def _month(value: str) -> date:
    match = _MONTH.fullmatch(value)
    if match is None or int(match[1]) not in _YEARS:
        sentence, advice = gettext_noop("{name}={value} is not a month."), gettext_noop("Write it as 2027-03.")
        raise BadSelection("month", value[:_SHOWN], sentence, advice)
    return date(int(match[1]), int(match[2]), 1)


_PARSERS = {"view": _view, "theme": _theme, "accent": _accent, "limit": _limit, "month": _month}
