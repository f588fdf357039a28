"""Whether a file looks like an edited copy of an older edition: what came later is lost in it, or as it was before.

A copy of an edition knows nothing of what was published after it. So each record that changed since tells for or
against it. It is *kept* where the file has anything of that change. It is *put back* where the file has nothing of it,
and something as it was in that edition. A file that puts more of them back than it keeps is taken for a copy of that
edition, however it was edited otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from calendar_service.records.edition import is_coming, timing_of
from calendar_service.records.enums import Status
from calendar_service.records.record import Record
from calendar_service.records.rereading import READING, as_read_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Revision
    from calendar_service.records.texts import Text

    LoadHistories = Callable[[list[str]], Mapping[str, Sequence[Revision]]]

_MANY = 2
# Of the editions that a file may be a copy of: enough to find the one, and few enough for a save that changes all.
_MOST_ENDS = 10
_MOST_LIKELY = 5


@dataclass(frozen=True)
class PutBack:
    """A record that a file puts back, and what of it; it `matters` if it is ahead and people come at another time."""

    record_id: str
    parts: tuple[str, ...]
    matters: bool


@dataclass(frozen=True)
class EditedCopy:
    """The edition that a file looks like a copy of: of what changed since, how much is kept, and what is put back."""

    edition: int
    kept: int
    put_back: tuple[PutBack, ...]

    @property
    def is_doubtful(self) -> bool:
        """Return True if a person should be asked. That one record has an older text again may be a normal edit."""
        return len(self.put_back) >= _MANY or any(each.matters for each in self.put_back)


def find_edited_copy(
    last: Edition, revisions: Iterable[Revision], load: LoadHistories, now: datetime
) -> EditedCopy | None:
    """Return which older edition a file looks like an edited copy of, None if it looks like none.

    `revisions` are those that the file would add. `load` returns all revisions of some records, the oldest first.
    """
    search = _Search(last, {each.record.id: each for each in revisions if each.record.id in last.entries}, load, now)
    found = [copy for number in search.likely_editions() if (copy := search.compare(number))]
    return max(found, key=_likeness, default=None)


def _likeness(copy: EditedCopy) -> tuple[int, int, int]:
    parts = sum(len(each.parts) for each in copy.put_back)
    return len(copy.put_back) - copy.kept, parts, copy.edition


class _Part(NamedTuple):
    """A part of a record; it `matters` if people come at another time, or to another place, when it changes."""

    name: str
    matters: bool = False


_Parts = dict[_Part, object]
_THERE = _Part("in the calendar again", matters=True)
_WITHDRAWN = "withdrawn"
_WORDS_OF = "words of "
_TEXTS = ("title", "summary", "buyer")
_SPLIT = {"id", "note_of_change", "status", "place", "join", *_TEXTS, "schedule", "milestones", "sessions"}
_OTHERS = tuple(each.name for each in fields(Record) if each.name not in _SPLIT)


def _parts(revision: Revision | None) -> _Parts:
    """Return a record part by part, without what is empty; {} while it is not in the calendar.

    `note_of_change` is none of them: it says why the others changed.
    """
    if revision is None or revision.withdrawn:
        return {}
    record = revision.record
    found: _Parts = {
        _Part("status", matters=True): record.status,
        _Part("place", matters=True): record.place,
        _Part("join", matters=True): record.join,
    }
    found |= {part: text for name in _TEXTS for part, text in _by_language(name, getattr(record, name))}
    found |= {_Part(name): getattr(record, name) for name in _OTHERS}
    found |= _timed_parts(record)
    return {_THERE: True} | {part: value for part, value in found.items() if value}


def _by_language(name: str, text: Text) -> Iterator[tuple[_Part, str]]:
    return ((_Part(f"{name} ({language})"), words) for language, words in text.items())


def _timed_parts(record: Record) -> _Parts:
    found: _Parts = {}
    if record.schedule:
        found[_Part("schedule", matters=True)] = timing_of(record.schedule)
        found[_Part(f"{_WORDS_OF}schedule")] = record.schedule
    for moment, milestone in record.milestones.items():
        found[_Part(moment.value, matters=True)] = milestone.at
        found[_Part(f"{_WORDS_OF}{moment.value}")] = milestone.words
    for session in record.sessions:
        found[_Part(f"session {session.id}", matters=True)] = (session.span, session.place)
        found[_Part(f"{_WORDS_OF}session {session.id}")] = (session.title, session.words)
    return found


@dataclass
class _Search:
    """The last edition, what a file changes in it, and what is known of the records' earlier states."""

    last: Edition
    changed: Mapping[str, Revision]
    load: LoadHistories
    now: datetime
    _histories: dict[str, Sequence[Revision]] = field(default_factory=dict)
    _known_parts: dict[tuple[str, int], _Parts] = field(default_factory=dict)

    def likely_editions(self) -> set[int]:
        """Return the editions to compare with: those in which most is as in the file, and the last before a change."""
        counts = [0] * (self.last.number + 1)
        ends = set()
        self._fetch([name for name in self.changed if not self._is_newcomer(name)])
        for name in self.changed:
            for begin, end in self._times_put_back(name):
                counts[begin] += 1
                counts[end + 1] -= 1
                ends.add(end)
        counts = list(accumulate(counts))
        most = sorted((number for number, count in enumerate(counts) if count), key=lambda each: (-counts[each], -each))
        return {*sorted(ends)[-_MOST_ENDS:], *most[:_MOST_LIKELY]}

    def compare(self, number: int) -> EditedCopy | None:
        """Return the file as a copy of an edition; None where it keeps as much of what came after it."""
        put_back = [found for name in self.changed if (found := self._find_put_back(name, self._at(name, number)))]
        later = [name for name, entry in self.last.entries.items() if entry.revision.edition > number]
        newcomers = sum(map(self._is_newcomer, later))
        if newcomers >= len(put_back):
            return None
        others = [name for name in later if not self._is_newcomer(name)]
        self._fetch(others)
        kept = newcomers + sum(self._is_kept(name, self._at(name, number)) for name in others)
        if kept >= len(put_back):
            return None
        return EditedCopy(number, kept, tuple(sorted(put_back, key=lambda each: each.record_id)))

    def _is_newcomer(self, name: str) -> bool:
        """Return True if the file has a record of which there is one revision: it came then, and nothing goes back."""
        is_withdrawn = name in self.changed and self.changed[name].withdrawn
        return self.last.entries[name].revision.number == 1 and not is_withdrawn

    def _fetch(self, names: Sequence[str]) -> None:
        present = {name: self.last.entries[name].revision for name in names if name not in self._histories}
        self._histories |= {name: [only] for name, only in present.items() if only.number == 1}
        if missing := [name for name, revision in present.items() if revision.number > 1]:
            self._histories |= self.load(missing)

    def _times_put_back(self, name: str) -> Iterator[tuple[int, int]]:
        """Yield from which to which edition a record was as the file puts it back to."""
        for state, following in pairwise([None, *self._histories.get(name, ())]):
            begin, end = state.edition if state else 1, following.edition - 1 if following else 0
            if begin <= end and self._find_put_back(name, state):
                yield begin, end

    def _at(self, name: str, number: int) -> Revision | None:
        return next((each for each in reversed(self._histories.get(name, ())) if each.edition <= number), None)

    def _split(self, revision: Revision | None) -> _Parts:
        if revision is None:
            return {}
        key = revision.record.id, revision.number
        if key not in self._known_parts:
            self._known_parts[key] = _parts(self._as_read_now(revision))
        return self._known_parts[key]

    def _as_read_now(self, revision: Revision) -> Revision:
        """Return a revision without what differs from the file only by how the words are read."""
        name = revision.record.id
        new = self.changed.get(name, self.last.entries[name].revision)
        later = [each for each in (*self._histories.get(name, ()), new) if each.number > revision.number]
        is_old_reading = self.last.reading < READING or any(each.is_reread for each in later)
        return replace(revision, record=as_read_now(revision.record, new.record)) if is_old_reading else revision

    def _changes_since(self, name: str, old: Revision | None) -> list[tuple[_Part, bool, bool]]:
        """List what of a record has changed since, and whether the file has it as it was, or as it is now.

        Nothing is known of a state whose texts were deleted: the file neither keeps it nor puts it back.
        """
        if old and old.is_reduced:
            return []
        present = self.last.entries[name].revision
        before, now, new = map(self._split, (old, present, self.changed.get(name, present)))
        differing = [part for part in before | now if before.get(part) != now.get(part)]
        return [(part, new.get(part) == before.get(part), new.get(part) == now.get(part)) for part in differing]

    def _is_kept(self, name: str, old: Revision | None) -> bool:
        return any(is_kept for _, _, is_kept in self._changes_since(name, old))

    def _find_put_back(self, name: str, old: Revision | None) -> PutBack | None:
        changes = self._changes_since(name, old)
        parts = [part for part, is_as_before, _ in changes if is_as_before]
        present, new = self.last.entries[name].revision, self.changed[name]
        if not parts or any(is_kept for _, _, is_kept in changes) or _says_why(new, old, present):
            return None
        is_ahead = self._is_ahead(present.record) or (not new.withdrawn and self._is_ahead(new.record))
        if new.withdrawn:  # to take out what is over or called off is housekeeping
            return PutBack(name, (_WITHDRAWN,), matters=True) if is_ahead else None
        if _THERE in parts:
            return PutBack(name, (_THERE.name,), is_ahead)
        known = {part.name for part in parts if part.matters}
        names = sorted(part.name for part in parts if part.matters or part.name.removeprefix(_WORDS_OF) not in known)
        return PutBack(name, tuple(names), is_ahead and bool(known))

    def _is_ahead(self, record: Record) -> bool:
        return record.status is not Status.CANCELLED and is_coming(record, self.last.calendar.zone, self.now)


def _says_why(new: Revision, old: Revision | None, present: Revision) -> bool:
    """Return True if a new note says why the record changes: no copy has one."""
    before = [each.record.note_of_change for each in (old, present) if each]
    return bool(new.record.note_of_change) and not new.withdrawn and new.record.note_of_change not in before
