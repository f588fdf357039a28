"""A full disk under the database: no message leaves whose claim was not committed, and all do when there is room."""

import os
import shutil
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from calendar_service.publishing import publish_file
from calendar_service.store.engine import reading, sqlite_url
from tests.support.own_postgres import small_disk
from tests.support.proof_deployment import LEAD, Deployment, ForkServer, Sink, judge, print_numbers, seconds_since

# Gone by, as a tick ahead of the clock would give back what it does not send; not so long that it is purged.
DUE = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=4)
SIZE = 6 * 2**20
ROOMS = [4096 * pages for pages in (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 48, 56, 64, 80)]
SUBSCRIBERS = 60
STEP = timedelta(minutes=1)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system"),
]


def leave(disk, room):
    """Fill the disk but for so many bytes."""
    free = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(bytes(max(0, free - room)))


def unclaimed(deployment, sink):
    """Count the messages to subscribers that came though the database knows of no claim."""
    came = {(row["recipients"][0], row["message_id"]) for row in sink.accepted()}
    states = deployment.states()
    return max(0, len(came) - states.get("claimed", 0) - states.get("sent", 0))


def fill_again_and_again(tmp_path, fault=""):
    """Give each tick 60 new messages and a little more room; after a second there is plenty, and it may go on."""
    start, found = time.monotonic(), Counter()
    with (
        small_disk(SIZE) as disk,
        Sink(tmp_path, "--delay-ms", 20) as sink,
        ForkServer(fault) as fork_server,
    ):
        url = sqlite_url(disk / "calendar.sqlite3")
        with Deployment(tmp_path, url, sink, subscribers=SUBSCRIBERS, due=DUE, records=0) as deployment:
            for number, room in enumerate(ROOMS):
                # A record counts from the pass that first saw it, so time must not go back to before that.
                now = DUE + number * STEP
                deployment.write_record(DUE + LEAD)
                publish_file(deployment.engine, deployment.file, DUE - LEAD)
                leave(disk, room)
                size = sink.size()
                child = fork_server.start(deployment, "tick", "--now", now.isoformat())
                time.sleep(1)
                found["unclaimed"] += unclaimed(deployment, sink)
                found["stopped before a letter"] += sink.size() == size
                found["stopped between letters"] += sink.size() > size and not child.is_alive()
                (disk / "filler").unlink()
                fork_server.wait(child)
            fork_server.run(deployment, "tick", "--now", (DUE + len(ROOMS) * STEP).isoformat())
            faults = deployment.log.read_text(encoding="utf-8").count("database or disk is full")
            verdict = judge(deployment, sink)
            with reading(deployment.engine) as connection:
                integrity = connection.scalar(text("PRAGMA integrity_check"))
    print_numbers(
        f"full disk {fault}", verdict, **found, full=faults, integrity=integrity, seconds=seconds_since(start)
    )
    return found, verdict, integrity, faults


def test_no_message_leaves_unclaimed_and_all_go_once_there_is_room(tmp_path):
    found, verdict, integrity, faults = fill_again_and_again(tmp_path)
    assert faults > 0
    assert (found["unclaimed"], integrity) == (0, "ok")
    assert verdict.states == {"sent": verdict.messages}
    assert (verdict.lost, verdict.duplicates, verdict.strange) == (0, 0, 0)


def test_sending_before_the_commit_is_found(tmp_path):
    found, verdict, _, _ = fill_again_and_again(tmp_path, "send_before_commit")
    assert found["unclaimed"] + verdict.duplicates > 0
