"""Links that add a feed or one event to calendar clients, each value percent-encoded once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import assumed_end
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import DaySpan, write_instant
from calendar_service.records.zones import is_iana
from calendar_service.writers import phrases
from calendar_service.writers.description import describe_entry
from calendar_service.writers.states import can_be_added, state_texts
from calendar_service.writers.vevent_specs import VEventSpec, milestone_span

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Entry
    from calendar_service.records.occurrences import Occurrence
    from calendar_service.records.record import Calendar, Record, Span
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_GOOGLE = "https://calendar.google.com/calendar"
_OUTLOOK_LIVE = "https://outlook.live.com/calendar/0"
_OUTLOOK_OFFICE = "https://outlook.office.com/calendar/0"
_MAP = "https://www.openstreetmap.org/search"
_MAX_DETAILS = 1200


@dataclass(frozen=True)
class SubscribeLinks:
    """Links to subscribe to a feed, so that later changes arrive."""

    https: str
    webcal: str
    google: str
    outlook: str
    office: str


@dataclass(frozen=True)
class AddLinks:
    """Links to add one event to a calendar as it is now."""

    file: str
    google: str
    outlook: str
    office: str


def map_link(record: Record, lang: Language) -> str:
    """Return where the place of a record is on a map; "" if it names none, as online."""
    place = record.place
    if place is None or not (place.address or phrases.pick(place.city, lang.code).text):
        return ""
    return f"{_MAP}?{urlencode({'query': phrases.place(replace(place, online=False), lang)}, quote_via=quote, safe='')}"


def mail_link(title: str, when: str, page_url: str) -> str:
    """Return a link that opens a new mail about a record in the visitor's own program (RFC 6068)."""
    body = f"{title}\r\n{when}\r\n\r\n{page_url}\r\n"
    return f"mailto:?{urlencode({'subject': title, 'body': body}, quote_via=quote, safe='')}"


def subscribe_links(feed_url: str, name: str) -> SubscribeLinks:
    """Return the links for the feed at an absolute URL."""
    webcal = f"webcal://{feed_url.partition('://')[2]}"
    outlook = urlencode({"url": feed_url, "name": name}, quote_via=quote, safe="")
    return SubscribeLinks(
        https=feed_url,
        webcal=webcal,
        # Google took only webcal: here for years; https: is shown beside it to paste.
        google=f"{_GOOGLE}/u/0/r?cid={quote(webcal, safe='')}",
        outlook=f"{_OUTLOOK_LIVE}/addfromweb?{outlook}",
        office=f"{_OUTLOOK_OFFICE}/addfromweb?{outlook}",
    )


def add_links(
    entry: Entry,
    file_url: str,
    calendar: Calendar,
    view: RenderContext,
    now: datetime,
    occurrence: Occurrence | None = None,
) -> AddLinks | None:
    """Return the links for one event, or for one occurrence of a series; None for what is off or has closed.

    `file_url` is the record's .ics file.
    """
    if not can_be_added(entry, calendar.zone, now, occurrence):
        return None
    record = entry.record
    span = occurrence.span if occurrence else shown_span(record)
    title = _title(entry, view)
    spec = VEventSpec(record.id, title, span, occurrence=occurrence)
    details = describe_entry(span, entry, calendar, view, spec)
    if len(details) > _MAX_DETAILS:
        state = state_texts(entry, calendar, view.lang, occurrence).lines
        details = "\n\n".join([*state, view.page_url(record.id)])
    place = phrases.place(record.place, view.lang)
    outlook = _outlook_query(span, title, details, place)
    return AddLinks(
        file=file_url,
        google=f"{_GOOGLE}/render?{_google_query(span, title, details, place)}",
        outlook=f"{_OUTLOOK_LIVE}/deeplink/compose?{outlook}",
        office=f"{_OUTLOOK_OFFICE}/action/compose?{outlook}",
    )


def shown_span(record: Record) -> Span:
    """Return the span that a calendar entry of the record covers, the same as in its feed."""
    if record.schedule:
        span = record.schedule.span
        if isinstance(span, TimeSpan) and span.ends is None:
            return TimeSpan(span.starts, assumed_end(span))
        return span
    return milestone_span(MomentName.CLOSES, record.milestones[MomentName.CLOSES].at)


def _title(entry: Entry, view: RenderContext) -> str:
    record, state = entry.record, phrases.state(entry, view.lang)
    title = phrases.pick(record.title, view.lang.code).text
    suffix = phrases.only_languages(record, view.lang)
    label = phrases.moment_label(MomentName.CLOSES, view.lang)
    title = (
        view.lang.gettext("{label}: {title}", label=label, title=title)
        if MomentName.CLOSES in record.milestones
        else title
    )
    title = view.lang.gettext("{label}: {title}", label=state, title=title) if state else title
    return f"{title} {suffix}".strip()


def _google_query(span: Span, title: str, details: str, place: str) -> str:
    parts = {"action": "TEMPLATE", "text": title, "dates": _google_dates(span), "details": details, "location": place}
    if isinstance(span, TimeSpan) and is_iana(span.starts.zone):
        parts["ctz"] = span.starts.zone
    return urlencode(parts, quote_via=quote, safe="")


def _google_dates(span: Span) -> str:
    if isinstance(span, DaySpan):
        return f"{span.first:%Y%m%d}/{span.last + timedelta(days=1):%Y%m%d}"
    ends = span.ends or span.starts
    return f"{span.starts.instant:%Y%m%dT%H%M%SZ}/{ends.instant:%Y%m%dT%H%M%SZ}"


def _outlook_query(span: Span, title: str, details: str, place: str) -> str:
    parts = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "body": details,
        "location": place,
    }
    if isinstance(span, DaySpan):
        parts |= {"startdt": f"{span.first}", "enddt": f"{span.last + timedelta(days=1)}", "allday": "true"}
    else:
        ends = span.ends or span.starts
        parts |= {"startdt": write_instant(span.starts.instant), "enddt": write_instant(ends.instant)}
    return urlencode(parts, quote_via=quote, safe="")
