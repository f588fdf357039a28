"""A copy of an SQLite file that is put over a database whose write-ahead log was left there."""

import shutil
import time

import pytest

from calendar_service.store import sqlite_file
from calendar_service.store.editions import newest_number
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.errors import UnusableDatabase
from calendar_service.store.migrate import run_migrations
from calendar_service.store.publication import publish_draft
from tests.support.drafts import NOON, draft, event, tender


@pytest.fixture
def crashed(tmp_path, monkeypatch):
    """The files of a database as a crash leaves them, with an edition that is in the log alone; and an older copy."""
    monkeypatch.setattr(sqlite_file, "_LATER_SECONDS", 0.2)
    folder = tmp_path / "crashed"
    folder.mkdir()
    engine = open_engine(sqlite_url(tmp_path / "running.sqlite3"))
    run_migrations(engine)
    publish_draft(engine, draft(event()), NOON)
    engine.dispose()
    shutil.copy(tmp_path / "running.sqlite3", tmp_path / "copy")
    publish_draft(engine, draft(event(), tender()), NOON)
    for tail in ("", "-wal"):
        shutil.copy(tmp_path / f"running.sqlite3{tail}", folder / f"calendar.sqlite3{tail}")
    engine.dispose()
    return folder / "calendar.sqlite3"


def count_editions(path):
    engine = open_engine(sqlite_url(path))
    try:
        return newest_number(engine)
    finally:
        engine.dispose()


def put_copy_over(crashed):
    time.sleep(0.3)
    shutil.copy(crashed.parents[1] / "copy", crashed)


def test_a_crash_alone_is_no_trouble(crashed):
    assert [count_editions(crashed) for _ in range(2)] == [2, 2]


def test_a_copy_over_a_left_log_is_refused_before_they_are_mixed(crashed):
    put_copy_over(crashed)
    log = crashed.with_name("calendar.sqlite3-wal")
    before = crashed.read_bytes(), log.read_bytes()
    for _ in range(2):
        with pytest.raises(UnusableDatabase) as refused:
            open_engine(sqlite_url(crashed))
    assert str(refused.value) == (
        f"{crashed} was put in place after {log} was written, so they do not belong together. If a copy was put back, "
        f"stop everything and delete {log} and {crashed}-shm. If both are as a crash left them, run: touch {log}"
    )
    assert (crashed.read_bytes(), log.read_bytes()) == before


def test_without_the_log_the_copy_is_used(crashed):
    put_copy_over(crashed)
    crashed.with_name("calendar.sqlite3-wal").unlink()
    assert count_editions(crashed) == 1


def test_a_person_may_say_that_they_belong_together(crashed):
    time.sleep(0.3)
    crashed.chmod(0o600)
    with pytest.raises(UnusableDatabase):
        open_engine(sqlite_url(crashed))
    crashed.with_name("calendar.sqlite3-wal").touch()
    assert count_editions(crashed) == 2


def test_an_empty_log_belongs_to_every_file(crashed):
    put_copy_over(crashed)
    log = crashed.with_name("calendar.sqlite3-wal")
    log.write_bytes(b"")
    time.sleep(0.3)
    crashed.chmod(0o600)
    assert count_editions(crashed) == 1
