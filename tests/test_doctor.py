"""What `doctor` finds of the mail server, the base URL, the DNS, the disk, the keys and the extras, each tried for real."""

import shutil
import socket
import struct
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import sqlalchemy

from calendar_service import doctor
from calendar_service.dns_txt import NoDnsAnswer, look_up_txt
from calendar_service.doctor import examine
from calendar_service.network_checks import check_base_url, check_mail_server, check_sender_domain
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.settings import Settings
from calendar_service.store.engine import open_engine, reading, writing
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.pauses import RestoreKind, clear_replaced, enter_restored, report_replaced
from calendar_service.store.process_state import read_state
from calendar_service.store.subscribers import NewSubscriber, add_subscribers
from tests.support.calendar_files import calendar, event
from tests.support.databases import make_sqlite
from tests.support.reminders import KEYS, Inbox, mail_server

NOW = datetime.now(UTC)


def bad(results):
    return [each.text for each in results if not each.is_well]


# -- the mail server ------------------------------------------------------------------------------------------------


def test_a_mail_server_is_logged_in_to_and_sent_nothing():
    inbox = Inbox()
    with mail_server(inbox) as url:
        assert check_mail_server(Settings(smtp_url=url, mail_from="calendar@example.org"), NOW).is_well
    assert inbox.recipients == []


@pytest.mark.parametrize(
    "url", ["smtp://127.0.0.1:1", "smtp://ann:wrong@{server}"], ids=["away", "refuses our password"]
)
def test_a_mail_server_that_does_not_take_us(url):
    with mail_server(Inbox()) as there:
        settings = Settings(smtp_url=url.format(server=there.removeprefix("smtp://")), mail_from="calendar@example.org")
        found = check_mail_server(settings, NOW)
    assert not found.is_well
    assert "CALENDAR_SMTP_URL" in found.text
    assert "wrong" not in found.text


# -- the base URL ---------------------------------------------------------------------------------------------------


@contextmanager
def answering(status=200, body=b'{"status":"ok"}', date="", ahead=timedelta(0), zone="GMT"):
    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(status)
            sent = format_datetime(datetime.now(UTC) + ahead, usegmt=True).replace("GMT", zone)
            self.send_header("Date", date or sent)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Settings(base_url=f"http://127.0.0.1:{server.server_port}", trusted_hosts=("127.0.0.1",))
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, None),
        ({"status": 502}, "answers 502: the proxy does not pass on"),
        ({"status": 301}, "answers 301"),
        ({"body": b"<h1>Welcome to nginx!</h1>"}, "answered by something else"),
        ({"ahead": timedelta(hours=1)}, "came over HTTP: set the one that is wrong"),
        ({"zone": "-0000"}, None),
        ({"date": "yesterday"}, None),
    ],
)
def test_the_service_is_asked_at_its_base_url(answer, words):
    with answering(**answer) as settings:
        found = bad(check_base_url(settings, datetime.now(UTC)))
    assert (words is None and not found) or (len(found) == 1 and words in found[0])


def test_a_base_url_where_nothing_answers():
    settings = Settings(base_url="http://127.0.0.1:1", trusted_hosts=("127.0.0.1",))
    assert "does not answer" in bad(check_base_url(settings, NOW))[0]


# -- the DNS --------------------------------------------------------------------------------------------------------


@contextmanager
def name_server(records):
    """A name server over TCP that knows TXT records."""

    def answer(connection):
        (length,) = struct.unpack(">H", connection.recv(2))
        asked = connection.recv(length)
        labels, place = [], 12
        while asked[place]:
            labels.append(asked[place + 1 : place + 1 + asked[place]].decode())
            place += 1 + asked[place]
        texts = records.get(".".join(labels))
        code = 0x8180 if texts is not None else 0x8183
        reply = asked[:2] + struct.pack(">HHHHH", code, 1, len(texts or ()), 0, 0) + asked[12:]
        for text in texts or ():
            parts = b"".join(bytes([len(part)]) + part.encode() for part in text)
            reply += b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(parts)) + parts
        connection.sendall(struct.pack(">H", len(reply)) + reply)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield (f"127.0.0.1#{server.getsockname()[1]}",)
        server.shutdown(socket.SHUT_RDWR)


def test_texts_are_looked_up():
    with name_server({"example.org": [["v=spf1 ", "-all"], ["other"]]}) as servers:
        assert look_up_txt("example.org", servers) == ["v=spf1 -all", "other"]
        assert look_up_txt("missing.org", servers) == []
    with pytest.raises(NoDnsAnswer):
        look_up_txt("example.org", ("127.0.0.1#1",), 0.5)


SENDER = Settings(smtp_url="smtp://mail.example.org", mail_from="Us <calendar@news.example.org>")


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({"news.example.org": ["v=spf1 -all"], "_dmarc.example.org": ["v=DMARC1; p=none"]}, []),
        ({"news.example.org": ["v=spf1 -all"]}, ["no DMARC record"]),
        ({"_dmarc.news.example.org": ["v=DMARC1; p=none"]}, ["no SPF record"]),
    ],
)
def test_spf_and_dmarc_of_the_sender(records, words):
    found = bad(check_sender_domain(SENDER, lambda name: records.get(name, [])))
    assert [word for word, text in zip(words, found, strict=True) if word in text] == words


def test_without_a_name_server_nothing_is_wrong():
    def silent(_):
        raise NoDnsAnswer

    assert bad(check_sender_domain(SENDER, silent)) == []
    assert list(check_sender_domain(replace(SENDER, smtp_url=""), silent)) == []


# -- the host -------------------------------------------------------------------------------------------------------


