"""From sign-in to a published webinar by keyboard alone, with and without scripts; where the focus is can be seen."""

import pytest

from calendar_service.store import clocks
from calendar_service.store.editions import load_edition
from tests.support.admin_site import ANNA
from tests.support.browser import look
from tests.support.walkthrough import NEWS, TITLE, mailed_link, open_programme

_MOST_STOPS = 80
_IS_THERE = "selector => document.activeElement.matches(selector)"
_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
}"""
CORRECTED = f"{TITLE} and towns"


def tab_to(page, selector):
    """Press Tab until the focus is at an element, as somebody does who has no pointer."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(_IS_THERE, selector):
            assert page.evaluate(_SEEN), f"the focus cannot be seen at {selector}"
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def press(page, selector):
    tab_to(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_paste_correct_and_publish(browser, tmp_path, live, monkeypatch, scripts):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    site = open_programme(tmp_path)
    address = live(site)
    page = look(browser, f"{address}/admin", java_script_enabled=scripts)
    tab_to(page, "#address")
    page.keyboard.type(ANNA.address)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Check your email')")
    page.goto(mailed_link(site, address))
    press(page, "main button")
    page.wait_for_selector("text=Sign out")
    press(page, "nav.pages a[href='/admin/paste']")
    page.wait_for_url("**/admin/paste")
    tab_to(page, "#text")
    page.keyboard.insert_text(NEWS)
    press(page, "button[value=read]")
    page.wait_for_selector(f"h2:has-text('{TITLE}')")
    tab_to(page, "[name^=text-][name*=title]")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(CORRECTED)
    press(page, "button[value=accept]")
    page.wait_for_selector("h1:has-text('Changes')")
    press(page, "button[value=publish]")
    page.wait_for_selector(".done:has-text('Published.')")
    assert CORRECTED in [entry.record.title.get("en") for entry in load_edition(site.engine).entries.values()]
    assert page.faults == []
    page.context.close()
