"""The shelf: the current edition and the outputs printed from it, ready to be sent.

A new edition is noticed within half a second. When the database does not answer, the last edition known
stays on the shelf.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from calendar_service.records.moments import midnight
from calendar_service.records.times import civil_from_instant
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import DatabaseFault
from calendar_service.web.feed_renderer import FeedRenderer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.store.engine import Database
    from calendar_service.web.representation import Representation

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
_MAX_OUTPUTS = 256
_MAX_OCTETS = 64_000_000


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

    def __init__(self, engine: Database, base_url: str, clock: Callable[[], datetime]) -> None:
        self.renderer = FeedRenderer(base_url)
        self.clock = clock
        self.engine = engine
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._printing = threading.Lock()
        self._edition: Edition | None = None
        self._looked = float("-inf")
        self._outputs: OrderedDict[Hashable, tuple[_State, Representation]] = OrderedDict()

    @property
    def press(self) -> FeedRenderer:
        """Another name for `renderer`."""
        return self.renderer

    # -- editions -------------------------------------------------------------------------------

    def edition(self) -> Edition:
        """Give the current edition. Raises NothingPublished where there is none at all."""
        is_due = time.monotonic() - self._looked >= LOOK_EVERY_SECONDS
        # One request looks; the others go on with what is there, however long the database takes.
        if is_due and self._looking.acquire(blocking=self._edition is None):
            try:
                self._look()
            finally:
                self._looking.release()
        if self._edition is None:
            raise NothingPublished
        return self._edition

    def _look(self) -> None:
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        try:
            if self._edition is None or newest_number(self.engine) != self._edition.number:
                self._edition = load_edition(self.engine, self._edition)
        except DatabaseFault as error:
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

    def known(self, key: Hashable) -> Representation | None:
        """Give an output printed before, if it still holds."""
        found = self._outputs.get(key)
        if found is None or found[0] != self._state():
            return None
        with self._lock:
            if key in self._outputs:
                self._outputs.move_to_end(key)
        return found[1]

    def keep(self, key: Hashable, make: Callable[[Edition, datetime], Representation]) -> Representation:
        """Give the output of a key, printing it where it is not there or no longer holds.

        It is printed as of the beginning of the day, so that it is the same whichever process prints
        it at whatever hour.
        """
        # One at a time: many who wait for the same new edition should not all print it.
        with self._printing:
            if printed := self.known(key):
                return printed
            edition = self.edition()
            today = self._today(edition)
            printed = make(edition, midnight(today, edition.calendar.zone))
            with self._lock:
                self._outputs.pop(key, None)
                self._outputs[key] = ((edition.number, today), printed)
                self._forget()
            return printed

    def _forget(self) -> None:
        octets = sum(len(printed.body) for _, printed in self._outputs.values())
        while len(self._outputs) > _MAX_OUTPUTS or (octets > _MAX_OCTETS and len(self._outputs) > 1):
            _, (_, printed) = self._outputs.popitem(last=False)
            octets -= len(printed.body)

    def _state(self) -> _State:
        edition = self.edition()
        return edition.number, self._today(edition)

    def _today(self, edition: Edition) -> date:
        return civil_from_instant(self.clock(), edition.calendar.zone).day
