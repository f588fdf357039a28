"""Requests to a server of the service, beside granian that serves the same bytes from a bare WSGI function.

What counts is the CPU time of the server for one request, in its threads and in the kernel: the client and the
server share the machine's cores, so that a rate would measure the client as well.
"""

import http.client
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path

from bench.calendars import write_file
from bench.measure import Result, row
from bench.servers import ask, cpu_seconds, serving, start

# Short ones: what else the machine does changes from second to second.
ROUNDS = 25
REQUESTS = 200
BARE = """\
from pathlib import Path

BODY = Path(__file__).with_name("body").read_bytes()
ETAG = {etag!r}
HEADERS = {headers!r}

def application(environ, start_response):
    if environ.get("HTTP_IF_NONE_MATCH") == ETAG:
        start_response("304 Not Modified", [("ETag", ETAG)])
        return [b""]
    start_response("200 OK", HEADERS)
    return [BODY]
"""


@contextmanager
def both():
    """Serve the calendar by the service, and its feed's bytes by a bare function; yield both and the feed's tag."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "calendar.yaml").write_bytes(write_file(200))
        with serving(start("granian", folder), "/calendar.ics") as ours:
            _, body, headers = ask(http.client.HTTPConnection("127.0.0.1", ours.port), "/calendar.ics")
            (folder / "body").write_bytes(body)
            kept = [each for each in headers.items() if each[0].lower() not in ("server", "date")]
            (folder / "bare.py").write_text(BARE.format(etag=headers["ETag"], headers=kept))
            with serving(start("bare", folder), "/") as bare:
                yield ours, bare, headers["ETag"]


def cost(server, path, status=200, tag=""):
    """Return the server's CPU seconds for a request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": tag} if tag else {})
    before = cpu_seconds(server.process.pid)
    for _ in range(REQUESTS):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status != status:
            raise ValueError((path, response.status))
    connection.close()
    return (cpu_seconds(server.process.pid) - before) / REQUESTS


def rates(ours, peer):
    """Compare rates, the inverse of costs, in turn; each side is its name and a function."""
    costs = [(ours[1](), peer[1]()) for _ in range(ROUNDS)]
    found = [theirs / our for our, theirs in costs]
    result = Result(statistics.median(found), min(found), max(found))
    medians = [statistics.median(each) for each in zip(*costs, strict=True)]
    result.sides = dict(zip((ours[0], peer[0]), medians, strict=True))
    return result


@row("rate of the warm feed (gzip), to granian with the same bytes from a bare WSGI function", least=0.8)
def warm_feed():
    with both() as (ours, bare, _):
        return rates(("feed", lambda: cost(ours, "/calendar.ics")), ("bare", lambda: cost(bare, "/calendar.ics")))


@row("rate of the 304 of the warm feed, to the same", least=0.8)
def not_modified():
    with both() as (ours, bare, tag):
        path = "/calendar.ics"
        return rates(("304", lambda: cost(ours, path, 304, tag)), ("bare", lambda: cost(bare, path, 304, tag)))


def page_rate(path):
    with both() as (ours, _, _):
        return rates((path, lambda: cost(ours, path)), ("warm feed", lambda: cost(ours, "/calendar.ics")))


@row("rate of `/`, warm, to the warm feed's", least=0.3)
def home():
    return page_rate("/")


@row("rate of `/month`, warm, to the warm feed's", least=0.3)
def month():
    return page_rate("/month")


@row("rate of an event's page, warm, to the warm feed's", least=0.3)
def event():
    return page_rate("/events/r1")


@row("rate of `/widget`, warm, to the warm feed's", least=0.3)
def widget():
    return page_rate("/widget")
