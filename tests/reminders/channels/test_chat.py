"""Chat rooms: what reaches a real HTTP server, which URLs are taken, and that no key is logged."""

import json
import logging
import subprocess
import sys
from dataclasses import replace

import pytest
from apprise import Apprise

from calendar_service.reminders.channels.chat import SCHEMES, ChatChannel, InvalidChatUrl, check_chat_url
from tests.support.channels import ENVELOPE, MESSAGE, Server, failure_of
from tests.support.paths import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise loads all of its services
KEY = "3ccdd113474722377935511fc85d3dd4"


class ChatServer(Server):
    def __init__(self, status="200 OK"):
        super().__init__(self.talk_http)
        self.status = status
        self.requests = []

    def talk_http(self, connection):
        with connection.makefile("rb") as subscriber:
            lines = [subscriber.readline().decode().strip()]
            while line := subscriber.readline().decode().strip():
                lines.append(line)
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
            self.requests.append((lines[0], json.loads(subscriber.read(int(headers["content-length"])))))
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + b"{}")

    def room(self):
        return replace(ENVELOPE, address=f"mmost://127.0.0.1:{self.port}/{KEY}")


def test_each_scheme_is_one_that_apprise_knows():
    known = set()
    for service in Apprise().details(show_disabled=False)["schemas"]:
        known |= {*(service["protocols"] or ()), *(service["secure_protocols"] or ())}
    assert known >= SCHEMES


def test_a_message_reaches_the_room(caplog):
    caplog.set_level(logging.DEBUG)
    with ChatServer() as server:
        channel = ChatChannel()
        channel.send(MESSAGE, server.room())
        channel.close()
    (line, sent), *others = server.requests
    assert (others, line, set(sent) & {"text"}) == ([], f"POST /hooks/{KEY} HTTP/1.1", {"text"})
    filled = [line.rstrip() for line in sent["text"].splitlines() if line.strip()]
    assert filled == [
        MESSAGE.subject,
        "Clôture le 10 juillet 2030 à 17:00.",
        f"Gérer : {ENVELOPE.manage_url}",
        f"Se désabonner : {ENVELOPE.unsubscribe_url}",
    ]
    assert caplog.text == ""


@pytest.mark.parametrize("status", ["500 Oops", "404 Gone"])
def test_a_room_that_does_not_take_it(status, caplog):
    caplog.set_level(logging.DEBUG)
    with ChatServer(status) as server:
        failure = failure_of(ChatChannel().send, MESSAGE, server.room())
    assert (failure, len(server.requests)) == (("The chat service did not take the message.", set(), None), 1)
    assert caplog.text == ""


def test_a_redirect_is_not_followed():
    with ChatServer() as elsewhere, ChatServer(f"307 Moved\r\nLocation: http://127.0.0.1:{elsewhere.port}/") as server:
        failure_of(ChatChannel().send, MESSAGE, server.room())
    assert (len(server.requests), elsewhere.connections) == (1, 0)


@pytest.mark.parametrize(
    "url",
    [
        "slack://TokenA/TokenB/TokenC/Channel",
        "ntfys://ntfy.example.org/topic?priority=high",
        "zulip://bot@example/botkey/stream",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
    ],
)
def test_a_url_that_is_taken(url):
    assert check_chat_url(f" {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "slack",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "json://127.0.0.1/",
        "mailto://user:pw@example.org",
        "windows://",
        "exec://ls",
        "workflows://host/a/b?template=/etc/passwd",
        "slack://a/b/c?TEMPLATE=file:///etc/passwd",
        "ntfy://host/topic?attach=file:///etc/passwd",
        "ntfy://host/topic?redirect=yes",
        "ntfys://host/topic?verify=no",
        "ntfy://[host/topic",
        "ntfy://host/topic\r\nX: y",
        "ntfy://host/" + "a" * 2000,
    ],
)
def test_a_url_that_is_not_taken(url):
    with pytest.raises(InvalidChatUrl) as caught:
        check_chat_url(url)
    assert "/" not in str(caught.value).split("Known are")[0]
    failed, meaning, _ = failure_of(ChatChannel().send, MESSAGE, replace(ENVELOPE, address=url))
    assert (failed, meaning) == (str(caught.value), {"permanent"})


def test_a_url_that_its_service_cannot_read(caplog):
    caplog.set_level(logging.DEBUG)
    failure = failure_of(ChatChannel().send, MESSAGE, replace(ENVELOPE, address=f"slack://{KEY}"))
    assert (failure, caplog.text) == (("The chat URL cannot be read by its service.", {"permanent"}, None), "")


def test_without_the_library():
    program = """
import sys
sys.modules["apprise"] = None
from tests.support.channels import ENVELOPE, MESSAGE, failure_of
from calendar_service.reminders.channels.chat import ChatChannel
print(failure_of(ChatChannel().send, MESSAGE, ENVELOPE))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    expected = ("Chat needs one more library: pip install 'calendar-service[chat]'.", {"is_ours"}, None)
    assert done.stdout == f"{expected}\n"
