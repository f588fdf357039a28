"""What falls due and when: tables of a record, a group and two times, and the exact list that is planned."""

from dataclasses import replace
from datetime import date

import pytest

from calendar_service.records.enums import Status
from calendar_service.records.notification_keys import RecipientGroup, Topic, lead_of
from calendar_service.reminders.plan import plan_reminders
from calendar_service.store.notification_columns import encode_bundle
from tests.support.reminders import CALENDAR, LIMA, PARIS, SEOUL, event, grown, moved, stated, tender, utc

LONG_AGO = utc("2027-01-01 12:00")


def reminders(lead="", zone=PARIS, number=1, **more):
    return RecipientGroup(Topic.REMINDERS, more.pop("selection", ""), lead, zone, id=number, **more)


def lines(edition, start, end, *groups):
    """The plan as (due, lead, moment, bundle, after), with the occurrence where there is one."""
    found = plan_reminders(edition, groups, utc(start), utc(end), edition.seen)
    return [
        (
            stated(each.due_at),
            lead_of(each.notification),
            f"{each.notification.moment} {each.notification.occurrence}"
            if each.notification.occurrence
            else each.notification.moment,
            encode_bundle(each.bundle),
            stated(each.after) if each.after else "",
        )
        for each in found
        if each.notification.kind == "reminder"
    ]


def short(edition, start, end, *groups):
    return [(due, lead, moment) for due, lead, moment, _, _ in lines(edition, start, end, *groups)]


# The clocks of Paris go forward on 28 March 2027 and back on 31 October.
ONE_RECORD = [
    ("clock time, one instant for all", tender("2027-07-10 17:00"), reminders("7 days", SEOUL), "2027-07-03 15:00"),
    ("end of a day, in the reader's morning", tender("2027-07-10"), reminders("7 days"), "2027-07-03 07:00"),
    ("end of a day, far east", tender("2027-07-10"), reminders("7 days", SEOUL), "2027-07-03 00:00"),
    ("end of a day, far west", tender("2027-07-10"), reminders("7 days", LIMA), "2027-07-03 14:00"),
    ("end of a day, exact hours", tender("2027-07-10"), reminders("24 hours", SEOUL), "2027-07-09 21:59:59"),
    ("wall time over the change forward", tender("2027-03-30 17:00"), reminders("7 days"), "2027-03-23 16:00"),
    ("real hours over the change forward", tender("2027-03-28 17:00"), reminders("24 hours"), "2027-03-27 15:00"),
    ("wall day over the change forward", tender("2027-03-28 17:00"), reminders("1 day"), "2027-03-27 16:00"),
    ("real hours over the change back", tender("2027-10-31 17:00"), reminders("24 hours"), "2027-10-30 16:00"),
    ("wall day over the change back", tender("2027-10-31 17:00"), reminders("1 day"), "2027-10-30 15:00"),
    ("skipped hour", tender("2027-04-04 02:30"), reminders("7 days"), "2027-03-28 01:30"),
    ("working days over a weekend", tender("2027-07-12 17:00"), reminders("5 working days"), "2027-07-05 15:00"),
    (
        "working days of a country",
        tender("2027-07-15 17:00"),
        reminders("2 working days", country="FR"),
        "2027-07-12 15:00",  # the 14th is a holiday
    ),
    ("working days of no country", tender("2027-07-15 17:00"), reminders("2 working days"), "2027-07-13 15:00"),
    ("a time that is named, at home", tender("2027-07-10 17:00"), reminders("1 day at 18:00"), "2027-07-09 16:00"),
    (
        "a time that is named, far east",
        tender("2027-07-10 16:00"),
        reminders("1 day at 18:00", SEOUL),
        "2027-07-09 09:00",
    ),
    (
        "a time that is named, far west",
        tender("2027-07-10 17:00"),
        reminders("1 day at 18:00", LIMA),
        "2027-07-09 23:00",
    ),
    (
        "a time that the programme suggests, far east",
        tender("2027-07-10 16:00", reminders=("1 day at 18:00",)),
        reminders("", SEOUL),
        "2027-07-09 09:00",
    ),
    ("on the day", tender("2027-07-10 17:00"), reminders("on the day at 08:00"), "2027-07-10 06:00"),
    ("all-day event at home", event("2027-07-10"), reminders("1 day"), "2027-07-09 07:00"),
    ("all-day event far east", event("2027-07-10"), reminders("1 day", SEOUL), "2027-07-09 00:00"),
    ("all-day event far west", event("2027-07-10"), reminders("1 day", LIMA), "2027-07-09 14:00"),
    ("all-day event, exact hours far west", event("2027-07-10"), reminders("24 hours", LIMA), "2027-07-09 05:00"),
    ("several days", event("2027-07-10", "2027-07-12"), reminders("on the day at 09:00"), "2027-07-10 07:00"),
]


