"""Text of a page: lists with bullets, labels without a meaning, dates whose year stands elsewhere."""

import pytest

from tests.support.importing import comments, point, run

DAY = ("DaySpan", "2027-05-02T22:00:00Z", "2027-05-03T22:00:00Z")
SPAN = ("TimeSpan", "2027-05-03T08:00:00Z", "2027-05-03T09:30:00Z")
CLOSES = ("CivilTime", "2027-05-03T15:00:00Z", "2027-05-03T15:00:00Z")

RECORDS = {
    "labels that are not known": (
        "Study on rents\n\nStatus: Open\nKind of contract: Services\nDeadline: 3 May 2027, 17:00\nOpening of tenders: 4 May 2027",
        [("Study on rents", "tender", *CLOSES)],
    ),
    "labels and values in two columns": (
        "Forum on rents\n\nDates\t3 May 2027, 10:00-11:30\nLanguages\tEnglish, French",
        [("Forum on rents", "event", *SPAN)],
    ),
    "labels above values": (
        "Study on rents\n\nDETAILS\nStatus\nOpen\nReference\nAB-1\nDeadline\n3 May 2027, 17:00",
        [("Study on rents", "tender", *CLOSES)],
    ),
    "bullets before titles": (
        ("AGENDA\n\n> Forum on rents\n3 May 2027\nUtrecht, Netherlands\n\n> Forum on noise\n4 May 2027\n\nCALLS\n\n> Small grants\n"
        "Applications until 3 May 2027, 17:00"),
        [
            ("Forum on rents", "event", *DAY),
            ("Forum on noise", "event", "DaySpan", "2027-05-03T22:00:00Z", "2027-05-04T22:00:00Z"),
            ("Small grants", "tender", *CLOSES),
        ],
    ),
    "a webinar below a heading of webinars": (
        "Our webinars\n\nRents in five cities\nDate: 3 May 2027\nTime: 10:00-11:30\nPlace: online",
        [("Rents in five cities", "webinar", *SPAN)],
    ),
    "a weekday shows the year": (
        "Agenda\n\nMon 3 May\n10:00-11:30\nForum on rents\nRead more\n\n© Network 2027",
        [("Forum on rents", "event", *SPAN)],
    ),
    "the month of a newsletter": (
        "Newsletter | May 2027\n\n3 May - Forum on rents - Utrecht (NL)\n\n4 May - Forum on noise - online",
        [
            ("Forum on rents", "event", *DAY),
            ("Forum on noise", "event", "DaySpan", "2027-05-03T22:00:00Z", "2027-05-04T22:00:00Z"),
        ],
    ),
    "a date, a kind and a title with a colon": (
        "3 May 2027, 10:00-11:30 - Webinar: rents - online",
        [("Webinar: rents", "webinar", *SPAN)],
    ),
    "an arrow between two days": (
        "Forum on rents\n3 May > 4 May 2027",
        [("Forum on rents", "event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-04T22:00:00Z")],
    ),
    "an offset in brackets": (
        "Title: Study on rents\nReference: AB-1\nPublished on: 07-Apr-2027\nDeadline on: 03-May-2027 17:00 (GMT 2.00) Central Africa Time",
        [("Study on rents", "tender", *CLOSES)],
    ),
    "a deadline in a paragraph with another day": (
        "Grants for gardens\n\nApplications can be submitted from 1 February 2027. The closing date is 3 May 2027 at 17:00.",
        [("Grants for gardens", "tender", *CLOSES)],
    ),
    "points of a list are no title": (
        "Call for projects\n\nThemes\n- Education and food\n- Health\n\nDeadline: 3 May 2027, 17:00",
        [("Call for projects", "tender", *CLOSES)],
    ),
    "labels that are questions": (
        "Rents in cities: what we know in 2027\n\nWhen? 3 May 2027, 10:00-11:30\nWhere? Utrecht, Netherlands\nSee the details",
        [("Rents in cities: what we know in 2027", "event", *SPAN)],
    ),
    "files and the day of the page": (
        "Forum on rents\n3 May 2027\n\nAgenda (PDF, 210 kB, 2 April 2027)\nPage last updated: 1 April 2027",
        [("Forum on rents", "event", *DAY)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "expected"), RECORDS.values(), ids=RECORDS)
def test_records(page, expected):
    representation, records = run(page, form="page")
    assert [(next(iter(each.title.values())), *point(each)) for each in records] == expected
    assert representation.failed == 0


QUESTIONS = {
    "another day in the title": (
        "Forum of 5 May 2027: what we say\nDate: 3 May 2027, 10:00",
        "The title names another day: is it that of line 1?",
    ),
    "the heading of a section": ("Programme\n3 May 2027, 10:00", "The title is that of a list: is this an event by itself?"),
    "hours in another paragraph": (
        ("Press release\n\nThe Forum on rents will be held on 3 May 2027 in Utrecht.\n\nThe minister said: we need it.\n\n"
        "It will run from 10.00 to 16.30 and bring together the cities."),
        "gives hours: are they its own?",
    ),
    "hours in the text": ("Forum on rents\n3 May 2027\nAt 6 pm in the town hall.", "gives hours: are they its own?"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "question"), QUESTIONS.values(), ids=QUESTIONS)
def test_question(page, question):
    representation, records = run(page, form="page")
    assert records == ()
    assert any(question in each for each in comments(representation)), representation.yaml


def test_a_day_until_which_to_answer_is_never_left_out():
    representation, _ = run("Forum on rents\nWhen: 3 May 2027\nRSVP: by 20 April 2027 at ann@example.org", form="page")
    assert (representation.passed, representation.failed) == (0, 1)
    assert any("20 April 2027" in each and "Not understood" in each for each in comments(representation))


def test_registration_for_one_or_more_of_a_series():
    page = "1. Rents\n   3 May 2027, 10:00\n\n2. Noise\n   4 May 2027, 10:00\n\nPlease register for one or more sessions by 20 April 2027."
    _, records = run(page, form="page")
    assert [[name.value for name in each.milestones] for each in records] == [["registration_closes"]] * 2


def test_lines_that_hang_below_a_point_belong_to_it():
    page = "Dear all,\n\n* 3 May 2027, 10:00-11:30: Forum on rents in\n  five cities\n\n* 4 May 2027: Forum on noise"
    _, records = run(page, form="page")
    assert [each.title["en"] for each in records] == ["Forum on rents in five cities", "Forum on noise"]
