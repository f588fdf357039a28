"""A calendar to audit: published into a database of its own, asked in this process, the clock standing still."""

from datetime import UTC, datetime

from calendar_service.output_formats import list_outputs
from calendar_service.publishing import publish_file
from calendar_service.settings import Settings
from calendar_service.store.editions import PublishOutcome, load_edition
from calendar_service.store.engine import sqlite_url
from calendar_service.verification.audit import ZONES, verify_outputs
from calendar_service.web.app import create_app
from calendar_service.web.context import CACHE
from calendar_service.web.inprocess import ask_application
from tests.support.databases import open_sqlite
from tests.support.paths import CALENDARS, ROOT

EVENTS = ROOT / "data" / "events.yaml"
RICH = CALENDARS / "rich.yaml"
PUBLISHED = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
SMALL = CALENDARS / "small.yaml"


class Audited:
    def __init__(self, folder):
        self.folder = folder
        self.url = sqlite_url(folder / "audited.sqlite3")
        self.engine = open_sqlite(folder / "audited.sqlite3")
        self._app, self.now = None, NOW

    def publish(self, text, at=PUBLISHED):
        path = self.folder / "calendar.yaml"
        path.write_text(text, encoding="utf-8")
        result = publish_file(self.engine, path, at, confirmed=True)
        assert result.outcome is PublishOutcome.PUBLISHED, result.reasons

    def app(self, now=NOW):
        """Give the application as it is after a restart; its templates stay compiled, which is what takes time."""
        self.now = now
        if self._app is None:
            self._app = create_app(
                Settings(base_url="https://calendar.example"), self.engine, lambda: self.now, keys=("k" * 40,)
            )
        cache = self._app.extensions[CACHE]
        cache.responses.clear()
        cache.renderer.events.clear()
        cache._refreshed_at = float("-inf")
        return self._app

    def audit(self, languages=("en", "fr"), zones=ZONES, fetch=None, now=NOW):
        fetch = fetch or ask_application(self.app(now))
        return verify_outputs(load_edition(self.engine), languages, list_outputs(), fetch, lambda: now, zones)


def extend(audited, text, final, before):
    """Publish a calendar in which a deadline was another one before."""
    assert final in text
    for number, words in enumerate(before):
        audited.publish(text.replace(final, words), PUBLISHED.replace(day=4 + number))
    audited.publish(text, PUBLISHED.replace(day=12))
