"""The whole folder of the database is put back from a copy, and what this host remembers of it with it."""

import shutil

import pytest

from calendar_service import bootstrap
from calendar_service.cli.main import main
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.identity import Identity
from calendar_service.store.migrate import run_migrations
from calendar_service.store.sequence_file import SequenceFile
from tests.support.reminders import Inbox, add_named_subscribers, mail_server, publish_records, tender, utc

BEGIN = utc("2027-06-01 12:00")
AT = "2027-07-03T15:01:00Z"


@pytest.fixture
def asked(tmp_path, monkeypatch, capsys):
    """Runs a command of the program in a folder whose `var/` has ten subscribers; gives what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALENDAR_DATABASE_URL", "sqlite:///var/calendar.sqlite3")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    engine = open_engine(sqlite_url(tmp_path / "var" / "calendar.sqlite3"))
    run_migrations(engine)
    publish_records(engine, BEGIN, tender("2027-07-10 17:00"))
    add_named_subscribers(engine, [f"subscriber{number}" for number in range(10)], BEGIN)
    engine.dispose()
    opened = []
    monkeypatch.setattr(bootstrap, "open_engine", lambda url: opened.append(open_engine(url)) or opened[-1])

    def run(*arguments):
        main(arguments, standalone_mode=False)
        while opened:
            opened.pop().dispose()
        return capsys.readouterr().out

    with mail_server(Inbox()) as url:
        monkeypatch.setenv("CALENDAR_SMTP_URL", url)
        yield run


def put_back(tmp_path, place="var"):
    shutil.rmtree(tmp_path / place, ignore_errors=True)
    shutil.copytree(tmp_path / "copy", tmp_path / place)


def test_nothing_goes_out_again(asked, tmp_path):
    assert asked("tick", "--now", "2027-06-01T12:00:00Z") == "nothing due\n"
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    assert asked("tick", "--now", AT) == "10 sent\n"
    put_back(tmp_path)
    why, nothing = asked("tick", "--now", AT).splitlines()
    assert (nothing, "a copy was put back" in why) == ("nothing sent", True)
    assert asked("resume").splitlines()[-1] == "Sending has resumed."
    assert asked("tick", "--now", AT) == "nothing due\n"


def test_a_copy_in_another_folder_is_a_service_of_its_own(asked, tmp_path, monkeypatch):
    asked("tick", "--now", "2027-06-01T12:00:00Z")
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    assert asked("tick", "--now", AT) == "10 sent\n"
    put_back(tmp_path, "staging")
    monkeypatch.setenv("CALENDAR_DATABASE_URL", "sqlite:///staging/calendar.sqlite3")
    for _ in range(3):
        asked("tick", "--now", "2027-06-02T12:00:00Z")
    monkeypatch.setenv("CALENDAR_DATABASE_URL", "sqlite:///var/calendar.sqlite3")
    assert asked("tick", "--now", AT) == "nothing due\n"


def test_a_new_database_after_the_folder_was_deleted_is_no_alarm(asked, tmp_path):
    asked("tick", "--now", "2027-06-01T12:00:00Z")
    shutil.rmtree(tmp_path / "var")
    engine = open_engine(sqlite_url(tmp_path / "var" / "calendar.sqlite3"))
    run_migrations(engine)
    publish_records(engine, BEGIN, tender("2027-07-10 17:00"))
    engine.dispose()
    assert asked("tick", "--now", AT) == "nothing due\n"
    assert asked("resume") == "Sending was not paused.\n"


@pytest.mark.parametrize("trouble", ["others may write", "a link", "a file"])
def test_a_folder_that_others_can_reach_is_not_used(tmp_path, trouble):
    aside = tmp_path / "aside"
    if trouble == "others may write":
        aside.mkdir()
        aside.chmod(0o777)
    elif trouble == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        aside.symlink_to(tmp_path / "theirs")
    else:
        aside.write_text("")
    SequenceFile(tmp_path / "own.json", aside / "x.json").remember(Identity("one", 7), BEGIN)
    assert SequenceFile(tmp_path / "own.json").recall("one").sequence == 7
    assert not (aside / "x.json").exists()
    if aside.is_dir():
        (aside / "x.json").write_text('{"one": [99, "2027-06-01T12:00:00+00:00"]}')
    assert SequenceFile(tmp_path / "own.json", aside / "x.json").recall("one").sequence == 7
