"""Webhooks: what is posted, how it is signed, what answers mean, and that the owner asked for it."""

import base64
import hashlib
import hmac
import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from calendar_service.reminders.channels.safe_http import HttpLimits, SafeHttpClient
from calendar_service.reminders.channels.webhook import InvalidWebhook, WebhookChannel, new_secret, sign, verify
from tests.support.channels import (
    ENVELOPE,
    MESSAGE,
    NOW,
    SECRET,
    Server,
    clock,
    failure_of,
    make_certificate,
    takes_at_most,
)

URL = "https://hooks.example.org/in?key=hidden"
HOOK = replace(ENVELOPE, address=URL)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "hooks.example.org")


class Hook(Server):
    """An HTTPS server that answers each request with the same bytes, or with what a function says."""

    def __init__(self, certificate, answer=b"HTTP/1.1 204 No Content\r\n\r\n"):
        served, self.trusting = certificate
        super().__init__(self.talk_http, served)
        self.names = []
        served.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.answer = answer
        self.requests = []

    def talk_http(self, connection):
        with connection.makefile("rb") as subscriber:
            lines = [subscriber.readline().decode().strip()]
            while line := subscriber.readline().decode().strip():
                lines.append(line)
            headers = dict(line.split(": ", 1) for line in lines[1:])
            request = (lines[0], headers, subscriber.read(int(headers["Content-Length"])))
        self.requests.append(request)
        if callable(self.answer):
            self.answer(self, connection, request)
        else:
            connection.sendall(self.answer)

    def outward(self, **more):
        options = {"context": self.trusting, "limits": HttpLimits(0.3, 0.5), **more}
        return SafeHttpClient(
            lambda _host, _port: [("127.0.0.1", self.port)], allowed_networks=[ip_network("127.0.0.0/8")], **options
        )

    def channel(self, now=clock, **more):
        return WebhookChannel(now, self.outward(**more))


def status(code, *headers):
    return "\r\n".join([f"HTTP/1.1 {code} Some Reason", *headers, "Content-Length: 0", "", ""]).encode()


def verify_as_a_receiver(secrets, headers, body, at):
    """What the owner of a webhook does, written from the specification alone."""
    stamp = int(headers["webhook-timestamp"])
    if abs(at.timestamp() - stamp) > 300:
        return False
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = set()
    for secret in secrets:
        digest = hmac.new(base64.b64decode(secret.split("_", 1)[1]), content, hashlib.sha256).digest()
        expected.add("v1," + base64.b64encode(digest).decode())
    return bool(expected & set(headers["webhook-signature"].split(" ")))


def test_what_is_posted(certificate):
    with Hook(certificate) as hook:
        hook.channel().send(MESSAGE, HOOK)
    (line, headers, body), *others = hook.requests
    assert (others, hook.names, line) == ([], ["hooks.example.org"], "POST /in?key=hidden HTTP/1.1")
    signature = headers.pop("webhook-signature")
    assert headers == {
        "Host": "hooks.example.org",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
        "User-Agent": "calendar-service",
        "webhook-id": ENVELOPE.message_id,
        "webhook-timestamp": str(int(NOW.timestamp())),
    }
    assert json.loads(body) == {
        "type": "reminder",
        "timestamp": "2030-07-03T15:00:00Z",
        "data": {"type": "reminder", "record": "charts", "title": "Graphiques « en ligne »"},
    }
    assert signature == sign(SECRET, ENVELOPE.message_id, int(NOW.timestamp()), body)


def test_a_subscriber_verifies_and_refuses_a_replay(certificate):
    new = new_secret()
    both = replace(HOOK, secret=f"{new} {SECRET}")
    with Hook(certificate) as hook:
        hook.channel().send(MESSAGE, both)
    _, headers, body = hook.requests[0]
    tries = {
        "new secret": ([new], headers, body, NOW),
        "old secret": ([SECRET], headers, body, NOW),
        "another secret": ([new_secret()], headers, body, NOW),
        "another body": ([new], headers, body + b" ", NOW),
        "another id": ([new], {**headers, "webhook-id": "x"}, body, NOW),
        "300 s later": ([new], headers, body, NOW + timedelta(seconds=300)),
        "301 s later": ([new], headers, body, NOW + timedelta(seconds=301)),
    }
    verified = {name for name, arguments in tries.items() if verify_as_a_receiver(*arguments)}
    assert verified == {"new secret", "old secret", "300 s later"}


