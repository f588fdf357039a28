"""Wait until no process has a message in hand, once sending is paused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from calendar_service.records.errors import counted
from calendar_service.store.engine import reading
from calendar_service.store.tables import deliveries, workers
from calendar_service.store.workers import is_surely_dead

if TYPE_CHECKING:
    from calendar_service.store.engine import Database

SILENT_SECONDS = 30.0
"""After how long without a sign of life a process with messages in hand counts as dead."""
_POLL = 0.2


@dataclass(frozen=True)
class InHand:
    """How many messages are still being sent, by how many processes."""

    processes: int
    messages: int

    def __str__(self) -> str:
        have = "process still has" if self.processes == 1 else "processes still have"
        return f"{self.processes} {have} {counted(self.messages, 'message')} in hand"


def wait_for_senders(engine: Database, seconds: float) -> InHand | None:
    """Wait until all claims are settled, except those of dead processes; return what is left after `seconds`."""
    begun = time.monotonic()
    seen: dict[int, tuple[int, float]] = {}
    claimed = select(deliveries.c.worker_id, func.count().label("number")).where(deliveries.c.state == "claimed")
    by_worker = claimed.group_by(deliveries.c.worker_id).subquery()
    query = select(workers, by_worker.c.number).join(by_worker, by_worker.c.worker_id == workers.c.id)
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query).all()
        present = time.monotonic()
        for row in rows:
            if seen.get(row.id, (None, 0.0))[0] != row.beat:
                seen[row.id] = row.beat, present
        alive = [row for row in rows if not is_surely_dead(row.process) and present - seen[row.id][1] < SILENT_SECONDS]
        if not alive:
            return None
        if present - begun > seconds:
            return InHand(len(alive), sum(row.number for row in alive))
        time.sleep(_POLL)
