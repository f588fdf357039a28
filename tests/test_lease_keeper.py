"""One host publishes: by a lease that expires, that a person may take over, and that no old file can use."""

import concurrent.futures
import contextlib
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendar_service import file_watch, lease_keeper
from calendar_service import worker as worker_module
from calendar_service.publishing import publish_file
from calendar_service.store import lease
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.lease import Host, keep_lease, read_holder, take_lease
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import last_attempt
from calendar_service.store.tables import leases, revisions
from calendar_service.worker import Worker
from tests.support.calendar_files import calendar, clock, event, tender, wait_until
from tests.support.hosts import run, worker

A, B = Host("a"), Host("b")


@pytest.fixture
def files(tmp_path):
    """The file of each of two hosts."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return tmp_path / "a" / "events.yaml", tmp_path / "b" / "events.yaml"


def faults(engine):
    with reading(engine) as connection:
        return {(each.kind.value, each.key): each for each in list_faults(connection)}


def holder(engine):
    with reading(engine) as connection:
        return read_holder(connection).partition(" ")[0]


def let_expire(engine):
    """Have the lease be as old as if its holder had been killed ten seconds ago."""
    with writing(engine) as connection:
        connection.execute(update(leases).values(renewed_at=leases.c.renewed_at - lease.LEASE_SECONDS))


def titles(engine):
    return {entry.record.title["en"] for entry in load_edition(engine).entries.values() if not entry.revision.withdrawn}


def test_a_host_without_the_lease_publishes_nothing_new(database, files):
    mine, other = files
    mine.write_text(calendar(event(title="A")))
    other.write_text(calendar(event(title="B")))
    assert publish_file(database, mine, clock(), host=A).outcome is PublishOutcome.PUBLISHED
    refused = publish_file(database, other, clock(), host=B)
    assert (refused.outcome, refused.held_by, refused.reasons) == (
        PublishOutcome.HELD,
        FaultKind.LEASE,
        ["a publishes this calendar, and this file says something else"],
    )
    fault = faults(database)["lease", "b"]
    assert fault.reason == (
        "Another host publishes the calendar, and the file of this host says something else. Nothing of it is published."
    )
    assert fault.details == (
        f"{other}: a publishes this calendar, and this file says something else",
        f"Bring it up to date. To publish it and take over: calendar-service publish --confirm {other}",
    )
    assert (titles(database), last_attempt(database).outcome) == ({"A"}, PublishOutcome.PUBLISHED)
    other.write_text("# the same\n" + calendar(event(title="A")))
    assert publish_file(database, other, clock(), host=B).outcome is PublishOutcome.UNCHANGED
    assert (faults(database), holder(database)) == ({}, "a")


def test_an_expired_lease_goes_to_the_next_host_that_has_something_to_publish(database, files):
    mine, other = files
    mine.write_text(calendar(event(title="A")))
    publish_file(database, mine, clock(), host=A)
    other.write_text(calendar(event(title="A"), tender()))
    assert publish_file(database, other, clock(), host=B).outcome is PublishOutcome.HELD
    let_expire(database)
    assert publish_file(database, other, clock(), host=B).outcome is PublishOutcome.PUBLISHED
    assert (holder(database), faults(database)) == ("b", {})
    assert publish_file(database, mine, clock(), host=A).held_by is FaultKind.LEASE


def test_an_old_copy_cannot_use_an_expired_lease(database, files):
    mine, other = files
    other.write_text(calendar(event()))
    publish_file(database, other, clock(), host=B)
    let_expire(database)
    mine.write_text(calendar(event(), tender()))
    publish_file(database, mine, clock(), host=A)
    let_expire(database)
    held = publish_file(database, other, clock(), host=B)
    assert (held.outcome, held.held_by, holder(database)) == (PublishOutcome.HELD, None, "")
    assert keep_lease(database, B, clock()).holder == ""
    mine.write_text(calendar(event(), tender(), event("third")))
    assert publish_file(database, mine, clock(), host=A).outcome is PublishOutcome.PUBLISHED


def test_an_old_copy_with_one_word_changed_cannot_either(database, files):
    mine, other = files
    other.write_text(calendar(event()))
    publish_file(database, other, clock(), host=B)
    let_expire(database)
    mine.write_text(calendar(event(), tender()))
    publish_file(database, mine, clock(), host=A)
    let_expire(database)
    other.write_text(calendar(event(title="Renamed")))
    held = publish_file(database, other, clock(), host=B)
    assert (held.outcome, held.held_by, newest_number(database)) == (PublishOutcome.HELD, None, 2)
    fault = faults(database)["publication", "b"]
    assert fault.reason == "The calendar file is held until a person confirms it: 1 reason."
    assert fault.details == (*held.reasons, f"To publish it: calendar-service publish --confirm {other}")
    assert held.reasons[0].startswith("it looks like an edited copy of edition 1 (published ")
    assert "puts back 1 record: tender (withdrawn)." in held.reasons[0]
    assert publish_file(database, other, clock(), host=B, confirmed=True).outcome is PublishOutcome.PUBLISHED


def test_a_person_may_take_the_lease_over(database, files):
    mine, other = files
    mine.write_text(calendar(event(title="A")))
    other.write_text(calendar(event(title="B")))
    publish_file(database, mine, clock(), host=A)
    mine.write_text("calendar: [")
    publish_file(database, mine, clock(), host=A)
    assert set(faults(database)) == {("publication", "a")}
    assert publish_file(database, other, clock(), host=B, confirmed=True).outcome is PublishOutcome.PUBLISHED
    assert (titles(database), holder(database), faults(database)) == ({"B"}, "b", {})
    assert keep_lease(database, A, clock()).holder == B.identity
    assert holder(database) == "b"


def test_processes_of_one_host_share_its_lease(database, files):
    mine, _ = files
    mine.write_text(calendar(event(title="A")))
    publish_file(database, mine, clock(), host=A)
    mine.write_text(calendar(event(title="B")))
    assert publish_file(database, mine, clock(), host=Host("a")).outcome is PublishOutcome.PUBLISHED


def test_a_lease_is_renewed_when_it_is_due_and_by_its_holder_alone(database):
    with writing(database) as connection:
        take_lease(connection, A)

    def renewed_at():
        with reading(database) as connection:
            return connection.scalar(select(leases.c.renewed_at))

    first = renewed_at()
    assert keep_lease(database, A, clock()).holder == A.identity
    assert renewed_at() == first  # another process of the host may just have done so
    with writing(database) as connection:
        connection.execute(update(leases).values(renewed_at=first - 4))
    assert keep_lease(database, B, clock()).holder == A.identity
    assert renewed_at() == first - 4
    assert keep_lease(database, A, clock()).holder == A.identity
    assert renewed_at() > first - 1


UNKNOWN = {"clock": {"clock": "another boot"}, "ahead": {"renewed_at": leases.c.renewed_at + 1000}}


@pytest.mark.parametrize("values", UNKNOWN.values(), ids=UNKNOWN)
def test_a_lease_of_another_boot_or_from_ahead_has_expired(database, values):
    with writing(database) as connection:
        take_lease(connection, A)
        connection.execute(update(leases).values(values))
        assert read_holder(connection) == ""
    assert keep_lease(database, B, clock()).holder == ""
    assert keep_lease(database, A, clock()).holder == A.identity


@pytest.fixture
def hosts(database, files, monkeypatch):
    """Two hosts in one process that watch their files without much patience."""
    monkeypatch.setattr(file_watch, "SETTLED_AFTER", 0.05)
    monkeypatch.setattr(worker_module, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(worker_module, "LEASE_CHECK_SECONDS", 0.05)
    monkeypatch.setattr(lease, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.3)
    monkeypatch.setattr(lease_keeper, "PATIENCE_SECONDS", 2.0)
    started = []

    def start(number):
        made = Worker(database, files[number], clock, host=(A, B)[number])
        made.publish()
        made.start()
        started.append(made)
        return made

    yield start
    for each in started:
        each.stop()


def test_the_holder_keeps_its_lease_while_nothing_changes(database, files, hosts):
    files[0].write_text(calendar(event()))
    hosts(0)
    files[1].write_text(calendar(tender()))
    hosts(1)
    wait_until(lambda: ("lease", "b") in faults(database))
    assert (newest_number(database), holder(database)) == (1, "a")


def test_a_file_that_comes_a_little_early_is_no_fault(database, files, hosts):
    for file in files:
        file.write_text(calendar(event()))
    hosts(0)
    hosts(1)
    new = calendar(event(), tender())
    files[1].write_text(new)
    time.sleep(0.7)
    files[0].write_text(new)
    wait_until(lambda: newest_number(database) == 2)
    time.sleep(1.5)
    assert (faults(database), newest_number(database), holder(database)) == ({}, 2, "a")


def test_the_next_host_goes_on_when_the_holder_is_gone(database, files, hosts):
    for file in files:
        file.write_text(calendar(event()))
    first = hosts(0)
    hosts(1)
    files[1].write_text(calendar(event(), tender()))
    time.sleep(0.5)
    assert newest_number(database) == 1
    first.stop()
    assert wait_until(lambda: newest_number(database) == 2) < 2
    wait_until(lambda: (holder(database), faults(database)) == ("b", {}))


def test_a_host_whose_lease_was_taken_reports_that_and_does_not_take_it_back(database, files, hosts):
    for file in files:
        file.write_text(calendar(event(), tender()))
    hosts(0)
    files[1].write_text(calendar(event()))
    assert publish_file(database, files[1], clock(), host=B, confirmed=True).outcome is PublishOutcome.PUBLISHED
    wait_until(lambda: ("publication", "a") in faults(database))  # the lease has expired, its file is an older copy
    assert (newest_number(database), holder(database)) == (2, "")
    assert "its records are those of edition 1" in faults(database)["publication", "a"].details[0]
    # Brought up to date, it goes on.
    files[0].write_text(calendar(event(), event("new")))
    wait_until(lambda: newest_number(database) == 3)
    wait_until(lambda: (holder(database), faults(database)) == ("a", {}))


def test_faults_of_hosts_that_are_no_more_go_away(database, files, hosts, monkeypatch):
    monkeypatch.setattr(lease_keeper, "REPEAT_SECONDS", 0.2)
    monkeypatch.setattr(lease_keeper, "_FORGOTTEN", timedelta(seconds=1))
    files[0].write_text(calendar(event()))
    hosts(0)
    files[1].write_text(calendar(tender()))
    publish_file(database, files[1], clock(), host=B)
    assert ("lease", "b") in faults(database)
    wait_until(lambda: not faults(database))


def test_a_fault_that_the_command_left_goes_away(database, files, hosts, monkeypatch):
    monkeypatch.setattr(lease_keeper, "REPEAT_SECONDS", 0.2)
    monkeypatch.setattr(lease_keeper, "_STRAY", timedelta(seconds=0.5))
    files[0].write_text(calendar(event()))
    hosts(0)
    files[1].write_text("calendar: [")
    publish_file(database, files[1], clock(), host=A)
    assert ("publication", "a") in faults(database)
    wait_until(lambda: not faults(database))


# -- real processes ---------------------------------------------------------------------------------------------------

PASS_SECONDS = 3.0  # to see that a file is whole, to look at the lease, to publish, on a busy machine


def who(engine):
    """The host whose file each edition came from, by the titles that the files have."""
    with reading(engine) as connection:
        rows = connection.execute(select(revisions.c.edition, revisions.c.record).order_by(revisions.c.edition))
        return [row.record["title"]["en"][0] for row in rows]


@pytest.mark.slow
def test_two_hosts_with_different_files_make_no_editions_to_and_fro(
    database_url, database, files, tmp_path, record_property
):
    mine, other = files
    mine.write_text(calendar(event(title="A 0")))
    other.write_text(calendar(event(title="B 0")))
    with worker("a", database_url, tmp_path, mine) as first:
        wait_until(lambda: newest_number(database) == 1, 20)
        with worker("b", database_url, tmp_path, other):
            for step in range(1, 8):
                time.sleep(3)
                mine.write_text(calendar(event(title=f"A {step}")))
                other.write_text(calendar(event(title=f"B {step}")))
            wait_until(lambda: newest_number(database) == 8, 20)
            wait_until(lambda: ("lease", "b") in faults(database), 30)
            assert who(database) == ["A"] * 8
            assert set(faults(database)) == {("lease", "b")}
            assert first.poll() is None
    record_property("editions", newest_number(database))


@pytest.mark.slow
def test_after_the_holder_is_killed_the_other_host_publishes_in_time(
    database_url, database, files, tmp_path, record_property
):
    mine, other = files
    for file in files:
        file.write_text(calendar(event()))
    with worker("a", database_url, tmp_path, mine) as first:
        wait_until(lambda: newest_number(database) == 1, 20)
        with worker("b", database_url, tmp_path, other):
            time.sleep(6)  # it has started, and the lease has been renewed
            first.kill()
            killed = time.monotonic()
            other.write_text(calendar(event(), tender()))
            wait_until(lambda: newest_number(database) == 2, 20)
            took = time.monotonic() - killed
    record_property("seconds", took)
    print(f"published {took:.1f} s after the holder was killed")  # noqa: T201
    assert took < lease.LEASE_SECONDS + PASS_SECONDS
    wait_until(lambda: faults(database) == {})


@pytest.mark.slow
def test_a_host_with_an_old_copy_withdraws_nothing_at_its_restart(database_url, database, files, tmp_path):
    mine, other = files
    for file in files:
        file.write_text(calendar(event()))
    assert run("b", database_url, tmp_path, "publish", other).returncode == 0
    mine.write_text(calendar(event(), tender()))
    assert run("a", database_url, tmp_path, "publish", "--confirm", mine).returncode == 0
    let_expire(database)
    done = run("b", database_url, tmp_path, "publish", other)
    assert (done.returncode, done.stdout) == (1, f"{other}: held\n")
    assert "its records are those of edition 1" in done.stderr
    with worker("b", database_url, tmp_path, other):
        wait_until(lambda: "is held back" in (tmp_path / "b.log").read_text(), 20)
        time.sleep(lease.LEASE_SECONDS)
    with reading(database) as connection:
        assert connection.scalars(select(revisions.c.record_id).where(revisions.c.withdrawn)).all() == []
    assert (newest_number(database), set(faults(database))) == (2, {("publication", "b")})


@pytest.mark.slow
def test_the_command_takes_over_from_a_running_host(database_url, database, files, tmp_path):
    mine, other = files
    mine.write_text(calendar(event(title="A")))
    other.write_text(calendar(event(title="B")))
    with worker("a", database_url, tmp_path, mine), worker_when(database, "b", database_url, tmp_path, other):
        refused = run("b", database_url, tmp_path, "publish", other)
        assert (refused.returncode, refused.stdout) == (1, f"{other}: held\n")
        assert "a publishes this calendar, and this file says something else" in refused.stderr
        assert f"calendar-service publish --confirm {other}" in refused.stderr
        assert run("b", database_url, tmp_path, "publish", "--confirm", other).stdout == f"{other}: published\n"
        time.sleep(lease.LEASE_SECONDS + PASS_SECONDS)
        assert (holder(database), who(database)) == ("b", ["A", "B"])  # the worker of that host goes on renewing
        wait_until(lambda: ("lease", "a") in faults(database), 30)
        other.write_text(calendar(event(title="B"), event("second", title="B")))
        wait_until(lambda: newest_number(database) == 3)


@contextlib.contextmanager
def worker_when(engine, host, url, folder, file):
    """A worker on that host that starts when there is an edition."""
    wait_until(lambda: newest_number(engine) == 1, 20)
    with worker(host, url, folder, file) as process:
        wait_until(lambda: "is held back" in (folder / f"{host}.log").read_text(), 20)
        yield process


def test_commands_at_once_on_one_host_make_one_edition(database_url, database, files, tmp_path):
    mine, _ = files
    mine.write_text(calendar(event(), tender()))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run("a", database_url, tmp_path, "publish", mine).stdout, range(2)))
    assert sorted(done) == [f"{mine}: published\n", f"{mine}: unchanged\n"]
    assert newest_number(database) == 1
