"""The service as tests run it: a database of its own, a file to publish, a clock that stands still."""

from datetime import UTC, datetime
from pathlib import Path

from calendar_service.records.edition import Edition
from tests.support.databases import open_sqlite
from tests.support.paths import CALENDARS, ROOT
from tests.support.site import Site

RICH = CALENDARS / "rich.yaml"
EVENTS = ROOT / "data" / "events.yaml"
PUBLISHED = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
BASE = "https://calendar.example"


def open_service(folder: Path, now: datetime = NOW, base_url: str = BASE, database: str = "test.sqlite3") -> Site:
    return Site(folder, now, base_url, open_sqlite(folder / database))


def publish_rich(service: Site) -> Edition:
    """Publish the rich file in three editions: a deadline is extended twice, a record cancelled later."""
    text = RICH.read_text(encoding="utf-8")
    final = "closes: 10 February 2027, 17:00"
    assert final in text
    service.publish(text.replace(final, "closes: 3 February 2027"), PUBLISHED)
    service.publish(text.replace(final, "closes: 5 February 2027, 12:00"), PUBLISHED.replace(day=8))
    return service.publish(
        text.replace(
            final, f"{final}\n    note_of_change: {{en: More time was asked for., fr: On a demandé du temps.}}"
        ),
        PUBLISHED.replace(day=12),
    )
