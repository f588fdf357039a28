"""Processes that publish at once, and one that is killed while it does."""

import contextlib
import json
import random
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, reading, sqlite_url
from calendar_service.store.migrate import run_migrations
from calendar_service.store.publication import publish_draft
from calendar_service.store.tables import editions, revisions
from tests.support.drafts import NOON, draft, event
from tests.support.paths import ROOT

PUBLISH = """
import json, sys
from tests.support.drafts import NOON, draft, event
from calendar_service.store.publication import publish_draft
from calendar_service.store.engine import open_engine
engine = open_engine(sys.argv[1])
drafts = [draft(*[event(name, title=title) for name in names]) for title, names in json.loads(sys.argv[2])]
print("ready", flush=True)
sys.stdin.read(1)
for each in drafts:
    done = publish_draft(engine, each, NOON, confirmed=True)
    print(done.outcome, done.edition.number, flush=True)
"""


@contextlib.contextmanager
def publisher(url, *drafts):
    arguments = [sys.executable, "-c", PUBLISH, url, json.dumps(drafts)]
    process = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def go(*processes):
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("!")
        process.stdin.flush()
    return [process.communicate(timeout=30)[0].splitlines() for process in processes]


@pytest.mark.slow
def test_four_processes_publish_one_file_as_one_edition(database_url, database):
    names = [f"e{n}" for n in range(50)]
    with contextlib.ExitStack() as stack:
        said = go(*[stack.enter_context(publisher(database_url, ("Title", names))) for _ in range(4)])
    assert sorted(said) == [["published 1"], ["unchanged 1"], ["unchanged 1"], ["unchanged 1"]]
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(revisions)) == 50


def test_two_processes_with_different_drafts_take_turns(database_url, database):
    first = [(f"first {n}", ["both", "one"]) for n in range(5)]
    second = [(f"second {n}", ["both", "two"]) for n in range(5)]
    with publisher(database_url, *first) as one, publisher(database_url, *second) as two:
        said = go(one, two)
    assert [line.split()[0] for line in said[0] + said[1]] == ["published"] * 10
    assert sorted(int(line.split()[1]) for line in said[0] + said[1]) == list(range(1, 11))
    edition = load_edition(database)
    assert (edition.number, edition.entries["both"].revision.number) == (10, 10)
    with reading(database) as connection:
        of_both = select(revisions.c.number, revisions.c.edition).where(revisions.c.record_id == "both")
        assert [tuple(row) for row in connection.execute(of_both.order_by("edition"))] == [(n, n) for n in range(1, 11)]


@pytest.mark.slow
def test_a_publisher_killed_at_any_moment_leaves_before_or_after(tmp_path):
    url, dice = sqlite_url(tmp_path / "calendar.sqlite3"), random.Random(7)  # noqa: S311 (no secret)
    engine = open_engine(url)
    run_migrations(engine)
    names = [f"e{n:04}" for n in range(1500)]
    publish_draft(engine, draft(*[event(name, title="0") for name in names]), NOON)
    whole, ends = {1}, []
    for step in range(20):
        with publisher(url, (f"step {step}", names)) as process:
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("!")
            process.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0.05, 0.6))
        edition = load_edition(engine)
        titles = {entry.record.title["en"] for entry in edition.entries.values()}
        assert (len(edition.entries), len(titles)) == (1500, 1)
        ends.append(titles == {f"step {step}"})
        whole.add(edition.number)
    with reading(engine) as connection:
        sizes = select(func.count()).select_from(revisions).group_by(revisions.c.edition)
        assert connection.scalars(sizes).all() == [1500] * len(whole)
        assert connection.scalar(select(func.count()).select_from(editions)) == len(whole)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert set(ends) == {True, False}  # else the moments were not spread over the work
    engine.dispose()
