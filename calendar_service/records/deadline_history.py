"""The history of a record's deadlines: what publishing has shown, completed by `extensions` of the calendar file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.record import Milestone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from calendar_service.records.record import Extension, Record
    from calendar_service.records.texts import Text


class DeadlineChangeKind(StrEnum):
    """What became of a deadline; MOVED is a day that is only expected, or the opening of bids."""

    EXTENSION = "extension"
    BROUGHT_FORWARD = "brought forward"
    CORRECTION = "correction"
    MOVED = "moved"


DEADLINES = frozenset({MomentName.CLOSES, MomentName.QUESTIONS_BY, MomentName.REGISTRATION_CLOSES})
"""The moments that end something."""


@dataclass(frozen=True)
class DeadlineChange:
    """A deadline that was replaced by another.

    `published_at` (aware) is None if that was before this database; `decided` is the day that the file names, or None.
    A correction of a mistake is no extension.
    """

    moment: MomentName
    old: Milestone
    new: Milestone
    published_at: datetime | None
    reason: Text
    decided: date | None = None
    is_correction: bool = False

    @property
    def kind(self) -> DeadlineChangeKind:
        """Whether it was extended, brought forward, corrected, or is no deadline."""
        if self.is_correction:
            return DeadlineChangeKind.CORRECTION
        if self.moment not in DEADLINES:
            return DeadlineChangeKind.MOVED
        is_later = _instant(self.new) > _instant(self.old)
        return DeadlineChangeKind.EXTENSION if is_later else DeadlineChangeKind.BROUGHT_FORWARD

    @property
    def is_extension(self) -> bool:
        """Return True if the new deadline is later than the old one, and that was no correction."""
        return self.kind is DeadlineChangeKind.EXTENSION


def complete_history(published: Sequence[DeadlineChange], record: Record) -> tuple[DeadlineChange, ...]:
    """Return the published changes of a record's deadlines with what its file adds, oldest first.

    An extension of the file describes the published change that replaced the same deadline, or it is a change of its
    own, in its place by the time of the deadline that it replaced.
    """
    if not record.extensions:
        return tuple(published)
    others = [each for each in published if each.moment is not MomentName.CLOSES]
    closings = [each for each in published if each.moment is MomentName.CLOSES]
    for extension in record.extensions:
        closings = _with_extension(closings, extension, record.milestones[MomentName.CLOSES])
    return (*closings, *others)


def _with_extension(changes: list[DeadlineChange], extension: Extension, present: Milestone) -> list[DeadlineChange]:
    at = Milestone(extension.at, extension.words)
    same = [number for number, each in enumerate(changes) if _instant(each.old) == _instant(at)]
    if same:
        number = same[-1]
        told = changes[number]
        described = replace(told, decided=extension.decided, reason=extension.reason or told.reason)
        return [*changes[:number], described, *changes[number + 1 :]]
    number = next((n for n, each in enumerate(changes) if _instant(each.old) > _instant(at)), len(changes))
    following = changes[number].old if number < len(changes) else present
    added = DeadlineChange(MomentName.CLOSES, at, following, None, extension.reason, extension.decided)
    before = [replace(each, new=at) for each in changes[number - 1 : number]] if number else []
    return [*changes[: max(number - 1, 0)], *before, added, *changes[number:]]


def _instant(milestone: Milestone) -> tuple[datetime, datetime]:
    return instant_bounds(milestone.at, "UTC")
