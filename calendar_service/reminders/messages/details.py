"""Details of one record in a message: the main moment, and what a subscriber needs to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.main_moment import occurrence_of
from calendar_service.records.moments import instant_bounds
from calendar_service.records.shorten import shorten
from calendar_service.reminders.messages.content import Detail
from calendar_service.reminders.messages.render import fit_to_size
from calendar_service.writers import phrases
from calendar_service.writers.description import as_session, message_times
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.record_details import DetailKind, Surface, question_and_answer, record_details
from calendar_service.writers.sanitize import clean_line, plain
from calendar_service.writers.states import is_over, open_registration, shown_join

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.main_moment import MainMoment
    from calendar_service.records.record import Calendar, Record
    from calendar_service.writers.render_context import RenderContext

_SUMMARY = 600
_MAX_DOCUMENTS = 8
_MAX_SESSIONS = 12
_MAX_LINK = 600
_MAX_ANSWER = 300


def title_of(entry: Entry, view: RenderContext) -> LocalizedText:
    """Return the title on one line, with its language; the id if the title is empty."""
    picked = phrases.pick(entry.record.title, view.lang.code)
    return LocalizedText(clean_line(fit_to_size(picked.text)) or entry.record.id, picked.language)


def summary_of(entry: Entry, view: RenderContext) -> tuple[LocalizedText, ...]:
    """Return the summary in paragraphs; a long one is cut at a word."""
    picked = phrases.pick(entry.record.summary, view.lang.code)
    kept = shorten(plain(picked.text), _SUMMARY, at_word=True)
    return tuple(LocalizedText(" ".join(part.split()), picked.language) for part in kept.split("\n\n") if part.strip())


def details_of(
    entry: Entry, main: MainMoment, edition: Edition, view: RenderContext, now: datetime
) -> tuple[Detail, ...]:
    """Return the details: join link, other moments, place, documents, contact."""
    found = [
        *_joining(entry, main, edition.calendar, view, now),
        *_other_moments(entry, main, edition.calendar, view, now),
        *_place_and_documents(entry.record, view),
    ]
    return tuple(each for each in found if each.lines)


def _joining(
    entry: Entry, main: MainMoment, calendar: Calendar, view: RenderContext, now: datetime
) -> Iterator[Detail]:
    record, gettext = entry.record, view.lang.gettext
    occurrence = occurrence_of(record, main)
    span = record.schedule.span if record.schedule and main.name is not MomentName.STARTS else main.span
    if not is_over(span, calendar.zone, now):
        links = {
            gettext("Register"): open_registration(entry, calendar.zone, now, occurrence),
            gettext("Join online"): shown_join(entry, occurrence),
        }
        yield from (_linked(label, url) for label, url in links.items() if url)


def _other_moments(
    entry: Entry, main: MainMoment, calendar: Calendar, view: RenderContext, now: datetime
) -> Iterator[Detail]:
    record = entry.record
    if record.schedule and main.name is not MomentName.STARTS:
        yield Detail(view.lang.gettext("When"), message_times(record.schedule.span, record, calendar, view))
    if record.schedule and record.schedule.rule:
        yield Detail(view.lang.gettext("Repeats"), [phrases.rule(record.schedule.rule, view.lang)])
    for session in record.sessions[:_MAX_SESSIONS]:
        title = clean_line(phrases.pick(session.title, view.lang.code).text)
        place = clean_line(phrases.place(session.place, view.lang))
        times = message_times(session.span, as_session(record, session), calendar, view)
        lines = [*times, *([place] if place else [])]
        yield Detail(title or view.lang.gettext("Session"), lines)
    for name, milestone in record.milestones.items():
        if name is not main.name and instant_bounds(milestone.at, calendar.zone)[1] >= now:
            yield Detail(phrases.moment_label(name, view.lang), message_times(milestone.at, record, calendar, view))


def _place_and_documents(record: Record, view: RenderContext) -> Iterator[Detail]:
    place = clean_line(phrases.place(record.place, view.lang))
    yield Detail(view.lang.gettext("Where"), [place] if place else [])
    details = record_details(record, view.lang, Surface.MAIL)
    documents = [each for each in details if each.kind is DetailKind.DOCUMENT]
    for detail in details:
        cleaned = [line for text in detail.texts if (line := clean_line(text))]
        match detail.kind:
            case DetailKind.DOCUMENT | DetailKind.LINK:
                if detail not in documents[_MAX_DOCUMENTS:]:
                    yield _linked(detail.label, detail.url, "".join(cleaned))
            case DetailKind.QUESTION:
                yield Detail(detail.label, list(question_and_answer(detail, view.lang, _MAX_ANSWER)))
            case DetailKind.CONTACT | DetailKind.WORDS:
                yield Detail(detail.label, [", ".join(cleaned)] if cleaned else [])
            case DetailKind.TEXT | DetailKind.TEXTS:
                yield Detail(detail.label, cleaned)


def _linked(label: str, url: str, title: str = "") -> Detail:
    """Return a link; if it is too long to be read, it is on the record's page."""
    cleaned = clean_line(url)
    return Detail(label, [title or cleaned], cleaned) if len(cleaned) <= _MAX_LINK else Detail(label, [])
