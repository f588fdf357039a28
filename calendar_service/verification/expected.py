"""Compute the facts that the outputs must have, from the records and the tz database alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from calendar_service.records.capitals import zone_of_place
from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds, record_bounds, span_points
from calendar_service.records.occurrences import Occurrence, end_of, occurrence_on, occurrences_of
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.records.zones import tzinfo_of
from calendar_service.verification.facts import Expected, StatedTime, spell, spell_days, spell_words
from calendar_service.verification.linked_data import expect_linked
from calendar_service.verification.questions import expect_listed_questions, expect_told_questions
from calendar_service.verification.states import (
    expect_links,
    expect_listed_state,
    expect_own_reason,
    expect_shown_state,
    expect_state,
    expect_status,
    has_ended,
    is_on,
    open_links,
)

if TYPE_CHECKING:
    from calendar_service.records.deadline_history import DeadlineChange
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.record import Point, Record, Schedule, Session, Span

# Just inside the stretches that every surface covers: twelve months back, two years ahead.
_BACK, _AHEAD, _DAILY_AHEAD = timedelta(days=364), timedelta(days=729), timedelta(days=364)
_AROUND = timedelta(days=62)
_MOST, _MOST_PAST = 50, 10
_NEXT = 6
_YEAR = timedelta(days=366)
_RECENT = timedelta(days=360)
# README and architecture: a deadline is a block that ends when it closes; an unannounced end is an hour on.
_BLOCK, _UNKNOWN = timedelta(minutes=30), timedelta(hours=1)
_HAPPENS_AT = frozenset({MomentName.OPENS, MomentName.AWARD_EXPECTED})
HAPPENING = "happening"
_MOVED_FROM = ", moved from"


@dataclass(frozen=True)
class Scope:
    """What an output is asked for: which edition, at what time, in which other zone ("" for the place's own).

    `within` are the first and the last of the days that it is limited to.
    """

    edition: Edition
    now: datetime
    lang: str
    zone: str = ""
    within: tuple[date, date] | None = None

    def holds(self, at: Point | Span) -> bool:
        """Return True if a point or a part of a span lies in the days that are asked for."""
        if self.within is None:
            return True
        days = self.within[0], self.within[1] + timedelta(days=1)
        start, end = (datetime.combine(day, time(), tzinfo_of(self.home)) for day in days)
        begins, ends = instant_bounds(at, self.home)
        return begins < end and (ends > start or begins == ends >= start)

    @property
    def home(self) -> str:
        """The calendar's zone."""
        return self.edition.calendar.zone

    @property
    def days(self) -> tuple[date, date]:
        """The days within which all occurrences are known."""
        return (self.now - _BACK).date() + timedelta(days=1), (self.now + _AHEAD).date() - timedelta(days=1)

    @property
    def stretch(self) -> tuple[date, date]:
        """The days for which series are expanded; more than enough."""
        return (self.now - _BACK - _AROUND).date(), (self.now + _AHEAD + _AROUND).date()


def is_recurring(record: Record) -> bool:
    """Return True if a record recurs."""
    return bool(record.schedule and record.schedule.rule)


def is_in_window(entry: Entry, scope: Scope, slack: timedelta = timedelta()) -> bool:
    """Return True if a record reaches into the last twelve months, the window of feeds without `from=`."""
    record = entry.record
    if record.schedule and record.schedule.rule and end_of(record.schedule, scope.home) is None:
        return True
    ends = record_bounds(record, scope.home)[1]
    if record.schedule and (stops := end_of(record.schedule, scope.home)):
        ends = max(ends, stops)
    return ends > scope.now - _BACK - slack


def lies_in_days(entry: Entry, scope: Scope) -> bool:
    """Return True if an occurrence, a session or a milestone of a record lies in the days that are asked for."""
    record, schedule = entry.record, entry.record.schedule
    points: list[Point | Span] = [each.at for each in record.milestones.values()]
    points += [each.span for each in record.sessions]
    if schedule:
        points += [each.span for each in occurrences(schedule, scope)[0]] if schedule.rule else [schedule.span]
    return any(scope.holds(at) for at in points)


def occurrences(schedule: Schedule, scope: Scope) -> tuple[list[Occurrence], list[Occurrence]]:
    """Return the occurrences that must be in an output, and all that may be."""
    first, last = scope.now - _BACK, scope.now + _AHEAD
    every = occurrences_of(schedule, first - _AROUND, last + _AROUND, scope.home)
    if scope.within:
        return [each for each in every if scope.holds(each.span)], every
    if schedule.rule and schedule.rule.frequency == "DAILY":
        last = scope.now + _DAILY_AHEAD
    must = [each for each in every if first <= instant_bounds(each.span, scope.home)[0] < last]
    coming = next((i for i, each in enumerate(must) if instant_bounds(each.span, scope.home)[0] >= scope.now), 0)
    begin = max(0, min(coming - _MOST_PAST, len(must) - _MOST))
    return must[begin : begin + _MOST], every


def _exact(at: Point) -> str:
    return spell(at.first if isinstance(at, DaySpan) else at.instant)


def expect_moments(entry: Entry, scope: Scope, _: object = None, *, keyed: bool = True) -> Expected:
    """Return the facts that lists of moments must have; with `keyed` they name the occurrence."""
    record, schedule = entry.record, entry.record.schedule
    state = expect_listed_state(entry, scope.lang)
    state += (
        expect_listed_questions(entry, scope.lang) if keyed else expect_told_questions(entry, scope.lang, is_whole=True)
    )
    status = "" if keyed else f", {state[0].value}"
    # The table has its status in each line.
    state = state if keyed else state[1:]
    sessions = [session for session in record.sessions if scope.holds(session.span)]
    parts = [point for session in sessions for point in span_points(session.span)]
    state = [*state, *(StatedTime(f"session {name}{status}", _exact(at)) for name, at in parts)]
    milestones = {name: each for name, each in record.milestones.items() if scope.holds(each.at)}
    moves = [move for move in _last_moves(entry) if move.moment in milestones]
    moved = [StatedTime(f"{move.moment}{_MOVED_FROM}", _exact(move.old.at)) for move in moves]
    listed = [StatedTime(f"{name}{status}", _exact(milestone.at)) for name, milestone in milestones.items()]
    if schedule is None or not schedule.rule:
        points = span_points(schedule.span) if schedule and scope.holds(schedule.span) else []
        times = [StatedTime(f"{name}{status}", _exact(at)) for name, at in points]
        before = span_points(entry.planned_before) if entry.planned_before else []
        kept = {name for name, _ in points}
        moved += [StatedTime(f"{name}{_MOVED_FROM}", _exact(at)) for name, at in before if name in kept]
        return Expected([*times, *listed, *moved, *state])
    within, around = occurrences(schedule, scope)
    must, every = (
        [fact for each in some for fact in _listed(each, entry, schedule, scope.lang, keyed=keyed)]
        for some in (within, around)
    )
    if not keyed and any(each.reason for each in around):
        # A line of the table has the reason of its occurrence; of equal ones each is read once.
        reasons = [fact for fact in state if fact.what == "reason"]
        must += dict.fromkeys(
            StatedTime("reason", own) for each in within if (own := expect_own_reason(each, scope.lang))
        )
        every += [
            *reasons,
            *(StatedTime("reason", expect_own_reason(each, scope.lang)) for each in around if each.reason),
        ]
        if not (listed or parts) and all(each.reason for each in within):
            state = [fact for fact in state if fact.what != "reason"]
    more = [fact for fact in every if fact not in set(must)] if scope.within is None else []
    return Expected([*listed, *must, *moved, *state], more)


def _last_moves(entry: Entry) -> list[DeadlineChange]:
    return list(
        {move.moment: move for move in entry.deadline_history if move.moment in entry.record.milestones}.values()
    )


def _listed(occurrence: Occurrence, entry: Entry, schedule: Schedule, lang: str, *, keyed: bool) -> list[StatedTime]:
    key = f" of {occurrence.day}" if keyed else ""
    status = expect_status(entry, occurrence) if occurrence.is_cancelled or not keyed else ""
    points = span_points(occurrence.span)
    before = span_points(_by_rule(schedule, occurrence)) if occurrence.is_moved else []
    kept, own = {name for name, _ in points}, expect_own_reason(occurrence, lang)
    return [
        *(StatedTime(f"{name}{key}{f', {status}' if status else ''}", _exact(at)) for name, at in points),
        *(StatedTime(f"{name}{key}{_MOVED_FROM}", _exact(at)) for name, at in before if name in kept),
        *(StatedTime(f"{name}{key}, reason", own) for name, _ in points if keyed and own),
    ]


def _by_rule(schedule: Schedule, occurrence: Occurrence) -> Span:
    """Return when the rule has an occurrence, whatever has become of it."""
    return occurrence_on(replace(schedule, changes=()), occurrence.day).span


def expect_table(entry: Entry, scope: Scope, _: object = None) -> Expected:
    """Return the facts of the CSV table: the moments, without the occurrence that they belong to."""
    return expect_moments(entry, scope, keyed=False)


def expect_json_feed(entry: Entry, scope: Scope, _: object = None) -> Expected:
    """Return the facts of a JSON Feed: the moments, and the words of the text."""
    listed, text = expect_moments(entry, scope), expect_text(entry, scope)
    return Expected(listed.must + text.must, listed.more + text.more)


def count_moments(entry: Entry, scope: Scope) -> int:
    """Count the moments of a record that are verified, including those of sessions."""
    facts = expect_moments(entry, scope).must
    return sum(
        fact.what not in ("status", "reason", "question") and not fact.what.endswith(_MOVED_FROM) for fact in facts
    )


# -- calendar entries ---------------------------------------------------------------------------


def _stretch_of(span: Span) -> str:
    if isinstance(span, DaySpan):
        return spell_days(span.first, span.last)
    ends = span.ends.instant if span.ends else span.starts.instant + _UNKNOWN
    return f"{spell(span.starts.instant)} to {spell(ends)}"


def _milestone_stretch(name: MomentName, at: Point) -> str:
    match at:
        case CivilTime() if name in _HAPPENS_AT:
            return f"{spell(at.instant)} to {spell(at.instant + _BLOCK)}"
        case CivilTime():
            return f"{spell(at.instant - _BLOCK)} to {spell(at.instant)}"
        case EndOfDay(day):
            return day.isoformat()
        case DaySpan(first, last):
            return spell_days(first, last)


def expect_entries(entry: Entry, scope: Scope, names: set[str]) -> Expected:
    """Return the facts that the VEVENTs of a record must have; `names` are those that were sent, with descriptions."""
    record, schedule = entry.record, entry.record.schedule
    expected = Expected()
    if schedule and schedule.rule:
        must, every = occurrences(schedule, scope)
        expected.must = [StatedTime(f"{HAPPENING} of {each.day}", _stretch_of(each.span)) for each in must]
        known = set(expected.must)
        # A series that is in the days that are asked for has its rule, which goes on beyond them, and all its changes.
        every += [occurrence_on(schedule, change.occurrence) for change in schedule.changes]
        every_fact = [StatedTime(f"{HAPPENING} of {each.day}", _stretch_of(each.span)) for each in every]
        expected.more = [fact for fact in every_fact if fact not in known] if must else []
    elif schedule and scope.holds(schedule.span):
        expected.must.append(StatedTime(HAPPENING, _stretch_of(schedule.span)))
    for moment, milestone in record.milestones.items():
        if not scope.holds(milestone.at):
            continue
        expected.must.append(StatedTime(moment, _milestone_stretch(moment, milestone.at)))
        if isinstance(milestone.at, CivilTime):
            clock = milestone.at.instant.astimezone(tzinfo_of(scope.home))
            expected.must.append(StatedTime(f"{moment} in the title", f"{clock:%H:%M}"))
    sessions = [each for each in record.sessions if scope.holds(each.span)]
    expected.must += [StatedTime(f"session {each.id}", _stretch_of(each.span)) for each in sessions]
    for name in sorted(names):
        occurrence = _occurrence_named(name, schedule)
        expected.must += _description(name, entry, scope)
        expected.must += expect_state(entry, scope.lang, occurrence, name)
        expected.must += expect_told_questions(entry, scope.lang, name)
        expected.must.append(expect_links(entry, occurrence, name))
        expected.must.append(StatedTime(f"STATUS of {name}", _STATUS[expect_status(entry, occurrence)]))
    return expected


_STATUS = {"cancelled": "CANCELLED", "postponed": "TENTATIVE", "tentative": "TENTATIVE", "confirmed": "CONFIRMED"}


def _occurrence_named(name: str, schedule: Schedule | None) -> Occurrence | None:
    is_one = schedule is not None and name.startswith(f"{HAPPENING} of ")
    return occurrence_on(schedule, date.fromisoformat(name.rpartition(" ")[2])) if schedule and is_one else None


def _description(name: str, entry: Entry, scope: Scope) -> list[StatedTime]:
    record, schedule = entry.record, entry.record.schedule
    what = f"words of {name}"
    milestones: list[Point | Span] = [milestone.at for milestone in record.milestones.values()]
    whole: list[Point | Span] = [schedule.span] if schedule else []
    own: list[Point | Span]
    session = next((each for each in record.sessions if f"session {each.id}" == name), None)
    if session:
        record = _of_session(session, record)
        own = [session.span, *whole]
    elif schedule and name.startswith(f"{HAPPENING} of "):
        own = [occurrence_on(schedule, date.fromisoformat(name.rpartition(" ")[2])).span]
    else:
        own = whole
    lines = [fact for at in [*own, *milestones] for fact in expect_lines(at, record, scope, what)]
    return [*lines, *_until(record), *_moves(entry, scope)]


def expect_text(entry: Entry, scope: Scope, _: object = None) -> Expected:
    """Return the facts that the text about a whole record must have: its (first) date and all its deadlines."""
    record = entry.record
    points: list[Point | Span] = [record.schedule.span] if record.schedule else []
    points += [milestone.at for milestone in record.milestones.values()]
    lines = [fact for at in points for fact in expect_lines(at, record, scope)]
    state = expect_state(entry, scope.lang, is_whole=True)
    state += expect_told_questions(entry, scope.lang, "the text")
    return Expected([*lines, *_until(record), *_moves(entry, scope), *state, expect_links(entry, None, "the text")])


# -- words ------------------------------------------------------------------------------------------


def expect_lines(at: Point | Span, record: Record, scope: Scope, what: str = "words") -> list[StatedTime]:
    """Return the line in the calendar's zone and, if it differs, the one in the other zone."""
    if isinstance(at, DaySpan):
        return [StatedTime(what, spell_days(at.first, at.last))]
    instants = (
        [at.starts.instant, *([at.ends.instant] if at.ends else [])] if isinstance(at, TimeSpan) else [at.instant]
    )
    announced = at.starts.zone if isinstance(at, TimeSpan) else at.zone
    home, other = (
        [(instant, instant.astimezone(tzinfo_of(zone)).utcoffset() or timedelta()) for instant in instants]
        for zone in (scope.home, scope.zone or record.zone or announced)
    )
    return [StatedTime(what, spell_words(*stamps)) for stamps in ([home] if home == other else [home, other])]


def _session_lines(session: Session, record: Record, scope: Scope) -> list[StatedTime]:
    return expect_lines(session.span, _of_session(session, record), scope)


def _of_session(session: Session, record: Record) -> Record:
    """Return the record with the zone of the session's own place."""
    return replace(record, zone=zone_of_place(session.place) or record.zone)


def _until(record: Record) -> list[StatedTime]:
    rule = record.schedule.rule if record.schedule else None
    return [StatedTime("until", rule.until.isoformat())] if rule and rule.until else []


def _moves(entry: Entry, scope: Scope) -> list[StatedTime]:
    at_home = replace(scope, zone=scope.home)
    found = []
    for move in entry.deadline_history:
        found += expect_lines(move.old.at, entry.record, at_home, "moved from")
        found += expect_lines(move.new.at, entry.record, at_home, "moved to")
        published = _day(move.published_at, scope) if move.published_at else ""
        if day := move.decided.isoformat() if move.decided else published:  # the first day of the sentence
            found.append(StatedTime("moved on", day))
    return found


def expect_deadline_before(entry: Entry, scope: Scope) -> list[StatedTime]:
    """Return the fact of the first deadline of a record that has had others; corrections of mistakes do not count."""
    changes = [each for each in entry.deadline_history if each.moment is MomentName.CLOSES and not each.is_correction]
    days = [
        _exact(each.old.at) if isinstance(each.old.at, DaySpan) else _day(each.old.at.instant, scope)
        for each in changes
    ]
    return [StatedTime("first deadline", day) for day in days[:1]]


def _day(instant: datetime, scope: Scope) -> str:
    return instant.astimezone(tzinfo_of(scope.home)).date().isoformat()


# -- pages ------------------------------------------------------------------------------------------


def _shown(record: Record) -> Point | Span:
    return record.schedule.span if record.schedule else record.milestones[MomentName.CLOSES].at


def listed_at(
    entry: Entry, begins: datetime, ends: datetime, scope: Scope
) -> list[tuple[Point | Span, Occurrence | None]]:
    """Return what a record is listed at: the occurrences of a series between two instants, else its one time."""
    schedule = entry.record.schedule
    if schedule is None or not schedule.rule:
        return [(_shown(entry.record), None)]
    return [(each.span, each) for each in occurrences_of(schedule, begins, ends, scope.home)]


def _datetime(at: Point | Span) -> StatedTime:
    """Return the values that `<time datetime>` must have: whole days have no instant."""
    start = at.starts.instant if isinstance(at, TimeSpan) else at.first if isinstance(at, DaySpan) else at.instant
    return StatedTime("<time datetime>", spell(start))


def expect_page(entry: Entry, scope: Scope) -> Expected:
    """Return the facts that the page of a record must have."""
    record = entry.record
    lead, following = _led(entry, scope)
    shown = lead.span if lead else _shown(record)
    points: list[Point | Span] = [shown]
    is_alone = len(record.milestones) == 1  # a closing is the lead, and in the list of milestones if there are more
    points += [each.at for name, each in record.milestones.items() if not (is_alone and name is MomentName.CLOSES)]
    points += [each.span for each in following]
    lines = [fact for at in points for fact in expect_lines(at, record, scope)]
    lines += [fact for each in record.sessions for fact in _session_lines(each, record, scope)]
    head = [StatedTime("<meta description>", expect_lines(shown, record, scope)[0].value), _datetime(shown)]
    linked = expect_linked(entry, scope, 5 * _YEAR, _NEXT)
    state = [fact for each in (lead, *following) for fact in _shown_state(each, entry, scope)]
    state += expect_told_questions(entry, scope.lang, is_whole=True)
    has_others = record.schedule and not {each.occurrence for each in record.schedule.changes} <= {
        each.day for each in (lead, *following) if each
    }
    more = expect_state(entry, scope.lang, is_whole=True)[1:] if has_others else []
    return Expected(
        [*lines, *head, *linked, *_until(record), *_moves(entry, scope), *state, *_page_links(entry, lead, scope)], more
    )


def _led(entry: Entry, scope: Scope) -> tuple[Occurrence | None, list[Occurrence]]:
    """Return what the page of a series leads with, the next occurrence that takes place, and what follows it."""
    schedule = entry.record.schedule
    if schedule is None or not schedule.rule:
        return None, []
    ahead = occurrences_of(schedule, scope.now, scope.now + 5 * _YEAR, scope.home)[:_NEXT]
    found = ahead or occurrences_of(schedule, scope.now - 5 * _YEAR, scope.now, scope.home)[-1:]
    if not found:
        return Occurrence(_first_day(schedule), schedule.span), []
    lead = next((each for each in found if not each.is_cancelled), found[0])
    return lead, [each for each in found if each is not lead]


def _first_day(schedule: Schedule) -> date:
    return schedule.span.first if isinstance(schedule.span, DaySpan) else schedule.span.starts.day


def _shown_state(occurrence: Occurrence | None, entry: Entry, scope: Scope) -> list[StatedTime]:
    """Return what stands on a page beside a record or occurrence: its mark, where it was before, and why."""
    at_home, schedule = replace(scope, zone=scope.home), entry.record.schedule
    before = entry.planned_before
    if occurrence and occurrence.is_moved and schedule:
        before = _by_rule(schedule, occurrence)
    was = expect_lines(before, entry.record, at_home, "moved from") if before else []
    return [*expect_shown_state(entry, scope.lang, occurrence), *was]


def _page_links(entry: Entry, lead: Occurrence | None, scope: Scope) -> list[StatedTime]:
    """Return the links that a page must have: to join, to register, and to add it to a calendar."""
    span = lead.span if lead else _shown(entry.record)
    links = open_links(entry, lead, span, scope.home, scope.now) if entry.record.schedule else []
    closing = entry.record.milestones.get(MomentName.CLOSES)
    is_closed = closing is not None and instant_bounds(closing.at, scope.home)[1] < scope.now
    is_worth_adding = is_on(entry, lead) and not (is_closed or has_ended(span, scope.home, scope.now))
    return [StatedTime("links of the page", " ".join([*links, *(["add"] if is_worth_adding else [])]))]


def expect_rows(entry: Entry, scope: Scope, *, windowed: bool) -> Expected:
    """Return the facts that the agenda must have of a record: all within a year from now, and the last one before.

    Of what is asked for by day (`windowed`), all that are past, too.
    """
    record, schedule = entry.record, entry.record.schedule
    moves = expect_deadline_before(entry, scope)
    if schedule is None or not schedule.rule:
        if not scope.holds(_shown(record)):
            return Expected()
        row = [
            *expect_lines(_shown(record), record, scope),
            _datetime(_shown(record)),
            *_shown_state(None, entry, scope),
        ]
        row += _open_registration(entry, scope)
        ended = instant_bounds(_shown(record), scope.home)[1]
        return Expected([*row, *moves]) if windowed or ended >= scope.now - _RECENT else Expected([], [*row, *moves])
    listed, every = occurrences(schedule, scope)
    changed = [occurrence_on(schedule, change.occurrence) for change in schedule.changes]
    # What has changed long ago has a state, which names no day.
    every = listed if scope.within else [*every, *(each for each in changed if each not in every)]
    coming = [each for each in every if _ends(each, scope) > scope.now and _begins(each, scope) < scope.now + _BACK]
    past = [each for each in every if scope.now - _RECENT <= _ends(each, scope) <= scope.now]
    kept = {each.day for each in [*(past if windowed else past[-1:]), *coming]}
    ahead = occurrences_of(schedule, scope.now, scope.now + _BACK, scope.home)
    first = next((each.day for each in ahead if not each.is_cancelled), None)
    must, more = (
        [
            fact
            for each in every
            if (each.day in kept) is wanted
            for fact in [
                *expect_lines(each.span, record, scope),
                _datetime(each.span),
                *_shown_state(each, entry, scope),
            ]
            + (_open_registration(entry, scope, each) if each.day == first else [])
        ]
        for wanted in (True, False)
    )
    return Expected([*must, *(moves if kept else [])], [*more, *([] if kept else moves)])


def _open_registration(entry: Entry, scope: Scope, occurrence: Occurrence | None = None) -> list[StatedTime]:
    closing = entry.record.milestones.get(MomentName.REGISTRATION_CLOSES)
    ends = instant_bounds(occurrence.span if occurrence else _shown(entry.record), scope.home)[1]
    if closing is None or not is_on(entry) or min(ends, instant_bounds(closing.at, scope.home)[1]) < scope.now:
        return []
    return expect_lines(closing.at, entry.record, scope, "registration")


def _begins(occurrence: Occurrence, scope: Scope) -> datetime:
    return instant_bounds(occurrence.span, scope.home)[0].astimezone(UTC)


def _ends(occurrence: Occurrence, scope: Scope) -> datetime:
    return instant_bounds(occurrence.span, scope.home)[1].astimezone(UTC)
