"""A real browser, and pages that write down what they complain about and ask for."""

import struct
import zlib

import pytest
from playwright.sync_api import sync_playwright

from tests.support.tools import find_chromium

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield found
        found.close()


def look(browser, url=None, **options):
    """Open a page, with what its console says, and what it asks for."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.faults, page.asked = [], []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("dialog", lambda dialog: (page.faults.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: page.asked.append(request.url))
    if url:
        page.goto(url)
    return page


def pixel(page, x, y):
    """Give the colour of one point of a page, from a picture (PNG) of that point alone."""
    png = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    at, packed = 8, b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    return tuple(zlib.decompress(packed)[1:4])
