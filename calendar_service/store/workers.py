"""Workers and their heartbeats: the claims of a dead worker are released."""

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
    """The heartbeat of a worker: a counter, since clocks may jump, and its process."""

    id: int
    process: str
    beat: int
    beat_at: datetime


def enter_worker(connection: Connection, now: datetime) -> int:
    """Register this process as a worker; return its number."""
    entered = insert(workers).values(process=_this_process(), beat=0, beat_at=now).returning(workers.c.id)
    number: int = connection.execute(entered).scalar_one()
    return number


def heartbeat(connection: Connection, worker_id: int, now: datetime) -> bool:
    """Increase the heartbeat; return False if this worker is not registered, as in a restored database."""
    mine = update(workers).where(workers.c.id == worker_id, workers.c.process == _this_process())
    return connection.execute(mine.values(beat=workers.c.beat + 1, beat_at=now)).rowcount == 1


def list_claimers(connection: Connection, worker_id: int) -> list[WorkerHeartbeat]:
    """Return the other workers that have claims."""
    claims = exists().where(text("deliveries.state = 'claimed'"), deliveries.c.worker_id == workers.c.id)
    rows = connection.execute(select(workers).where(workers.c.id != worker_id, claims).order_by(workers.c.id))
    return [WorkerHeartbeat(row.id, row.process, row.beat, row.beat_at) for row in rows]


def delete_idle_workers(connection: Connection, before: datetime) -> None:
    """Delete workers without claims and without a heartbeat since `before`; the newest stays, to show its last one."""
    claims = exists().where(text("deliveries.state = 'claimed'"), deliveries.c.worker_id == workers.c.id)
    newest = select(func.max(workers.c.beat_at)).scalar_subquery()
    connection.execute(delete(workers).where(workers.c.beat_at < before, workers.c.beat_at < newest, ~claims))


def is_surely_dead(process: str) -> bool:
    """Return True if a worker ran on this machine and its process has ended. False if that is unknown."""
    here, _, own = _this_process().rpartition("|")
    there, _, other = process.rpartition("|")
    return bool(here) and here == there and other != own and _started(other.partition(" ")[0]) != other


@cache
def _machine() -> str:
    """Return the machine, its boot and its PID namespace as text; "" if that is not available."""
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
    """Return a process's number and its start in clock ticks since boot; "" if there is none."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = status.rpartition(")")[2].split()
    is_zombie = after_name[0] in "ZX"
    return "" if is_zombie else f"{number} {after_name[19]}"
