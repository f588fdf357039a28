"""Cache of the current edition and of rendered responses.

If the database does not answer, or the newest edition cannot be read, the last one stays. No request asks the database
for an edition: `refresh` does, which servers call in a thread of its own.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from calendar_service.records.moments import midnight
from calendar_service.records.times import day_of_instant
from calendar_service.store.editions import LoadedEdition, is_newest
from calendar_service.store.errors import DatabaseFault
from calendar_service.web.feed_renderer import FeedRenderer
from calendar_service.web.render_limiter import limiter_for
from calendar_service.web.response_cache import ResponseCache

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.store.engine import Database
    from calendar_service.store.snapshot import SnapshotFile
    from calendar_service.web.page_copy import PageCopy
    from calendar_service.web.render_limiter import Weight
    from calendar_service.web.representation import Representation
    from calendar_service.web.response_cache import CacheState

logger = logging.getLogger(__name__)

_KEEP_AGAIN_SECONDS = 30.0
# A database that needs longer to tell its newest edition keeps requests waiting as well.
_LOOK_SECONDS = 2.0
_MAX_BYTES_OF_PAGES = 16_000_000
_T = TypeVar("_T")


class NothingPublished(LookupError):
    """No edition was published yet."""


class NoSuchRecord(LookupError):
    """No public record has this id; `was_there` is True if an earlier one had it."""

    def __init__(self, record_id: str, *, was_there: bool) -> None:
        super().__init__(record_id)
        self.was_there = was_there


class EditionCache:
    """Caches the edition and its responses. Thread-safe.

    `threads` is the number of server threads; `snapshot` is where a copy of the edition is kept, if anywhere.
    """

    def __init__(
        self,
        engine: Database,
        base_url: str,
        clock: Callable[[], datetime],
        threads: int,
        snapshot: SnapshotFile | None = None,
    ) -> None:
        self._base_url = base_url
        self.renderer = FeedRenderer(base_url)
        self.clock = clock
        self.engine = engine
        # Called before each look; what it raises is taken as the database's own fault.
        self.prepare: Callable[[], None] = lambda: None
        self.loaded = LoadedEdition()
        self._looking = threading.Lock()
        self._edition: Edition | None = None
        self._has_looked = False
        self._restores = 0
        self._is_unreadable = False
        self._is_silent = False
        self._looks_since: float | None = None
        self._snapshot = snapshot
        self._kept: Edition | None = None
        self._keep_at = float("-inf")
        self.responses: ResponseCache[Representation] = ResponseCache()
        # Of their own, so that many pages do not evict feeds, which take longer to render.
        self.pages: ResponseCache[PageCopy] = ResponseCache(_MAX_BYTES_OF_PAGES)
        self.renderings = limiter_for(threads)

    # -- editions -------------------------------------------------------------------------------

    def edition(self) -> Edition:
        """Return the current edition. Raise NothingPublished if there is none."""
        if not self._has_looked:
            self.refresh()
        if self._edition is None:
            raise NothingPublished
        return self._edition

    @property
    def newest(self) -> Edition | None:
        """The current edition; None if there is none, or nothing has looked for it yet."""
        return self._edition

    @property
    def is_database_away(self) -> bool:
        """Return True if the last look for an edition failed, or the present one takes too long."""
        since = self._looks_since
        return self._is_silent or (since is not None and time.monotonic() - since > _LOOK_SECONDS)

    def refresh(self) -> None:
        """Load the newest edition, unless it is the present one. A failure is logged, not raised."""
        with self._looking:
            self._has_looked = True
            self._looks_since = time.monotonic()
            try:
                self.prepare()
                self._load_newest()
                self._is_unreadable = self._is_silent = False
            except DatabaseFault as error:
                if not self._is_silent:
                    logger.error("The database cannot be used (%s); the last edition stays.", error.trouble)  # noqa: TRY400 (a traceback could show the database's address)
                self._is_silent = True
            except Exception:
                # Whatever is wrong with it, it must not take the last one away.
                if not self._is_unreadable:
                    logger.exception("The newest edition cannot be read; the last one stays.")
                self._is_unreadable = True
            finally:
                self._looks_since = None

    def _load_newest(self) -> None:
        before = self._edition
        if before is not None and is_newest(self.engine, before):
            return
        self._edition = self.loaded.load(self.engine, before)
        if before and self._edition and self._edition.number <= before.number:
            # The database was restored: numbers of editions and revisions are used again.
            self.renderer = FeedRenderer(self._base_url)
            self._restores += 1

    def load_snapshot(self) -> bool:
        """Take the edition from its copy if there is none yet, as where the database is away; return True if so."""
        with self._looking:
            self._has_looked = True
            if self._edition is None and self._snapshot:
                self._edition = self._snapshot.load()
                return self._edition is not None
            return False

    def keep_snapshot(self) -> None:
        """Keep a copy of the edition, if it is new. A failure is logged, and tried again in half a minute."""
        edition = self._edition
        if self._snapshot is None or edition is None or edition is self._kept or time.monotonic() < self._keep_at:
            return
        try:
            self._snapshot.keep(self.engine, edition)
            self._kept = edition
        except (DatabaseFault, OSError) as error:
            logger.error("A copy of the edition cannot be kept now: %s", error)  # noqa: TRY400 (the traceback adds nothing)
            self._keep_at = time.monotonic() + _KEEP_AGAIN_SECONDS

    def entry(self, record_id: str) -> Entry:
        """Return the entry of a public record. Raise NoSuchRecord and NothingPublished."""
        entry = self.edition().entries.get(record_id)
        if entry is None or not entry.is_shown_at(self.clock()):
            raise NoSuchRecord(record_id, was_there=entry is not None)
        return entry

    # -- outputs --------------------------------------------------------------------------------

    def known(self, key: Hashable) -> Representation | PageCopy | None:
        """Return a cached response if it is still valid, else None. Never waits for a rendering."""
        edition = self.edition()
        found = self.responses.get(key, self._state(edition))
        return found or self.pages.get(key, self.page_state(edition, self.clock()))

    def keep(
        self, key: Hashable, edition: Edition, weight: Weight, make: Callable[[datetime], Representation]
    ) -> Representation:
        """Return the response of a key in an edition; render it if it is not cached. Raise TooBusy.

        `make` gets the start of the day in the calendar's zone (aware), so all processes render the same bytes all day.
        """
        today = self._today(edition)
        state = self._state(edition)

        def render() -> Representation:
            if found := self.responses.get(key, state):
                return found
            made = make(midnight(today, edition.calendar.zone))
            self.responses.put(key, state, made)
            return made

        return self.responses.get(key, state) or self.renderings.run((key, state), weight, render)

    def share(self, key: Hashable, edition: Edition, now: datetime, weight: Weight, make: Callable[[], _T]) -> _T:
        """Return what `make` returns, shared with other requests for this key in the same minute. Raise TooBusy."""
        return self.renderings.run(("now", key, self.page_state(edition, now)), weight, make)

    def page_state(self, edition: Edition, now: datetime) -> CacheState:
        """Return the state for which a page of an edition at a moment (aware) is valid."""
        return self._restores, edition.number, now.replace(second=0, microsecond=0)

    def _state(self, edition: Edition) -> CacheState:
        return self._restores, edition.number, self._today(edition)

    def _today(self, edition: Edition) -> date:
        return day_of_instant(self.clock(), edition.calendar.zone)
