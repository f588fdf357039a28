"""The whole deployment behind nginx under kills, reloads, restarts, a migration and a database that is away in five ways.

Four hosts of two granian processes as their unit starts them, three workers, PostgreSQL on a disk of its own, and the nginx
of deploy/. Feeds never fail, no message is lost, and few come twice.
"""

import os
import signal
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import make_url

from tests.support.databases import run_statements
from tests.support.next_version import make_next_version
from tests.support.own_postgres import OwnPostgres, small_disk
from tests.support.proof_deployment import LEAD, Deployment, Sink, judge
from tests.support.proof_fleet import Fleet, Visitors
from tests.support.proof_hosts import FEEDS, print_numbers
from tests.support.proxies import nginx

HOSTS, WORKERS, SUBSCRIBERS, KILLS = 4, 3, 20, 10
SECONDS = int(os.environ.get("PROOF_SECONDS", "60"))
DISK = "400m"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system"),
]


@contextmanager
def read_only(url):
    name = make_url(url).database
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
    run_statements(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on", end)
    yield
    run_statements(
        url,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} SET default_transaction_read_only = off",
        end,
    )


class Phases:
    """What happens to the deployment, one thing after the other."""

    def __init__(self, fleet, postgres, after):
        self.fleet, self.postgres, self.after, self.kills = fleet, postgres, after, 0

    def kill(self):
        for _ in range(KILLS):
            self.fleet.kill_one()
            self.kills += 1
            time.sleep(SECONDS / KILLS)

    def reload(self):
        for each in self.fleet.web:
            each.send_signal(signal.SIGHUP)
        time.sleep(SECONDS)

    def restart(self):
        self.fleet.restart()

    def migrate(self):
        self.fleet.upgrade_tables(self.after)
        time.sleep(5)
        self.fleet.program = self.after
        self.fleet.restart()

    def stop_database(self):
        with self.postgres.stopped():
            time.sleep(SECONDS)

    def freeze_database(self):
        with self.postgres.frozen():
            time.sleep(SECONDS)

    def make_read_only(self):
        with read_only(self.postgres.url):
            time.sleep(SECONDS)

    def fill_disk(self):
        with self.postgres.full():
            time.sleep(SECONDS)

    def recover(self):
        time.sleep(SECONDS / 2)

    def all(self):
        return (
            *(self.kill, self.reload, self.restart, self.migrate),
            *(self.stop_database, self.freeze_database, self.make_read_only, self.fill_disk, self.recover),
        )


def wait_until(is_so, seconds):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.5)


def report(answers, phases):
    for (name, begin), (_, end) in pairwise([*phases, ("", len(answers))]):
        some = answers[begin:end]
        failed = Counter(status for _, _, status, _ in some if status != 200)
        print_numbers(name, answers=len(some), failed=dict(failed), slowest=round(max(each[3] for each in some), 2))


def test_feeds_never_fail_and_no_message_is_lost(tmp_path):
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=3)
    (tmp_path / "next").mkdir()
    after = make_next_version(tmp_path / "next")
    with ExitStack() as stack:
        postgres = OwnPostgres(stack.enter_context(small_disk(DISK)))
        stack.callback(postgres.stop)
        postgres.start()
        sink = stack.enter_context(Sink(tmp_path, "--delay-ms", 20))
        deployment = stack.enter_context(
            Deployment(tmp_path, postgres.url, sink, subscribers=SUBSCRIBERS, due=begin, records=0)
        )
        for minute in range(max(2, 11 * SECONDS // 60)):
            deployment.write_record(begin + timedelta(minutes=minute) + LEAD)
        more = {name: deployment.environment[name] for name in ("CALENDAR_EDITORS", "CALENDAR_SMTP_URL")}
        more["CALENDAR_CONFIRMATIONS_PER_HOUR"] = "100000"
        fleet = Fleet(tmp_path, postgres.url, deployment.file, hosts=HOSTS, workers=WORKERS, **more)
        stack.callback(fleet.stop)
        proxy = stack.enter_context(nginx(tmp_path, fleet.ports))
        wait_until(lambda: proxy.is_up() and all(proxy.get(path)[0] == 200 for path in FEEDS), 240)
        time.sleep(15)  # each process has loaded the edition
        visitors, marks = Visitors(proxy), []
        does = Phases(fleet, postgres, after)
        with visitors.asking():
            for phase in does.all():
                marks.append((phase.__name__.replace("_", " "), len(visitors.answers)))
                phase()
        report(visitors.answers, marks)
        deployment.engine.dispose()  # its connections broke meanwhile
        end = time.monotonic() + 1200  # a mail that failed while there was no database is tried again after minutes
        while (judge(deployment, sink).lost or unconfirmed(sink, visitors)) and time.monotonic() < end:
            time.sleep(0.5)
        verdict, missing = judge(deployment, sink), unconfirmed(sink, visitors)
        print_numbers("messages", **vars(verdict) | {"kills": does.kills})
        print_numbers("sign-ups", **{str(status): many for status, many in visitors.statuses.items()})
    assert [answer for answer in visitors.answers if answer[2] != 200] == []
    assert (verdict.lost, missing) == (0, set())
    # One for each kill; and each time that the database goes, each of the senders may have one in hand.
    assert verdict.duplicates <= does.kills + 4 * (2 * HOSTS + WORKERS)


def unconfirmed(sink, visitors):
    """Those whose sign-up was accepted and who got no mail."""
    return {*visitors.signed_up} - {row["recipients"][0] for row in sink.accepted()}
