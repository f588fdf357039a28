"""The command `publish`: who is told of a file that it does not publish."""

import os
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from calendar_service import bootstrap
from calendar_service.bootstrap import make_worker, open_database
from calendar_service.cli.main import main
from calendar_service.clock import clock
from calendar_service.publishing import publish_file
from calendar_service.settings import read_settings
from calendar_service.store import lease
from calendar_service.store.engine import open_engine, reading
from calendar_service.store.faults import list_faults
from calendar_service.store.hosts import host_name

HEAD = "calendar: {id: scene.example, name: Scene, timezone: Europe/Paris, languages: [en]}\nrecords:\n"
ONE = "  - {id: one, kind: tender, title: One, closes: '2030-05-01 12:00'}\n"
GOOD = HEAD + ONE
BROKEN = GOOD.replace("2030-05-01", "2030-02-30")
HELD = GOOD.replace("2030-05-01", "2030-04-01")
CASES = {"broken": (BROKEN, "The calendar file has 1 problem."), "held": (HELD, "held until a person confirms it")}


@pytest.fixture
def publish(database, database_url, tmp_path, monkeypatch):
    """Publishes a file by the command; gives the exit code."""
    database.dispose()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(bootstrap.tempfile, "tempdir", str(tmp_path))
    for name, value in {
        "DATABASE_URL": database_url,
        "FILE": "events.yaml",
        "SECRET_KEY": "k" * 40,
        "MAIL_FROM": "calendar@example.org",
        "EDITORS": "ann@example.org, bo@example.org",
    }.items():
        monkeypatch.setenv(f"CALENDAR_{name}", value)
    opened = []
    monkeypatch.setattr(bootstrap, "open_engine", lambda url: opened.append(open_engine(url)) or opened[-1])

    def run(text, *words):
        (tmp_path / "events.yaml").write_text(text)
        code = 0
        try:
            main(["publish", *words], standalone_mode=False)
        except SystemExit as done:
            code = done.code
        return code

    assert run(GOOD) == 0
    yield run
    for each in opened:
        each.dispose()


@pytest.fixture
def mails(tmp_path):
    def read():
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((tmp_path / "var" / "mail").glob("*.eml"))
        ]

    return read


def run_worker(times=2):
    """Has a worker publish and report, as another process would."""
    worker = make_worker(settings := read_settings(os.environ), open_database(settings))
    for _ in range(times):
        worker.publish_at_start()
        worker.report()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("first", ["command", "worker"])
def test_a_file_that_is_not_published_is_mailed_once(publish, mails, tmp_path, case, first):
    text, reason = CASES[case]
    assert mails() == []
    if first == "worker":
        (tmp_path / "events.yaml").write_text(text)
        run_worker()
        assert len(mails()) == 2
    for _ in range(2):
        assert publish(text) == 1
        assert len(mails()) == 2
    run_worker()
    assert sorted(mail["To"] for mail in mails()) == ["ann@example.org", "bo@example.org"]
    for mail in mails():
        said = " ".join(mail.get_body(("plain",)).get_content().split())
        assert reason in said
        assert "events.yaml:3:" in said or "2030-04-01" in said  # the finding itself
        assert "Scene" in mail["Subject"] + said
    assert publish(GOOD) == 0
    assert len(mails()) == 2


def test_a_file_of_another_host_is_mailed_by_the_command(publish, mails, tmp_path):
    other = lease.Host("another")
    (tmp_path / "events.yaml").write_text(GOOD.replace("One", "Two"))
    engine = open_database(read_settings(os.environ))
    publish_file(engine, tmp_path / "events.yaml", clock(), confirmed=True, host=other)
    assert publish(GOOD.replace("One", "Three")) == 1
    assert sorted(mail["To"] for mail in mails()) == ["ann@example.org", "bo@example.org"]
    with reading(engine) as connection:
        (fault,) = list_faults(connection)
    assert (fault.kind, fault.key, fault.mailed_at is not None) == ("lease", host_name(), True)


def test_where_the_mail_server_is_away_it_is_mailed_later(publish, mails, monkeypatch):
    monkeypatch.setenv("CALENDAR_SMTP_URL", "smtp://127.0.0.1:1")
    assert publish(BROKEN) == 1
    monkeypatch.delenv("CALENDAR_SMTP_URL")
    later = clock() + timedelta(minutes=6)
    monkeypatch.setattr(bootstrap, "clock", lambda: later)
    run_worker(1)
    assert len(mails()) == 2


def test_publishing_without_messages_says_so(publish, capsys):
    assert publish(GOOD.replace("One", "Two"), "--silent") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "events.yaml: published without messages"
    main(["receipts"], standalone_mode=False)
    assert capsys.readouterr().out.splitlines()[0].endswith(", changed, 2, silent: no messages")