@pytest.mark.parametrize(
    ("record", "group", "due"), [row[1:] for row in ONE_RECORD], ids=[row[0] for row in ONE_RECORD]
)
def test_one_moment_and_one_lead(record, group, due):
    edition = grown((LONG_AGO, record))
    moment = "starts" if record.schedule else "closes"
    lead = group.lead or record.reminders[0]
    assert lines(edition, "2027-01-02", "2028-01-01", group) == [(due, lead, moment, "", "")]


LEADS = [
    ("programme's", tender("2027-07-10 17:00"), CALENDAR, ["7 days"]),
    ("record's own", tender("2027-07-10 17:00", reminders=("3 days", "2 hours")), CALENDAR, ["3 days", "2 hours"]),
    ("those of nobody", tender("2027-07-10 17:00"), replace(CALENDAR, reminders=()), ["7 days", "1 day"]),
    ("the same in two wordings", tender("2027-07-10 17:00", reminders=("1 week", "P7D")), CALENDAR, ["7 days"]),
]


@pytest.mark.parametrize(("record", "calendar", "leads"), [row[1:] for row in LEADS], ids=[row[0] for row in LEADS])
def test_leads_that_the_programme_suggests(record, calendar, leads):
    edition = grown((LONG_AGO, record), calendar=calendar)
    assert [lead for _, lead, *_ in lines(edition, "2027-01-02", "2028-01-01", reminders())] == leads
    assert [lead for _, lead, *_ in lines(edition, "2027-01-02", "2028-01-01", reminders("5 days"))] == ["5 days"]


def test_closures_of_the_calendar_are_no_working_days():
    calendar = replace(CALENDAR, closures=(date(2027, 7, 9),))
    edition = grown((LONG_AGO, tender("2027-07-12 17:00")), calendar=calendar)
    assert short(edition, "2027-07-01", "2027-08-01", reminders("1 working day")) == [
        ("2027-07-08 15:00", "1 working day", "closes")
    ]


def test_every_moment_that_one_can_be_reminded_of_in_order_of_time():
    record = tender(
        "2027-07-10 17:00", opens="2027-05-01", questions_by="2027-06-20 12:00", award_expected="2027-09-01"
    )
    edition = grown((LONG_AGO, record, event("2027-06-25 10:00", registration_url="x")))
    assert short(edition, "2027-01-02", "2028-01-01", reminders("7 days"), reminders("1 day", number=2)) == [
        ("2027-06-13 10:00", "7 days", "questions_by"),
        ("2027-06-18 08:00", "7 days", "starts"),
        ("2027-06-19 10:00", "1 day", "questions_by"),
        ("2027-06-24 08:00", "1 day", "starts"),
        ("2027-07-03 15:00", "7 days", "closes"),
        ("2027-07-09 15:00", "1 day", "closes"),
    ]


def test_two_groups_are_planned_each_for_itself():
    edition = grown((LONG_AGO, tender("2027-07-10 17:00"), tender("2027-07-11 17:00", "other", tags=("roads",))))
    groups = reminders("7 days", number=4), reminders("7 days", number=2, selection="tag=roads")
    found = plan_reminders(edition, groups, utc("2027-01-02 00:00"), utc("2028-01-01 00:00"), edition.seen)
    assert [(each.group.id, each.notification.record_id) for each in found] == [
        (4, "tender"),
        (2, "other"),
        (4, "other"),
    ]


def test_bounds_of_the_plan():
    edition = grown((LONG_AGO, tender("2027-07-10 17:00")))
    due = [("2027-07-03 15:00", "7 days", "closes")]
    group = reminders("7 days")
    assert short(edition, "2027-07-10 14:59", "2027-08-01", group) == due  # as long as the moment is ahead
    assert short(edition, "2027-07-10 15:00", "2027-08-01", group) == []
    assert short(edition, "2027-01-02", "2027-07-03 15:01", group) == due
    assert short(edition, "2027-01-02", "2027-07-03 15:00", group) == []


