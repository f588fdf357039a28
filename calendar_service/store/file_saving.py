"""Save edits of the calendar file: never a file that `check` refuses, never over what somebody else has saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.parsers.editing.edits import UnfitEdit
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.store.whole_file import replace_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.records.edition import Draft

_SHOWN = 5


def apply_edits(path: Path, known: bytes, edits: Sequence[Edit], now: datetime) -> tuple[bytes, Draft]:
    """Return the file with the edits and what it says then. Raise UnfitEdit, also if `check` would refuse it."""
    new = edit_file(known, edits)
    return new, check_bytes(path, new, now)


def check_bytes(path: Path, data: bytes, now: datetime) -> Draft:
    """Return what a file says that is to be written. Raise UnfitEdit with its first problems if it has any."""
    reading = read_calendar(data, str(path), now)
    if reading.draft is None:
        first = [str(error) for error in reading.errors[:_SHOWN]]
        more = len(reading.errors) - len(first)
        rest = [f"… and {more} more."] if more else []
        message = "\n".join(["the file would have problems, so nothing was written:", *first, *rest])
        raise UnfitEdit(message, remedy="")
    return reading.draft


def save_edits(path: Path, known: bytes, edits: Sequence[Edit], now: datetime) -> bytes:
    """Write edits into a file that holds the bytes `known`; return the new bytes.

    Raise UnfitEdit, NotReplaced or OSError.
    """
    new, _ = apply_edits(path, known, edits, now)
    if new != known:
        replace_whole(path, new, known)
    return new
