"""The data of messages for programs: what a webhook gets as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendar_service.records.main_moment import main_moment, main_moment_at, occurrence_of, printed_words
from calendar_service.records.times import DaySpan
from calendar_service.reminders.messages.change_texts import document_title, own_reason, written_at
from calendar_service.reminders.messages.details import title_of
from calendar_service.writers import phrases
from calendar_service.writers.description import message_times
from calendar_service.writers.sanitize import clean_line
from calendar_service.writers.states import told_reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_service.records.changes import RecordChange
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.records.record import Record
    from calendar_service.reminders.messages.items import DigestItem, RecordNotice
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_MAX_BYTES = 19_000
"""A webhook's whole body has less than 20,000."""
_MAX_BYTES_OF_CHANGES = 6_000
_MAX_CHANGES = 50


def record_data(kind: str, entry: Entry, main: MainMoment, edition: Edition, view: RenderContext) -> dict[str, Any]:
    """Return what programs are told of one record."""
    record = entry.record
    data: dict[str, Any] = {
        "type": kind,
        "record": record.id,
        "kind": record.kind.value,
        "title": title_of(entry, view).text,
        "url": view.page_url(record.id),
        "moment": main.name.value,
        "at": written_at(main.at),
        "zone": edition.calendar.zone if isinstance(main.at, DaySpan) else main.at.zone,
        "words": clean_line(printed_words(record, main)),
        "when": message_times(main.span, record, edition.calendar, view),
        "status": "cancelled" if entry.is_called_off else record.status.value,
    }
    return data | _reason(told_reason(entry, view.lang, occurrence_of(record, main)))


def notice_data(notice: RecordNotice, edition: Edition, *, now: datetime, view: RenderContext) -> dict[str, Any]:
    """Return what programs are told of the changes of a record, or of a new record."""
    shown = replace(notice.entry, revision=notice.after)
    main = main_moment(shown, edition.calendar, now)
    data = record_data("notice" if notice.before else "new", shown, main, edition, view)
    return data | _changes(notice, view.lang)


def notices_data(
    notices: list[RecordNotice], edition: Edition, *, now: datetime, view: RenderContext
) -> dict[str, Any]:
    """Return the data of the first notice, with those of all in `records`."""
    rows = (notice_data(each, edition, now=now, view=view) for each in notices)
    return _with_rows(notice_data(notices[0], edition, now=now, view=view), "records", rows, len(notices))


def digest_data(period: str, items: list[DigestItem], edition: Edition, view: RenderContext) -> dict[str, Any]:
    """Return what programs are told in a digest."""
    rows = (_item_data(each, edition, view) for each in items)
    return _with_rows({"type": "digest", "period": period}, "items", rows, len(items))


def _item_data(item: DigestItem, edition: Edition, view: RenderContext) -> dict[str, Any]:
    entry = replace(item.entry, revision=item.notice.after) if item.notice else item.entry
    main = main_moment_at(entry.record, item.moment, item.at, item.occurrence)
    data = record_data(item.kind, entry, main, edition, view)
    return data | (_changes(item.notice, view.lang) if item.notice else {})


def _changes(notice: RecordNotice, lang: Language) -> dict[str, Any]:
    if notice.before is None:
        return {}
    found = [change_data(each, notice.after.record, lang) for each in notice.differences[:_MAX_CHANGES]]
    while len(found) > 1 and _size(found) > _MAX_BYTES_OF_CHANGES:
        found.pop()
    return {"changes": found}


def change_data(difference: RecordChange, after: Record, lang: Language) -> dict[str, Any]:
    """Return a change as JSON values, without fields that do not apply. `after` is the record after it."""
    values = {
        "what": difference.what.value,
        "moment": difference.moment.value if difference.moment else "",
        "session": difference.session,
        "occurrence": difference.occurrence.isoformat() if difference.occurrence else "",
        "old": written_at(difference.old) if difference.old else phrases.place(difference.old_place, lang),
        "new": written_at(difference.new) if difference.new else phrases.place(difference.new_place, lang),
    }
    if difference.new_document:
        old, new = difference.old_document, difference.new_document
        values |= {"title": document_title(new, lang), "old": old.url if old else "", "new": new.url}
    if difference.new_answer:
        before = difference.old_answer.answer if difference.old_answer else {}
        texts = {"title": difference.new_answer.question, "old": before, "new": difference.new_answer.answer}
        values |= {name: phrases.pick(text, lang.code).text for name, text in texts.items()}
    return {name: value for name, value in values.items() if value} | _reason(own_reason(difference, after, lang))


def _reason(reason: phrases.MarkedText | None) -> dict[str, str]:
    return {"reason": reason.text, "reason_language": reason.language} if reason else {}


def _with_rows(data: dict[str, Any], name: str, rows: Iterable[dict[str, Any]], total: int) -> dict[str, Any]:
    """Return data with as many rows as a program takes, and with `more`, how many are left out."""
    room = _MAX_BYTES - _size(data)
    shown: list[dict[str, Any]] = []
    for row in rows:
        without_changes = {key: value for key, value in row.items() if key != "changes"}
        fitting = next((each for each in (row, without_changes) if _size(each) < room), None)
        if fitting is None:
            break
        room -= _size(fitting) + 1
        shown.append(fitting)
    left_out = total - len(shown)
    return data | {name: shown} | ({"more": left_out} if left_out else {})


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
