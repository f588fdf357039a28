"""The page of one record: the values of its template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from calendar_service.records.edition import is_coming
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.errors import gettext_noop
from calendar_service.records.moments import instant_bounds
from calendar_service.records.occurrences import occurrences_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.selection import Selection
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, civil_from_instant, write_instant
from calendar_service.web.agenda import LISTED_AHEAD, AgendaItem, item_of, make_row, moves_of, shown_times
from calendar_service.web.feeds import with_query
from calendar_service.web.options import city_names
from calendar_service.web.timeline import make_scale
from calendar_service.writers import phrases
from calendar_service.writers.description import as_session, time_lines
from calendar_service.writers.jsonld import AheadBounds, write_jsonld
from calendar_service.writers.record_details import DetailKind, Surface, record_details
from calendar_service.writers.states import is_closed, is_over, open_registration, series_lines, shown_join
from calendar_service.writers.tags import mark_tags

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Point, Record, Session, Span
    from calendar_service.web.timeline import Scale
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.record_details import RecordDetail
    from calendar_service.writers.render_context import RenderContext

_NEXT_OCCURRENCES = 6
_CANCELLED = {
    Kind.EVENT: gettext_noop("This event has been cancelled."),
    Kind.WEBINAR: gettext_noop("This webinar has been cancelled."),
    Kind.TENDER: gettext_noop("This call for tenders has been cancelled."),
}
_WITHDRAWN = {
    Kind.EVENT: gettext_noop("This event has been withdrawn from the calendar."),
    Kind.WEBINAR: gettext_noop("This webinar has been withdrawn from the calendar."),
    Kind.TENDER: gettext_noop("This call for tenders has been withdrawn from the calendar."),
}
_FOLLOW = {
    Kind.EVENT: gettext_noop("Follow this event"),
    Kind.WEBINAR: gettext_noop("Follow this webinar"),
    Kind.TENDER: gettext_noop("Follow this call"),
}


@dataclass(frozen=True)
class LocalTime:
    """The times for the script that adds the visitor's local time if no line has the visitor's offset."""

    at: str
    until: str
    offsets: str


@dataclass(frozen=True)
class MilestoneRow:
    """One milestone; `is_next` is True for the first one in the future. `yours` is None if it is past, or a date."""

    label: str
    lines: list[str]
    is_closing: bool
    is_past: bool
    is_next: bool
    yours: LocalTime | None


@dataclass(frozen=True)
class QuestionRow:
    """A question with its answer; `day` says when that was published, "" if it is not known."""

    question: phrases.MarkedText
    answer: phrases.MarkedText
    day: str


def describe_event(entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> dict[str, Any]:
    """Return the values of the template."""
    record, lang, calendar = entry.record, view.lang, edition.calendar
    is_worth_following = not entry.is_called_off and not is_closed(entry, calendar.zone, now)
    lead, *following = shown = _shown_items(entry, edition, now)
    has_ended = is_over(lead.at, calendar.zone, now)

    def text(value: dict[str, str]) -> phrases.LocalizedText:
        return phrases.pick(value, lang.code)

    details = record_details(record, lang, Surface.PAGE)
    tags_heading, tags = mark_tags(lang.gettext("Topics"), record.tags, calendar, lang)
    ahead = AheadBounds(now, now + 5 * LISTED_AHEAD, _NEXT_OCCURRENCES)
    return {
        "entry": entry,
        "record": record,
        "row": make_row(lead, edition, view, now),
        "moves": moves_of(entry, edition, lang),
        "lead": lead,
        "yours": None if lead.is_off else _yours(lead.at, entry, edition, view),
        "has_ended": has_ended and not lead.is_off,
        "has_ahead": is_worth_following and is_coming(record, calendar.zone, now),
        "follow": lang.gettext(_FOLLOW[record.kind]),
        "called_off": lang.gettext((_CANCELLED if record.status is Status.CANCELLED else _WITHDRAWN)[record.kind]),
        "cities": city_names(lang.code),
        "home_city": lang.city_of(calendar.zone),
        "join": "" if has_ended else shown_join(entry, lead.occurrence),
        "registration": "" if has_ended else open_registration(entry, calendar.zone, now, lead.occurrence),
        "summary": text(record.summary),
        "rule": phrases.rule(record.schedule.rule, lang) if record.schedule and record.schedule.rule else "",
        "series_lines": series_lines(
            entry, calendar, lang, now, {each.occurrence.day for each in shown if each.occurrence}
        ),
        "occurrences": [make_row(item, edition, view, now) for item in following],
        "milestones": _milestones(entry, edition, view, now),
        "scale": _scale(entry, calendar.zone, now),
        "sessions": [_session(each, record, edition, view) for each in record.sessions],
        "documents": [each for each in details if each.kind is DetailKind.DOCUMENT],
        "questions": [_question(each, lang) for each in details if each.kind is DetailKind.QUESTION],
        "details": [each for each in details if each.kind not in {DetailKind.DOCUMENT, DetailKind.QUESTION}],
        "tags_heading": tags_heading,
        "tags": [
            (named, f"{view.prefix}{with_query('/', _tagged(tag))}")
            for tag, named in zip(record.tags, tags, strict=True)
        ],
        "jsonld": Markup(write_jsonld(entry, edition, view, ahead)),  # noqa: S704 (it escapes < > &)
    }


def _tagged(tag: str) -> Selection:
    return Selection(tags=(tag.casefold(),))


def _milestones(entry: Entry, edition: Edition, view: RenderContext, now: datetime) -> list[MilestoneRow]:
    """Return the milestones in order of time."""
    zone = edition.calendar.zone
    found = sorted(entry.record.milestones.items(), key=lambda pair: instant_bounds(pair[1].at, zone))
    milestones: list[MilestoneRow] = []
    for name, milestone in found:
        is_past = instant_bounds(milestone.at, zone)[1] < now
        milestones.append(
            MilestoneRow(
                label=phrases.moment_label(name, view.lang),
                lines=time_lines(milestone.at, entry.record, edition.calendar, view),
                is_closing=name is MomentName.CLOSES,
                is_past=is_past,
                is_next=not is_past and all(each.is_past for each in milestones),
                yours=None if is_past or not entry.revision.holds else _yours(milestone.at, entry, edition, view),
            )
        )
    return milestones


def _scale(entry: Entry, zone: str, now: datetime) -> Scale | None:
    """Return the key dates of a call to scale, with the closings that were replaced; None if it has only one."""
    milestones = entry.record.milestones
    if MomentName.CLOSES not in milestones or len(milestones) == 1:
        return None
    at = sorted(instant_bounds(each.at, zone) for each in milestones.values())
    points = [(begins, str(number), "past" if ends < now else "ahead") for number, (begins, ends) in enumerate(at, 1)]
    points += [
        (instant_bounds(each.old.at, zone)[0], "", "old")
        for each in entry.deadline_history
        if each.moment is MomentName.CLOSES
    ]
    return make_scale(points, now)


def _session(
    session: Session, record: Record, edition: Edition, view: RenderContext
) -> tuple[phrases.LocalizedText, list[str], str]:
    title = phrases.pick(session.title, view.lang.code)
    return (
        title,
        time_lines(session.span, as_session(record, session), edition.calendar, view),
        phrases.place(session.place, view.lang),
    )


def _question(detail: RecordDetail, lang: Language) -> QuestionRow:
    question, answer = (phrases.mark_language(each, lang) for each in detail.values)
    return QuestionRow(question, answer, detail.day)


def _shown_items(entry: Entry, edition: Edition, now: datetime) -> list[AgendaItem]:
    """Return what the page leads with and what follows: of a series the next that takes place, and the other next ones.

    A series that is over leads with its last occurrence.
    """
    schedule, zone = entry.record.schedule, edition.calendar.zone
    if schedule is None or schedule.rule is None:
        return [item_of(entry, shown_times(entry), zone)]
    ahead = occurrences_of(schedule, now, now + 5 * LISTED_AHEAD, zone)[:_NEXT_OCCURRENCES]
    found = ahead or occurrences_of(schedule, now - 5 * LISTED_AHEAD, now, zone)[-1:]
    if not found:
        return [item_of(entry, schedule.span, zone)]
    lead = next((each for each in found if not each.is_cancelled), found[0])
    others = [each for each in found if each is not lead]
    return [item_of(entry, each.span, zone, each) for each in (lead, *others)]


def _yours(at: Point | Span, entry: Entry, edition: Edition, view: RenderContext) -> LocalTime | None:
    match at:
        case DaySpan():
            return None
        case TimeSpan(starts, ends):
            begins, until, own = starts.instant, ends.instant if ends else None, starts.zone
        case CivilTime() | EndOfDay():
            begins, until, own = at.instant, None, at.zone
    zones = {edition.calendar.zone, view.other_zone(entry.record) or own}
    offsets = {civil_from_instant(begins, zone).local.utcoffset() or timedelta() for zone in zones}
    return LocalTime(
        at=write_instant(begins),
        until=write_instant(until) if until else "",
        # Sorted, since the order of a set differs between processes.
        offsets=" ".join(str(int(each.total_seconds()) // 60) for each in sorted(offsets)),
    )