def test_a_series_with_an_exception_a_moved_and_a_cancelled_occurrence():
    record = event(
        "2027-03-01",
        rule="every week",
        excepted=("2027-03-08",),
        changes=(moved("2027-03-15", "2027-03-17"), moved("2027-03-22")),
    )
    edition = grown((LONG_AGO, record))
    assert short(edition, "2027-02-20", "2027-04-06", reminders("1 day")) == [
        ("2027-02-28 08:00", "1 day", "starts 2027-03-01"),
        ("2027-03-16 08:00", "1 day", "starts 2027-03-15"),
        ("2027-03-28 07:00", "1 day", "starts 2027-03-29"),
        ("2027-04-04 07:00", "1 day", "starts 2027-04-05"),
    ]


def test_a_new_record_whose_leads_are_over_reminds_at_once_and_the_nearest_is_told_apart():
    edition = grown((utc("2027-07-06 12:00"), tender("2027-07-10 17:00")))
    groups = [reminders(lead, number=n) for n, lead in enumerate(("14 days", "7 days", "1 day"), start=1)]
    assert short(edition, "2027-07-01", "2027-08-01", *groups) == [
        ("2027-07-06 12:00", "14 days", "closes"),
        ("2027-07-06 12:00", "7 days", "closes"),
        ("2027-07-09 15:00", "1 day", "closes"),
    ]
    counted = [
        stated(each.counted)
        for each in plan_reminders(edition, groups, utc("2027-07-01"), utc("2027-08-01"), edition.seen)
    ]
    assert counted == ["2027-06-26 15:00", "2027-07-03 15:00", "2027-07-09 15:00"]


def test_what_is_published_when_it_is_over_reminds_of_nothing():
    assert (
        short(grown((utc("2027-07-10 15:00"), tender("2027-07-10 17:00"))), "2027-07-01", "2027-08-01", reminders())
        == []
    )


FIRST = (LONG_AGO, tender("2027-07-10 17:00", reminders=("14 days", "7 days", "1 day")))
CHANGES = [
    ("nothing changed", [], ["06-26", "07-03", "07-09"]),
    (
        "extended while 14 days were over",
        [("2027-07-01", tender("2027-07-14 17:00", reminders=("14 days", "7 days", "1 day")))],
        ["07-07", "07-13"],
    ),
    (
        "extended far enough for all",
        [("2027-07-01", tender("2027-08-14 17:00", reminders=("14 days", "7 days", "1 day")))],
        ["07-31", "08-07", "08-13"],
    ),
    (
        "moved earlier",
        [("2027-07-01", tender("2027-07-04 17:00", reminders=("14 days", "7 days", "1 day")))],
        ["07-03"],
    ),
    ("only the title", [("2027-07-01", replace(FIRST[1], title={"en": "Other"}))], ["06-26", "07-03", "07-09"]),
    ("cancelled", [("2027-07-01", replace(FIRST[1], status=Status.CANCELLED))], []),
    ("postponed", [("2027-07-01", replace(FIRST[1], status=Status.POSTPONED))], []),
    ("tentative", [("2027-07-01", replace(FIRST[1], status=Status.TENTATIVE))], ["06-26", "07-03", "07-09"]),
    ("withdrawn", [("2027-07-01",)], []),
    ("withdrawn and published again", [("2027-07-01",), ("2027-07-05", FIRST[1])], ["07-09"]),
    (
        "cancelled and on again",
        [("2027-06-01", replace(FIRST[1], status=Status.CANCELLED)), ("2027-06-28", FIRST[1])],
        ["07-03", "07-09"],
    ),
    ("moved away and back", [("2027-06-20", tender("2027-09-10")), ("2027-07-05", FIRST[1])], ["07-09"]),
]


