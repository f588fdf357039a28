"""A deadline that moves again and again while its reminders go out: nobody is told the same thing twice."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from calendar_service.publishing import publish_file
from calendar_service.store.engine import reading, sqlite_url, writing
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.tables import deliveries, occasions
from tests.support.proof_deployment import HEAD, LEAD, Deployment, ForkServer, Sink, print_numbers, seconds_since

# Gone by: a tick ahead of the clock would give back what it does not send.
DUE = datetime(2025, 3, 1, 9, tzinfo=UTC)
SUBSCRIBERS = 300
MOVES = 12
WORKERS = 3
DAY = timedelta(days=1)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Outcome:
    """What came, by Message-ID; what the database says of it; how often a deadline moved when some had been told."""

    came: int
    twice: int
    kinds: dict
    last_notified: int
    half_notified: int


def publish_closing(deployment, closes, now):
    deployment.file.write_text(HEAD, encoding="utf-8")
    deployment.records = 0
    deployment.write_record(closes)
    assert publish_file(deployment.engine, deployment.file, now).outcome is PublishOutcome.PUBLISHED


def count_kinds(deployment):
    """Count the deliveries by what they tell and what became of them."""
    by_kind = (
        select(occasions.c.kind, deliveries.c.state, func.count())
        .join_from(deliveries, occasions, deliveries.c.occasion_id == occasions.c.id)
        .group_by(occasions.c.kind, deliveries.c.state)
    )
    with reading(deployment.engine) as connection:
        return Counter({(kind, state): count for kind, state, count in connection.execute(by_kind)})


def count_last_notified(deployment):
    """Count who was reminded of the time at which it closes in the end."""
    last = select(func.max(occasions.c.revision)).where(occasions.c.kind == "reminder").scalar_subquery()
    of_it = (
        select(func.count())
        .join_from(deliveries, occasions, deliveries.c.occasion_id == occasions.c.id)
        .where(occasions.c.kind == "reminder", occasions.c.revision == last, deliveries.c.state == "sent")
    )
    with reading(deployment.engine) as connection:
        return connection.scalar(of_it)


def moved(tmp_path, url, fault="", *, moves=MOVES, keyless=False):
    """Move the deadline by a day each time, at a random moment of the fan-out or the sending of its reminders."""
    start, chance, half_notified = time.monotonic(), random.Random(2027), 0  # noqa: S311 (no secret)
    with (
        Sink(tmp_path, "--delay-ms", 2) as sink,
        Deployment(tmp_path, url, sink, subscribers=SUBSCRIBERS, due=DUE, records=0) as deployment,
        ForkServer(fault) as fork_server,
    ):
        if keyless:
            with writing(deployment.engine) as connection:
                connection.execute(text("DROP INDEX uq_deliveries_reader"))
        publish_closing(deployment, DUE + LEAD, DUE - DAY)
        fork_server.run(deployment, "tick", "--now", (DUE - timedelta(hours=1)).isoformat())
        for move in range(moves):
            now, reminders = DUE + move * DAY, count_kinds(deployment)["reminder", "sent"]
            workers = [fork_server.start(deployment, "tick", "--now", now.isoformat()) for _ in range(WORKERS)]
            wait_for_its_middle(sink, chance)
            publish_closing(deployment, now + LEAD + DAY, now + timedelta(seconds=5))
            fork_server.wait(*workers)
            half_notified += 0 < count_kinds(deployment)["reminder", "sent"] - reminders < SUBSCRIBERS
            fork_server.wait(
                *(fork_server.start(deployment, "tick", "--now", (now + DAY / 2).isoformat()) for _ in range(WORKERS))
            )
        fork_server.run(deployment, "tick", "--now", (DUE + moves * DAY).isoformat())
        came = Counter((row["recipients"][0], row["message_id"]) for row in sink.accepted())
        twice = came.total() - len(came)
        outcome = Outcome(
            len(came), twice, dict(count_kinds(deployment)), count_last_notified(deployment), half_notified
        )
        print_numbers(f"moved {fault} {url[:6]}", outcome, moves=moves, seconds=seconds_since(start))
        assert "Traceback" not in deployment.log.read_text(encoding="utf-8")
        return outcome


def wait_for_its_middle(sink, chance):
    """Wait for a moment after the reminders began to go out; one time in four, only until they are fanned out or so."""
    size, end = sink.size(), time.monotonic() + 10
    if chance.random() > 1 / 4:
        while sink.size() == size and time.monotonic() < end:
            time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.6))


def test_who_is_told_while_a_deadline_moves_is_told_once(tmp_path, database_url):
    outcome = moved(tmp_path, database_url)
    sent = {kind: count for (kind, state), count in outcome.kinds.items() if state == "sent"}
    assert outcome.half_notified > MOVES / 4  # else it did not move in the middle
    assert outcome.twice == 0
    assert outcome.came == sum(sent.values())
    assert {state for _, state in outcome.kinds} <= {"sent", "dropped"}
    assert sent["notice"] == SUBSCRIBERS * MOVES
    assert outcome.last_notified == SUBSCRIBERS


def test_without_the_key_who_is_told_while_it_moves_is_told_twice(tmp_path):
    url = sqlite_url(tmp_path / "calendar.sqlite3")
    assert moved(tmp_path, url, "no_key", moves=3, keyless=True).twice > 0
