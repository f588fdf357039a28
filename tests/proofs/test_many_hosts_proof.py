"""Two hosts of four processes each: one entity tag, a save seen everywhere within a second, nothing lost by kills."""

import json
import os
import random
import signal
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, func, select, text

from calendar_service.store.engine import reading
from calendar_service.store.tables import editions
from tests.support.proof_hosts import FEEDS, PROCESSES, Visitors, print_numbers, running, write_calendar

KILLS = 12
SECONDS_AWAY = 60
SAVES = 5

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


def newest(engine):
    with reading(engine) as connection:
        return connection.scalar(select(func.max(editions.c.number)))


def wait_for_edition(engine, number, seconds=30):
    end = time.monotonic() + seconds
    while newest(engine) < number:
        assert time.monotonic() < end, f"no edition {number}"
        time.sleep(0.01)
    return time.time()


def test_a_save_is_seen_by_all_processes_within_a_second(tmp_path, database_url, database):
    with running(tmp_path, database_url) as (file, hosts):
        took, from_save = [], []
        for save in range(SAVES + 1):
            if save:
                with Visitors(hosts, FEEDS[:1], threads=6, pause=0.02).asking() as visitors:
                    time.sleep(1)
                    saved = time.time()
                    write_calendar(file, f"Save {save}")
                    published = wait_for_edition(database, save + 1)
                    time.sleep(3)
                old = visitors.answers[0][4]
                last_old = max(began for began, _, _, _, tag in visitors.answers if tag == old)
                took.append(round(last_old - published, 2))
                from_save.append(round(last_old - saved, 2))
                assert visitors.failed == []
                assert len({tag for *_, tag in visitors.answers}) == 2
            for path in FEEDS:
                answers = [answer for host in hosts for answer in host.ask_each(path)]
                assert len(answers) == 2 * PROCESSES
                assert len(set(answers)) == 1, path
        print_numbers("saves", last_old_after_publication=took, after_save=from_save)
        assert max(took) <= 1


def test_twelve_kills_under_load_lose_no_answer(tmp_path, database_url):
    chance = random.Random(2027)  # noqa: S311 (no secret)
    with running(tmp_path, database_url) as (_, hosts):
        killed = 0
        with Visitors(hosts).asking() as visitors:
            while killed < KILLS:
                time.sleep(chance.uniform(0.3, 3))
                if children := chance.choice(hosts).children():
                    os.kill(chance.choice(children), signal.SIGKILL)
                    killed += 1
            time.sleep(2)
        tags = {(path, tag) for _, _, path, _, tag in visitors.answers}
        print_numbers(
            "kills", kills=killed, answers=len(visitors.answers), failed=visitors.failed, again=visitors.asked_again
        )
        assert visitors.failed == []
        assert len(tags) == len(FEEDS)
        for host in hosts:
            host.wait_until_ready()


@contextmanager
def away(database, server_url):
    """Let nobody connect to the database, and end the connections that there are."""
    name, server = database.url.database, create_engine(server_url, isolation_level="AUTOCOMMIT")

    def allow(is_allowed):
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {is_allowed}"))
            ending = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            connection.execute(ending, {"name": name})

    allow("false")
    try:
        yield
    finally:
        allow("true")
        server.dispose()


def test_feeds_are_served_while_the_database_is_away(tmp_path, database_url, database, postgresql_server):
    with running(tmp_path, database_url) as (file, hosts):
        before = {path: hosts[0].get(path)[1] for path in FEEDS}
        with away(database, postgresql_server), Visitors(hosts).asking() as visitors:
            time.sleep(SECONDS_AWAY)
            assert json.loads(hosts[0].get("/readyz")[2])["status"] != "ready"
        seconds = [answered - asked for asked, answered, *_ in visitors.answers]
        print_numbers("away", answers=len(visitors.answers), failed=visitors.failed, slowest=round(max(seconds), 2))
        assert visitors.failed == []
        assert len(visitors.answers) > 500
        assert {(path, tag) for _, _, path, _, tag in visitors.answers} == set(before.items())
        write_calendar(file, "Afterwards")
        wait_for_edition(database, 2)
