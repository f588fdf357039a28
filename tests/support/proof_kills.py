"""Kills processes of the program at random moments, and starts others in their place, until so many are dead."""

import random
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from calendar_service.publishing import publish_file
from tests.support.proof_deployment import LEAD

# A worker that has sent nothing after so many seconds may be killed all the same: on a busy machine it needs some to start.
WAKES_WITHIN = 4
# Of several at once, one is killed after so many seconds at most.
_KILLED_WITHIN = 0.6
_SLACK = 0.2
_MOST_IDLE_ROUNDS = 20
_PATIENCE = 900


@dataclass
class Killings:
    """When which process was killed, by the wall clock; how many had messages claimed."""

    at: list = field(default_factory=list)
    in_hand: int = 0


def kill_worker(deployment, sink, fork_server, kills, *, more=0):
    """Have one worker after another killed while messages go out; `more` tenders are there when they run out."""
    chance, killings = random.Random(2027), Killings()  # noqa: S311 (no secret)
    while len(killings.at) < kills and (deployment.left() or more):
        if deployment.left() < deployment.subscribers / 4 and more:
            deployment.write_record(deployment.due + LEAD)
            more -= 1
        child = fork_server.start(deployment, "worker")
        if len(killings.at) % 4:  # one in four dies before it sends, or as it begins to
            wait_for_mail(sink)
            time.sleep(chance.uniform(0, 0.25))
        else:
            time.sleep(chance.uniform(0.02, 0.5))
        kill(child, deployment, killings)
    return killings


def finish(deployment, fork_server, *words, seconds=120):
    """Let one process finish what is left; gives up after some time without progress."""
    child, left, since = fork_server.start(deployment, *words), deployment.left(), time.monotonic()
    while left and time.monotonic() - since < seconds:
        time.sleep(0.1)
        if (now_left := deployment.left()) != left:
            left, since = now_left, time.monotonic()
    child.kill()


def kill_concurrent_workers(deployment, sink, fork_server, kills, *, workers=3, more=0):
    """Have several ticks at once at a time that moves on from try to try, killing one at random, until all is sent.

    `more` tenders are there when messages run out before the kills do.
    """
    chance, killings = random.Random(2027), Killings()  # noqa: S311 (no secret)
    now, many, idle, end = deployment.due, [], 0, time.monotonic() + _PATIENCE
    while (deployment.left() or (more and len(killings.at) < kills)) and idle < _MOST_IDLE_ROUNDS:
        if deployment.left() < deployment.subscribers / 2 and len(killings.at) < kills and more:
            deployment.write_record(now + LEAD)
            publish_file(deployment.engine, deployment.file, now)
            more -= 1
        before = sink.size()
        while deployment.left_at(now) and time.monotonic() < end:
            many = [child for child in many if child.is_alive()]
            while len(many) < workers:
                many.append(fork_server.start(deployment, "tick", "--now", now.isoformat()))
            if len(killings.at) < kills:
                time.sleep(chance.uniform(0.05, _KILLED_WITHIN))
                kill(many.pop(chance.randrange(workers)), deployment, killings)
            else:
                time.sleep(0.1)
        while any(child.is_alive() for child in many):
            time.sleep(0.01)
        now = max(now + timedelta(seconds=5), deployment.next_try() or now)
        idle = idle + 1 if sink.size() == before else 0
    return killings


def wait_for_mail(sink):
    size, end = sink.size(), time.monotonic() + WAKES_WITHIN
    while sink.size() == size and time.monotonic() < end:
        time.sleep(0.005)


def kill(child, deployment, killings):
    killings.at.append(time.time())
    child.kill()
    killings.in_hand += bool(deployment.states().get("claimed"))


def most_for_one_kill(sink, killings):
    """Count how many messages came twice because of one and the same kill, at most.

    A message that came again was in hand at the first kill after its coming; the server may have taken it a little later
    than its sender died.
    """
    first, blamed = {}, Counter()
    for row in sink.accepted():
        key = row["recipients"][0], row["message_id"]
        if key in first and not row["reply_lost"]:
            blamed[bisect_left(killings.at, first[key] - _SLACK)] += 1
        first[key] = row["at"]
    return max(blamed.values(), default=0)
