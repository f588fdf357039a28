"""The preview beside the form follows what is typed; without scripts its button brings it."""

import re

import pytest

from calendar_service.store import clocks
from tests.support.admin_browser import RUN, VIEWS, sign_in
from tests.support.admin_site import Programme
from tests.support.browser import look
from tests.support.tools import AXE


@pytest.fixture
def site(tmp_path, database_file, live, monkeypatch):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    made = Programme(tmp_path, database_file, base_url="http://127.0.0.1:8000")
    made.address = live(made)
    return made


def open_preview(browser, site, **how):
    page = look(browser, **how)
    sign_in(page, site)
    page.goto(f"{site.address}/admin/records/rumours/edit?lang=en")
    page.click("button:has-text('Preview')")
    return page


def heading(page):
    return page.frame_locator("iframe.preview-page").locator("h1")


@pytest.mark.parametrize("view", VIEWS)
def test_a_preview_follows_what_is_typed_and_keeps_nothing(browser, site, view):
    page = open_preview(browser, site, viewport=VIEWS[view])
    page.wait_for_url("**/admin/records/rumours/edit#preview")
    heading(page).get_by_text("Rumours").wait_for()
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.locator("[name='title.en']").press("End")
    page.locator("[name='title.en']").press_sequentially(" and facts", delay=20)
    heading(page).get_by_text("Rumours and facts").wait_for()
    page.locator("#preview .subject").get_by_text("Rumours and facts").wait_for()
    posts = [each for each in asked if each[0] == "POST"]
    assert len(posts) == 1  # not for each key
    assert all(url.startswith((site.address, "about:")) for _, url in asked)
    page.fill("[name='when']", "on a fine day")
    page.get_by_text("The preview is that of before.").wait_for()
    assert heading(page).inner_text() == "Rumours and facts"
    page.fill("[name='when']", "4 December 2026 at 11.00-12.30 CET")
    page.get_by_text("So it will look. Nothing is saved yet.").wait_for()
    page.frame_locator("iframe.preview-phone").get_by_text(re.compile("4 December 2026")).first.wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "No change waits." in page.inner_text("body")
    assert [each for each in page.faults if "422" not in each] == []
    page.context.close()


def test_on_a_wide_screen_it_stands_beside_the_form(browser, site):
    page = open_preview(browser, site, viewport={"width": 1440, "height": 900})
    form, preview = page.locator("form[data-live]").bounding_box(), page.locator("#preview").bounding_box()
    assert preview["x"] >= form["x"] + form["width"]
    assert preview["y"] < 900
    page.context.close()


def test_without_scripts_the_button_brings_it(browser, site):
    page = open_preview(browser, site, java_script_enabled=False)
    page.fill("[name='title.en']", "Facts")
    page.click("button:has-text('Preview')")
    assert 'srcdoc="' in page.locator("#preview").inner_html()
    assert "Facts" in page.locator("#preview .subject").inner_text()
    page.context.close()


def test_a_session_that_has_ended_leaves_the_preview_as_it_was(browser, site):
    page = open_preview(browser, site)
    site.later(hours=13)
    page.fill("[name='title.en']", "Facts")
    page.get_by_text("The preview is that of before.").wait_for()
    assert page.input_value("[name='title.en']") == "Facts"
    page.context.close()
