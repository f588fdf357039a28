"""Feeds: what icalendar writes beside what we write."""

from dataclasses import replace
from functools import partial
from itertools import count

import icalendar

from bench.calendars import BASE_URL, cold_feed, edition_of, feed, load_libraries, read_draft, write_file
from bench.measure import compare, cpu_of, forked, in_place, row
from calendar_service.records.edition import Revision, advance
from calendar_service.records.selection import Selection
from calendar_service.web.feed_renderer import FeedRenderer

MEMBERS = 2000


def to_ical_of(edition, selection):
    """Return icalendar's way to write what a feed has, with its components ready."""
    load_libraries()
    components = icalendar.Calendar.from_ical(forked(lambda: cold_feed(edition, selection).body))
    return partial(components.to_ical, sorted=False)


@row("a cold feed of 2,666 VEVENTs, with sentences and gzip, to icalendar's to_ical() of the same", most=0.4)
def cold():
    edition = edition_of(read_draft(write_file(MEMBERS)))
    peer = to_ical_of(edition, Selection(first=edition.published_at.date()))
    return compare(("feed", partial(cold_feed, edition)), ("to_ical", peer), memory=True)


@row("one edit among them, gzip included, to icalendar's to_ical() of all", most=0.03)
def one_edit():
    edition = edition_of(read_draft(write_file(MEMBERS)))
    peer = to_ical_of(edition, Selection(first=edition.published_at.date()))
    renderer, editions = FeedRenderer(BASE_URL), edits_of(edition)
    feed(renderer, edition)
    sides = (
        ("feed after an edit", lambda: cpu_of(partial(feed, renderer, next(editions)))),
        ("to_ical", partial(cpu_of, peer)),
    )
    return compare(*sides, rounds=15, timer=lambda work: work(), run=in_place)


def edits_of(edition):
    """Yield editions, each with another record edited."""
    for number in count(1):
        record = edition.entries[f"r{97 * number}"].record
        title = {"en": f"Edit {number}", "fr": f"Modification {number}"}
        change = Revision(replace(record, title=title), 2, 1, edition.published_at)
        edition = advance(edition, edition.number + 1, edition.published_at, edition.calendar, [change])
        yield edition


@row("a cold selection of 100 out of 10,000, to icalendar's to_ical() of those 100", most=1.5)
def selection():
    edition = edition_of(read_draft(write_file(10_000)))
    some = Selection(tags=("rare",), first=edition.published_at.date())
    peer = to_ical_of(edition, some)
    return compare(("selection", partial(cold_feed, edition, some)), ("to_ical", peer))
