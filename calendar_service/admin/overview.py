"""What every admin page begins with: the file, the public edition, how the two differ, and the state of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

from calendar_service.admin.comparison import compare_file
from calendar_service.admin.layout import page_language, public_edition
from calendar_service.admin.status_line import state_line
from calendar_service.parsers.record_lines import find_record_lines
from calendar_service.web.context import cache, status

if TYPE_CHECKING:
    from calendar_service.admin.comparison import FileComparison
    from calendar_service.admin.file_state import FileReader, FileState
    from calendar_service.admin.status_line import StatePart
    from calendar_service.records.edition import Edition
    from calendar_service.store.engine import Database
    from calendar_service.web.status import ServiceStatus
    from calendar_service.writers.i18n import Language

FILE_READER = "calendar-service-file-reader"


@dataclass
class Overview:
    """The file and the public edition at one time. `difference` is None if the file is broken or changes nothing."""

    engine: Database
    reader: FileReader
    state: FileState
    status: ServiceStatus
    edition: Edition | None
    difference: FileComparison | None
    lang: Language
    line: list[StatePart]
    _lines: dict[str, tuple[int, int]] | None = field(default=None, init=False)

    def record_lines(self, record_id: str) -> list[tuple[int, str]]:
        """Return the lines of a record in the file with their numbers; none if it is not there."""
        if self._lines is None:
            self._lines = find_record_lines(self.state.data)
        place = self._lines.get(record_id)
        return self.state.lines(*place) if place else []


def open_overview() -> Overview:
    """Return the state of all now. Raise DatabaseFault."""
    reader = cast("FileReader", current_app.extensions[FILE_READER])
    engine, now, lang = cache().engine, cache().clock(), page_language()
    state, edition, found = reader.read(), public_edition(), status().read(now)
    draft = state.reading.draft if not state.trouble else None
    difference = compare_file(engine, edition, draft, now) if draft else None
    if difference and difference.comparison.is_empty:
        difference = None
    number = difference.number if difference else 0
    line = state_line(engine, state, found, edition, number, now=now, lang=lang)
    return Overview(engine, reader, state, found, edition, difference, lang, line)
