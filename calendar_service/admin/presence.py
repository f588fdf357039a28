"""Who else is at a record: an editor with its form open, or with a change of it that waits. Nobody is locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.admin.access import who
from calendar_service.records.times import civil_from_instant
from calendar_service.store.open_forms import list_open_forms, note_open_form
from calendar_service.web.context import cache
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.admin.overview import Overview


def who_else(overview: Overview, record_id: str) -> list[str]:
    """Note that this editor is at a record, and return a sentence for each other who is. Raise DatabaseFault."""
    now, me = cache().clock(), who().editor.address
    note_open_form(overview.engine, me, record_id, now)
    present = {name: at for name, at in list_open_forms(overview.engine, record_id, now).items() if name != me}
    waiting = {each.editor: each.changed_at for each in overview.others if each.record_id == record_id}
    gettext = overview.lang.gettext
    return [
        *(
            gettext("{address} has a change of this record that waits, since {time}.", address=name, time=when)
            for name, at in waiting.items()
            if (when := _words(overview, at))
        ),
        *(
            gettext("{address} has this record open, since {time}.", address=name, time=when)
            for name, at in present.items()
            if name not in waiting and (when := _words(overview, at))
        ),
    ]


def _words(overview: Overview, at: datetime) -> str:
    zone = overview.edition.calendar.zone if overview.edition else "UTC"
    return phrases.when_words(civil_from_instant(at.replace(second=0, microsecond=0), zone), zone, overview.lang)
