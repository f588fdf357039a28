"""The plain text of a calendar entry: everything that somebody needs who never opens the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.capitals import zone_of_place
from calendar_service.records.enums import MomentName
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.writers import phrases
from calendar_service.writers.record_details import DetailKind, Surface, question_lines, record_details
from calendar_service.writers.states import series_lines, state_texts, takes_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Point, Record, Session, Span
    from calendar_service.writers.render_context import RenderContext
    from calendar_service.writers.vevent_specs import VEventSpec

_MOST_SESSIONS = 30


def describe_record(entry: Entry, calendar: Calendar, view: RenderContext) -> str:
    """Return the description of a whole record, with the first date if it recurs."""
    record = entry.record
    span = record.schedule.span if record.schedule else record.milestones[MomentName.CLOSES].at
    return describe_entry(span, entry, calendar, view)


def describe_entry(
    span: Point | Span, entry: Entry, calendar: Calendar, view: RenderContext, spec: VEventSpec | None = None
) -> str:
    """Return the paragraphs: when, in both zones; moved deadlines; the state; summary; sessions; links; the page's URL.

    `spec` is the calendar entry that the text belongs to: its own moment comes first. None means the record.
    """
    record = as_session(entry.record, spec.session) if spec and spec.session else entry.record
    occurrence = spec.occurrence if spec else None
    state = state_texts(entry, calendar, view.lang, occurrence).lines
    paragraphs = [
        "\n".join(_times(span, record, calendar, view, spec)),
        "\n".join(phrases.moves(entry, calendar, view.lang)),
        "\n".join(state if spec else [*state, *series_lines(entry, calendar, view.lang)]),
        phrases.pick(record.summary, view.lang.code).text,
        "" if spec and spec.is_part else "\n".join(_sessions(record, calendar, view)),
        "\n".join(_facts(record, view, is_on=takes_place(entry, occurrence))),
        view.lang.gettext("Details and changes:") + f"\n{view.page_url(record.id)}",
    ]
    return "\n\n".join(part for part in paragraphs if part)


def time_lines(
    at: Point | Span, record: Record, calendar: Calendar, view: RenderContext, *, with_place: bool = False
) -> list[str]:
    """Return a point or span in the calendar's zone and, if it differs, in another one.

    The other zone is the one asked for, else the place's, else the one the time was announced in. `with_place` shows
    the place's beside the one asked for.
    """
    lines = [phrases.when_words(at, calendar.zone, view.lang)]
    place = record.zone or _own_zone(at)
    zones = [view.zone, place] if view.zone and with_place else [view.zone or place]
    shown = [calendar.zone]
    for zone in filter(None, zones):
        if zone not in shown and all(phrases.local_when(at, each, zone, view.lang) for each in shown):
            local = phrases.local_when(at, calendar.zone, zone, view.lang)
            lines.append(view.lang.gettext("In {city}: {when}", city=phrases.city(record, zone, view.lang), when=local))
            shown.append(zone)
    return lines


def as_session(record: Record, session: Session) -> Record:
    """Return a record as one of its sessions has it: at the session's own place, with the clock there."""
    zone = zone_of_place(session.place)
    return replace(record, zone=zone, place=session.place) if zone else record


def message_times(at: Point | Span, record: Record, calendar: Calendar, view: RenderContext) -> list[str]:
    """Return a point or span as messages show it: on the calendar's, the subscriber's and the place's clock."""
    return time_lines(at, record, calendar, view, with_place=True)


def _own_zone(at: Point | Span) -> str:
    match at:
        case TimeSpan(starts, _):
            return starts.zone
        case CivilTime() | EndOfDay():
            return at.zone
        case DaySpan():
            return ""


def _times(
    span: Point | Span, record: Record, calendar: Calendar, view: RenderContext, spec: VEventSpec | None
) -> Iterator[str]:
    own = spec.moment if spec else None
    names = [own] if own else []
    if own is None and not (record.milestones and record.schedule is None):
        yield from _happening(span, record, calendar, view, spec)
    names += [name for name in _by_weight(record) if name is not own]
    for name in names:
        yield from _labelled(phrases.moment_label(name, view.lang), record.milestones[name].at, record, calendar, view)
    whole = record.schedule if spec and (spec.moment or spec.session) else None
    if whole:
        title = phrases.pick(record.title, view.lang.code).text
        yield from _labelled(title, whole.span, record, calendar, view)
        if whole.rule:
            yield phrases.rule(whole.rule, view.lang)


def _by_weight(record: Record) -> list[MomentName]:
    """Return the milestones with the closing first, since all others lead up to it."""
    return sorted(record.milestones, key=lambda name: name is not MomentName.CLOSES)


def _happening(
    span: Point | Span, record: Record, calendar: Calendar, view: RenderContext, spec: VEventSpec | None
) -> Iterator[str]:
    rule = record.schedule.rule if record.schedule else None
    if rule and (spec is None or spec.rule):
        # Programs show the text of a series with each of its occurrences: the date must not look like theirs.
        yield from _labelled(view.lang.gettext("First date"), span, record, calendar, view)
    else:
        yield from time_lines(span, record, calendar, view)
    if rule and not (spec and spec.session):
        yield phrases.rule(rule, view.lang)


def _labelled(label: str, at: Point | Span, record: Record, calendar: Calendar, view: RenderContext) -> Iterator[str]:
    first, *rest = time_lines(at, record, calendar, view)
    yield view.lang.gettext("{label}: {title}", label=label, title=first)
    yield from rest


def _sessions(record: Record, calendar: Calendar, view: RenderContext) -> Iterator[str]:
    for session in record.sessions[:_MOST_SESSIONS]:
        place = phrases.place(session.place, view.lang)
        times = time_lines(session.span, as_session(record, session), calendar, view)
        first, *others = [*times, *([place] if place else [])]
        title = phrases.pick(session.title, view.lang.code).text
        yield view.lang.gettext("{label}: {title}", label=title, title=first)
        yield from others


def _facts(record: Record, view: RenderContext, *, is_on: bool) -> Iterator[str]:
    for detail in record_details(record, view.lang, Surface.FEED, takes_place=is_on):
        label, value = detail.label, "; ".join(detail.texts)
        match detail.kind:
            case DetailKind.QUESTION:
                yield from question_lines(detail, view.lang)
                continue
            case DetailKind.DOCUMENT:
                label, value = value, detail.url
            case DetailKind.LINK:
                value = detail.url
            case DetailKind.CONTACT | DetailKind.WORDS:
                value = ", ".join(detail.texts)
        yield view.lang.gettext("{label}: {title}", label=label, title=value)
