"""The calendar of the widget tests: each state once, served at one address, with a foreign site at another."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from calendar_service.records.selection import Selection
from calendar_service.web.widget_query import WidgetQuery
from tests.support.served import serve_in_thread
from tests.support.site import Site

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2027, 3, 1)
LONG = (
    "A title of very many words that goes on about all that the conference is to discuss " * 3
    + "and then some more, to 300"
)
HEAD = """\
calendar:
  id: widget.example
  name: {en: Cities, fr: Villes}
  timezone: Europe/Paris
  languages: [en, fr]
records:
"""
RECORDS = f"""\
  - {{id: charts, kind: tender, title: {{en: Online charts, fr: Graphiques}}, closes: "29 November 2026, 17:00",
      note_of_change: {{en: terms corrected, fr: cahier corrigé}}, tags: [data]}}
  - {{id: audit, kind: tender, title: Audit of web sites, closes: "25 November 2026, 17:00", languages: [en]}}
  - {{id: rumours, kind: webinar, title: {{en: Rumours, fr: Rumeurs}}, when: 3 December 2026 at 11.00-12.30 CET,
      place: {{name: online, city: Seoul, country: KR}}, tags: [education]}}
  - {{id: bergen, kind: event, title: {{en: Visit to Bergen, fr: Visite à Bergen}}, when: 9-11 December 2026, status: cancelled}}
  - {{id: academy, kind: event, title: {{en: Academy, fr: Académie}}, when: 10 December 2026, status: postponed}}
  - {{id: arabic, kind: event, title: "مؤتمر المدن المشتركة", when: 14 December 2026, languages: [ar]}}
  - {{id: long, kind: event, title: "{LONG}", when: 20 January 2027, languages: [en]}}
  - {{id: over, kind: webinar, title: {{en: Racism, fr: Racisme}}, when: 7 July 2026 at 11.00-12.30 CET, tags: [past]}}
"""
EARLIER = RECORDS.replace('closes: "29 November 2026, 17:00"', 'closes: "24 November 2026, 17:00"')


class WidgetSite(Site):
    """A site that has published the records, and before them earlier ones."""

    def __init__(self, folder, records=RECORDS, earlier="", base_url="https://calendar.example", **settings):
        super().__init__(folder, NOW, base_url, **settings)
        for text, at in ((earlier, NOW.replace(day=1)), (records, NOW.replace(day=16))):
            if text:
                self.publish(HEAD + text, at)


@pytest.fixture(scope="module")
def widget_site(tmp_path_factory):
    site = WidgetSite(tmp_path_factory.mktemp("widget"), earlier=EARLIER)
    yield site
    site.engine.dispose()


@pytest.fixture(scope="module")
def served_widget(tmp_path_factory):
    """Serve the calendar at an address that it knows of itself."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    site = WidgetSite(tmp_path_factory.mktemp("served"), earlier=EARLIER, base_url=f"http://127.0.0.1:{port}")
    with serve_in_thread(site.app, port):
        yield site
    site.engine.dispose()


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


class ForeignSite:
    """Pages of another origin: what is put into `pages` is sent, with a policy where one is named."""

    def __init__(self):
        pages = self.pages = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                html, policy = pages.get(self.path, ("", ""))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"

    def show(self, body, policy=""):
        self.pages["/page"] = (
            f"<!doctype html><html lang=en><head><title>City</title><link rel=icon href='data:,'></head><body>{body}</body></html>",
            policy,
        )
        return f"{self.url}/page"


@pytest.fixture(scope="module")
def foreign():
    site = ForeignSite()
    with running(site.server):
        yield site


def widget_options():
    """Give the names of all options of the widget: its own and those of selections."""
    selection = Selection(
        ("event",), ("a",), ("FR",), ("en",), ("x",), "q", DAY, DAY, "en", "UTC", "1 day", hide_cancelled=True
    )
    return [name for name, _ in WidgetQuery(selection, "next", "dark", "aaaaaa", 5, DAY).pairs()]


VIEWS = ["agenda", "month", "next", "compact"]
VOID = {"meta", "link", "br", "input", "img", "hr", "path"}


class Markup(HTMLParser):
    """The tags of a page, whether they are well nested, and its text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.faults, self.words = [], [], [], []
        self.feed(html)
        self.faults += self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)

    def handle_data(self, data):
        if not set(self.open) & {"title", "style", "script"}:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def seen(site, path, status=200):
    answer = site.get(path)
    assert answer.status_code == status, path
    return Markup(answer.get_data(as_text=True))


def line(site, **data):
    attributes = " ".join(f'data-{name}="{value}"' for name, value in ({"view": "agenda"} | data).items())
    return f'<script async src="{site.base}/widget.js" {attributes}></script>'


def inside(page, number=0):
    """Give the frame of a widget, once it is as high as what is in it."""
    page.wait_for_function(
        "n => { const all = [...document.querySelectorAll('calendar-widget')]; return all[n] && all[n].height > 0; }",
        arg=number,
    )
    return widgets(page)[number]


def widgets(page):
    return [frame for frame in page.frames if "/widget" in frame.url]
