"""Which changes are told to whom: the differences between two states of a record, and the notices of a revision."""

from dataclasses import replace
from datetime import date

import pytest

from calendar_service.records.changes import RecordState, find_changes, record_state
from calendar_service.records.enums import Status
from calendar_service.records.notification_keys import RecipientGroup, Topic
from calendar_service.records.record import Place, Session
from calendar_service.reminders.change_notices import notices
from calendar_service.store.notification_columns import encode_bundle
from tests.support.reminders import PARIS, SEOUL, event, grown, moved, stated, tender, utc

NOW = utc("2027-06-01 12:00")
TENDER = tender("2027-07-10 17:00", questions_by="2027-06-20")
EVENT = event("2027-07-10 10:00")
SERIES = event("2027-05-03", rule="every week")
SESSION = Session("s", {"en": "Session"}, EVENT.schedule.span, "words")


def other(record, **changes):
    return replace(record, **changes)


def changed_series(*changes, **more):
    return replace(SERIES, schedule=replace(SERIES.schedule, changes=changes, **more))


def session(hours):
    span = event(f"2027-07-10 {hours}:00").schedule.span
    return other(EVENT, sessions=(replace(SESSION, span=span),))


PAST = tender("2027-05-10 17:00", award_expected="2027-09-01")
DIFFERENCES = [
    ("nothing", TENDER, TENDER, []),
    ("title and tags", TENDER, other(TENDER, title={"en": "New"}, tags=("roads",), summary={"en": "x"}), []),
    ("words of the same time", EVENT, other(EVENT, schedule=replace(EVENT.schedule, words="other words")), []),
    ("deadline moved", TENDER, tender("2027-07-12 17:00", questions_by="2027-06-20"), ["moved closes"]),
    ("deadline into the past", TENDER, tender("2027-05-12 17:00", questions_by="2027-06-20"), ["moved closes"]),
    (
        "two deadlines moved, the closing first",
        TENDER,
        tender("2027-07-12 17:00", questions_by="2027-06-22"),
        ["moved closes", "moved questions_by"],
    ),
    ("deadline added", tender("2027-07-10 17:00"), TENDER, ["added questions_by"]),
    ("deadline removed", TENDER, tender("2027-07-10 17:00"), ["removed questions_by"]),
    ("past deadline moved in the past", PAST, tender("2027-05-12 17:00", award_expected="2027-09-01"), []),
    ("past deadline removed", PAST, other(PAST, milestones={}), ["removed award_expected"]),
    ("past deadline into the future", PAST, tender("2027-07-12", award_expected="2027-09-01"), ["moved closes"]),
    ("event moved", EVENT, event("2027-07-10 11:00"), ["moved starts"]),
    ("past event moved in the past", event("2027-05-10"), event("2027-05-12"), []),
    ("place", EVENT, other(EVENT, place=Place(name={"en": "Hall"})), ["place"]),
    ("place and time", EVENT, other(event("2027-07-11 10:00"), place=Place(online=True)), ["moved starts", "place"]),
    ("session added", EVENT, session(10), ["added starts s"]),
    ("session moved", session(10), session(12), ["moved starts s"]),
    ("session removed", session(10), EVENT, ["removed starts s"]),
    ("another rule", SERIES, event("2027-05-03", rule="every 2 weeks"), ["series starts"]),
    ("a series of one event", event("2027-07-05"), event("2027-07-05", rule="every week"), ["series starts"]),
    ("the rule in other words", SERIES, event("2027-05-03", rule="FREQ=WEEKLY"), []),
    ("a day is excepted", SERIES, changed_series(excepted=(date(2027, 6, 14),)), ["series starts"]),
    (
        "occurrences moved and cancelled, and one that is past",
        SERIES,
        changed_series(moved("2027-05-10", "2027-05-11"), moved("2027-06-07"), moved("2027-06-14", "2027-06-15")),
        ["occurrence cancelled starts 2027-06-07", "moved starts 2027-06-14"],
    ),
    (
        "an occurrence is restored",
        changed_series(moved("2027-06-07")),
        SERIES,
        ["occurrence restored starts 2027-06-07"],
    ),
    (
        "cancelled, and nothing else is said",
        EVENT,
        other(event("2027-07-11 10:00"), status=Status.CANCELLED),
        ["cancelled"],
    ),
    ("postponed", TENDER, other(TENDER, status=Status.POSTPONED), ["postponed"]),
    (
        "on again at another time",
        other(EVENT, status=Status.CANCELLED),
        event("2027-07-11 10:00"),
        ["revived", "moved starts"],
    ),
    ("tentative", EVENT, other(EVENT, status=Status.TENTATIVE), []),
    ("confirmed as it was", other(EVENT, status=Status.TENTATIVE), EVENT, []),
    (
        "moved while cancelled",
        other(EVENT, status=Status.CANCELLED),
        other(event("2027-08-01"), status=Status.CANCELLED),
        [],
    ),
    (
        "cancelled after postponed",
        other(EVENT, status=Status.POSTPONED),
        other(EVENT, status=Status.CANCELLED),
        ["cancelled"],
    ),
]


