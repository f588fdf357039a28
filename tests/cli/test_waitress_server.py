"""What a real `serve` does with bodies, `Expect`, proxies and names of hosts, over plain sockets."""

import socket
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from waitress.adjustments import Adjustments

from calendar_service.admin.access import MAX_EDITOR_BODY_BYTES
from calendar_service.cli.waitress_server import _Parser, _parser_of
from calendar_service.reminders.subscriptions.service import ASKS_PER_HOUR
from calendar_service.web.app import MAX_BODY_BYTES
from tests.support.running_service import PROGRAM, Scene
from tests.support.signing_up import CHOICE

HERE = "127.0.0.1"
HOST = "calendar.example.org"
FORM = "Content-Type: application/x-www-form-urlencoded"
SIGN_UP = urlencode(CHOICE, doseq=True).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Scene(tmp_path_factory.mktemp("serve"))
    made.environment |= {"CALENDAR_BASE_URL": f"https://{HOST}", "CALENDAR_TRUSTED_PROXIES": "1"}
    made.start(PROGRAM, "serve", "--port", made.port)
    made.wait_until(lambda: made.ready().get("status"), 30)
    yield made
    assert made.stop() == []


@contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


def head(line, *fields, host=HOST):
    return "\r\n".join([f"{line} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode()


def rest(connection):
    return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def ask(server, line, *fields, body=b"", host=HOST):
    """The whole answer to one request, on a connection that is closed after it."""
    with connected(server) as connection:
        length = [f"Content-Length: {len(body)}"] if body else []
        connection.sendall(head(line, "Connection: close", *length, *fields, host=host) + body)
        return rest(connection)


@pytest.mark.parametrize("fields", [(), ("Expect: 100-continue",)], ids=["plain", "expect"])
@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 150 * 2**20])
def test_a_long_body_is_refused_before_it_comes(server, size, fields):
    with connected(server) as connection:
        connection.sendall(head("POST /reminders", f"Content-Length: {size}", FORM, *fields))
        answer = rest(connection)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "64 kB at most" in answer


def test_a_long_body_in_chunks_is_refused(server):
    chunks = (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 2
    with connected(server) as connection:
        # No byte more, or the connection is reset before its answer is read.
        fields = head("POST /reminders", "Transfer-Encoding: chunked", FORM)
        connection.sendall(fields + chunks[: MAX_BODY_BYTES + 1])
        answer = rest(connection)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "64 kB at most" in answer


def test_a_body_as_long_as_the_limit_is_read(server):
    # Its words are what is wrong, not its length.
    assert ask(server, "POST /reminders", FORM, body=b"a" * MAX_BODY_BYTES).startswith("HTTP/1.1 400 ")


def test_a_request_without_a_body_that_expects_to_go_on_is_answered(server):
    assert ask(server, "GET /calendar.ics", "Expect: 100-continue").startswith("HTTP/1.1 200 ")


def test_a_client_that_waits_is_told_to_go_on(server):
    with connected(server) as connection:
        connection.sendall(head("POST /reminders", f"Content-Length: {len(SIGN_UP)}", "Expect: 100-continue", FORM))
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(SIGN_UP)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_visitors_behind_a_proxy_are_told_apart(server):
    def sign_up(number, client):
        body = SIGN_UP.replace(b"ann%40", f"ann{number}%40".encode())
        # What the client itself has said stands first, what the proxy has seen last.
        return ask(server, "POST /reminders", FORM, f"X-Forwarded-For: 203.0.113.{number}, {client}", body=body)[9:12]

    assert [sign_up(each, f"198.51.100.{each}") for each in range(ASKS_PER_HOUR + 4)] == ["200"] * (ASKS_PER_HOUR + 4)
    same = [sign_up(100 + each, "192.0.2.1") for each in range(ASKS_PER_HOUR + 1)]
    assert same == ["200"] * ASKS_PER_HOUR + ["429"]


@pytest.mark.parametrize(
    ("host", "status"), [("Calendar.EXAMPLE.org", 200), ("CALENDAR.example.org:8443", 200), ("other.example.org", 400)]
)
def test_the_name_of_the_host_is_compared_without_case(server, host, status):
    for path in ("/calendar.ics", "/calendar.ics", "/reminders"):
        assert ask(server, f"GET {path}", host=host).startswith(f"HTTP/1.1 {status} ")


@pytest.fixture
def parser_for(monkeypatch):
    """Give the parser of a request with a long body, from a client who may send one if its cookie is good."""
    monkeypatch.setattr(
        _Parser,
        "may_send_more",
        staticmethod(lambda path, header, peer: (path, header.get("COOKIE"), peer) == ("/admin/x", "good", HERE)),
        raising=False,
    )

    def parse(path="/admin/x", cookie="good", size=MAX_EDITOR_BODY_BYTES):
        parser = _parser_of(SimpleNamespace(addr=(HERE, 4711)), Adjustments(max_request_body_size=MAX_BODY_BYTES + 1))
        parser.received(head(f"POST {path}", f"Cookie: {cookie}", f"Content-Length: {size}"))
        return parser

    return parse


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ({}, True),
        ({"size": MAX_EDITOR_BODY_BYTES + 1}, False),
        ({"cookie": "bad"}, False),
        ({"path": "/reminders"}, False),
        ({"cookie": "bad", "size": MAX_BODY_BYTES}, True),
    ],
)
def test_who_has_signed_in_may_send_more(parser_for, given, is_taken):
    assert (parser_for(**given).error is None) is is_taken


def test_a_refusal_says_what_to_do(parser_for):
    assert "Sign in again" in parser_for(cookie="bad").error.body
    assert "at most 5 MB" in parser_for(size=MAX_EDITOR_BODY_BYTES + 1).error.body
    assert "64 kB" in parser_for(path="/reminders").error.body


def test_only_a_few_long_bodies_come_at_a_time(parser_for):
    taken = [parser_for() for _ in range(6)]
    assert [each.error is None for each in taken] == [True] * 4 + [False] * 2
    del taken[:2]
    assert [parser_for().error is None for _ in range(1)] == [True]
