"""What every admin page begins with: the file, the public edition, how the two differ, and the state of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

from calendar_service.admin.access import who
from calendar_service.admin.comparison import compare_file
from calendar_service.admin.file_state import why_read_only
from calendar_service.admin.layout import page_language, public_edition
from calendar_service.admin.status_line import StatePart, held_reasons, state_line
from calendar_service.admin.waiting import Combination, combine
from calendar_service.parsers.record_lines import find_record_lines
from calendar_service.store.lease import this_host
from calendar_service.store.waiting_changes import list_waiting_changes
from calendar_service.web.context import cache, status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.admin.comparison import FileComparison
    from calendar_service.admin.file_state import FileReader, FileState
    from calendar_service.records.edition import Draft, Edition
    from calendar_service.records.errors import Sentence
    from calendar_service.store.engine import Database
    from calendar_service.store.waiting_changes import WaitingChange
    from calendar_service.web.status import ServiceStatus
    from calendar_service.writers.i18n import Language

FILE_READER = "calendar-service-file-reader"


@dataclass
class Overview:
    """The file and the public edition at one time. `difference` is None if the file is broken or changes nothing.

    `pending` is the file with the changes of the editor that can be made; of these `difference` is, and `draft` is what
    it says, None if it is broken.
    `mine` are all changes of the editor, `tried` those of them that `pending` is made of as far as they can be made,
    `others` those of the other editors. `read_only` says why nothing can be changed from here.
    """

    engine: Database
    reader: FileReader
    state: FileState
    status: ServiceStatus
    edition: Edition | None
    difference: FileComparison | None
    lang: Language
    line: list[StatePart]
    pending: Combination
    mine: list[WaitingChange]
    others: list[WaitingChange]
    draft: Draft | None
    tried: list[WaitingChange]
    read_only: Sentence | None
    _lines: dict[str, tuple[int, int]] | None = field(default=None, init=False)

    @property
    def is_to_be_written(self) -> bool:
        """Return True if what is pending is not in the file."""
        return bool(self.pending.applied) or self.pending.state.digest != self.state.digest

    def record_lines(self, record_id: str) -> list[tuple[int, str]]:
        """Return the lines of a record in the file with their numbers; none if it is not there."""
        if self._lines is None:
            self._lines = find_record_lines(self.pending.state.data)
        place = self._lines.get(record_id)
        return self.pending.state.lines(*place) if place else []


def release_time(edition: Edition | None) -> datetime:
    """Return the time by which it is known what of a file is public: that of the next edition."""
    now = cache().clock()
    return max(now, edition.published_at) if edition else now


def open_overview(
    only: int | None = None, *, is_held_first: bool = False, rewrite: Callable[[FileState], bytes] | None = None
) -> Overview:
    """Return the state of all now; of the editor's own changes with `only` one. Raise DatabaseFault.

    With `is_held_first`, a file that is held is shown by itself, as it is confirmed before the editor's changes. With
    `rewrite`, what it makes of the file is pending in the place of these changes.
    """
    reader = cast("FileReader", current_app.extensions[FILE_READER])
    engine, now, lang = cache().engine, cache().clock(), page_language()
    state, edition, found = reader.read(), public_edition(), status().read(now)
    waiting, me = list_waiting_changes(engine), who().editor.address
    mine = [each for each in waiting if each.editor == me]
    is_alone = is_held_first and bool(held_reasons(state, found))
    is_left = bool(state.trouble or rewrite) or state.reading.draft is None or is_alone
    tried = [] if is_left else [each for each in mine if only in (None, each.id)]
    pending = Combination(reader.state_of(rewrite(state))) if rewrite else combine(reader, state, tried)
    draft = pending.state.reading.draft if not state.trouble else None
    draft = draft.released_at(release_time(edition)) if draft else None
    difference = compare_file(engine, edition, draft, now) if draft else None
    if difference and difference.comparison.is_empty:
        difference = None
    number = difference.number if difference else 0
    number = number + len(mine) if is_alone else max(number, len(mine))
    line = state_line(engine, state, found, edition, number, now=now, lang=lang)
    others = [each for each in waiting if each.editor != me]
    if read_only := why_read_only(engine, reader.path, this_host(), is_to_be_written=True):
        line.insert(0, StatePart(lang.say(read_only), is_bad=True))
    return Overview(
        engine, reader, state, found, edition, difference, lang, line, pending, mine, others, draft, tried, read_only
    )


def taken_ids(overview: Overview) -> frozenset[str]:
    """Return the ids of all records that are, were or may become public."""
    public = overview.edition.entries if overview.edition else {}
    drafts = (overview.draft, overview.state.reading.draft)
    written = [each.id for draft in drafts if draft for each in draft.every_record]
    return frozenset([*written, *public, *(each.record_id for each in (*overview.mine, *overview.others))])