def summary(difference):
    parts = difference.what, difference.moment or "", difference.session, difference.occurrence or ""
    return " ".join(str(part) for part in parts if part)


@pytest.mark.parametrize(
    ("old", "new", "expected"), [row[1:] for row in DIFFERENCES], ids=[row[0] for row in DIFFERENCES]
)
def test_differences(old, new, expected):
    sides = [(each, record_state(each, withdrawn=False)) for each in (old, new)]
    assert [summary(each) for each in find_changes(*sides, PARIS, NOW)] == expected


def test_differences_hold_both_sides():
    before, after = event("2027-07-10 10:00"), other(event("2027-07-11 10:00"), place=Place(online=True))
    move, place = find_changes((before, RecordState.ON), (after, RecordState.ON), PARIS, NOW)
    assert (move.old, move.new) == (before.schedule.span, after.schedule.span)
    assert (place.old_place, place.new_place) == (None, Place(online=True))


def test_a_withdrawn_record():
    assert [
        [summary(each) for each in find_changes((TENDER, before), (TENDER, after), PARIS, NOW)]
        for before, after in [
            (RecordState.ON, RecordState.WITHDRAWN),
            (RecordState.CANCELLED, RecordState.WITHDRAWN),
            (RecordState.WITHDRAWN, RecordState.ON),
        ]
    ] == [["withdrawn"], ["withdrawn"], ["revived"]]


# -- who is told ----------------------------------------------------------------------------------------------------

BEGIN = utc("2027-05-01 12:00")
CHANGED = utc("2027-06-01 12:00")
GROUPS = [
    RecipientGroup(Topic.CHANGES, "", id=1),
    RecipientGroup(Topic.CHANGES, "kind=tender", id=2),
    RecipientGroup(Topic.CHANGES, "tag=roads", id=3),
    RecipientGroup(Topic.NEW, "", id=4),
    RecipientGroup(Topic.NEW, "tag=roads", id=5),
    RecipientGroup(Topic.REMINDERS, "", "7 days", PARIS, id=6),
]
ROADS = other(TENDER, tags=("roads",))
TOLD = [
    ("title", [TENDER], [other(TENDER, title={"en": "New"})], []),
    ("moved", [TENDER], [tender("2027-07-12")], [(1, "changed", "2"), (2, "changed", "2")]),
    ("moved out of a selection", [ROADS], [tender("2027-07-12")], [(n, "changed", "2") for n in (1, 2, 3)]),
    ("moved into a selection", [tender("2027-07-12")], [ROADS], [(n, "changed", "2") for n in (1, 2, 3)]),
    ("cancelled", [EVENT], [other(EVENT, status=Status.CANCELLED)], [(1, "changed", "2")]),
    ("withdrawn", [ROADS], [], [(n, "changed", "2") for n in (1, 2, 3)]),
    ("withdrawn and over", [tender("2027-05-20")], [], []),
    ("cancelled and over", [event("2027-05-20")], [other(event("2027-05-20"), status=Status.CANCELLED)], []),
    ("place of what is over", [event("2027-05-20")], [other(event("2027-05-20"), place=Place(online=True))], []),
    ("new", [], [TENDER], [(4, "new", "1")]),
    ("new in a selection", [], [ROADS], [(4, "new", "1"), (5, "new", "1")]),
    ("new and over", [], [tender("2027-05-20")], []),
    ("new and cancelled", [], [other(TENDER, status=Status.CANCELLED)], []),
    ("new and tentative", [], [other(TENDER, status=Status.TENTATIVE)], [(4, "new", "1")]),
    ("new, and ahead only the award", [], [PAST], []),
]


def notified(edition, groups, change, now):
    return [
        (each.group.id, each.notification.notice.value, str(each.notification.revision))
        for each in notices(change, groups, edition, CHANGED, now)
    ]


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_who_is_told(before, after, expected):
    first = grown((BEGIN, *before))
    edition = grown((BEGIN, *before), (CHANGED, *after))
    name = (before or after)[0].id
    old = first.entries[name].revision if before else None
    assert notified(edition, GROUPS, (old, edition.entries[name].revision), CHANGED) == expected


