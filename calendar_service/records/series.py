"""Parse the schedule of an event or webinar, once or recurring.

Contradictions become problems of the `Timing` that parses the words.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calendar_service.datephrases import (
    LAST_DAY,
    check_first_day,
    check_last_day,
    days_from,
    example_with_end,
    is_portable,
    parse_recurrence,
    settle_rule,
)
from calendar_service.records.errors import CalendarError, Path, Sentence
from calendar_service.records.occurrences import all_days, first_day_of
from calendar_service.records.record import OccurrenceChange, Schedule, TimeSpan
from calendar_service.records.texts import read_text
from calendar_service.records.times import day_of_instant
from calendar_service.records.zones import tzinfo_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.datephrases import RecurrenceRule
    from calendar_service.records.record import Span
    from calendar_service.records.schema import ChangeSchema, HappeningSchema
    from calendar_service.records.timing import Timing


_YEARS_TO_SUGGEST = 3


def read_schedule(
    timing: Timing, shape: HappeningSchema, language: str, unread: frozenset[str] = frozenset()
) -> Schedule | None:
    """Return the schedule; None if it has errors.

    `language` is that of texts without one; `unread` are fields whose absence is known and not reported again.
    """
    found = _read_span(timing, shape, unread)
    if shape.repeats is None:
        _refuse_orphans(timing, shape, unread)
        return Schedule(*found) if found else None
    words = shape.repeats
    zone = timing.zone
    read = partial(_fit_rule, words, found[0], zone, timing.now) if found else partial(parse_recurrence, words)
    rule = timing.attempt(("repeats",), words, read)
    if rule is None or found is None:
        _read_only(timing, shape)
        return None
    return _Series(timing, shape, language, rule, *found).schedule()


def _read_span(timing: Timing, shape: HappeningSchema, unread: frozenset[str]) -> tuple[Span, str] | None:
    if shape.when is not None:
        for field in ("starts", "ends"):
            if words := getattr(shape, field):
                message = Sentence("`{field}` does not go with `when`.", field=field)
                timing.refuse(
                    (field,), message, words, Sentence("Write both times in `when`, or use `starts` and `ends`.")
                )
        return timing.span_at(("when",), shape.when)
    if shape.starts is not None:
        return timing.span_from_ends(shape.starts, shape.ends)
    if unread.isdisjoint({"when", "starts"}):
        remedy = Sentence("Add a line such as `when: 7 July 2027 at 11.00-12.30 CET`.")
        timing.refuse((), Sentence("it needs either `when` or `starts`."), None, remedy)
    return None


def _refuse_orphans(timing: Timing, shape: HappeningSchema, unread: frozenset[str]) -> None:
    for field, value in (("except", shape.except_), ("changes", shape.changes)):
        if value and "repeats" not in unread:
            message = Sentence("`{field}` needs `repeats`: this record takes place only once.", field=field)
            timing.refuse((field,), message, None, Sentence("Say how it repeats, or take it out."))


def _read_only(timing: Timing, shape: HappeningSchema) -> None:
    """Report what is wrong with the words of exceptions if the rule itself is not known."""
    for number, words in enumerate(shape.except_ or ()):
        timing.when(("except", number), words)
    for number, change in enumerate(shape.changes or ()):
        timing.when(("changes", number, "occurrence"), change.occurrence)
        timing.span_at(("changes", number, "when"), change.when)


def _fit_rule(words: str, span: Span, zone: str, now: datetime | None) -> RecurrenceRule:
    """Parse a rule and check that it fits the first date; whole days begin on the clock of `zone`.

    An end is suggested that is ahead of `now`, if that is given.
    """
    first = first_day_of(span)
    start = span.starts if isinstance(span, TimeSpan) else None
    rule = settle_rule(
        parse_recurrence(words), first, start.clock if start else None, tzinfo_of(start.zone if start else zone)
    )
    check_first_day(rule, first)
    check_last_day(rule, first)
    if rule.is_endless and not is_portable(rule, first):
        end = min((max(first, day_of_instant(now, zone)) if now else first).year + _YEARS_TO_SUGGEST, LAST_DAY.year)
        raise CalendarError(
            Sentence("{words} never ends, and calendar programs cannot all follow such a rule.", words=repr(words)),
            remedy=Sentence("Say until when: `{words}`.", words=example_with_end(words, end)),
        )
    return rule


class _Series:
    """Parses the exceptions of a recurring record."""

    def __init__(
        self, timing: Timing, shape: HappeningSchema, language: str, rule: RecurrenceRule, span: Span, words: str
    ) -> None:
        self.timing = timing
        self.shape = shape
        self.language = language
        self.rule = rule
        self.span = span
        self.words = words
        self.days = days_from(rule, first_day_of(span), first_day_of(span))
        self.known: list[date] = []
        self.named: set[date] = set()

    def schedule(self) -> Schedule | None:
        excepted = [self.rule_day(("except", n), words) for n, words in enumerate(self.shape.except_ or ())]
        changes = [self.change(("changes", n), each) for n, each in enumerate(self.shape.changes or ())]
        schedule = Schedule(
            self.span,
            self.words,
            self.rule,
            tuple(sorted(day for day in excepted if day)),
            tuple(sorted((change for change in changes if change), key=lambda change: change.occurrence)),
        )
        if not self.rule.is_endless and next(all_days(schedule), None) is None:
            self.timing.refuse(
                ("except",), Sentence("no day is left of the whole series."), None, Sentence("Keep at least one.")
            )
        return schedule

    def rule_day(self, field: Path, words: str) -> date | None:
        """Return the day of an occurrence: one that the rule gives and that was not named before; else None."""
        when = self.timing.one_moment(field, words, Sentence("Name each day by itself."))
        if when is None:
            return None
        if when.start is not None:
            self.timing.refuse(
                field, Sentence("it must be a day without a time."), words, Sentence("Write the day only.")
            )
            return None
        if not self.comes_on(when.first):
            coming = next((day for day in self.known if day > when.first), None)
            remedy = Sentence("Name a day on which it does.")
            if coming:
                following = f"{coming.day} {coming:%B %Y}"
                remedy = Sentence("Name a day on which it does. The next one is {day}.", day=following)
            message = Sentence("the record does not take place on that day.")
            self.timing.refuse(field, message, words, remedy)
            return None
        if when.first in self.named:
            self.timing.refuse(field, Sentence("this day was named before."), words, Sentence("Keep one of the two."))
        self.named.add(when.first)
        return when.first

    def comes_on(self, day: date) -> bool:
        """Return True if the rule gives a day; `known` then has the days up to the following one."""
        while not self.known or self.known[-1] <= day:
            following = next(self.days, None)
            if following is None:
                break
            self.known.append(following)
        return day in self.known

    def change(self, field: Path, shape: ChangeSchema) -> OccurrenceChange | None:
        """Return the change of one occurrence; None if it has errors."""
        day = self.rule_day((*field, "occurrence"), shape.occurrence)
        if shape.when is None and shape.status is None:
            remedy = Sentence("Write `when:` for another time, or `status: cancelled`.")
            self.timing.refuse(field, Sentence("it does not say what is different."), None, remedy)
        if shape.when is not None and shape.status is not None:
            self.timing.refuse(
                (*field, "status"), Sentence("it is both moved and cancelled."), None, Sentence("Keep one of the two.")
            )
        moved = self.timing.span_at((*field, "when"), shape.when)
        if moved and type(moved[0]) is not type(self.span):
            message = Sentence("the record and its changes must all have times, or none.")
            self.timing.refuse((*field, "when"), message, shape.when, Sentence("Write it like the first date."))
        if day is None:
            return None
        span, words = moved or (None, "")
        return OccurrenceChange(day, span, words, read_text(shape.reason, self.language))
