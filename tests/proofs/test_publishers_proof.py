"""Three hosts with different files, saved, confirmed and killed in a rush, with clocks that jump: no edition to and fro."""

import random
import subprocess
import time
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import select

from calendar_service.store.engine import open_engine, reading
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.lease import read_holder
from calendar_service.store.tables import editions
from tests.support import hosts

HOSTS = ("anton", "berta", "cesar")
SECONDS = 90
REPORTED_WITHIN = 60
JUMPS = (0, 0, 0, 200, -200, 3600, -3600, 2 * 86400, -2 * 86400)
HEAD = "calendar: {id: proof.example, name: Proof, timezone: Europe/Paris, languages: [en]}\nrecords:\n"
RECORD = "  - {{id: r{0}, kind: tender, title: '{1} {2} {0}', closes: '2030-05-0{0} 12:00'}}\n"

pytestmark = pytest.mark.slow


class Rush:
    """The hosts, each with a folder, a file, a clock and a worker; and what became of them."""

    def __init__(self, url, folder, stack):
        self.url, self.folder, self.stack = url, folder, stack
        self.engine = open_engine(url)
        self.saves, self.workers, self.commands = dict.fromkeys(HOSTS, 0), {}, []
        self.kills = self.confirmed = self.jumps = 0
        for host in HOSTS:
            (folder / host).mkdir()
            self.save(host)
            self.start(host)

    def save(self, host):
        self.saves[host] += 1
        file = self.folder / host / "events.yaml"
        draft = file.with_suffix(".part")
        draft.write_text(HEAD + "".join(RECORD.format(each, host, self.saves[host]) for each in (1, 2, 3)))
        draft.replace(file)

    def start(self, host):
        running = hosts.worker(host, self.url, self.folder / host, "events.yaml")
        self.workers[host] = self.stack.enter_context(running)

    def confirm(self, host):
        self.confirmed += 1
        words = hosts.command(host, "publish", "events.yaml", "--confirm")
        folder = self.folder / host
        with (folder / f"{host}.log").open("ab") as log:
            environment = hosts.environment(self.url, folder)
            command = subprocess.Popen(words, env=environment, cwd=folder, stdout=log, stderr=log)
        self.commands.append(command)
        return command

    def kill_holder(self, instead):
        with reading(self.engine) as connection:
            holder = read_holder(connection).partition(" ")[0] or instead
        self.workers[holder].kill()
        self.workers[holder].wait()
        self.kills += 1
        self.start(holder)

    def jump(self, host, seconds):
        self.jumps += 1
        (self.folder / host / f"{host}.offset").write_text(str(seconds))

    def log(self, host):
        return (self.folder / host / f"{host}.log").read_text(encoding="utf-8")

    def numbers(self):
        with reading(self.engine) as connection:
            return list(connection.scalars(select(editions.c.number).order_by(editions.c.number)))

    def reported(self):
        """Return the hosts that report that another one publishes."""
        with reading(self.engine) as connection:
            return {each.key for each in list_faults(connection, [FaultKind.LEASE])}


@contextmanager
def rushing(url, folder):
    with ExitStack() as stack:
        rush = Rush(url, folder, stack)
        yield rush
        rush.engine.dispose()


def rush_for(rush, seconds):
    chance, end = random.Random(2027), time.monotonic() + seconds  # noqa: S311 (no secret)
    while time.monotonic() < end:
        host, what = chance.choice(HOSTS), chance.random()
        if what < 0.55:
            rush.save(host)
        elif what < 0.75:
            rush.confirm(host)
        elif what < 0.88:
            rush.kill_holder(host)
        else:
            rush.jump(host, chance.choice(JUMPS))
        time.sleep(chance.uniform(0.1, 1.2))
    for host in HOSTS:
        rush.jump(host, 0)
    for command in rush.commands:
        command.wait(60)


def test_editions_follow_each_other_and_only_a_person_changes_the_host(database_url, tmp_path):
    with rushing(database_url, tmp_path) as rush:
        rush_for(rush, SECONDS)
        rush.save("anton")
        assert rush.confirm("anton").wait(60) == 0
        numbers, end = rush.numbers(), time.monotonic() + REPORTED_WITHIN
        while rush.reported() != {"berta", "cesar"} and time.monotonic() < end:
            time.sleep(0.5)
        assert rush.reported() == {"berta", "cesar"}
        assert rush.numbers() == numbers == list(range(1, len(numbers) + 1))
        counted = f"{rush.kills} kills, {rush.confirmed} confirmations, {rush.jumps} jumps"
        print(f"\npublishers {database_url[:6]}: {len(numbers)} editions, {counted}")  # noqa: T201 (the report)
        for host in HOSTS:
            assert "Traceback" not in rush.log(host)
        assert len(numbers) > 10
        assert rush.kills > 2
