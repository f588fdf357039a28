"""What a mail server's answers mean, how long it may take over them, and one connection for many messages."""

import itertools
import logging
import socket
import ssl
import time
from dataclasses import replace

import pytest

from calendar_service.reminders.channels.smtp import SmtpChannel, SmtpLimits
from tests.support.channels import (
    CALENDAR_ID,
    ENVELOPE,
    MESSAGE,
    SENDER,
    ScriptedMailServer,
    Server,
    SinkProcess,
    clock,
    failure_of,
    make_certificate,
    takes_at_most,
)

QUICK = SmtpLimits(connect=0.3, reply=0.3, message=0.6)
OURS = {"is_ours"}
DEAD = {"permanent", "address_is_dead"}


def channel_to(server, limits=QUICK, scheme="smtp", **more):
    return SmtpChannel(f"{scheme}://127.0.0.1:{server.port}", SENDER, CALENDAR_ID, clock, limits, **more)


def send_once(server, **more):
    channel = channel_to(server, **more)
    try:
        channel.send(MESSAGE, ENVELOPE)
    finally:
        channel.close()


@pytest.mark.parametrize(
    ("step", "answer", "expected", "meaning"),
    [
        ("GREETING", "421 busy", "The mail server refused the connection: 421.", OURS),
        ("GREETING", "554 no", "The mail server refused the connection: 554.", OURS),
        ("GREETING", "DROP", "The mail server closed the connection.", OURS),
        ("GREETING", "HANG", "The mail server did not answer in time.", OURS),
        ("GREETING", "DRIP", "The mail server did not answer in time.", OURS),
        ("EHLO", "DROP", "The mail server closed the connection.", OURS),
        ("MAIL", "451 later", "The mail server refused the sender: 451 later", OURS),
        ("MAIL", "550 not you", "The mail server refused the sender: 550 not you", OURS),
        ("MAIL", "DROP", "The mail server closed the connection.", OURS),
        ("MAIL", "HANG", "The mail server did not answer in time.", OURS),
        ("RCPT", "450 4.2.0 greylisted", "The mail server refused the recipient: 450 4.2.0 greylisted", set()),
        ("RCPT", "451 4.3.0 later", "The mail server refused the recipient: 451 4.3.0 later", set()),
        ("RCPT", "452 4.2.2 full", "The mail server refused the recipient: 452 4.2.2 full", set()),
        ("RCPT", "421 4.3.2 closing", "The mail server refused the recipient: 421 4.3.2 closing", set()),
        ("RCPT", "550 5.1.1 unknown", "The mail server refused the recipient: 550 5.1.1 unknown", DEAD),
        ("RCPT", "550 unknown", "The mail server refused the recipient: 550 unknown", DEAD),
        ("RCPT", "553 5.1.3 syntax", "The mail server refused the recipient: 553 5.1.3 syntax", DEAD),
        ("RCPT", "554 no", "The mail server refused the recipient: 554 no", DEAD),
        ("RCPT", "552 5.2.2 full", "The mail server refused the recipient: 552 5.2.2 full", set()),
        ("RCPT", "552 full", "The mail server refused the recipient: 552 full", set()),
        ("RCPT", "550 5.2.2 full", "The mail server refused the recipient: 550 5.2.2 full", set()),
        ("RCPT", "554 5.7.1 relay", "The mail server refused the recipient: 554 5.7.1 relay", {"permanent"}),
        ("RCPT", "530 5.7.0 log in", "The mail server refused the recipient: 530 5.7.0 log in", OURS),
        ("RCPT", "DROP", "The mail server closed the connection before it took the message.", set()),
        ("RCPT", "HANG", "The mail server did not answer in time before it took the message.", set()),
        ("RCPT", "DRIP", "The mail server did not answer in time before it took the message.", set()),
        ("DATA", "451 later", "The mail server refused the message: 451 later", set()),
        ("DATA", "554 no", "The mail server refused the message: 554 no", {"permanent"}),
        ("DATA", "HANG", "The mail server did not answer in time before it took the message.", set()),
        ("DOT", "451 later", "The mail server refused the message: 451 later", set()),
        ("DOT", "421 closing", "The mail server refused the message: 421 closing", set()),
        ("DOT", "554 5.6.0 spam", "The mail server refused the message: 554 5.6.0 spam", {"permanent"}),
        ("DOT", "DROP", "The mail server closed the connection before it took the message.", set()),
        ("DOT", "HANG", "The mail server did not answer in time before it took the message.", set()),
        ("DOT", "DRIP", "The mail server did not answer in time before it took the message.", set()),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) and len(value) < 22 else "",
)
def test_what_an_answer_means(step, answer, expected, meaning):
    with ScriptedMailServer({step: answer}) as server, takes_at_most(1):
        assert failure_of(send_once, server) == (expected, meaning, None)


def test_a_server_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}", SENDER, CALENDAR_ID, clock)
    assert failure_of(channel.send, MESSAGE, ENVELOPE) == ("The mail server cannot be reached.", OURS, None)


