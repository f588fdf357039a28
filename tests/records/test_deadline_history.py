"""The history of a deadline: what was published, completed by the file."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.deadline_history import DeadlineChangeKind
from calendar_service.records.edition import advance, compare_with_draft
from calendar_service.records.enums import MomentName
from calendar_service.records.record import Extension, Milestone, record_from_json, record_to_json
from calendar_service.records.times import DaySpan, EndOfDay
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from tests.support.drafts import CALENDAR, NOON, ZONE, draft, tender

HEAD = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\nrecords:\n"


def days(*numbers):
    return [date(2026, 7, number) for number in numbers]


def extension(number, decided=None, reason=""):
    day = date(2026, 7, number)
    return Extension(EndOfDay(day, ZONE), day.isoformat(), decided, {"en": reason} if reason else {})


def published(*records):
    """The entry after editions an hour apart."""
    edition = None
    for number, record in enumerate(records):
        at = NOON + timedelta(hours=number)
        compared = compare_with_draft(edition, draft(record), at, at)
        edition = advance(edition, number + 1, at, CALENDAR, compared.revisions)
    return edition.entries["tender"]


def history_of(entry):
    return [
        (each.old.words[-2:], each.new.words[-2:], bool(each.published_at), each.decided, each.reason.get("en", ""))
        for each in entry.deadline_history
    ]


DECIDED = date(2026, 6, 30)
HISTORIES = {
    "published alone": ([tender(closes=day) for day in days(10, 20)], [("10", "20", True, None, "")]),
    "the file names the decision": (
        [tender(closes=days(10)[0]), tender(closes=days(20)[0], extensions=(extension(10, DECIDED, "why"),))],
        [("10", "20", True, DECIDED, "why")],
    ),
    "the file names it later": (
        [
            tender(closes=days(10)[0]),
            tender(closes=days(20)[0], note_of_change={"en": "noted"}),
            tender(closes=days(20)[0], extensions=(extension(10, DECIDED),)),
        ],
        [("10", "20", True, DECIDED, "noted")],
    ),
    "from before this database": (
        [tender(closes=days(20)[0], extensions=(extension(5, DECIDED), extension(10, None, "why")))],
        [("05", "10", False, DECIDED, ""), ("10", "20", False, None, "why")],
    ),
    "before and after": (
        [
            tender(closes=days(10)[0], extensions=(extension(5, DECIDED),)),
            tender(closes=days(20)[0], extensions=(extension(5, DECIDED), extension(10, DECIDED))),
        ],
        [("05", "10", False, DECIDED, ""), ("10", "20", True, DECIDED, "")],
    ),
    "one that was never published": (
        [
            tender(closes=days(10)[0]),
            tender(closes=days(20)[0], extensions=(extension(15, DECIDED),)),
        ],
        [("10", "15", True, None, ""), ("15", "20", False, DECIDED, "")],
    ),
    "the same deadline twice": (
        [*(tender(closes=day) for day in days(10, 20, 10)), tender(closes=days(30)[0], extensions=(extension(10),))],
        [("10", "20", True, None, ""), ("20", "10", True, None, ""), ("10", "30", True, None, "")],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_file_completes_what_was_published(name):
    records, expected = HISTORIES[name]
    entry = published(*records)
    assert history_of(entry) == expected
    # Each deadline was replaced by the following one, and the last by the present one.
    for before, after in pairwise(entry.deadline_history):
        assert before.new.at == after.old.at
    if entry.deadline_history:
        assert entry.deadline_history[-1].new.at == entry.record.milestones["closes"].at


def test_a_correction_is_no_extension():
    wrong, right = days(1, 10)
    entry = published(
        tender(closes=wrong),
        tender(closes=right, correction=True),
        tender(closes=days(20)[0], correction=True),  # the word holds for the edition that adds it
    )
    assert [(each.is_correction, each.is_extension) for each in entry.deadline_history] == [
        (True, False),
        (False, True),
    ]
    assert phrases.deadline_before(entry, CALENDAR, language("en")) == (
        "10 July 2026",
        "Was 10 July 2026, extended once.",
    )


def test_the_sentences():
    entry = published(
        tender(closes=days(10)[0], extensions=(extension(5),)),
        tender(closes=days(20)[0], extensions=(extension(5), extension(10, DECIDED))),
        tender(closes=days(18)[0], extensions=(extension(5), extension(10, DECIDED))),
    )
    endings = [sentence.partition("). ")[2] or sentence for sentence in phrases.moves(entry, CALENDAR, language("en"))]
    assert [each.rpartition(").")[2].strip() for each in endings] == [
        "Extension 1.",
        "Extension 2, decided on 30 June 2026 and published on 1 March 2026.",
        "Brought forward, published on 1 March 2026.",
    ]
    short = phrases.deadline_before(entry, CALENDAR, language("fr"))[1]
    assert short == "Auparavant le 5 juillet 2026, prolongé deux fois."


def test_a_record_survives_its_json():
    record = tender(extensions=(extension(5, DECIDED, "why"),), correction=True)
    assert record_from_json(record_to_json(record)) == record
    assert {"extensions", "correction"}.isdisjoint(record_to_json(replace(record, extensions=(), correction=False)))


def test_what_is_only_expected_is_no_deadline():
    awards = [{MomentName.AWARD_EXPECTED: Milestone(DaySpan(day, day), day.isoformat())} for day in days(25, 27)]
    (change,) = published(*(tender(milestones=each) for each in awards)).deadline_history
    assert (change.kind, change.is_extension) == (DeadlineChangeKind.MOVED, False)


FAULTS = {
    "{closes: 20 July 2030}": "it is the present deadline, which nothing has replaced",
    "{closes: 1-3 July 2030}": "it must be one moment, not a range",
    "{closes: 1 July 2030, decided: 2 June 2030 at 10.00}": "it must be a day without a time",
    "{decided: 2 June 2030}": "is missing",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_wrong_extension_is_refused(text):
    record = f"  - {{id: t, kind: tender, title: T, closes: 20 July 2030, extensions: [{text}]}}\n"
    errors = read_calendar((HEAD + record).encode(), "events.yaml").errors
    assert len(errors) == 1
    assert FAULTS[text] in str(errors[0])
