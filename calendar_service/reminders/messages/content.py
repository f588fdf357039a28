"""A letter before it is set: what stands in it, in words, and nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendar_service.writers.phrases import LocalizedText
    from calendar_service.writers.render_context import RenderContext


@dataclass(frozen=True)
class Button:
    """The one thing to do."""

    label: str
    url: str


@dataclass(frozen=True)
class TimeBlock:
    """A time with its label, on one or more lines. `counted` says how far away it is."""

    label: str
    lines: list[str]
    counted: str = ""


@dataclass(frozen=True)
class ChangedValue:
    """A time or place that is another now: on the one side what it was, on the other what it is."""

    label: str
    old: list[str]
    new: list[str]
    told: str = ""


@dataclass(frozen=True)
class Detail:
    """A labelled detail: lines of text, or a link where `url` is there."""

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
    """Everything that a letter says, in the order in which it is said.

    `kind` names the colour. `heading` is in its own language; `state` stands before it, `only` behind it.
    `may_manage` and `may_unsubscribe` tell which of the reader's own links stand at the end.
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
