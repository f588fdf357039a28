"""URLs that try to make us call a machine of our own network: none of them is called."""

import http.client
import itertools
import logging
from ipaddress import ip_address, ip_network

import pytest

from calendar_service.reminders.channels.public_addresses import NOT_PUBLIC, is_public
from calendar_service.reminders.channels.safe_http import (
    HttpLimits,
    InvalidWebhook,
    SafeHttpClient,
    check_webhook_url,
    resolve,
)
from tests.support.channels import Server


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://hooks.example.org", "https://hooks.example.org/"),
        ("https://Hooks.Example.ORG.:443/A?b=c&d", "https://hooks.example.org/A?b=c&d"),
        ("https://hooks.example.org:8443/a", "https://hooks.example.org:8443/a"),
        ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"),
        ("https://8.8.8.8/a", "https://8.8.8.8/a"),
        ("https://[2606:4700:0::1111]:8443/a", "https://[2606:4700::1111]:8443/a"),
    ],
)
def test_a_url_is_normalised(given, normal):
    assert check_webhook_url(given) == check_webhook_url(normal) == normal


HOSTILE = [
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/_MAIL",
    "HTTPS//hooks.example.org",
    "//hooks.example.org/",
    "https:hooks.example.org",
    "https://",
    "https:///path",
    "https://hooks.example.org:80/",
    "https://hooks.example.org:22/",
    "https://hooks.example.org:/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:99999/",
    "https://hooks.example.org:4x3/",
    "https://user@hooks.example.org/",
    "https://user:pw@hooks.example.org/",
    "https://@hooks.example.org/",
    "https://hooks.example.org#@127.0.0.1/",
    "https://hooks.example.org/#",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://127.0.0.1\\.example.org/",
    "https://localhost/",
    "https://localhost./",
    "https://intranet/",
    "https://.example.org/",
    "https://hooks..example.org/",
    "https://-hooks.example.org/",
    "https://hooks_1.example.org/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.0x1/",
    "https://1.2.3.4.5/",
    "https://hooks.example.1/",
    "https://hooks.0x/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://192.0.0.170/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[ff02::1]/",
    "https://[127.0.0.1]/",
    "https://[hooks.example.org]/",
    "https://[::1/",
    "https://%31%32%37.0.0.1/",
    "https://127。0。0。1/",
    "https://１２７.0.0.1/",
    "https://hooks.example.org/a b",
    "https://hooks.example.org/ü",
    "https://ⓛocalhost.example/",
    " https://hooks.example.org/",
    "https://hooks.example.org/\r\nX: y",
    "https://hooks.\texample.org/",
    "https://hooks.example.org/\0",
    "https://hooks.example.org/" + "a" * 2000,
    "https://" + "a." * 130 + "org/",
    "",
]


def test_no_hostile_url_is_called():
    assert len(HOSTILE) >= 64
    with Server(lambda _: None) as canary:
        outward = SafeHttpClient(lambda _host, _port: [("127.0.0.1", canary.port)])
        for url in HOSTILE:
            with pytest.raises(InvalidWebhook) as caught:
                outward.post(url, {}, b"")
            with pytest.raises(InvalidWebhook):
                check_webhook_url(url)
            assert not url or url not in str(caught.value)
        assert canary.connections == 0


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["fe80::1%1"], ["no address"]]
)
def test_one_answer_that_is_not_public_is_enough(answers):
    with Server(lambda _: None) as canary:
        outward = SafeHttpClient(lambda _host, _port: [(address, canary.port) for address in answers])
        with pytest.raises(InvalidWebhook, match="not on the public Internet"):
            outward.post("https://hooks.example.org/", {}, b"")
        assert canary.connections == 0


def test_a_second_answer_changes_nothing(monkeypatch):
    """The first answer alone is looked at and connected to, so a name that moves in between gains nothing."""
    connected = []

    def connect(address, _timeout):
        connected.append(address)
        raise OSError

    monkeypatch.setattr("calendar_service.reminders.channels.safe_http.socket.create_connection", connect)
    with Server(lambda _: None) as canary:
        answers = itertools.cycle([[("93.184.216.34", 443)], [("127.0.0.1", canary.port)]])
        outward = SafeHttpClient(lambda _host, _port: next(answers))
        for _ in range(1000):
            for expected in (OSError, InvalidWebhook):
                with pytest.raises(expected):
                    outward.post("https://hooks.example.org/", {}, b"")
        assert (set(connected), len(connected), canary.connections) == ({("93.184.216.34", 443)}, 1000, 0)


@pytest.mark.parametrize("network", NOT_PUBLIC, ids=str)
def test_both_ends_of_each_network_are_not_public(network):
    assert [is_public(str(address)) for address in (network[0], network[-1])] == [False, False]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("1.1.1.1", True),
        ("9.255.255.255", True),
        ("11.0.0.0", True),
        ("100.63.255.255", True),
        ("100.128.0.0", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("198.17.255.255", True),
        ("198.20.0.0", True),
        ("223.255.255.255", True),
        ("2606:4700:4700::1111", True),
        ("2001:200::1", True),
        ("2a00::1", True),
        ("::", False),
        ("::1", False),
        ("::ffff:8.8.8.8", False),
        ("::8.8.8.8", False),
        ("64:ff9b::8.8.8.8", False),
        ("64:ff9b:1::1", False),
        ("100::1", False),
        ("5f00::1", False),
        ("fc00::1", False),
        ("fdff::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("2001:1ff::1", False),
        ("2606:4700:4700::1111%eth0", False),
        ("4000::1", False),
        ("1fff::1", False),
        ("0177.0.0.1", False),
        ("", False),
    ],
)
def test_what_is_public(address, public):
    assert is_public(address) is public


def test_networks_let_through_for_tests_alone():
    assert [is_public(address, [ip_network("127.0.0.0/8")]) for address in ("127.0.0.1", "10.0.0.1")] == [True, False]


def test_the_system_resolves():
    assert resolve("127.0.0.1", 443) == [("127.0.0.1", 443)]
    assert {ip_address(address).is_loopback for address, _ in resolve("localhost", 8443)} == {True}


def fail(_host, _port):
    raise OSError("hooks.example.org is unknown")


@pytest.mark.parametrize("resolver", [fail, lambda _host, _port: []], ids=["an error", "nothing"])
def test_a_name_without_address(resolver):
    with pytest.raises(OSError, match=r"^(no address|the name has no address)$"):
        SafeHttpClient(resolver).post("https://hooks.example.org/", {}, b"")


def test_a_name_server_that_hangs(caplog):
    caplog.set_level(logging.DEBUG)
    with Server(lambda _: None) as canary:

        def resolver(_host, _port):
            canary.hang()
            return []

        with pytest.raises(TimeoutError):
            SafeHttpClient(resolver, limits=HttpLimits(0.1, 0.1)).post("https://hooks.example.org/", {}, b"")
    assert (caplog.text, http.client.HTTPConnection.debuglevel) == ("", 0)
