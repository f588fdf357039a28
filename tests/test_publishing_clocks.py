"""No edition gets a stamp from a clock that is wrong, and one confirmed publish puts wrong stamps right."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from calendar_service.publishing import publish_file
from calendar_service.store.clocks import server_time
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.lease import Host, keep_lease, read_holder
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import last_attempt
from calendar_service.store.tables import editions, leases, revisions
from tests.support.calendar_files import calendar, clock, event, tender
from tests.support.commands import run_here
from tests.support.databases import open_sqlite

A, B = Host("a"), Host("b")
TWO_DAYS = timedelta(days=2)
FAULT = "The clock of this host does not go with that of the database. Nothing is published from here."


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_text(calendar(event()))
    return path


def faults(engine):
    with reading(engine) as connection:
        return {(each.kind.value, each.key): each for each in list_faults(connection)}


def utc(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def stamps(engine):
    with reading(engine) as connection:
        return [
            connection.scalars(select(column).order_by(column)).all()
            for column in (editions.c.published_at, revisions.c.changed_at)
        ]


def test_the_database_tells_its_time(database):
    with reading(database) as connection:
        assert abs(server_time(connection) - clock()) < timedelta(seconds=2)


@pytest.mark.parametrize("confirmed", [False, True], ids=["unconfirmed", "confirmed"])
@pytest.mark.parametrize("off", [TWO_DAYS, -TWO_DAYS], ids=["ahead", "behind"])
def test_a_clock_that_is_off_the_databases_publishes_nothing(database, file, off, confirmed):
    publish_file(database, file, clock(), host=A)
    file.write_text(calendar(event(), tender()))
    now = clock() + off
    done = publish_file(database, file, now, host=A, confirmed=confirmed)
    assert (done.outcome, done.held_by, newest_number(database)) == (PublishOutcome.HELD, FaultKind.CLOCK, 1)
    whose = "the database server's" if database.dialect.name == "postgresql" else "the database's file system's"
    (reason,) = done.reasons
    assert reason.startswith(f"the clock of this host says {utc(now)}, but {whose} says {utc(clock())[:14]}")
    assert "Set the one that is wrong" in reason
    fault = faults(database)["clock", "a"]
    assert (fault.reason, fault.details[0]) == (FAULT, reason)
    assert last_attempt(database).outcome is PublishOutcome.HELD
    assert publish_file(database, file, clock(), host=A).outcome is PublishOutcome.PUBLISHED
    assert faults(database) == {}


@pytest.mark.parametrize("off", [timedelta(minutes=4), -timedelta(minutes=4)], ids=["ahead", "behind"])
def test_four_minutes_are_borne(database, file, off):
    publish_file(database, file, clock(), host=A)
    file.write_text(calendar(event(), tender()))
    assert publish_file(database, file, clock() + off, host=A).outcome is PublishOutcome.PUBLISHED


def test_a_wrong_clock_is_told_also_while_the_file_says_nothing_new(database, file):
    publish_file(database, file, clock(), host=A)
    done = publish_file(database, file, clock() + TWO_DAYS, host=A)
    assert (done.outcome, bool(done.clock), set(faults(database))) == (PublishOutcome.UNCHANGED, True, {("clock", "a")})
    assert not keep_lease(database, A, clock() + TWO_DAYS).is_clock_right
    assert keep_lease(database, A, clock()).is_clock_right
    publish_file(database, file, clock(), host=A)
    assert faults(database) == {}


def test_a_host_with_a_wrong_clock_lets_the_lease_go(database, file):
    publish_file(database, file, clock(), host=A)
    with writing(database) as connection:
        connection.execute(update(leases).values(renewed_at=leases.c.renewed_at - 9))
    keep_lease(database, A, clock() + TWO_DAYS)
    with writing(database) as connection:
        connection.execute(update(leases).values(renewed_at=leases.c.renewed_at - 2))
        assert read_holder(connection) == ""
    file.write_text(calendar(event(), tender()))
    assert publish_file(database, file, clock(), host=B).outcome is PublishOutcome.PUBLISHED


def publish_with_the_clock_ahead(engine, file):
    """What a host did whose clock nobody looked at: the last two editions are stamped in two days."""
    publish_file(engine, file, clock() - TWO_DAYS)
    file.write_text(calendar(event(), tender()))
    publish_file(engine, file, clock() + TWO_DAYS)
    file.write_text(calendar(event(), tender(closes="11 July 2030")))
    return publish_file(engine, file, clock() + TWO_DAYS + timedelta(hours=1)).edition


def test_stamps_that_are_still_to_come_hold_a_file_until_one_confirmed_publish(database, file):
    known = publish_with_the_clock_ahead(database, file)
    right = stamps(database)[0][0]
    file.write_text(calendar(event(), tender(closes="12 July 2030")))
    held = publish_file(database, file, clock(), host=A)
    (reason,) = held.reasons
    assert (held.outcome, held.held_by) == (PublishOutcome.HELD, FaultKind.CLOCK)
    assert f"but edition 3 is stamped {utc(known.published_at)}, which is still to come" in reason
    assert "calendar-service publish --confirm puts the stamps right once" in reason
    assert set(faults(database)) == {("clock", "a")}
    now = clock().replace(microsecond=0)
    done = publish_file(database, file, now, host=A, confirmed=True)
    assert (done.outcome, done.edition.number, done.changed) == (PublishOutcome.PUBLISHED, 4, ["tender"])
    assert stamps(database) == [[right, now, now, now], [right, now, now, now]]
    # Another process that knew the edition with the wrong stamp, or one before it, has it right now.
    fresh = load_edition(database)
    assert fresh == done.edition == load_edition(database, known)
    assert [move.published_at for move in fresh.entries["tender"].moves] == [now, now]
    assert faults(database) == {}
    file.write_text(calendar(event(), tender(closes="13 July 2030")))
    assert publish_file(database, file, clock(), host=A).outcome is PublishOutcome.PUBLISHED


def test_stamps_are_put_right_while_the_file_says_nothing_new(database, file):
    known = publish_with_the_clock_ahead(database, file)
    unchanged = publish_file(database, file, clock(), host=A)
    assert (unchanged.outcome, "publish --confirm" in unchanged.clock) == (PublishOutcome.UNCHANGED, True)
    now = clock().replace(microsecond=0)
    done = publish_file(database, file, now, host=A, confirmed=True)
    # A new edition, so that processes that look only at its number load it anew.
    assert (done.outcome, done.edition.number, done.changed) == (PublishOutcome.PUBLISHED, 4, [])
    assert load_edition(database, known).entries["tender"].revision.changed_at == now
    assert publish_file(database, file, clock(), host=A).outcome is PublishOutcome.UNCHANGED
    assert faults(database) == {}


def test_a_new_tz_database_is_not_followed_by_a_wrong_clock(database, file):
    publish_file(database, file, clock(), host=A)
    publish_file(database, file, clock() + TWO_DAYS, host=A, tz_database="2099a")
    assert newest_number(database) == 1
    file.unlink()
    publish_file(database, file, clock() + TWO_DAYS, host=A, tz_database="2099a")
    assert newest_number(database) == 1
    publish_file(database, file, clock(), host=B, tz_database="2099a")  # for this no lease is needed
    assert newest_number(database) == 2


def test_the_commands_say_what_to_do(tmp_path, file, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "a")
    run = partial(run_here, tmp_path, CALENDAR_DATABASE_URL=f"sqlite:///{tmp_path / 'calendar.sqlite3'}")
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    publish_with_the_clock_ahead(engine, file)
    file.write_text(calendar(event()))
    held = run("publish", file)
    assert (held.returncode, held.stdout) == (1, f"{file}: held\n")
    assert "publish --confirm puts the stamps right once" in held.stderr
    doctor = run("doctor").stdout
    assert "BAD  the clock: the clock of this host says" in doctor
    assert "publish --confirm puts the stamps right once" in doctor
    done = run("publish", "--confirm", file)
    assert (done.returncode, done.stdout) == (0, f"{file}: published\n")
    assert "ok   the clock agrees with the database's" in run("doctor").stdout
    assert max(map(max, stamps(engine))) <= datetime.now(UTC)
    engine.dispose()
