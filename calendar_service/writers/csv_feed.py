"""Records as a CSV table (RFC 4180) for spreadsheets: one line for each moment."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from calendar_service.records.csv_cells import guard_cell
from calendar_service.writers import phrases
from calendar_service.writers.api import MOMENTS, STATE_FIELDS, list_moments, list_sessions, pick_fields
from calendar_service.writers.record_details import write_questions
from calendar_service.writers.record_source import source_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.writers.feed import FeedContents

COLUMNS = ("id", "kind", "status", "title", "moment", "at", "local", "date", "zone", "words", "place", "url")
_MORE_COLUMNS = ("moved_from", *STATE_FIELDS, "history", "session", "record", "questions")


def write_csv(contents: FeedContents) -> bytes:
    """Return the table with its header.

    `at` is an instant in UTC and `local` the same in the zone of the request or place; `date` is a whole day. Each line
    has either the two or the one. The first line of a record has the whole of it in `record`.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS + _MORE_COLUMNS)
    for entry in contents.entries:
        writer.writerows(_rows(entry, contents))
    return table.getvalue().encode()


def _rows(entry: Entry, contents: FeedContents) -> Iterator[list[str]]:
    record, edition, view = entry.record, contents.edition, contents.view
    status = "cancelled" if entry.is_called_off else record.status
    title = phrases.pick(record.title, view.lang.code).text
    place = phrases.place(record.place, view.lang)
    state = pick_fields(STATE_FIELDS, entry, view)
    questions = " ".join(write_questions(record, view.lang))
    listed = [(moment, moment["name"], place, "") for moment in list_moments(entry, contents)]
    listed += [
        (moment, f"session {moment['name']}", session.get("place", place), session["title"])
        for session in list_sessions(entry, contents)
        for moment in session[MOMENTS]
    ]
    for number, (moment, name, where, session_title) in enumerate(listed):
        cells = [
            record.id,
            record.kind,
            moment.get("status", status),
            title,
            name,
            moment.get("at", ""),
            moment.get("local", ""),
            moment.get("date", ""),
            moment["zone"],
            moment["words"],
            where,
            view.page_url(record.id),
            moment.get("moved_from", ""),
            *(moment.get(key, state.get(key, "")) for key in STATE_FIELDS),
            " ".join(phrases.moves(entry, edition.calendar, view.lang, name)),
            session_title,
            "" if number else source_json(entry),
            questions,
        ]
        yield [guard_cell(cell) for cell in cells]
