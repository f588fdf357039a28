"""The lease to publish: one host holds it, until ten seconds after its last renewal.

Expiry is judged by one clock that all hosts of the database share, never by their wall clocks: the server's on
PostgreSQL; on SQLite, which is on one machine, that machine's monotonic clock since its boot. If that clock is set back
the lease seems expired, too; its holder then renews it as usual.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, text, update

from calendar_service.store.clocks import check_clock
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, clear_fault
from calendar_service.store.hosts import boot_id, host_identity, host_name, name_in_identity
from calendar_service.store.tables import editions, leases
from calendar_service.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.store.engine import Database

LEASE_SECONDS = 10.0
RENEW_SECONDS = 3.0
_PUBLISHER = "publisher"
_SERVER = "server"


@dataclass(frozen=True)
class Host:
    """A host that publishes, by the name that the operator knows."""

    name: str

    @property
    def identity(self) -> str:
        """Return the host's unique name."""
        return host_identity(self.name)


def this_host() -> Host:
    """Return the host that this process runs on."""
    return Host(host_name())


@dataclass(frozen=True)
class Situation:
    """What decides whether a file may be published: the lease's holder, "" for none; the last edition; the clock."""

    holder: str
    edition: int
    is_clock_right: bool


def read_holder(connection: Connection) -> str:
    """Return the identity of the host that holds the lease now, "" if it is free or has expired."""
    holder, age = _read(connection)
    return holder if age is not None and age < LEASE_SECONDS else ""


def take_lease(connection: Connection, host: Host) -> None:
    """Make a host the holder, whoever was before. Call it at the end of a transaction that has the publishing lock.

    The faults of the previous holder are cleared: if it still runs, it reports its own.
    """
    before, _ = _read(connection)
    clock, seconds = _shared_clock(connection)
    row = {"holder": host.identity, "clock": clock, "renewed_at": seconds}
    entered = insert_on_conflict(connection, leases).values(name=_PUBLISHER, **row)
    connection.execute(entered.on_conflict_do_update(index_elements=[leases.c.name], set_=row))
    if before and before != host.identity and (name := name_in_identity(before)) != host.name:
        for kind in (FaultKind.PUBLICATION, FaultKind.CLOCK):
            clear_fault(connection, kind, name)


def keep_lease(engine: Database, host: Host, now: datetime) -> Situation:
    """Renew the lease if this host holds it and renewal is due; return the situation. Raise DatabaseFault.

    A host whose clock is wrong lets its lease expire, since it could not publish.
    """
    with reading(engine) as connection:
        fault = check_clock(connection, now)
        holder, age = _read(connection)
        number = connection.scalar(select(editions.c.number).order_by(editions.c.number.desc()).limit(1)) or 0
    is_usable = fault is None or fault.is_repairable
    if holder == host.identity and is_usable and (age is None or age >= RENEW_SECONDS):
        with writing(engine) as connection:
            is_ours = _renew(connection, host)
            holder = host.identity if is_ours else read_holder(connection)
    elif age is None or age >= LEASE_SECONDS:
        holder = ""
    return Situation(holder, number, fault is None)


def _renew(connection: Connection, host: Host) -> bool:
    """Renew the lease unless another host has taken it; return True if this host still holds it."""
    clock, seconds = _shared_clock(connection)
    ours = update(leases).where(leases.c.name == _PUBLISHER, leases.c.holder == host.identity)
    return connection.execute(ours.values(clock=clock, renewed_at=seconds)).rowcount == 1


def _read(connection: Connection) -> tuple[str, float | None]:
    """Return the last holder, and how many seconds ago it renewed the lease: None if that is unknown."""
    row = connection.execute(select(leases).where(leases.c.name == _PUBLISHER)).one_or_none()
    if row is None:
        return "", None
    clock, seconds = _shared_clock(connection)
    age = seconds - row.renewed_at
    # Of another boot, or of a clock that was set back since.
    return row.holder, age if row.clock == clock and age >= 0 else None


def _shared_clock(connection: Connection) -> tuple[str, float]:
    """Return the name and the seconds of a clock that all hosts of this database share."""
    if connection.dialect.name == "postgresql":
        epoch = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
        return _SERVER, float(epoch)
    return boot_id(), time.monotonic()
