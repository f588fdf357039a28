"""The shelf: the current edition and the outputs printed from it, ready to be sent.

A new edition is noticed within a second. When the database does not answer, the last edition known
stays on the shelf.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from calendar_service.records.edition import is_coming
from calendar_service.records.times import civil_from_instant
from calendar_service.records.window import choose
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.web.printed import Printed
from calendar_service.writers.api import write_records
from calendar_service.writers.feed import Head, fit, write_feed
from calendar_service.writers.ical import Block, write_entry
from calendar_service.writers.view import view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date, datetime

    from sqlalchemy import Engine

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.selection import Selection
    from calendar_service.writers.view import View

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
_MAX_OUTPUTS = 256
_MAX_BLOCKS = 50_000
ICS = "text/calendar; charset=utf-8"
JSON = "application/json"


class NothingPublished(LookupError):
    """There is no edition yet."""


class NoSuchRecord(LookupError):
    """No record has this id now; `was_there` tells whether one had it."""

    def __init__(self, record_id: str, *, was_there: bool) -> None:
        super().__init__(record_id)
        self.was_there = was_there


_State = tuple[int, "date"]
"""What an output holds for: the number of an edition, and a day in its zone."""


class Shelf:
    """Gives editions and printed outputs; safe to use from many threads."""

    def __init__(self, engine: Engine, base_url: str, clock: Callable[[], datetime]) -> None:
        self.base_url = base_url
        self.clock = clock
        self.engine = engine
        self._lock = threading.Lock()
        self._edition: Edition | None = None
        self._looked = float("-inf")
        self._outputs: OrderedDict[Hashable, tuple[_State, Printed]] = OrderedDict()
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()

    # -- editions -------------------------------------------------------------------------------

    def edition(self) -> Edition:
        """Give the current edition. Raises NothingPublished where there is none at all."""
        if time.monotonic() - self._looked >= LOOK_EVERY_SECONDS:
            with self._lock:
                if time.monotonic() - self._looked >= LOOK_EVERY_SECONDS:
                    self._look()
        if self._edition is None:
            raise NothingPublished
        return self._edition

    def _look(self) -> None:
        try:
            if self._edition is None or newest_number(self.engine) != self._edition.number:
                self._edition = load_edition(self.engine, self._edition)
        except SQLAlchemyError as error:
            logger.error("The database does not answer (%s); the last edition stays.", type(error).__name__)  # noqa: TRY400 (a trace could show the database's address)
        self._looked = time.monotonic()

    def entry(self, record_id: str) -> Entry:
        """Give the entry of a record that is public. Raises NoSuchRecord."""
        edition = self.edition()
        for entry in edition.shown_at(self.clock()):
            if entry.record.id == record_id:
                return entry
        raise NoSuchRecord(record_id, was_there=record_id in edition.entries)

    # -- outputs --------------------------------------------------------------------------------

    def known(self, key: Hashable) -> Printed | None:
        """Give an output printed before, if it still holds."""
        found = self._outputs.get(key)
        return found[1] if found and found[0] == self._state() else None

    def keep(self, key: Hashable, make: Callable[[Edition, datetime], Printed]) -> Printed:
        """Give the output of a key, printing it where it is not there or no longer holds."""
        if printed := self.known(key):
            return printed
        state, edition = self._state(), self.edition()
        printed = make(edition, self.clock())
        with self._lock:
            self._outputs[key] = (state, printed)
            while len(self._outputs) > _MAX_OUTPUTS:
                self._outputs.popitem(last=False)
        return printed

    def _state(self) -> _State:
        edition = self.edition()
        return edition.number, civil_from_instant(self.clock(), edition.calendar.zone).day

    def feed(self, selection: Selection, name: str, path: str, edition: Edition, now: datetime) -> Printed:
        """Print the iCalendar feed of a selection; `path` is where it stands, with its query."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        choice = choose(edition, selection, now)
        blocks = [self._block(entry, edition, view) for entry in choice.entries]
        omitted = 0
        if not (selection.first or selection.last):
            blocks, omitted = fit(blocks, _first_coming(choice.entries, edition, now))
        head = Head(name, f"{self.base_url}{path}", _last_change(choice.entries, edition), omitted)
        body = write_feed(head, blocks, edition, view)
        return Printed(body, ICS, choice.changed_at, f'inline; filename="{path.partition("?")[0].rpartition("/")[2]}"')

    def single(self, entry: Entry, selection: Selection, name: str, path: str, edition: Edition) -> Printed:
        """Print the .ics file of one record."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        head = Head(name, f"{self.base_url}{path}", entry.revision.changed_at)
        body = write_feed(head, [self._block(entry, edition, view)], edition, view)
        return Printed(body, ICS, edition.published_at, f'attachment; filename="{entry.record.id}.ics"')

    def records(self, selection: Selection, edition: Edition, now: datetime) -> Printed:
        """Print the records of a selection as JSON."""
        view = view_of(selection, self.base_url, edition.calendar.languages[0])
        choice = choose(edition, selection, now)
        body = write_records(choice.entries, edition, selection, view, now)
        return Printed(body, JSON, choice.changed_at)

    def _block(self, entry: Entry, edition: Edition, view: View) -> Block:
        key = (
            entry.record.id,
            entry.revision.number,
            edition.calendar.zone,
            edition.calendar.id,
            view.lang.code,
            view.zone,
            view.alarm,
        )
        if found := self._blocks.get(key):
            return found
        block = write_entry(entry, edition.calendar, view)
        with self._lock:
            self._blocks[key] = block
            while len(self._blocks) > _MAX_BLOCKS:
                self._blocks.popitem(last=False)
        return block


def _first_coming(entries: list[Entry], edition: Edition, now: datetime) -> int:
    zone = edition.calendar.zone
    return next((place for place, entry in enumerate(entries) if is_coming(entry.record, zone, now)), len(entries))


def _last_change(entries: list[Entry], edition: Edition) -> datetime:
    return max((entry.revision.changed_at for entry in entries), default=edition.published_at)
