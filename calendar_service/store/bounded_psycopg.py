"""A psycopg connection with a timeout for every wait.

Neither `connect_timeout` nor `statement_timeout` ends the wait for a stopped server process: the kernel still answers
for it, and it cannot cancel its own statement.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from psycopg.abc import PQGen

_PING_SECONDS = 5.0


class BoundedConnection(psycopg.Connection[Any]):
    """A connection on which no single wait takes longer than `patience` seconds; None for no limit.

    A wait that takes longer raises OperationalError and closes the connection: whether the server executed the
    statement is unknown.
    """

    patience: float | None = _PING_SECONDS

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Consume a generator that talks to the server. Raise OperationalError."""
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 (documented as what `wait` raises)
            with contextlib.suppress(psycopg.Error):
                self.pgconn.finish()
            raise psycopg.OperationalError(f"the server did not answer for {self.patience:g} seconds") from None
