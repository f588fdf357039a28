"""Whole feeds, byte for byte. After a change that is meant: REWRITE_GOLDEN=1 pytest tests/web/test_feeds_golden.py"""

import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden" / "feeds"
FEEDS = {
    "en": "/calendar.ics?from=2005-01-01",
    "fr": "/calendar.ics?from=2005-01-01&lang=fr",
    "seoul": "/calendar.ics?tz=Asia/Seoul&kind=webinar",
    "alarms": "/calendar.ics?alarms=7+days&kind=tender,event",
    "single": "/events/charts-tender.ics",
}


@pytest.mark.parametrize("name", FEEDS)
def test_whole_feed(rich, name):
    written = rich.body(FEEDS[name])
    path = GOLDEN / f"{name}.ics"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_bytes(written)
    assert written == path.read_bytes()