def test_an_id_stays_and_a_timestamp_goes_on(certificate):
    times = iter([NOW, NOW + timedelta(minutes=5)])
    with Hook(certificate, status(500)) as hook:
        channel = hook.channel(lambda: next(times))
        for _ in range(2):
            failure_of(channel.send, MESSAGE, HOOK)
    tries = [(headers["webhook-id"], int(headers["webhook-timestamp"])) for _, headers, _ in hook.requests]
    began = int(NOW.timestamp())
    assert tries == [(ENVELOPE.message_id, began), (ENVELOPE.message_id, began + 300)]


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_taken(certificate, code):
    with Hook(certificate, status(code)) as hook:
        hook.channel().send(MESSAGE, HOOK)
    assert len(hook.requests) == 1


DEAD = {"permanent", "address_is_dead"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status(410), ("The webhook answered 410.", DEAD, None)),
        (status(301, "Location: https://elsewhere.example/"), ("The webhook answered 301.", set(), None)),
        (status(307, "Location: http://127.0.0.1/"), ("The webhook answered 307.", set(), None)),
        (status(400), ("The webhook answered 400.", set(), None)),
        (status(401, "Retry-After: 5"), ("The webhook answered 401.", set(), None)),
        (status(404), ("The webhook answered 404.", set(), None)),
        (status(500), ("The webhook answered 500.", set(), None)),
        (status(429, "Retry-After: 120"), ("The webhook answered 429.", set(), 120)),
        (status(503, "Retry-After: 99999999999999999999"), ("The webhook answered 503.", set(), 3600)),
        (status(503, "Retry-After: Wed, 03 Jul 2030 15:02:00 GMT"), ("The webhook answered 503.", set(), 120)),
        (status(503, "Retry-After: Wed, 03 Jul 2030 14:00:00 GMT"), ("The webhook answered 503.", set(), 0)),
        (status(503, "Retry-After: soon"), ("The webhook answered 503.", set(), None)),
        (status(429), ("The webhook answered 429.", set(), None)),
        (b"", ("The webhook could not be reached or broke off.", set(), None)),
        (b"SSH-2.0-secret\r\n", ("The webhook could not be reached or broke off.", set(), None)),
        (
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
            ("The webhook could not be reached or broke off.", set(), None),
        ),
        (lambda hook, *_: hook.hang(), ("The webhook did not answer in time.", set(), None)),
        (
            lambda hook, connection, _: hook.drip(connection, "HTTP/1.1 200"),
            ("The webhook did not answer in time.", set(), None),
        ),
    ],
)
def test_what_an_answer_means(certificate, answer, expected):
    with Hook(certificate, answer) as hook, takes_at_most(1.5):
        assert failure_of(hook.channel().send, MESSAGE, HOOK) == expected
    assert hook.connections == 1


def test_a_host_without_the_right_certificate(certificate):
    with Hook(certificate) as hook:
        elsewhere = replace(HOOK, address="https://other.example.org/")
        failure = failure_of(hook.channel().send, MESSAGE, elsewhere)
        unknown = failure_of(hook.channel(context=None).send, MESSAGE, HOOK)
    assert failure == unknown == ("The webhook could not be reached or broke off.", set(), None)
    assert hook.requests == []


def test_a_host_that_hangs_before_tls(certificate):
    with Hook(certificate) as hook, takes_at_most(1):
        hook.context = None
        hook.talk = lambda _: hook.hang()
        assert failure_of(hook.channel().send, MESSAGE, HOOK) == ("The webhook did not answer in time.", set(), None)


@pytest.mark.parametrize(
    ("message", "envelope", "expected"),
    [
        ({}, {"address": "https://127.0.0.1/"}, "The URL's host is an address that is not on the public Internet."),
        ({}, {"secret": ""}, "The webhook's secret or the message's id cannot be read."),
        ({}, {"secret": "hunter2"}, "The webhook's secret or the message's id cannot be read."),
        ({}, {"secret": "whsec_?"}, "The webhook's secret or the message's id cannot be read."),
        ({}, {"message_id": "a\r\nX: y"}, "The webhook's secret or the message's id cannot be read."),
        (
            {"data": {"type": "reminder", "title": "x" * 20_000}},
            {},
            "The message's data is 20,092 bytes; a webhook takes less than 20,000.",
        ),
    ],
)
def test_what_is_not_posted(certificate, message, envelope, expected):
    with Hook(certificate) as hook:
        failure = failure_of(hook.channel().send, replace(MESSAGE, **message), replace(HOOK, **envelope))
    assert (failure, hook.connections) == ((expected, {"permanent"}, None), 0)


