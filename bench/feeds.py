"""How long a feed takes, beside icalendar alone, in one run: `python bench/feeds.py [RECORDS] [ROUNDS]`.

Three ways in turn, round after round: icalendar builds and writes a calendar of bare events with the same
titles and times; we render the feed of as many records cold; we render it again after an edit of
one record. Ratios are those of each round to icalendar in the same round; read them, not the seconds.
"""

import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import icalendar

from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Revision, advance
from calendar_service.records.selection import Selection
from calendar_service.web.feed_renderer import FeedRenderer

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVERYTHING = Selection(first=NOW.date())
HEAD = "calendar: {id: bench.example, name: Bench, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"


def records(number):
    lines = []
    for index in range(number):
        day = NOW.date() + timedelta(days=1 + index % 700)
        lines.append(
            f"  - {{id: r{index}, kind: webinar, title: Webinar {index}, when: {day} 11:00, join: 'https://example.org/{index}'}}\n"
        )
    return read_calendar((HEAD + "".join(lines)).encode(), "bench").draft


def edition_of(draft):
    return advance(None, 1, NOW, draft.calendar, [Revision(record, 1, 0, NOW) for record in draft.records])


def edited(edition, round_number):
    record = edition.entries["r0"].record
    change = Revision(replace(record, title={"en": f"Edit {round_number}"}), round_number + 2, 0, NOW)
    return advance(edition, edition.number + 1, NOW, edition.calendar, [change])


def icalendar_alone(draft):
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//bench//EN")
    calendar.add("version", "2.0")
    for record in draft.records:
        event = icalendar.Event()
        event.add("uid", f"{record.id}@bench.example")
        event.add("dtstamp", NOW)
        event.add("dtstart", record.schedule.span.starts.local)
        event.add("dtend", record.schedule.span.starts.local + timedelta(hours=1))
        event.add("summary", record.title["en"])
        calendar.add_component(event)
    return calendar.to_ical()


def printed(renderer, edition):
    return renderer.feed(FORMATS["ics"], EVERYTHING, "Bench", "/calendar.ics", edition, NOW)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(number=1000, rounds=5):
    draft = records(number)
    edition = edition_of(draft)
    warm = FeedRenderer("https://bench.example")
    printed(warm, edition)
    seconds = {"icalendar alone": [], "feed, cold": [], "feed, one edit": []}
    for round_number in range(rounds):
        edition = edited(edition, round_number)
        seconds["icalendar alone"].append(timed(partial(icalendar_alone, draft)))
        seconds["feed, cold"].append(timed(partial(printed, FeedRenderer("https://bench.example"), edition)))
        seconds["feed, one edit"].append(timed(partial(printed, warm, edition)))
    print(f"{number} records, {rounds} rounds: median seconds, ratio to icalendar alone (median, least to most)")
    for name, found in seconds.items():
        ratios = [each / base for each, base in zip(found, seconds["icalendar alone"], strict=True)]
        spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        print(f"{name:16} {statistics.median(found):8.3f}  {spread}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
