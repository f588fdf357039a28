"""The short tasks of an editor - move, postpone, cancel - as edits of the calendar file."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.editing.edits import RemoveValue, SetValue, parse_path, value_at
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.errors import gettext_noop
from calendar_service.writers.phrases import moment_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_service.writers.i18n import Language

REASON = "note_of_change"


class Task(StrEnum):
    """A short task; it changes one record."""

    MOVE = "move"
    POSTPONE = "postpone"
    CANCEL = "cancel"


TITLES = {
    Task.MOVE: gettext_noop("Move"),
    Task.POSTPONE: gettext_noop("Postpone"),
    Task.CANCEL: gettext_noop("Cancel"),
}
_STATES = {Task.POSTPONE: Status.POSTPONED, Task.CANCEL: Status.CANCELLED}
# The times of a record by their path in the file; the first that a record has is the one that a move is about.
_TIMES = {
    "when": None,
    "starts": MomentName.STARTS,
    "ends": MomentName.ENDS,
    "closes": MomentName.CLOSES,
    "questions_by": MomentName.QUESTIONS_BY,
    "opens": MomentName.OPENS,
    "award_expected": MomentName.AWARD_EXPECTED,
    "registration.closes": MomentName.REGISTRATION_CLOSES,
}
_WHEN = gettext_noop("When")


def times_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the times of a record in the words of the file, by their path."""
    found = {path: value_at(values, parse_path(path)) for path in _TIMES}
    return {path: words for path, words in found.items() if isinstance(words, str)}


def time_label(path: str, lang: Language) -> str:
    """Return the label of a time by its path."""
    name = _TIMES[path]
    return moment_label(name, lang) if name else lang.gettext(_WHEN)


def tasks_for(status: str) -> tuple[Task, ...]:
    """Return the tasks that a record of a status allows: nothing moves what is cancelled."""
    match status:
        case Status.CANCELLED:
            return ()
        case Status.POSTPONED:
            return Task.MOVE, Task.CANCEL
    return tuple(Task)


def task_edits(
    task: Task, record_id: str, values: Mapping[str, Any], given: Mapping[str, str], languages: Sequence[str]
) -> list[SetValue | RemoveValue]:
    """Return the edits of a task; `given` are the times by their path, and the reason in each language."""
    edits: list[SetValue | RemoveValue] = []
    if task is Task.MOVE:
        for path, old in times_of(values).items():
            words = given.get(path, "").strip() or old
            edits += [SetValue(record_id, parse_path(path), words)] if words != old else []
        if values.get("status") == Status.POSTPONED:
            edits.append(RemoveValue(record_id, ("status",)))
    else:
        edits.append(SetValue(record_id, ("status",), _STATES[task].value))
    return edits + _reason_edits(record_id, values, given, languages)


def _reason_edits(
    record_id: str, values: Mapping[str, Any], given: Mapping[str, str], languages: Sequence[str]
) -> list[SetValue | RemoveValue]:
    """Return the edit of the reason; one of an earlier change does not stay for this one."""
    texts = {code: given.get(f"{REASON}.{code}", "").replace("\r\n", "\n").strip() for code in languages}
    texts = {code: text for code, text in texts.items() if text}
    if texts:
        value: Any = texts if len(languages) > 1 else next(iter(texts.values()))
        return [SetValue(record_id, (REASON,), value)]
    return [RemoveValue(record_id, (REASON,))] if REASON in values else []
