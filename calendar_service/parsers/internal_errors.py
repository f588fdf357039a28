"""Turn an unexpected error of the parser itself into a finding, so that the other records are still parsed."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from calendar_service.records.errors import Path, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)


@contextmanager
def collect_internal_errors(path: Path, problems: list[Problem]) -> Iterator[None]:
    """Add a problem at `path` to `problems` if the body raises an unexpected error.

    The traceback is logged. A file with such a problem is not published, so the last edition stays.
    """
    try:
        yield
    except Exception as error:  # whatever is wrong with the program, any file gets its findings
        problem = _internal_error(path, error)
        logger.exception("%s", problem.message)
        problems.append(problem)


def _internal_error(path: Path, error: Exception) -> Problem:
    where = Problem(path, "").where or "the file"
    remedy = "This is a fault of the program: report it, with its log." + (
        " Until it is mended, write this part in another way, or take it out." if path else ""
    )
    return Problem(path, f"internal error while reading {where} ({type(error).__name__}).", None, remedy)
