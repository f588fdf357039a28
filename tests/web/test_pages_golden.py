"""Whole pages and listings. After a change that is meant: REWRITE_GOLDEN=1 pytest tests/web/test_pages_golden.py"""

import os
import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden" / "pages"
PAGES = {
    "agenda.en.html": "/",
    "agenda.fr.html": "/fr/",
    "agenda-tenders.fr.html": "/fr/?kind=tender&tz=Asia/Seoul",
    "month.en.html": "/month/2026-12",
    "month.fr.html": "/fr/month/2026-12",
    "tender.en.html": "/events/charts-tender",
    "tender.fr.html": "/fr/events/charts-tender",
    "subscribe.en.html": "/subscribe",
    "subscribe.fr.html": "/fr/subscribe?kind=tender",
    "sign-up.en.html": "/reminders",
    "sign-up.fr.html": "/fr/reminders?id=charts-tender",
    "embed.en.html": "/embed",
    "embed.fr.html": "/fr/embed?view=month",
    "widget.en.html": "/widget",
    "widget-month.fr.html": "/widget?view=month&lang=fr&month=2026-12",
    "no-such-page.en.html": "/nothing",
    "bad-selection.fr.html": "/fr/?kind=party",
    "calendar.atom": "/calendar.atom",
    "calendar.csv": "/calendar.csv",
    "calendar.json": "/calendar.json",
    "calendar.jcal": "/calendar.jcal",
    "sitemap.xml": "/sitemap.xml",
    "oembed.json": "/oembed?url=https%3A%2F%2Fcalendar.example.org%2F",
}


@pytest.mark.parametrize("name", PAGES)
def test_whole_page(showcase, name):
    # Newer style sheets and scripts have other names; that alone does not make another page.
    body = re.sub(rb"(/static/[\w.-]+\?v=)\w+", rb"\1*", showcase.get(PAGES[name]).get_data())
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
    assert body == path.read_bytes()
