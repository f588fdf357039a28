"""Messages to send, and servers that answer as badly as a test wants."""

import contextlib
import json
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL, DeliveryFailed, Envelope, Message

NOW = datetime(2030, 7, 3, 15, 0, tzinfo=UTC)
SENDER = "Intercultural Cities <calendar@example.org>"
CALENDAR_ID = "intercultural-cities.example"
SINK = Path(__file__).with_name("smtp_sink.py")
SECRET = "whsec_c2VjcmV0IGJ5dGVzIG9mIGEgd2ViaG9vaywgMzIgb2Y="  # noqa: S105 (of nobody)

MESSAGE = Message(
    subject="Rappel : clôture de l’appel d’offres « Graphiques en ligne » dans 7 jours",
    text=f"Clôture le 10 juillet 2030 à 17:00.\n\nGérer : {MANAGE_URL}\nSe désabonner : {UNSUBSCRIBE_URL}\n",
    html=f'<p>Clôture le 10 juillet 2030 à 17:00.</p>\n<a href="{MANAGE_URL}">Gérer</a> <a href="{UNSUBSCRIBE_URL}">Se désabonner</a>\n',
    language="fr",
    record_id="charts",
    attachment=b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
    attachment_name="charts.ics",
    data={"type": "reminder", "record": "charts", "title": "Graphiques « en ligne »"},
)
ENVELOPE = Envelope(
    address="ada.lovelace@reader.example",
    message_id="41.5d1f@intercultural-cities.example",
    thread_id="charts.9@intercultural-cities.example",
    manage_url="https://calendar.example.org/reminders/manage/m0?a=1&b=2",
    unsubscribe_url="https://calendar.example.org/reminders/unsubscribe/" + "u" * 90,
    secret=SECRET,
)


def clock():
    return NOW


def failure_of(send, *args):
    """Give what a failed delivery says and what it means."""
    with pytest.raises(DeliveryFailed) as caught:
        send(*args)
    failed = caught.value
    meanings = ("permanent", "address_is_dead", "is_ours")
    return str(failed), {name for name in meanings if getattr(failed, name)}, failed.retry_after


class Server:
    """Accepts connections on its own threads and lets `talk(connection)` answer each."""

    def __init__(self, talk, context=None):
        self.talk = talk
        self.context = context
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_closing = threading.Event()
        self.threads = [threading.Thread(target=self.accept)]

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.is_closing.set()
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def accept(self):
        while not self.is_closing.is_set():
            if select.select([self.listener], [], [], 0.02)[0]:
                connection, _ = self.listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self.serve, args=(connection,))
                self.threads.append(thread)
                thread.start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            if self.context:
                with self.context.wrap_socket(connection, server_side=True) as secure:
                    self.talk(secure)
            else:
                self.talk(connection)

    def hang(self):
        """Wait until the test is over."""
        self.is_closing.wait(5)

    def drip(self, connection, text="250-"):
        """Send one byte now and then, forever."""
        while not self.is_closing.wait(0.03):
            connection.sendall(text[:1].encode())


ORDINARY = {
    "GREETING": "220 ready",
    "EHLO": "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8",
    "DATA": "354 go on",
    "QUIT": "221 bye",
}


class ScriptedMailServer(Server):
    """An SMTP server that answers each command from a table: a reply, or a list of replies one after the other.

    The replies HANG, DRIP and DROP are what they say.
    """

    def __init__(self, answers=None, context=None, tls=None):
        super().__init__(self.talk_smtp, context)
        self.answers = ORDINARY | (answers or {})
        self.tls = tls
        self.commands = []

    def answer(self, verb, connection):
        found = self.answers.get(verb, "250 OK")
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        match found:
            case "HANG":
                self.hang()
                raise OSError
            case "DRIP":
                self.drip(connection)
            case "DROP":
                raise OSError
            case "":
                pass
            case _:
                connection.sendall(found.encode() + b"\r\n")
        return found

    def talk_smtp(self, connection):
        self.answer("GREETING", connection)
        subscriber = connection.makefile("rb")
        with contextlib.closing(subscriber):
            while line := subscriber.readline():
                self.commands.append(line.decode().strip())
                verb = line.decode().split()[0].upper()
                found = self.answer(verb, connection)
                if verb == "DATA" and found.startswith("354"):
                    while subscriber.readline() != b".\r\n":
                        pass
                    self.answer("DOT", connection)
                if verb == "STARTTLS" and self.tls:
                    with self.tls.wrap_socket(connection, server_side=True) as secure:
                        self.answers["EHLO"] = "250-here\r\n250 AUTH PLAIN"
                        self.answers["GREETING"] = ""
                        self.talk_smtp(secure)
                    return
                if verb == "QUIT":
                    return


class SinkProcess:
    """The mail sink in a process of its own; `accepted` reads what it has written down."""

    def __init__(self, log, *options):
        self.log = log
        command = [sys.executable, str(SINK), "--port", "0", "--log", str(log), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def accepted(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def make_certificate(folder, *names):
    """Give the SSL contexts of a server that is called so and of a client that trusts it alone."""
    authority = trustme.CA()
    certificate = folder / "authority.pem"
    authority.cert_pem.write_to_path(certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    return server, ssl.create_default_context(cafile=certificate)


@contextlib.contextmanager
def takes_at_most(seconds):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds
