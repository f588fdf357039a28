"""The checklist of a feed that works everywhere, as far as it shows in the octets and the headers.

Every violation begins with the number of the point in docs/feeds.md; 0 is RFC 5545.
Not seen here, because they take two fetches, two versions or a client: points 20, 21, 25 and 38 to 45
beyond the headers, the sameness over time in 23 and 24, and which event is a deadline in 34.
"""

from collections.abc import Iterator, Mapping

from tests.support.calendar_clients import rules_calendar, rules_events, rules_series
from tests.support.calendar_clients.feed import CHECKS, Feed
from tests.support.calendar_clients.lines import raw_properties, structure

__all__ = ["check_feed", "raw_properties", "structure"]

REGISTERED = (rules_calendar, rules_events, rules_series)  # importing them fills CHECKS
CONTENT_TYPE = "text/calendar; charset=utf-8"


def check_feed(ics: bytes, *, headers: Mapping[str, str] | None = None) -> list[str]:
    """List every violation, "<point>: <what>"; an empty list is a sound feed."""
    feed = Feed(ics)
    faults = [(number, fault) for number, check in CHECKS for fault in check(feed)]
    if headers is not None:
        faults.extend(header_faults({name.lower(): value for name, value in headers.items()}))
    return [f"{number}: {fault}" for number, fault in sorted(faults)]


def header_faults(headers: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    if headers.get("content-type") != CONTENT_TYPE:
        yield 38, f"Content-Type is {headers.get('content-type')}"
    yield from ((39, f"no {name}") for name in ("ETag", "Last-Modified") if not headers.get(name.lower()))
    if "accept-encoding" not in {each.strip().lower() for each in headers.get("vary", "").split(",")}:
        yield 40, f"Vary is {headers.get('vary')}"
    if "set-cookie" in headers:
        yield 41, "sets a cookie"
