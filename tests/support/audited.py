"""A calendar to audit: published into a database of its own, asked in this process, the clock standing still."""

from datetime import UTC, datetime

from calendar_service.cli.audited_messages import audited_messages
from calendar_service.output_formats import list_outputs
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import sqlite_url
from calendar_service.verification.audit import ZONES, add_messages, verify_outputs
from calendar_service.web.inprocess import ask_application
from tests.support.databases import open_sqlite
from tests.support.paths import CALENDARS, ROOT
from tests.support.site import Site

EVENTS = ROOT / "data" / "events.yaml"
RICH = CALENDARS / "rich.yaml"
PUBLISHED = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
SMALL = CALENDARS / "small.yaml"
WINDOWS = CALENDARS / "windows.yaml"


class Audited(Site):
    def __init__(self, folder):
        self.url = sqlite_url(folder / "audited.sqlite3")
        super().__init__(folder, NOW, "https://calendar.example", open_sqlite(folder / "audited.sqlite3"))

    def publish(self, calendar, at=PUBLISHED):
        return super().publish(calendar, at)

    def app_at(self, now=NOW):
        """Return the application as it is after a restart; its templates stay compiled, which is what takes time."""
        self.now = now
        self.cache.responses.clear()
        self.cache.pages.clear()
        self.cache.renderer.events.clear()
        self.look_again()
        return self.app

    def audit(self, languages=("en", "fr"), zones=ZONES, fetch=None, now=NOW, *, with_messages=False):
        fetch, edition = fetch or ask_application(self.app_at(now)), load_edition(self.engine)
        report = verify_outputs(edition, languages, list_outputs(), fetch, lambda: now, zones)
        if with_messages:
            add_messages(report, audited_messages(edition, self.base, now), edition, now)
        return report


def extend(audited, text, final, before):
    """Publish a calendar in which a deadline was another one before."""
    assert final in text
    for number, words in enumerate(before):
        audited.publish(text.replace(final, words), PUBLISHED.replace(day=4 + number))
    audited.publish(text, PUBLISHED.replace(day=12))