@pytest.fixture
def host(tmp_path):
    """Settings of a host with a calendar, and a function that adds a subscriber."""
    file = tmp_path / "events.yaml"
    file.write_text(calendar(event()))
    settings = Settings(file=file, database_url=make_sqlite(tmp_path / "calendar.sqlite3"))

    def add(channel, address, keys=KEYS):
        engine = doctor.open_engine(settings.database_url)
        key = AddressHasher(keys).address_keys(address)[0]
        new = NewSubscriber(
            channel=channel, address=address, address_key=key, language="en", zone="UTC", watches=(), consent={}
        )
        add_subscribers(engine, [new], NOW)
        engine.dispose()

    return settings, add


def test_a_host_that_is_well(host):
    settings, add = host
    add("mail", "ann@example.org")
    assert bad(examine(settings, KEYS, datetime.now(UTC))) == []


def test_a_key_that_is_not_the_one_of_the_subscribers(host):
    settings, add = host
    add("mail", "ann@example.org")
    (text,) = bad(examine(settings, ("x" * 40,), datetime.now(UTC)))
    assert "Give all hosts the same CALENDAR_SECRET_KEY" in text


def test_a_database_that_is_not_there(host, tmp_path):
    settings = replace(host[0], database_url=f"sqlite:///{tmp_path}/var/calendar.sqlite3")
    (text,) = bad(examine(settings, KEYS, datetime.now(UTC)))
    assert text.startswith(
        f"the database: the file {tmp_path}/var/calendar.sqlite3 is missing. A first start makes it."
    )
    assert not (tmp_path / "var").exists()


def test_a_database_that_takes_nothing(host, monkeypatch):
    settings, _ = host

    def open_read_only(url):
        engine = open_engine(url)
        sqlalchemy.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=1").close())
        return engine

    monkeypatch.setattr(doctor, "open_engine", open_read_only)
    (text,) = bad(examine(settings, KEYS, datetime.now(UTC)))
    assert text.startswith("the database is read-only: ")
    assert "CALENDAR_DATABASE_URL" in text


def test_nothing_is_changed_by_looking(host, database_url):
    settings = replace(host[0], database_url=database_url)
    engine = open_engine(database_url)
    assert bad(examine(settings, KEYS, datetime.now(UTC))) == []
    with reading(engine) as connection:
        assert read_state(connection, "doctor") is None
    engine.dispose()


def test_an_extra_that_subscribers_need(host, monkeypatch):
    settings, add = host
    add("chat", "ntfy://example.org/topic")
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    assert bad(examine(settings, KEYS, datetime.now(UTC))) == [
        "subscribers want messages in chat rooms: pip install 'calendar-service[chat]'"
    ]


def test_a_disk_without_room(host, monkeypatch):
    settings, _ = host
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    (text,) = bad(examine(settings, KEYS, datetime.now(UTC)))
    assert text.startswith("only 5 MB are free under ")


def test_faults_that_are_open_and_the_pause_of_a_restore_once(host):
    settings, _ = host
    began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    engine = doctor.open_engine(settings.database_url)
    with writing(engine) as connection:
        report_fault(connection, FaultKind.SENDING, "mail", "The mail server refuses us.", began)
        report_replaced(connection, began)
    assert bad(examine(settings, KEYS, datetime.now(UTC))) == [
        (
            "fault restore replaced, since 2026-01-02T03:04:05Z: The database is new and empty, but this host knew another "
            "one here: its subscribers are missing. Restore a backup: calendar-service db restore FILE. If the empty database is "
            "meant: calendar-service resume."
        ),
        (
            "fault sending mail, since 2026-01-02T03:04:05Z: The mail server refuses us. Check the log of the worker and the "
            "mail server. What waits is sent when it works again."
        ),
    ]
    with writing(engine) as connection:
        clear_fault(connection, FaultKind.SENDING, "mail")
        clear_replaced(connection)
        enter_restored(connection, RestoreKind.COMMAND, began, began)
    engine.dispose()
    (text,) = bad(examine(settings, KEYS, datetime.now(UTC)))
    assert text.startswith("Sending is paused since 2026-01-02T03:04:05Z: the database was restored from a backup.")


def test_damaged_pages(host, tmp_path):
    settings, add = host
    add("mail", "ann@example.org")
    path = tmp_path / "calendar.sqlite3"
    content = bytearray(path.read_bytes())
    content[-10 * 4096 :] = b"x" * 10 * 4096
    path.write_bytes(content)
    found = bad(examine(settings, KEYS, datetime.now(UTC)))
    assert any("damaged" in text and "db restore" in text for text in found), found


# -- git ------------------------------------------------------------------------------------------------------------


def git(folder, *words):
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def about_git(folder, **more):
    settings = Settings(file=folder / "events.yaml", commits_to_git=True, **more)
    return doctor._git(settings)


def test_git_is_asked_whether_it_could_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "events.yaml").write_text(calendar(event()))
    (found,) = about_git(tmp_path)
    assert "The calendar file is not in the work tree of a git repository." in found.text
    assert not found.is_well
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "Calendar")
    git(tmp_path, "config", "user.email", "calendar@example.org")
    before = sorted(tmp_path.rglob("*"))
    assert [(each.is_well, each.text) for each in about_git(tmp_path)] == [
        (True, "git: the calendar file can be committed")
    ]
    assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / ".git" / "MERGE_HEAD").write_text("0" * 40)
    assert "A merge is under way" in about_git(tmp_path)[0].text
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "The program git is not installed." in about_git(tmp_path)[0].text


def test_git_is_not_asked_unless_it_is_to_commit(tmp_path):
    assert doctor._git(Settings(file=tmp_path / "events.yaml")) == []
