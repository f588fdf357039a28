"""A broken file is corrected in Chromium on a phone, with and without scripts, in the dark and in French, for all."""

import pytest

from calendar_service.store import clocks
from tests.support.admin_browser import RUN, VIEWS, sign_in
from tests.support.admin_site import Programme
from tests.support.browser import look
from tests.support.signing_up import FILE
from tests.support.tools import AXE

GOOD = FILE.replace("10 December", "14 December")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_broken_file_is_corrected_and_published(browser, tmp_path, database_file, live, monkeypatch, scripts):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    site = Programme(tmp_path, database_file, base_url="http://127.0.0.1:8000")
    site.save(GOOD.replace("kind: tender", "kind: tenders"))
    site.address = live(site)
    page = look(browser, viewport=VIEWS["phone"], color_scheme="dark", java_script_enabled=scripts)
    sign_in(page, site)
    page.goto(f"{site.address}/admin/changes?lang=fr")
    page.click("text=Corriger ici")
    check(page, scripts)
    lines = page.locator("textarea").first
    lines.fill(lines.input_value().replace("kind: tenders", "kind: tender"))
    page.click("button[value=check]")
    page.wait_for_selector(".done")
    check(page, scripts)
    page.click("button[value=publish]")
    page.wait_for_selector(".done:has-text('Publié.')")
    assert site.settings.file.read_text(encoding="utf-8") == GOOD
    assert page.faults == []
    page.context.close()


def check(page, scripts):
    if scripts:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
