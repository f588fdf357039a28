"""The content of a message in words, without any layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendar_service.writers.phrases import LocalizedText
    from calendar_service.writers.render_context import RenderContext


@dataclass(frozen=True)
class Button:
    """The main link of a message."""

    label: str
    url: str


@dataclass(frozen=True)
class TimeBlock:
    """A time with its label, on one or more lines. `counted` is how far away it is."""

    label: str
    lines: list[str]
    counted: str = ""


@dataclass(frozen=True)
class ChangedValue:
    """A changed time or place: its old and its new value; what was only added or removed has one of them.

    `reason` is why, if that is told of it alone.
    """

    label: str
    old: list[str]
    new: list[str]
    reason: str = ""


@dataclass(frozen=True)
class Detail:
    """A labelled detail: lines of text, or a link if it has a `url`."""

    label: str
    lines: list[str]
    url: str = ""


@dataclass(frozen=True)
class DigestRow:
    """One item of a digest."""

    counted: str
    title: LocalizedText
    only: str
    lines: list[str]
    url: str
    kind: str


@dataclass(frozen=True)
class DigestDay:
    """The items of a digest that belong to one day."""

    name: str
    rows: list[DigestRow]


@dataclass(frozen=True, kw_only=True)
class MessageContent:
    """The whole content of a message, in order.

    `kind` selects the colour. `heading` is in its own language; `state` is before it, `only` behind it. `may_manage`
    and `may_unsubscribe` say which of the subscriber's own links are at the end.
    """

    view: RenderContext
    sender: str
    preheader: str
    heading: LocalizedText
    kind: str = "all"
    label: str = ""
    state: str = ""
    only: str = ""
    changes: tuple[ChangedValue, ...] = ()
    when: TimeBlock | None = None
    button: Button | None = None
    history: tuple[str, ...] = ()
    facts: tuple[Detail, ...] = ()
    summary: tuple[LocalizedText, ...] = ()
    paragraphs: tuple[str, ...] = ()
    days: tuple[DigestDay, ...] = ()
    more: str = ""
    why: str = ""
    may_manage: bool = True
    may_unsubscribe: bool = True
