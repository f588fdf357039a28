"""What the pages of the history show: each edition in words, and what it changed of each record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.admin.layout import ADMIN
from calendar_service.admin.record_form import field_label
from calendar_service.admin.shown_changes import change_words
from calendar_service.records.selection import Selection
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.announcement import notice_of
from calendar_service.store.edition_history import list_changed_records, load_edition_change
from calendar_service.web.context import settings
from calendar_service.writers import phrases
from calendar_service.writers.record_source import record_fields
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendar_service.records.edition import Revision
    from calendar_service.records.record import Record
    from calendar_service.store.edition_history import EditionChange, EditionHead
    from calendar_service.store.engine import Database
    from calendar_service.writers.i18n import Language

SHORT = 3
"""How many records of an edition the list of editions names."""


@dataclass(frozen=True)
class ShownValue:
    """A value of a record that differs between two editions."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownRevision:
    """What an edition changed of one record. `restorable` is why it cannot be brought back, "" if it can."""

    record_id: str
    title: phrases.LocalizedText
    headline: str
    lines: list[str]
    values: list[ShownValue]
    obstacle: str


@dataclass(frozen=True)
class ShownEdition:
    """An edition: when, who, what it changed, and which messages there were about it."""

    number: int
    url: str
    when: str
    who: str
    messages: list[str]
    remarks: list[str]
    changes: list[ShownRevision]
    more: int


def shown_edition(engine: Database, head: EditionHead, lang: Language, *, most: int, start: int = 0) -> ShownEdition:
    """Return an edition with what it changed of some of its records."""
    ids = list_changed_records(engine, head.number, most=most, start=start)
    change = load_edition_change(engine, head.number, ids)
    zone = change.following.calendar.zone if change else "UTC"
    at = head.published_at.replace(second=0, microsecond=0)
    return ShownEdition(
        number=head.number,
        url=f"{ADMIN}/history/{head.number}",
        when=phrases.when_words(civil_from_instant(at, zone), zone, lang),
        who=head.editor or lang.gettext("a saved file or a command"),
        messages=list(_messages(head, lang)),
        remarks=list(_remarks(head, change, lang)),
        changes=list(_changes(change, lang)) if change else [],
        more=max(0, head.records - start - len(ids)),
    )


def _messages(head: EditionHead, lang: Language) -> Iterator[str]:
    counted = head.messages
    if head.is_silent:
        yield lang.gettext("published without messages")
    if counted.sent:
        yield lang.ngettext("{number} message sent", "{number} messages sent", counted.sent)
    if counted.waiting:
        yield lang.ngettext("{number} message on its way", "{number} messages on their way", counted.waiting)
    if counted.failed:
        yield lang.ngettext("{number} message failed", "{number} messages failed", counted.failed)
    if counted.is_purged:
        yield lang.gettext("messages are not counted any more")
    elif not head.is_silent and not (counted.sent or counted.waiting or counted.failed):
        yield lang.gettext("no message")


def _remarks(head: EditionHead, change: EditionChange | None, lang: Language) -> Iterator[str]:
    if head.tz_database:
        yield lang.gettext("New time zone data: {version}", version=head.tz_database)
    if change and change.is_calendar_changed:
        yield lang.gettext("The calendar's own data changed.")


def _changes(change: EditionChange, lang: Language) -> Iterator[ShownRevision]:
    edition, now = change.following, change.following.published_at
    view = render_context_of(Selection(lang=lang.code), settings().base_url, edition.calendar.default_language)
    for revision in change.revisions:
        record = revision.record
        before = change.last.entries.get(record.id) if change.last else None
        notice = notice_of((before.revision if before else None, revision), edition, now)
        headline, lines = change_words(notice, before, edition.entries[record.id], edition, view, now)
        is_told_whole = revision.withdrawn or before is None or before.revision.withdrawn
        yield ShownRevision(
            record_id=record.id,
            title=phrases.pick(record.title, lang.code),
            headline=headline,
            lines=lines,
            values=[] if is_told_whole or before is None else values_between(before.record, record, lang),
            obstacle=_obstacle(revision, lang),
        )


def _obstacle(revision: Revision, lang: Language) -> str:
    if revision.withdrawn:
        return lang.gettext("It left the calendar with this edition.")
    if revision.is_reduced:
        return lang.gettext("Its texts were deleted after a time, so it cannot be brought back.")
    return ""


def values_between(before: Record, after: Record, lang: Language) -> list[ShownValue]:
    """Return the values that differ between two versions of a record, with the keys of the file in words."""
    old, new = dict(_leaves(record_fields(before))), dict(_leaves(record_fields(after)))
    return [
        ShownValue(field_label(path, lang), old.get(path, ""), new.get(path, ""))
        for path in dict.fromkeys([*new, *old])
        if old.get(path) != new.get(path)
    ]


def _leaves(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the values with their paths, times in the words in which they were announced."""
    words = fields.pop("words", {})
    for path, value in _flat(fields):
        yield path, words.get(path) or (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    if "when" not in fields and "when" in words:
        yield "when", words["when"]


def _flat(value: Any, path: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, inner in enumerate(value):
            yield from _flat(inner, (*path, str(number)))
    else:
        yield ".".join(path), value
