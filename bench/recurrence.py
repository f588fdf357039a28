"""Expanding what recurs, beside dateutil alone, which knows no zones of records and no changed occurrences."""

from datetime import datetime, time, timedelta

from dateutil.rrule import rrulestr

from bench.calendars import NOW, read_draft, write_series
from bench.measure import compare, row
from calendar_service.records.occurrences import first_day_of, occurrences_of
from calendar_service.writers.recurrence import write_rule


@row("a year of 1,000 recurring records, to bare dateutil.rrule", most=1.3)
def year():
    schedules = [record.schedule for record in read_draft(write_series(1000)).records]
    end = NOW + timedelta(days=365)
    starts = [datetime.combine(first_day_of(each.span), time(11)) for each in schedules]
    rules = [write_rule(each.rule, each.span) for each in schedules]
    low, high = NOW.replace(tzinfo=None), end.replace(tzinfo=None)

    def ours():
        return [[each.day for each in occurrences_of(one, NOW, end, "Europe/Paris")] for one in schedules]

    def bare():
        expanded = zip(rules, starts, strict=True)
        return [[day.date() for day in rrulestr(rule, dtstart=start).between(low, high)] for rule, start in expanded]

    if ours() != bare():
        raise ValueError("the results differ")
    return compare(("occurrences_of", ours), ("dateutil.rrule", bare), rounds=5)
