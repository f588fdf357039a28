"""The service as tests run it: a database of its own, a file to publish, a clock that stands still."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from calendar_service.publishing import publish_file
from calendar_service.records.edition import Edition
from calendar_service.settings import Settings
from calendar_service.store.editions import PublishOutcome, load_edition
from calendar_service.web.app import create_app
from calendar_service.web.context import CACHE
from calendar_service.web.edition_cache import EditionCache
from tests.support.databases import open_sqlite
from tests.support.paths import CALENDARS, ROOT

RICH = CALENDARS / "rich.yaml"
EVENTS = ROOT / "data" / "events.yaml"
PUBLISHED = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
BASE = "https://calendar.example"


@dataclass
class Service:
    folder: Path
    engine: Engine
    app: Flask
    times: list[datetime]

    @property
    def cache(self) -> EditionCache:
        return self.app.extensions[CACHE]

    def publish(self, text: str, at: datetime) -> Edition:
        path = self.folder / "calendar.yaml"
        path.write_text(text, encoding="utf-8")
        result = publish_file(self.engine, path, at, confirmed=True)
        assert result.outcome is PublishOutcome.PUBLISHED, result.reasons
        self.cache._refreshed_at = float("-inf")
        return load_edition(self.engine)

    def set_clock(self, now: datetime) -> None:
        self.times[0] = now

    def get(self, path, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().get(path, headers=named)

    def body(self, path: str) -> bytes:
        response = self.get(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.data


def open_service(folder: Path, now: datetime = NOW, base_url: str = BASE, database: str = "test.sqlite3") -> Service:
    engine = open_sqlite(folder / database)
    times = [now]
    app = create_app(Settings(base_url=base_url), engine, lambda: times[0], keys=("k" * 40,))
    return Service(folder, engine, app, times)


def publish_rich(service: Service) -> Edition:
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
