"""Writes pictures of the showcase: all into var/screenshots, those that the README shows into docs/images.

Run by `make screenshots`.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.paths import ROOT
from tests.support.served import serve_in_thread
from tests.support.showcase import open_showcase
from tests.support.tools import find_chromium

# Name, path, width, height of the window (0: the whole page), scheme.
SHOTS = [
    ("agenda", "/", 1280, 900, "light"),
    ("agenda-whole", "/", 1280, 0, "light"),
    ("agenda-dark", "/", 1280, 900, "dark"),
    ("agenda-phone", "/fr/", 390, 844, "light"),
    ("agenda-filtered", "/?kind=event&tag=network&q=visit", 1280, 900, "light"),
    ("month", "/month/2026-12", 1280, 0, "light"),
    ("month-dark", "/fr/month/2026-12", 1280, 0, "dark"),
    ("month-phone", "/month/2026-12", 390, 844, "light"),
    ("tender", "/events/charts-tender", 1280, 900, "light"),
    ("tender-phone", "/fr/events/charts-tender", 390, 0, "dark"),
    ("webinar", "/events/rumours-webinar", 1280, 0, "light"),
    ("cancelled", "/fr/events/cancelled", 1280, 0, "light"),
    ("long", "/events/long", 390, 0, "light"),
    ("arabic", "/events/arabic", 1280, 0, "light"),
    ("subscribe", "/subscribe?kind=tender", 1280, 0, "light"),
    ("subscribe-phone", "/fr/subscribe", 390, 0, "light"),
    ("error", "/fr/?kind=party&tag=network", 1280, 600, "light"),
]
IN_README = ("agenda", "month-dark", "tender", "agenda-phone")


def main():
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        site = open_showcase(Path(data), "https://calendar.example.org")
        with serve_in_thread(site.app) as address:
            take_all(folder, address)
        site.engine.dispose()


def take_all(folder, address):
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        for name, path, width, height, scheme in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": height or 900},
                color_scheme=scheme,
                timezone_id="America/New_York",
            )
            page.goto(f"{address}{path}")
            page.screenshot(path=folder / f"{name}.png", full_page=not height)
            if name in IN_README:
                page.screenshot(
                    path=ROOT / "docs" / "images" / f"{name}.jpg", full_page=not height, type="jpeg", quality=54
                )
            page.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
