"""The public pages over a database of their own."""

from datetime import UTC, datetime

from calendar_service.publishing import publish_file
from calendar_service.settings import Settings
from calendar_service.web.app import create_app
from tests.support.databases import open_sqlite
from tests.support.paths import ROOT

PROGRAMME = ROOT / "data" / "events.yaml"
BASE = "https://calendar.example.org"
HEAD = """\
calendar:
  id: demo.example
  name: {en: Demo, fr: Démo}
  timezone: Europe/Paris
  languages: [en, fr]
records:
"""


class Site:
    """The service on a database of its own, with a clock that stands still."""

    def __init__(self, folder, file=PROGRAMME, now=datetime(2026, 11, 23, 12, tzinfo=UTC), settings=None):
        self.now = now
        self.engine = open_sqlite(folder / "calendar.sqlite3")
        publish_file(self.engine, file, now)
        self.app = create_app(settings or Settings(base_url=BASE), self.engine, lambda: self.now, keys=("k" * 40,))
        self.client = self.app.test_client()

    def get(self, path, **headers):
        return self.client.get(path, headers=headers)
