"""The service as tests run it: a database of its own, in this process, with a clock that stands still."""

from datetime import datetime
from pathlib import Path

from werkzeug.test import TestResponse

from calendar_service.publishing import publish_file
from calendar_service.records.edition import Edition
from calendar_service.settings import Settings
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import Database
from calendar_service.store.publication import PublishOutcome
from calendar_service.web.app import create_app
from calendar_service.web.context import CACHE
from calendar_service.web.edition_cache import EditionCache
from tests.support.databases import open_sqlite


class Site:
    """A service whose `now` tests set; without an engine on a new SQLite database in the folder."""

    def __init__(
        self,
        folder: Path,
        now: datetime,
        base_url: str,
        engine: Database | None = None,
        settings: Settings | None = None,
        **more: object,
    ) -> None:
        self.folder = folder
        self.now = now
        self.base = base_url
        self.engine = engine or open_sqlite(folder / "calendar.sqlite3")
        self.app = create_app(
            settings or Settings(base_url=base_url, **more), self.engine, lambda: self.now, keys=("k" * 40,)
        )
        self.client = self.app.test_client()

    @property
    def cache(self) -> EditionCache:
        return self.app.extensions[CACHE]

    def publish(self, calendar: str | Path, at: datetime) -> Edition:
        """Publish a text or a file, whatever it changes, and serve it at once."""
        path = calendar
        if isinstance(calendar, str):
            path = self.folder / "calendar.yaml"
            path.write_text(calendar, encoding="utf-8")
        result = publish_file(self.engine, path, at, confirmed=True)
        assert result.outcome is PublishOutcome.PUBLISHED, result.reasons
        self.look_again()
        return load_edition(self.engine)

    def look_again(self) -> None:
        """Look for a new edition, as a server does in a thread."""
        self.cache.refresh()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, data: object = None, **headers: str) -> TestResponse:
        return self.client.post(path, data=data, headers=headers)

    def html(self, path: str) -> str:
        return self.get(path).get_data(as_text=True)

    def body(self, path: str) -> bytes:
        response = self.get(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.data
