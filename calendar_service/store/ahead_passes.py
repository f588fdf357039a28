"""The passes that were made as if it were a later time, kept apart from the real ones.

They serve only later passes of that sort: each sees the editions as if time had really gone on between them. What the
clock has reached is forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_service.store.process_state import write_state
from calendar_service.store.schedule import FirstPass, load_first_passes
from calendar_service.store.tables import notes

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PREFIX = "ahead of the clock "
_LAST = f"{_PREFIX}last"


def note_ahead_pass(connection: Connection, until: datetime, now: datetime) -> tuple[dict[int, FirstPass], datetime]:
    """Record a pass as if it were `until`, within the pass at `now`; return the first passes, and when the last was.

    An edition that the pass at `now` has seen first counts as seen at `until`.
    """
    connection.execute(delete(notes).where(notes.c.name.startswith(_PREFIX), notes.c.at <= now))
    rows = connection.execute(select(notes).where(notes.c.name.startswith(_PREFIX))).all()
    known = {row.name: row for row in rows}
    last = min(known[_LAST].at, until) if _LAST in known else None
    passes = load_first_passes(connection)
    for number, real in passes.items():
        name = f"{_PREFIX}{number}"
        if name in known:
            before = datetime.fromisoformat(known[name].value)
            passes[number] = replace(real, before=min(before, until), at=min(known[name].at, until))
        elif real.at >= now:
            before = last or (real.before if real.before < real.at else until)
            passes[number] = replace(real, before=before, at=until)
            write_state(connection, name, before.isoformat(), until)
    write_state(connection, _LAST, "", until)
    return passes, last or now
