"""The showcase: a calendar with each state that a page can show, one of its deadlines moved after it was published."""

from datetime import UTC, datetime

from calendar_service.publishing import publish_file
from tests.support.paths import CALENDARS
from tests.support.public_site import PublicSite

FILE = CALENDARS / "showcase.yaml"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_MOVED = {
    'closes: "29 November 2026, 17:00"': 'closes: "23 November 2026, 17:00"',
    "when: 15-16 December 2026": "when: 14-15 December 2026",
    'opens: "30 November 2026, 10:00"': 'opens: "24 November 2026, 10:00"',
}


def open_showcase(folder, base_url, **settings):
    """Publish the showcase as it was, then as it is, and give its site as of 23 November 2026."""
    text = FILE.read_text(encoding="utf-8")
    before = text
    for new, old in _MOVED.items():
        assert new in before
        before = before.replace(new, old)
    earlier = folder / "earlier.yaml"
    earlier.write_text(before, encoding="utf-8")
    site = PublicSite(folder, earlier, now=datetime(2026, 11, 10, 9, tzinfo=UTC), base_url=base_url, **settings)
    publish_file(site.engine, FILE, datetime(2026, 11, 16, 9, tzinfo=UTC), confirmed=True)
    site.look_again()
    site.now = NOW
    return site
