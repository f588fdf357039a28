"""The admin pages in Chromium: with and without scripts, in both languages, on a phone, for all."""

import pytest

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import keep_edits
from calendar_service.parsers.editing.edits import SetValue
from calendar_service.store import clocks
from calendar_service.store.publication import PublishOutcome
from tests.support.admin_browser import RUN, VIEWS, sign_in
from tests.support.admin_pages import admin_paths
from tests.support.admin_site import ANNA, Programme, link_in
from tests.support.browser import look
from tests.support.databases import open_sqlite
from tests.support.served import serve_in_thread
from tests.support.showcase import FILE
from tests.support.signing_up import FILE as DEMO
from tests.support.tools import AXE

OPEN = ["/admin", "/admin?lang=fr"]
SIGNED_IN = [
    "/admin",
    "/admin?lang=fr&show=attention",
    "/admin?lang=en&q=nothing",
    "/admin/changes",
    "/admin/changes?lang=fr",
    "/admin/changes/message",
    "/admin/paste",
    "/admin/new",
    "/admin/new?kind=webinar",
    "/admin/messages",
    "/admin/messages?lang=fr&retried=2",
    "/admin/messages/sample/charts-tender?lang=en&lead=1+day",
    "/admin/history",
    "/admin/history/1?lang=fr",
    "/admin/history/1/restore?lang=en",
    "/admin?show=drafts",
    "/admin/records/secret-roofs/preview",
    "/admin/records/secret-roofs/release",
    "/admin/records/secret-roofs/release?lang=fr",
    "/admin/records/charts-tender/edit",
    "/admin/records/rumours-webinar/edit?lang=fr",
    "/admin/records/charts-tender/move",
    "/admin/records/charts-tender/cancel?lang=fr",
]
MOVED = {
    'closes: "29 November 2026, 17:00"': 'closes: "27 November 2026, 17:00"',
    "when: 15-16 December 2026": "when: 16-17 December 2026",
}
WITHHELD = """
  - id: secret-roofs
    kind: event
    title: {en: Roofs, fr: Toits}
    when: 20 December 2026
    publish_at: 12 December 2026, 14:00
"""


@pytest.fixture(scope="module")
def admin(tmp_path_factory):
    """The showcase with a file that is held, and two subscribers."""
    folder = tmp_path_factory.mktemp("admin")
    text = FILE.read_text(encoding="utf-8")
    engine = open_sqlite(folder / "calendar.sqlite3")
    site = Programme(folder, engine, text, base_url="http://127.0.0.1:8000")
    site.subscribe("ann@example.org", kind=[], own_leads="")
    site.subscribe("bea@example.org", kind=[], own_leads="", language="fr")
    site.plan()
    for old, new in MOVED.items():
        assert old in text
        text = text.replace(old, new)
    text += WITHHELD
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clocks, "server_time", lambda _: None)
        assert site.save(text) is PublishOutcome.HELD
    with serve_in_thread(site.app) as site.address:
        yield site
    site.engine.dispose()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_editor_signs_in_and_out(browser, admin, scripts):
    page = look(browser, f"{admin.address}/admin", java_script_enabled=scripts)
    before = set(admin.mailed())
    page.fill("#address", ANNA.address)
    page.click("main button")
    assert page.locator("h1").inner_text() == "Check your email"
    (mail,) = set(admin.mailed()) - before
    page.goto(f"{admin.address}{link_in(mail.read_text(encoding='utf-8'))}")
    page.click("main button")
    page.wait_for_url("**/admin")
    assert page.locator("footer").inner_text().startswith("Signed in as anna@example.org.")
    page.click("text=Sign out")
    assert page.locator("h1").inner_text() == "Sign in to the admin pages"
    assert page.faults == []
    page.context.close()


def test_a_link_on_another_site_leads_to_who_is_signed_in(browser, admin):
    page = look(browser)
    sign_in(page, admin)
    page.route(
        "http://webmail.example/",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<a href="{admin.address}/admin">to the admin pages</a>'
        ),
    )
    page.goto("http://webmail.example/")
    page.click("a")
    page.wait_for_selector("text=Sign out")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_pages_are_for_all(browser, admin, view, scheme):
    page = look(browser, viewport=VIEWS[view], color_scheme=scheme)
    check(page, admin, OPEN)
    sign_in(page, admin)
    check(page, admin, SIGNED_IN)
    assert page.faults == []
    page.context.close()


def every_page(admin):
    """The pages of all routes, in French: a new one is among them by itself."""
    made = admin_paths(admin.app, record_id="charts-tender", number="1")
    made = [each.replace("charts-tender/release", "secret-roofs/release") for each in made]
    return [f"{each}?lang=fr" for each in made]


def test_every_route_is_for_all_in_french_on_a_phone(browser, admin):
    page = look(browser, viewport=VIEWS["phone"])
    sign_in(page, admin)
    check(page, admin, every_page(admin))
    assert page.faults == []
    page.context.close()


def test_every_route_needs_no_scripts(browser, admin):
    """Without scripts each page has the same heading, fields and buttons as with them."""
    seen = {}
    for scripts in (True, False):
        page = look(browser, viewport=VIEWS["desk"], java_script_enabled=scripts)
        sign_in(page, admin)
        for path in every_page(admin):
            assert page.goto(f"{admin.address}{path}").status == 200, path
            fields = page.locator("main input:not([type=hidden]), main textarea, main select, main button").count()
            shown = page.locator("html").get_attribute("lang"), page.locator("h1").inner_text(), fields
            assert shown[0] == "fr", path
            assert seen.setdefault(path, shown) == shown, path
        assert page.faults == []
        page.context.close()


def check(page, admin, paths):
    for path in paths:
        page.goto(f"{admin.address}{path}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("scripts", [True, False])
def test_a_change_that_waits_is_chosen_and_published(browser, tmp_path, database_file, live, monkeypatch, scripts):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    site = Programme(tmp_path, database_file, base_url="http://127.0.0.1:8000")
    site.address = live(site)
    reader = site.app.extensions[FILE_READER]
    edit = SetValue("roads", ("closes",), "14 December 2026, 17:00")
    keep_edits(site.engine, ANNA.address, {"roads": [edit]}, reader.read(), site.now)
    site.save(DEMO.replace("10 December", "12 December"))
    page = look(browser, viewport=VIEWS["phone"], java_script_enabled=scripts)
    sign_in(page, site)
    page.click("text=Changes")
    if scripts:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("text=As I want it:")
    page.click("button:has-text('Choose')")
    page.click("button:has-text('Publish')")
    assert page.locator(".done").inner_text() == "Published."
    assert "14 December" in site.settings.file.read_text(encoding="utf-8")
    assert page.faults == []
    page.context.close()
