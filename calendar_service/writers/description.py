"""The plain text that goes with a calendar entry: all that a reader needs who never opens the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.writers import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.writers.view import View


def describe(span: Span, entry: Entry, calendar: Calendar, view: View) -> str:
    """Write paragraphs: when, here and there; what has moved; what it is; links; where the page is."""
    record = entry.record
    paragraphs = [
        "\n".join(_times(span, record, calendar, view)),
        "\n".join(sentences.moves(entry, calendar, view.lang)),
        sentences.pick(record.summary, view.lang.code).text,
        "\n".join(_facts(record, view)),
        view.lang.say("Details and changes:") + f"\n{view.page_url(record.id)}",
    ]
    return "\n\n".join(part for part in paragraphs if part)


def time_lines(at: Point | Span, record: Record, calendar: Calendar, view: View) -> list[str]:
    """Write a point or span in the programme's time and, where it differs, in the other zone's."""
    lines = [sentences.when(at, calendar.zone, view.lang)]
    if (other := view.other_zone(record)) and (local := sentences.local_when(at, calendar.zone, other, view.lang)):
        lines.append(view.lang.say("In {city}: {when}", city=sentences.city(record, other, view.lang), when=local))
    return lines


def _times(span: Span, record: Record, calendar: Calendar, view: View) -> Iterator[str]:
    if MomentName.CLOSES not in record.milestones:
        yield from time_lines(span, record, calendar, view)
        if record.schedule and record.schedule.rule:
            yield sentences.rule(record.schedule.rule, view.lang)
    for name, stone in record.milestones.items():
        label = sentences.moment_label(name, view.lang)
        first, *rest = time_lines(stone.at, record, calendar, view)
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
