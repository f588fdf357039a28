"""The walk-through of docs/admin-walkthrough.md, as a person does it in a browser; run as a program it takes the pictures.

Run by `make walkthrough`. The clock stands still, so that the pictures change only with the pages.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from calendar_service.store import clocks
from tests.support.admin_site import ANNA, Programme, link_in
from tests.support.browser import FLAGS
from tests.support.databases import open_sqlite
from tests.support.paths import ROOT
from tests.support.served import serve_in_thread
from tests.support.tools import find_chromium

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 900, "height": 640}
TITLE = "Webinar on housing in mixed neighbourhoods"
NEWS = f"""\
Fresh ideas from Ansan (South Korea) are in our collection: have a look!

Cities of the network try out policies that bring their residents together. A few of them wrote down what worked...

Read More

{TITLE}

14 January 2027 at 11.00-12.30 CET Online

What can a town hall do when rents rise? Three cities tell what they have tried...

Read More
"""


def walk(page, address, open_link, take=lambda _: None):
    """Sign in, paste a webinar from a news page, look at who is notified, and publish.

    `open_link` returns the link that was mailed; `take` is called with a name wherever there is something to see.
    """
    page.goto(f"{address}/admin")
    page.fill("#address", ANNA.address)
    take("sign-in")
    page.click("main button")
    page.goto(open_link())
    page.click("main button")
    page.wait_for_selector("text=Sign out")
    take("records")
    page.click("nav.pages >> text=Paste")
    page.fill("#text", NEWS)
    take("paste")
    page.click("button:has-text('Read it')")
    page.wait_for_selector(f"h2:has-text('{TITLE}')")
    take("cards")
    page.click("button:has-text('Keep what is accepted')")
    page.wait_for_selector("h1:has-text('Changes')")
    take("changes")
    page.click("button:has-text('Publish')")
    page.wait_for_selector(".done:has-text('Published.')")
    page.goto(f"{address}/?q=housing")
    page.click(f"main a:has-text('{TITLE}')")
    page.wait_for_selector(f"h1:has-text('{TITLE}')")
    take("published")


def open_programme(folder):
    """The demonstration file with two subscribers of everything, on a clock that stands still."""
    text = (ROOT / "data" / "events.yaml").read_text(encoding="utf-8")
    site = Programme(folder, open_sqlite(folder / "calendar.sqlite3"), text, base_url="http://127.0.0.1:8000")
    site.subscribe("ann@example.org", kind=[], own_leads="")
    site.subscribe("bea@example.org", kind=[], own_leads="", language="fr")
    site.plan()
    site.later(minutes=30)
    return site


def mailed_link(site, address):
    """The link in the newest mail, on the port where the site is served."""
    mail = site.mailed()[-1].read_text(encoding="utf-8")
    return f"{address}{link_in(mail)}"


def main():
    clocks.server_time = lambda _: None  # the clock of the site stands still, the database's does not
    with tempfile.TemporaryDirectory() as data:
        site = open_programme(Path(data))
        with serve_in_thread(site.app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            page = browser.new_page(viewport=SIZE)
            walk(page, address, lambda: mailed_link(site, address), lambda name: take(page, name))
            browser.close()
        site.engine.dispose()


def take(page, name):
    """Write a picture; none shows the folder of the run, which differs each time."""
    for shown in page.locator("main .notice").all():
        text = shown.inner_text()
        if "mail/" in text:
            shown.evaluate("(each, text) => { each.textContent = text }", re.sub(r"/\S*/mail", "var/mail", text))
    page.screenshot(path=IMAGES / f"admin-{name}.png")


if __name__ == "__main__":
    sys.exit(main())
