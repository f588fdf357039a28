"""How commands fail: one line in words, an exit code, no traceback; and what they leave for others to find."""

import contextlib
import os
import shutil
import sqlite3
from datetime import timedelta

import pytest
from click.testing import CliRunner

from calendar_service import bootstrap, publishing
from calendar_service.bootstrap import make_worker, open_database
from calendar_service.cli.main import main
from calendar_service.clock import clock
from calendar_service.file_watch import BusyFile
from calendar_service.publishing import publish_file
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.settings import read_settings
from calendar_service.store import engine as engines
from calendar_service.store.engine import open_engine, reading, sqlite_url
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.hosts import host_name
from calendar_service.store.migrate import run_migrations
from calendar_service.web.app import create_app

FILE = """\
calendar: {id: scene.example, name: Scene, timezone: Europe/Paris, languages: [en]}
records:
  - {id: one, kind: event, title: One, when: 1 May 2030}
"""
PEOPLE = "address,language,timezone,country,selection,leads,consent\nann@example.org,en,Europe/Paris,,,7 days,Form\n"
COMMANDS = {
    "publish": ("publish",),
    "tick": ("tick",),
    "plan": ("plan",),
    "list": ("subscribers", "list"),
    "import": ("subscribers", "import", "people.csv"),
    "subscribers export": ("subscribers", "export"),
    "erase": ("subscribers", "erase", "ann@example.org"),
    "upgrade": ("db", "upgrade"),
    "backup": ("db", "backup", "copy.db"),
    "export": ("export", "site"),
    "audit": ("audit",),
    "receipts": ("receipts",),
    "pause": ("pause",),
    "resume": ("resume",),
    "letter": ("letter", "one"),
    "serve": ("serve",),
    "worker": ("worker",),
}
# These wait for the database.
ENDING = {name: words for name, words in COMMANDS.items() if name not in ("serve", "worker")}
WRITERS = ("publish", "tick", "import", "erase", "pause", "resume")
TOKEN = "o" * 20


class Here:
    """A folder with a calendar and a published edition; runs commands in this process."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "var" / "calendar.sqlite3"

    def run(self, *words, **environment):
        done = CliRunner().invoke(main, words, env=environment, catch_exceptions=True)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    def settings(self):
        return read_settings(os.environ)

    def faults(self):
        engine = open_engine(self.settings().database_url)
        with reading(engine) as connection:
            found = [(each.kind, each.key, each.reason) for each in list_faults(connection)]
        engine.dispose()
        return found

    def mails(self):
        return sorted((self.folder / "var" / "mail").glob("*.eml"))

    @contextlib.contextmanager
    def lock(self):
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The database of a published calendar, made once: migrations take their time."""
    folder = tmp_path_factory.mktemp("prepared")
    file = folder / "events.yaml"
    file.write_text(FILE)
    engine = open_engine(sqlite_url(folder / "calendar.sqlite3"))
    run_migrations(engine)
    publish_file(engine, file, clock())
    engine.dispose()
    return folder / "calendar.sqlite3"


@pytest.fixture
def here(tmp_path, monkeypatch, prepared):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CALENDAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CALENDAR_FILE", "events.yaml")
    monkeypatch.setenv("CALENDAR_MAIL_FROM", "calendar@example.org")
    monkeypatch.setenv("CALENDAR_OPERATOR_TOKEN", TOKEN)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(bootstrap.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(engines, "_WAIT_SECONDS", 0.2)
    opened = []
    monkeypatch.setattr(bootstrap, "open_engine", lambda url: opened.append(open_engine(url)) or opened[-1])
    (tmp_path / "events.yaml").write_text(FILE)
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "var").mkdir()
    shutil.copy(prepared, tmp_path / "var")
    yield Here(tmp_path)
    for each in opened:
        each.dispose()


def check_one_line(done, *words):
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.splitlines()[-1] == line
    for word in words:
        assert word in line


@pytest.mark.parametrize("command", [COMMANDS[name] for name in WRITERS], ids=WRITERS)
def test_locked_database(here, command):
    with here.lock():
        check_one_line(
            here.run(*command),
            "The database is locked by another program. It is the file var/calendar.sqlite3;",
            "Wait until the other program has finished. Then run this command again.",
        )


@pytest.mark.parametrize("command", ENDING.values(), ids=ENDING)
def test_damaged_database(here, command):
    here.database.write_bytes(b"no database\n" * 1000)
    for more in ("-wal", "-shm"):
        here.database.with_name(here.database.name + more).unlink(missing_ok=True)
    check_one_line(
        here.run(*command),
        "The database is damaged. It is the file var/calendar.sqlite3;",
        "Put back a backup: calendar-service db restore FILE. Then run this command again.",
    )


@pytest.mark.parametrize("command", ENDING.values(), ids=ENDING)
def test_server_that_is_away(here, command):
    url = "postgresql://anna:s3cret@127.0.0.1:1/events?sslpassword=s3cret2"
    done = here.run(*command, CALENDAR_DATABASE_URL=url)
    check_one_line(done, "The database does not answer. It is events at 127.0.0.1:1;", "Start it, or correct")
    assert not any(word in done.stderr + done.stdout for word in ("anna", "s3cret"))


