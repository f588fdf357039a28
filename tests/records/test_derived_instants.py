"""Instants of a new tz database: which are found to have moved."""

from datetime import UTC, date, datetime, time, timedelta

from calendar_service.records.derived_instants import derive_instants, describe_shifts, find_shifts
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.record import Milestone, Record
from calendar_service.records.times import CivilTime, EndOfDay

ZONE = "Europe/Paris"
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
AUGUST = EndOfDay(date(2026, 8, 10), ZONE)


def test_shifts_are_found_among_what_was_kept_and_is_ahead():
    what = Record(
        id="it",
        kind=Kind.TENDER,
        title={},
        milestones={
            MomentName.CLOSES: Milestone(EndOfDay(date(2026, 7, 10), ZONE), ""),
            MomentName.QUESTIONS_BY: Milestone(CivilTime(date(2026, 7, 1), time(12), ZONE), ""),
            MomentName.OPENS: Milestone(EndOfDay(date(2026, 6, 1), ZONE), ""),
            MomentName.AWARD_EXPECTED: Milestone(AUGUST, ""),
        },
    )
    derived = derive_instants(what, NOW)
    hour = timedelta(hours=1)
    kept = {each.key: each.at + hour for each in derived} | {("award_expected", None): AUGUST.instant}
    shifts = find_shifts(kept, derived, NOW)
    assert [(shift.new.key[0], shift.old - shift.new.at) for shift in shifts] == [
        ("closes", hour),
        ("questions_by", hour),
    ]
    assert find_shifts({}, derived, NOW) == []
    assert describe_shifts("it", shifts, ("2025b", "2026f"))[1] == (
        "it: questions_by moves from 2026-07-01T11:00Z to 2026-07-01T10:00Z, "
        "because the clocks of Europe/Paris have new rules (tz database 2025b -> 2026f)"
    )
