"""What the long proofs show, in seconds; and the judge, who must find what is wrong."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.store.engine import sqlite_url
from tests.support import proof_faults
from tests.support.paths import ROOT
from tests.support.proof_deployment import ENVIRONMENT, Deployment, ForkServer, Sink, judge, print_numbers
from tests.support.proof_kills import finish, kill_worker, most_for_one_kill

# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)


def just_now():
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)


def killed_ten_times(tmp_path):
    url = sqlite_url(tmp_path / "calendar.sqlite3")
    with (
        Sink(tmp_path, "--delay-ms", 30) as sink,
        Deployment(tmp_path, url, sink, subscribers=60, due=just_now()) as deployment,
        ForkServer() as fork_server,
    ):
        killings = kill_worker(deployment, sink, fork_server, 10)
        finish(deployment, fork_server, "worker", seconds=3)
        verdict = judge(deployment, sink)
        print_numbers("10 kills", verdict, kills=len(killings.at), most=most_for_one_kill(sink, killings))
        return killings, verdict


def test_nothing_is_lost_by_ten_kills(tmp_path):
    killings, verdict = killed_ten_times(tmp_path)
    assert verdict.states == {"sent": 60}
    assert (verdict.lost, verdict.strange) == (0, 0)
    assert verdict.duplicates <= len(killings.at)


def two_at_once(tmp_path, url, fault=""):
    with (
        Sink(tmp_path) as sink,
        Deployment(tmp_path, url, sink, subscribers=80, due=DUE) as deployment,
        ForkServer(fault) as fork_server,
    ):
        both = [fork_server.start(deployment, "tick", "--now", DUE.isoformat()) for _ in range(2)]
        fork_server.wait(*both)
        verdict = judge(deployment, sink)
        print_numbers(f"two workers {fault}", verdict)
        return verdict


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_agree(tmp_path, database_url):
    verdict = two_at_once(tmp_path, database_url)
    assert verdict.states == {"sent": 80}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_judge_finds_what_comes_twice_without_claims(tmp_path, database_url):
    assert two_at_once(tmp_path, database_url, "no_claim").duplicates > 0


def test_each_fault_has_its_place_in_the_program():
    faults = [
        name for name, made in vars(proof_faults).items() if getattr(made, "__module__", "") == proof_faults.__name__
    ]
    faults.remove("plant")
    assert len(faults) == 9
    command = [sys.executable, "-m", "tests.support.proof_fork_server", *faults]
    subprocess.run(command, stdin=subprocess.DEVNULL, env=ENVIRONMENT, cwd=ROOT, check=True)