def test_withdrawn_and_published_again_is_a_change_and_nothing_new():
    steps = (BEGIN, TENDER), (utc("2027-05-20 12:00"),), (CHANGED, TENDER)
    withdrawn, again = (grown(*steps[:count]).entries["tender"].revision for count in (2, 3))
    assert notified(grown(*steps), GROUPS, (withdrawn, again), CHANGED) == [(1, "changed", "3"), (2, "changed", "3")]


def test_what_was_ahead_when_it_changed_and_is_over_when_it_is_announced():
    steps = (BEGIN, tender("2027-06-05")), (CHANGED, tender("2027-06-10"))
    edition = grown(*steps)
    change = grown(*steps[:1]).entries["tender"].revision, edition.entries["tender"].revision
    assert notified(edition, GROUPS[:1], change, utc("2027-06-10 12:00")) == [(1, "changed", "2")]
    assert notified(edition, GROUPS[:1], change, utc("2027-06-11 12:00")) == []


# Tuesday, 1 June 2027; digests go at 09:00 in Paris.
NEW_IN_DIGESTS = [
    ("daily", TENDER, PARIS, ("2027-06-02 07:00", "daily 2027-06-02T07:00Z", "2027-06-03 07:00")),
    ("weekly", TENDER, PARIS, ("2027-06-07 07:00", "weekly 2027-06-07T07:00Z", "2027-06-14 07:00")),
    ("daily", TENDER, SEOUL, ("2027-06-02 00:00", "daily 2027-06-02T00:00Z", "2027-06-03 00:00")),
    ("weekly", tender("2027-06-05"), PARIS, ("2027-06-01 12:00", "", "2027-06-03 12:00")),
]


@pytest.mark.parametrize(("digest", "record", "zone", "expected"), NEW_IN_DIGESTS)
def test_new_records_go_with_the_next_digest_if_it_comes_in_time(digest, record, zone, expected):
    edition = grown((CHANGED, record))
    group = RecipientGroup(Topic.NEW, "", zone=zone, digest=digest, id=1)
    (fan_out,) = notices((None, edition.entries["tender"].revision), [group], edition, CHANGED, CHANGED)
    assert (stated(fan_out.due_at), encode_bundle(fan_out.bundle), stated(fan_out.expires_at)) == expected


# What a change is, and whether it can wait for the digest of 2 June, 09:00 in Paris, or of Monday, 7 June.
CHANGED_IN_DIGESTS = {
    "moved far": ("daily", TENDER, tender("2027-07-12"), True),
    "from before": ("daily", tender("2027-06-02 08:00"), tender("2027-07-12"), False),
    "to before": ("daily", TENDER, tender("2027-06-02 08:00"), False),
    "before the week": ("weekly", tender("2027-06-05"), tender("2027-06-12"), False),
    "cancelled far": ("daily", TENDER, tender("2027-07-10", status=Status.CANCELLED), True),
    "cancelled tomorrow": (
        "daily",
        tender("2027-06-02 08:00"),
        tender("2027-06-02 08:00", status=Status.CANCELLED),
        False,
    ),
    "another place": ("daily", event("2027-06-02"), event("2027-06-02", place=Place(name={"en": "Hall"})), False),
    "another place later": ("daily", event("2027-06-04"), event("2027-06-04", place=Place(name={"en": "Hall"})), True),
}


@pytest.mark.parametrize(("digest", "before", "after", "waits"), CHANGED_IN_DIGESTS.values(), ids=CHANGED_IN_DIGESTS)
def test_changes_go_with_the_next_digest_if_it_comes_in_time(digest, before, after, waits):
    edition = grown((BEGIN, before), (CHANGED, after))
    change = grown((BEGIN, before)).entries[before.id].revision, edition.entries[after.id].revision
    group = RecipientGroup(Topic.CHANGES, "", zone=PARIS, digest=digest, id=1)
    (fan_out,) = notices(change, [group], edition, CHANGED, CHANGED)
    assert (fan_out.bundle is not None, fan_out.due_at > CHANGED) == (waits, waits)


def test_an_instant_is_that_of_the_change_and_patience_begins_now():
    edition = grown((BEGIN, TENDER), (CHANGED, tender("2027-07-12")))
    change = grown((BEGIN, TENDER)).entries["tender"].revision, edition.entries["tender"].revision
    (fan_out,) = notices(change, GROUPS[:1], edition, CHANGED, utc("2027-06-02 12:00"))
    assert (stated(fan_out.due_at), stated(fan_out.expires_at)) == ("2027-06-01 12:00", "2027-06-04 12:00")
