"""The public pages over a database of their own."""

from datetime import UTC, datetime

from calendar_service.publishing import publish_file
from tests.support.paths import ROOT
from tests.support.site import Site

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


class PublicSite(Site):
    """A site that has published a file."""

    def __init__(self, folder, file=PROGRAMME, now=datetime(2026, 11, 23, 12, tzinfo=UTC), base_url=BASE, **settings):
        super().__init__(folder, now, base_url, **settings)
        publish_file(self.engine, file, now)
        self.look_again()
