"""The calendars that are measured."""

from datetime import UTC, datetime, timedelta

from calendar_service.output_formats import FORMATS
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.edition import Revision, advance
from calendar_service.records.selection import Selection
from calendar_service.web.feed_renderer import FeedRenderer

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TODAY = NOW.date()
BASE_URL = "https://bench.example"
EVERYTHING = Selection(first=NOW.date())
HEAD = """\
calendar: {id: bench.example, name: {en: Bench, fr: Banc}, timezone: Europe/Paris, languages: [en, fr]}
records:
"""
TEXTS = (
    "title: {{en: What number {0} is about, fr: Ce dont parle le numéro {0}}}, "
    "summary: {{en: 'A talk for cities, with time for questions and a record for those who cannot come.', "
    "fr: 'Un exposé pour les villes, avec du temps pour les questions.'}}"
)
SHORT = "title: {{en: What number {0} is about, fr: Ce dont parle le numéro {0}}}"


def write_file(number, today=TODAY, texts=TEXTS):
    """Write webinars, and tenders with two deadlines, over two years: 2,000 of them make 2,666 VEVENTs.

    Each hundredth has a tag.
    """
    lines = [HEAD]
    for index in range(number):
        day = today + timedelta(days=20 + index % 700)
        if index % 3 == 2:
            questions = day - timedelta(days=14)
            times = f"kind: tender, closes: '{day} 17:00', questions_by: '{questions} 12:00', "
            times += f"url: 'https://example.org/t/{index}'"
        else:
            times = f"kind: webinar, when: '{day} 11:00-12:30', join: 'https://example.org/{index}'"
        tags = ", tags: [rare]" if index % 100 == 0 else ""
        lines.append(f"  - {{id: r{index}, {times}, {texts.format(index)}{tags}}}\n")
    return "".join(lines).encode()


def write_series(number):
    """Write records that recur: weekly, on a weekday of the month, on a date of the month, daily for a while."""
    rules = ("every week", "every 2 weeks", "every month, 30 times", "every week, 30 times")
    lines = [HEAD]
    for index in range(number):
        day = NOW.date() + timedelta(days=index % 28)
        lines.append(
            f"  - {{id: s{index}, kind: webinar, when: '{day} 11:00-12:30', repeats: '{rules[index % 4]}', "
            f"title: Series {index}}}\n"
        )
    return "".join(lines).encode()


def read_draft(data):
    result = read_calendar(data, "bench")
    if result.draft is None:
        raise ValueError([str(each) for each in result.findings[:3]])
    return result.draft


def load_libraries():
    """Render a few records of another calendar, so that CLDR's names and the rules of zones are loaded."""
    cold_feed(edition_of(read_draft(write_file(6, NOW.date() - timedelta(days=3000)))))


def edition_of(draft):
    return advance(None, 1, NOW, draft.calendar, [Revision(record, 1, 0, NOW) for record in draft.records])


def feed(renderer, edition, selection=EVERYTHING):
    return renderer.feed(FORMATS["ics"], selection, "Bench", "/calendar.ics", edition, NOW)


def cold_feed(edition, selection=EVERYTHING):
    return feed(FeedRenderer(BASE_URL), edition, selection)
