"""Who sends, and the last sign of life of each: claims of a worker that is no more are given back."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, insert, select, text, update

from calendar_service.store.tables import deliveries, workers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True)
class WorkerHeartbeat:
    """A worker's sign of life: a counter, since clocks may jump, and who it is."""

    id: int
    process: str
    beat: int
    beat_at: datetime


def enter_worker(connection: Connection, now: datetime) -> int:
    """Enter this process as one that sends; return its number."""
    entered = insert(workers).values(process=_this_process(), beat=0, beat_at=now).returning(workers.c.id)
    number: int = connection.execute(entered).scalar_one()
    return number


def heartbeat(connection: Connection, worker_id: int, now: datetime) -> bool:
    """Return a sign of life; False where this worker is not entered, as in a database that was restored."""
    mine = update(workers).where(workers.c.id == worker_id, workers.c.process == _this_process())
    return connection.execute(mine.values(beat=workers.c.beat + 1, beat_at=now)).rowcount == 1


def list_claimers(connection: Connection, worker_id: int) -> list[WorkerHeartbeat]:
    """List the other workers that have claims."""
    claims = exists().where(text("deliveries.state = 'claimed'"), deliveries.c.worker_id == workers.c.id)
    rows = connection.execute(select(workers).where(workers.c.id != worker_id, claims).order_by(workers.c.id))
    return [WorkerHeartbeat(row.id, row.process, row.beat, row.beat_at) for row in rows]


def delete_idle_workers(connection: Connection, before: datetime) -> None:
    """Forget workers without claims that gave no sign since; the newest stays, to tell when that was."""
    claims = exists().where(text("deliveries.state = 'claimed'"), deliveries.c.worker_id == workers.c.id)
    newest = select(func.max(workers.c.beat_at)).scalar_subquery()
    connection.execute(delete(workers).where(workers.c.beat_at < before, workers.c.beat_at < newest, ~claims))


def is_surely_dead(process: str) -> bool:
    """Return True if a worker ran on this very machine and its process is no more. False where that cannot be known."""
    here, _, own = _this_process().rpartition("|")
    there, _, other = process.rpartition("|")
    return bool(here) and here == there and other != own and _started(other.partition(" ")[0]) != other


@cache
def _machine() -> str:
    """Name the machine, its boot and the space in which process numbers count; "" where that is not to be had."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}|{boot}|{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 (a link that leads to no file)
    except OSError:
        return ""


def _this_process() -> str:
    machine = _machine()
    number = str(os.getpid())
    return f"{machine}|{_started(number)}" if machine else f"{socket.gethostname()} {number}"


def _started(number: str) -> str:
    """Return a process's number and when it started, in clock ticks since boot; "" where there is none."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = status.rpartition(")")[2].split()
    is_zombie = after_name[0] in "ZX"
    return "" if is_zombie else f"{number} {after_name[19]}"