@pytest.mark.parametrize(("steps", "days"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_becomes_of_reminders_when_a_record_changes(steps, days):
    edition = grown(FIRST, *((utc(when), *records) for when, *records in steps))
    assert [due[5:10] for due, *_ in lines(edition, "2027-06-01", "2027-12-01", reminders())] == days


def test_an_occurrence_that_moves_keeps_what_was_due_of_the_others():
    series = event("2027-03-01", rule="every week")
    shifted = replace(series, schedule=replace(series.schedule, changes=(moved("2027-03-08", "2027-03-12"),)))
    edition = grown((LONG_AGO, series), (utc("2027-03-03 12:00"), shifted))
    assert short(edition, "2027-03-03", "2027-03-20", reminders("7 days")) == [
        ("2027-03-05 08:00", "7 days", "starts 2027-03-08"),
        ("2027-03-08 08:00", "7 days", "starts 2027-03-15"),
        ("2027-03-15 08:00", "7 days", "starts 2027-03-22"),
    ]


# 1 March 2027 is a Monday; digests go at 09:00 in Paris, which is 08:00 in UTC until the 28th.
DAILY, WEEKLY = reminders("7 days", digest="daily"), reminders("7 days", digest="weekly")
DIGESTS = [
    (
        "weekly, the Monday before",
        WEEKLY,
        (LONG_AGO, tender("2027-03-11 17:00")),
        [
            ("2027-03-01 08:00", "weekly 2027-03-01T08:00Z", ""),
            ("2027-03-04 16:00", "", "2027-03-01 08:00"),
        ],
    ),
    (
        "daily, the morning of the day",
        DAILY,
        (LONG_AGO, tender("2027-03-11 17:00")),
        [
            ("2027-03-04 08:00", "daily 2027-03-04T08:00Z", ""),
            ("2027-03-04 16:00", "", "2027-03-04 08:00"),
        ],
    ),
    (
        "daily, the morning before",
        DAILY,
        (LONG_AGO, tender("2027-03-11 08:00")),
        [
            ("2027-03-03 08:00", "daily 2027-03-03T08:00Z", ""),
            ("2027-03-04 07:00", "", "2027-03-03 08:00"),
        ],
    ),
    (
        "daily, at the very hour",
        DAILY,
        (LONG_AGO, tender("2027-03-11")),
        [
            ("2027-03-04 08:00", "daily 2027-03-04T08:00Z", ""),
            ("2027-03-04 08:00", "", "2027-03-04 08:00"),
        ],
    ),
    (
        "not known when the last one went",
        WEEKLY,
        (utc("2027-03-02 12:00"), tender("2027-03-11 17:00")),
        [("2027-03-04 16:00", "", "")],
    ),
    (
        "late, and the next one comes in time",
        WEEKLY,
        (utc("2027-03-05 12:00"), tender("2027-03-11 17:00")),
        [("2027-03-08 08:00", "weekly 2027-03-08T08:00Z", "")],
    ),
    (
        "late, and the next one comes too late",
        WEEKLY,
        (utc("2027-03-09 12:00"), tender("2027-03-11 17:00")),
        [("2027-03-09 12:00", "", "")],
    ),
    (
        "over the change of the clocks",
        WEEKLY,
        (LONG_AGO, tender("2027-04-06 17:00")),
        [
            ("2027-03-29 07:00", "weekly 2027-03-29T07:00Z", ""),
            ("2027-03-30 15:00", "", "2027-03-29 07:00"),
        ],
    ),
    (
        "in the reader's own morning",
        replace(WEEKLY, zone=SEOUL),
        (LONG_AGO, tender("2027-03-11 17:00")),
        [
            ("2027-03-01 00:00", "weekly 2027-03-01T00:00Z", ""),
            ("2027-03-04 16:00", "", "2027-03-01 00:00"),
        ],
    ),
]


@pytest.mark.parametrize(("group", "step", "expected"), [row[1:] for row in DIGESTS], ids=[row[0] for row in DIGESTS])
def test_reminders_go_with_a_digest(group, step, expected):
    found = lines(grown(step), "2027-01-02", "2028-01-01", group)
    assert [(due, bundle, after) for due, _, _, bundle, after in found] == expected


def test_the_digests_themselves_over_a_change_of_the_clocks():
    edition = grown((LONG_AGO, tender("2027-07-10 17:00")))
    group = RecipientGroup(Topic.NEW, "", zone=PARIS, digest="daily", id=1)
    found = plan_reminders(edition, [group], utc("2027-03-27 12:00"), utc("2027-03-29 12:00"), edition.seen)
    assert [(stated(each.due_at), encode_bundle(each.notification), stated(each.expires_at)) for each in found] == [
        ("2027-03-27 08:00", "daily 2027-03-27T08:00Z", "2027-03-28 08:00"),
        ("2027-03-28 07:00", "daily 2027-03-28T07:00Z", "2027-03-29 07:00"),
        ("2027-03-29 07:00", "daily 2027-03-29T07:00Z", "2027-03-30 07:00"),
    ]