def test_a_host_that_leads_to_our_own_network():
    channel = WebhookChannel(clock, SafeHttpClient(lambda _host, _port: [("10.0.0.1", 443)]))
    expected = "The webhook's host is not on the public Internet."
    assert failure_of(channel.send, MESSAGE, HOOK) == (expected, {"permanent"}, None)


def test_the_proxies_of_the_environment_are_not_asked(certificate, monkeypatch):
    with Server(lambda _: None) as proxy, Hook(certificate) as hook:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        hook.channel().send(MESSAGE, HOOK)
    assert (proxy.connections, hook.connections) == (0, 1)


def test_nothing_is_logged(certificate, caplog):
    caplog.set_level(logging.DEBUG)
    with Hook(certificate, status(500)) as hook:
        channel = hook.channel()
        failure_of(channel.send, MESSAGE, HOOK)
        channel.close()
    assert caplog.text == ""


def answering(write):
    def answer(_hook, connection, request):
        body = write(json.loads(request[2])["challenge"]).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        answering(lambda challenge: json.dumps({"challenge": challenge, "more": 1})),
        answering(json.dumps),
        answering(lambda challenge: challenge),
        answering(lambda challenge: f" {challenge}\r\n"),
    ],
)
def test_an_owner_repeats_the_challenge(certificate, answer):
    with Hook(certificate, answer) as hook:
        verify(URL, SECRET, clock=clock, outward=hook.outward())
    _, headers, body = hook.requests[0]
    assert verify_as_a_receiver([SECRET], headers, body, NOW)
    assert set(json.loads(body)) == {"type", "challenge"}


@pytest.mark.parametrize(
    "answer",
    [
        status(200),
        status(204),
        status(301, "Location: https://elsewhere.example/"),
        b"HTTP/1.1 200 OK\r\n\r\nhello, secret of the inner network",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 50_000,
        b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe",
        b'HTTP/1.1 200 OK\r\n\r\n{"challenge": 1}',
        b"",
        answering(lambda challenge: json.dumps([challenge])),
        answering(lambda challenge: challenge + "x"),
        answering(lambda challenge: " " * 70_000 + challenge),
        lambda hook, connection, _: (connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), hook.drip(connection, "x")),
    ],
)
def test_anybody_else_does_not(certificate, answer):
    with Hook(certificate, answer) as hook, takes_at_most(1.5), pytest.raises(InvalidWebhook) as caught:
        verify(URL, SECRET, clock=clock, outward=hook.outward())
    assert str(caught.value) == (
        "The webhook did not repeat the challenge. "
        'Answer a POST of {"type": "challenge", "challenge": "…"} with status 200 and the same challenge.'
    )


def test_a_url_that_is_refused_is_named_for_what_it_is():
    with pytest.raises(InvalidWebhook, match="does not begin with https"):
        verify("http://hooks.example.org/", SECRET, clock=clock)


def test_secrets_are_new_and_long():
    made = {new_secret() for _ in range(100)}
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in made} == {32}
    assert len(made) == 100


def test_the_deadline_holds_over_many_small_replies(certificate):
    began = time.monotonic()
    with Hook(certificate, lambda hook, connection, _: hook.drip(connection, "H")) as hook:
        failure_of(hook.channel(limits=HttpLimits(0.3, 0.4)).send, MESSAGE, HOOK)
    assert 0.35 < time.monotonic() - began < 1


# The vector of the specification, and one with characters beyond ASCII.
VECTORS = [
    ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'),
    (f"whsec_{base64.b64encode(bytes(32)).decode()}", "<a.b@example.org>", 1, '{"é":"œ"}'.encode()),
]


@pytest.mark.parametrize(("secret", "message_id", "timestamp", "body"), VECTORS)
def test_signatures_stay_as_the_specification_has_them(secret, message_id, timestamp, body):
    at = datetime.fromtimestamp(timestamp, UTC)
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    headers["webhook-signature"] = sign(secret, message_id, timestamp, body)
    assert verify_as_a_receiver([secret], headers, body, at)


def test_the_published_vector_is_signed_as_published():
    assert sign(*VECTORS[0]) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
