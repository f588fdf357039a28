"""The walk-through of the docs works as it is written, in less than two minutes, with and without scripts."""

import time

import pytest

from calendar_service.store import clocks
from calendar_service.store.editions import load_edition
from tests.support.browser import look
from tests.support.paths import ROOT
from tests.support.walkthrough import NEWS, TITLE, mailed_link, open_programme, walk


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_first_page_to_a_published_webinar(browser, tmp_path, live, monkeypatch, scripts):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    site = open_programme(tmp_path)
    address, steps = live(site), []
    page = look(browser, java_script_enabled=scripts)
    began = time.monotonic()
    walk(page, address, lambda: mailed_link(site, address), steps.append)
    assert time.monotonic() - began < 120
    assert TITLE in [entry.record.title.get("en") for entry in load_edition(site.engine).entries.values()]
    assert page.faults == []
    page.context.close()
    text = (ROOT / "docs" / "admin-walkthrough.md").read_text(encoding="utf-8")
    assert NEWS in text
    for name in steps:
        assert f"(images/admin-{name}.png)" in text