def test_a_whole_message_has_one_deadline():
    """Each reply comes in time, all together do not."""
    limits = SmtpLimits(reply=0.3, message=0.4)
    with Server(lambda _: None) as server:
        server.talk = lambda connection: answer_slowly(connection, server)
        with takes_at_most(5):
            text, meaning, _ = failure_of(lambda: send_once(server, limits=limits))
    assert (text, meaning) == ("The mail server did not answer in time before it took the message.", set())


def answer_slowly(connection, server):
    connection.sendall(b"220 ready\r\n")
    while connection.recv(1000) and not server.is_closing.wait(0.15):
        connection.sendall(b"250 OK\r\n")


def test_an_endless_answer_is_not_read_to_its_end():
    def talk(connection):
        connection.sendall(b"220 ready\r\n")
        connection.recv(100)
        while True:
            connection.sendall(b"250-and more\r\n" * 1000)

    with Server(talk) as server, takes_at_most(1):
        text, meaning, _ = failure_of(send_once, server)
    assert (text, meaning) == ("The mail server closed the connection.", OURS)


def test_one_connection_serves_many_messages():
    answers = {"RCPT": ["550 no", "250 OK"], "DOT": ["250 OK", "451 later", "250 OK"]}
    with ScriptedMailServer(answers) as server:
        channel = channel_to(server)
        outcomes = []
        for _ in range(5):
            try:
                channel.send(MESSAGE, ENVELOPE)
                outcomes.append("taken")
            except ValueError:
                outcomes.append("refused")
        channel.close()
    verbs = [command.split(maxsplit=1)[0] for command in server.commands]
    message = ["mail", "rcpt", "data"]
    assert (outcomes, server.connections) == (["refused", "taken", "refused", "taken", "taken"], 1)
    assert [verb.lower() for verb in verbs] == [
        "ehlo", "mail", "rcpt", "rset", *message, *message, "rset", *message, *message, "quit",
    ]  # fmt: skip


@pytest.mark.parametrize("closing", ["DROP", "421 too many letters"])
def test_a_kept_connection_that_was_closed_costs_no_message(closing):
    with ScriptedMailServer({"MAIL": ["250 OK", closing, "250 OK"]}) as server:
        channel = channel_to(server)
        for _ in range(3):
            channel.send(MESSAGE, ENVELOPE)
        channel.close()
    assert server.connections == 2


@pytest.mark.parametrize(
    ("limits", "connections"),
    [(SmtpLimits(messages=2), 3), (SmtpLimits(idle=0), 5), (SmtpLimits(), 1)],
    ids=["two letters each", "none idle", "ordinary"],
)
def test_a_connection_grows_old(limits, connections):
    with ScriptedMailServer() as server:
        channel = channel_to(server, limits)
        for _ in range(5):
            channel.send(MESSAGE, ENVELOPE)
        channel.close()
    assert server.connections == connections


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


OFFERS_TLS = {"EHLO": "250-here\r\n250 STARTTLS", "STARTTLS": "220 go on", "AUTH": "235 welcome"}


def folded(command):
    """Fold the name of an SMTP command with an address: case does not matter (RFC 5321, 2.4), and Pythons differ."""
    name, colon, rest = command.partition(":")
    return f"{name.lower()}:{rest}" if colon else command


def test_a_password_goes_over_starttls(certificate):
    served, trusting = certificate
    with ScriptedMailServer(dict(OFFERS_TLS), tls=served) as server:
        url = f"smtp://us%40er:p%2Fw@127.0.0.1:{server.port}"
        channel = SmtpChannel(url, SENDER, CALENDAR_ID, clock, QUICK, trusting)
        channel.send(MESSAGE, ENVELOPE)
        channel.close()
    assert [folded(command) for command in server.commands[:5]] == [
        "ehlo example.org", "STARTTLS", "ehlo example.org", "AUTH PLAIN AHVzQGVyAHAvdw==", "mail from:<calendar@example.org>",
    ]  # fmt: skip


def test_tls_from_the_first_byte(certificate):
    served, trusting = certificate
    with ScriptedMailServer(context=served) as server:
        send_once(server, scheme="smtps", context=trusting)
    assert server.commands[0] == "ehlo example.org"


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_of_somebody_else(certificate, scheme):
    served, _ = certificate
    tls = {"tls": served} if scheme == "smtp" else {"context": served}
    with ScriptedMailServer(dict(OFFERS_TLS), **tls) as server:
        failure = failure_of(lambda: send_once(server, scheme=scheme, context=ssl.create_default_context()))
    assert failure == ("The mail server failed at TLS: CERTIFICATE_VERIFY_FAILED.", OURS, None)
    assert len(server.commands) == (2 if scheme == "smtp" else 0)


def test_a_server_that_hangs_in_the_middle_of_tls():
    def talk(connection):
        connection.sendall(b"220 ready\r\n")
        for answer in (b"250-here\r\n250 STARTTLS\r\n", b"220 go on\r\n"):
            connection.recv(100)
            connection.sendall(answer)
        server.hang()

    with Server(talk) as server, takes_at_most(1):
        assert failure_of(send_once, server) == ("The mail server did not answer in time.", OURS, None)


