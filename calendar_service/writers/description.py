"""The plain text that goes with a calendar entry: all that a reader needs who never opens the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.writers import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.writers.slots import Slot
    from calendar_service.writers.view import View


def describe_record(entry: Entry, calendar: Calendar, view: View) -> str:
    """Write what `describe` writes for a record as a whole, with the first date of one that recurs."""
    record = entry.record
    span = record.schedule.span if record.schedule else record.milestones[MomentName.CLOSES].at
    return describe(span, entry, calendar, view)


def describe(span: Point | Span, entry: Entry, calendar: Calendar, view: View, slot: Slot | None = None) -> str:
    """Write paragraphs: when, here and there; what has moved; what it is; links; where the page is.

    `slot` is the calendar entry that the text goes with: its own moment comes first. None is the record.
    """
    record = entry.record
    paragraphs = [
        "\n".join(_times(span, record, calendar, view, slot)),
        "\n".join(sentences.moves(entry, calendar, view.lang)),
        sentences.pick(record.summary, view.lang.code).text,
        "\n".join(_facts(record, view)),
        view.lang.say("Details and changes:") + f"\n{view.page_url(record.id)}",
    ]
    return "\n\n".join(part for part in paragraphs if part)


def time_lines(at: Point | Span, record: Record, calendar: Calendar, view: View) -> list[str]:
    """Write a point or span in the programme's time and, where it differs, in the other zone's.

    The other zone is the reader's, else the place's, else the one that the time was announced in.
    """
    lines = [sentences.when(at, calendar.zone, view.lang)]
    other = view.other_zone(record) or _own_zone(at)
    if other and (local := sentences.local_when(at, calendar.zone, other, view.lang)):
        lines.append(view.lang.say("In {city}: {when}", city=sentences.city(record, other, view.lang), when=local))
    return lines


def _own_zone(at: Point | Span) -> str:
    match at:
        case TimeSpan(starts, _):
            return starts.zone
        case CivilTime() | EndOfDay():
            return at.zone
        case DaySpan():
            return ""


def _times(span: Point | Span, record: Record, calendar: Calendar, view: View, slot: Slot | None) -> Iterator[str]:
    own = slot.moment if slot else None
    names = [own] if own else []
    if own is None and not (record.milestones and record.schedule is None):
        yield from _happening(span, record, calendar, view, slot)
    names += [name for name in _by_weight(record) if name is not own]
    for name in names:
        yield from _labelled(
            sentences.moment_label(name, view.lang), record.milestones[name].at, record, calendar, view
        )
    whole = record.schedule if slot and (slot.moment or slot.session) else None
    if whole:
        title = sentences.pick(record.title, view.lang.code).text
        yield from _labelled(title, whole.span, record, calendar, view)
        if whole.rule:
            yield sentences.rule(whole.rule, view.lang)


def _by_weight(record: Record) -> list[MomentName]:
    """List the milestones with the closing first, since all else leads up to it."""
    return sorted(record.milestones, key=lambda name: name is not MomentName.CLOSES)


def _happening(span: Point | Span, record: Record, calendar: Calendar, view: View, slot: Slot | None) -> Iterator[str]:
    rule = record.schedule.rule if record.schedule else None
    if rule and (slot is None or slot.rule):
        # Programs show the text of a series with each of its occurrences: the date must not look like theirs.
        yield from _labelled(view.lang.say("First date"), span, record, calendar, view)
    else:
        yield from time_lines(span, record, calendar, view)
    if rule and not (slot and slot.session):
        yield sentences.rule(rule, view.lang)


def _labelled(label: str, at: Point | Span, record: Record, calendar: Calendar, view: View) -> Iterator[str]:
    first, *rest = time_lines(at, record, calendar, view)
    yield view.lang.say("{label}: {title}", label=label, title=first)
    yield from rest


def _facts(record: Record, view: View) -> Iterator[str]:
    lang = view.lang

    def fact(label: str, value: str) -> Iterator[str]:
        if value:
            yield lang.say("{label}: {title}", label=label, title=value)

    yield from fact(lang.say("Join online"), record.join)
    yield from fact(lang.say("Register"), record.registration_url)
    yield from fact(lang.say("Buyer"), sentences.pick(record.buyer, lang.code).text)
    yield from fact(lang.say("Reference"), record.reference)
    organisers = [sentences.pick(each, lang.code).text for each in record.organisers]
    yield from fact(lang.say("Organised by"), "; ".join(organisers))
    for document in record.documents:
        yield from fact(sentences.pick(document.title, lang.code).text, document.url)
    if record.contact:
        contact = record.contact
        yield from fact(
            lang.say("Contact"), ", ".join(part for part in (contact.name, contact.email, contact.url) if part)
        )
    yield from fact(lang.say("More"), record.url)