@pytest.mark.parametrize("command", [*COMMANDS.values(), ("check",), ("doctor",)], ids=[*COMMANDS, "check", "doctor"])
def test_internal_error(here, command, monkeypatch, caplog):
    names = (
        "database",
        "messages",
        "outputs",
        "receipts",
        "reminders",
        "sending",
        "publishing",
        "subscribers",
    )
    for name in names:
        monkeypatch.setattr(f"calendar_service.cli.{name}.read_settings", lambda _: {}["planted"])
    monkeypatch.setattr("calendar_service.cli.calendar_file.read_file_setting", lambda _: {}["planted"])
    check_one_line(
        here.run(*command),
        "An internal error ended this command (KeyError): 'planted'. The log above says where. Please report it.",
    )
    (record,) = [each for each in caplog.records if each.name == "calendar_service.cli.failures"]
    assert (record.levelname, record.exc_info[0]) == ("ERROR", KeyError)


def test_file_that_the_system_refuses(here, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "site/index.html")

    monkeypatch.setattr("calendar_service.cli.outputs.export_files", refuse)
    check_one_line(
        here.run("export", "site"),
        "site/index.html cannot be used: Permission denied. Check its name, its rights and its disk.",
    )


def test_a_failed_publish_is_found_until_one_works(here, monkeypatch):
    def fail(_):
        raise BusyFile(here.folder / "events.yaml")

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "read_when_whole", fail)
        for _ in range(2):
            check_one_line(here.run("publish"), "events.yaml is just being written by another program. Save it, then")
    assert here.faults() == [
        (FaultKind.PUBLICATION, host_name(), "The calendar file stays open for writing by another program.")
    ]
    assert len(here.mails()) == 1
    check_shown(here, "publication")
    assert here.run("publish").exit_code == 0
    assert here.faults() == []


def test_a_failed_tick_is_found_until_one_works(here, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.reminders.service.ReminderService.schedule_due", lambda _: 1 / 0)
        check_one_line(here.run("tick"), "An internal error ended this command (ZeroDivisionError): division by zero.")
    assert here.faults() == [(FaultKind.SENDING, host_name(), "The command that sends what is due has failed.")]
    assert len(here.mails()) == 1
    check_shown(here, "sending")
    assert here.run("tick").exit_code == 0
    assert here.faults() == []


def check_shown(here, kind, log=None):
    engine = open_database(here.settings())
    client = create_app(here.settings(), engine, clock, keys=("k" * 40,), faults=log).test_client()
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert [each["kind"] for each in client.get("/readyz").get_json()["faults"]] == [kind]
    assert f'calendar_faults{{kind="{kind}"}} 1.0' in client.get("/metrics", headers=bearer).get_data(as_text=True)
    assert "How many times" in client.get("/operator", headers=bearer).get_data(as_text=True)
    engine.dispose()


@pytest.mark.parametrize(("command", "kind"), [("publish", "publication"), ("tick", "sending")])
def test_what_the_database_does_not_take_is_left_on_the_host(here, command, kind):
    log = FaultLog(clock)
    worker = make_worker(here.settings(), open_database(here.settings()), log)
    reporter = worker._reporter
    with here.lock():
        for _ in range(2):
            check_one_line(here.run(command), "The database is locked by another program.")
        assert len(here.mails()) == 1  # by the command itself
        (left,) = reporter._left.read()
        assert (left.kind, left.count, left.mailed_at is not None) == (kind, 2, True)
        reporter.check_and_report()
        assert kind in {each.kind for each in log.faults()}
    assert len(here.mails()) == 1
    for _ in range(2):  # the database works again, and takes it
        reporter.check_and_report()
    assert (reporter._left.read(), [each[0] for each in here.faults()]) == ([], [kind])
    assert len(here.mails()) == 1
    check_shown(here, kind, log)
    assert here.run(command).exit_code == 0
    assert here.faults() == []
    assert len(here.mails()) == 1


def test_what_was_left_is_taken_away_by_the_next_success(here):
    with here.lock():
        here.run("publish")
    left = make_worker(here.settings(), open_database(here.settings()))._reporter._left
    assert [each.kind for each in left.read()] == [FaultKind.PUBLICATION]
    assert here.run("publish").exit_code == 0
    assert (left.read(), here.faults()) == ([], [])


def test_a_worker_that_sends_takes_away_what_a_tick_left(here, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.reminders.service.ReminderService.schedule_due", lambda _: 1 / 0)
        here.run("tick")
    later = clock() + timedelta(minutes=4)
    monkeypatch.setattr(bootstrap, "clock", lambda: later)
    make_worker(here.settings(), open_database(here.settings()))._reporter.check_and_report()
    assert [each for each in here.faults() if each[2].startswith("The command")] == []


def test_a_tick_whose_mail_server_is_away_says_so(here):
    assert here.run("subscribers", "import", "people.csv").exit_code == 0
    url = "smtp://127.0.0.1:1"
    done = here.run("tick", "--now", "2030-04-24T07:01:00Z", CALENDAR_SMTP_URL=url)
    check_one_line(done, "Emails cannot be sent: our own settings or the mail server hold them back.")
    assert [each[0] for each in here.faults()] == [FaultKind.SENDING]