def test_a_password_is_not_sent_in_clear_to_another_machine(monkeypatch):
    with ScriptedMailServer({"EHLO": "250-here\r\n250 AUTH PLAIN"}) as server:
        here = socket.getaddrinfo("127.0.0.1", server.port, type=socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
        channel = SmtpChannel("smtp://user:pw@mail.example.org", SENDER, CALENDAR_ID, clock, QUICK)
        failure = failure_of(channel.send, MESSAGE, ENVELOPE)
    no_tls = "The mail server offers no TLS (or no way to log in that we know), and the password is not sent without."
    assert (failure, server.commands) == ((no_tls, OURS, None), ["ehlo example.org"])


def test_a_wrong_password_is_not_repeated():
    answers = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 user:hunter2 AHVzZXIAaHVudGVyMg== are wrong"}
    with ScriptedMailServer(answers) as server:
        channel = SmtpChannel(f"smtp://user:hunter2@127.0.0.1:{server.port}", SENDER, CALENDAR_ID, clock, QUICK)
        failure = failure_of(channel.send, MESSAGE, ENVELOPE)
    assert failure == ("The mail server did not take the user and password: 535.", OURS, None)


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("<ada.lovelace@reader.example>: no such user", "(address) no such user"),
        ("5.1.1 ada.lovelace is unknown", "5.1.1 (address) is unknown"),
        ("see https://x.y/?to=ADA.LOVELACE%40reader.example now", "see (address) now"),
        ("ada.lovelace @ reader.example away", "(address) away"),
        ("bounce+ada=40reader.example@lists.example", "(address)"),
        ("\x1b[31mred\x07 " + "long " * 50, "[31mred " + "long " * 18 + "lo"),
    ],
)
def test_an_address_is_not_repeated(said, quoted):
    with ScriptedMailServer({"RCPT": f"550 {said}"}) as server:
        text, _, _ = failure_of(send_once, server)
    assert text == f"The mail server refused the recipient: 550 {quoted}"


def test_nothing_secret_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with ScriptedMailServer({"RCPT": ["550 no", "250 OK"]}) as server:
        failure_of(send_once, server)
        send_once(server)
    assert caplog.text == ""


OUTSIDE_ASCII = replace(ENVELOPE, address="réne@reader.example")


def test_an_address_outside_ascii():
    with ScriptedMailServer() as server:
        channel = channel_to(server)
        channel.send(MESSAGE, OUTSIDE_ASCII)
        channel.send(MESSAGE, ENVELOPE)
        channel.close()
    assert [folded(command) for command in server.commands if command.lower().startswith(("mail", "rcpt"))] == [
        "mail from:<calendar@example.org> SMTPUTF8 BODY=8BITMIME",
        "rcpt to:<réne@reader.example>",
        "mail from:<calendar@example.org>",
        "rcpt to:<ada.lovelace@reader.example>",
    ]


def test_an_address_outside_ascii_where_the_server_takes_none():
    with ScriptedMailServer({"EHLO": "250 here"}) as server:
        channel = channel_to(server)
        failure = failure_of(channel.send, MESSAGE, OUTSIDE_ASCII)
        channel.send(MESSAGE, ENVELOPE)
        channel.close()
    assert failure == ("The mail server does not take addresses outside ASCII (SMTPUTF8).", {"permanent"}, None)


def attempts(sink, count, seconds):
    limits = SmtpLimits(message=seconds)
    channel = SmtpChannel(f"smtp://127.0.0.1:{sink.port}", SENDER, CALENDAR_ID, clock, limits)
    outcomes = []
    for number in range(count):
        envelope = replace(ENVELOPE, message_id=f"{number // 2}@c.example")
        try:
            channel.send(MESSAGE, envelope)
            outcomes.append("taken")
        except ValueError as failed:
            outcomes.append(str(failed))
    channel.close()
    return outcomes


TAKEN = {"taken"}
LATER = {"The mail server refused the message: 451 4.7.1 greylisted, come again", "taken"}
CLOSED = {"The mail server closed the connection before it took the message."}
LATE = {"The mail server did not answer in time before it took the message."}


@pytest.mark.parametrize(
    ("options", "outcomes", "accepted"),
    [
        ([], TAKEN, 6),
        (["--greylist"], LATER, 3),
        (["--lose-reply", "100"], CLOSED, 6),
        (["--hang", "100"], LATE, 0),
        (["--delay-ms", "20"], TAKEN, 6),
        (["--temp-fail", "100"], {"The mail server refused the message: 451 4.3.0 not now"}, 0),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_the_sink(options, outcomes, accepted, tmp_path):
    began = time.time()
    with SinkProcess(tmp_path / "log", *options) as sink:
        assert set(attempts(sink, 6, 0.2 if "--hang" in options else 10)) == outcomes
        rows = sink.accepted() if accepted else []
    assert len(rows) == accepted
    for number, row in zip(itertools.count(), rows, strict=False):
        assert began < row.pop("at") < time.time()
        expected = number if accepted == 3 else number // 2
        assert row == {
            "recipients": [ENVELOPE.address],
            "message_id": f"<{expected}@c.example>",
            "subject": MESSAGE.subject,
            "reply_lost": "--lose-reply" in options,
        }
