"""Dates of a page that the page itself completes: figures and missing years."""

import pytest

from tests.support.importing import comments, run

HEADING = "Calendar of meetings, September to November 2027\n\n"


def only(text):
    representation, records = run(text, form="page")
    return representation, [(record.title["en"], record.schedule.words) for record in records]


@pytest.mark.parametrize(
    ("page", "when"),
    [
        ("Annual conference\n05/10/2027 - 07/10/2027\n\nForum\n21/10/2027", "2027-10-05 - 2027-10-07"),
        ("Annual conference\n05.10.2027", "2027-10-05"),
        ("Annual conference\n04.10.2027–01.12.2027", "2027-10-04–2027-12-01"),
        ("Date\tConference\n05.10.2027\tAnnual conference", "2027-10-05"),
    ],
)
def test_days_in_figures_are_settled_by_the_page(page, when):
    representation, found = only(page)
    assert ("Annual conference", when) in found
    assert representation.failed == 0


@pytest.mark.parametrize(
    "page",
    [
        "Annual conference\n05/10/2027",
        "Annual conference\n05/10/2027\n\nForum\n10/21/2027",  # the month comes first there
        "Annual conference\n05/10/2027\n\nForum\n10/21/2027\n\nMeeting\n21/10/2027",
        "Annual conference\n05/10/2027\n\nForum\n21.10.2027",  # another sign, another hand
    ],
)
def test_days_in_figures_that_may_be_months_are_not_guessed(page):
    representation, found = only(page)
    assert "Annual conference" not in dict(found)
    assert "05/10/2027" in representation.yaml


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("Tuesday 5 October", "Tuesday 5 October 2027"),
        ("Tuesday, October 5th, 10:00-11:30", "Tuesday, October 5th 2027, 10:00-11:30"),
        ("mardi 5 octobre à 10 h", "mardi 5 octobre 2027 à 10 h"),
        ("Date: Tue 5 Oct", "Tue 5 Oct 2027"),
    ],
)
def test_a_weekday_and_the_page_decide_a_year(line, when):
    representation, found = only(f"{HEADING}Annual conference\n{line}")
    assert found == [("Annual conference", when)]
    assert comments(representation)[0].startswith("Line 1, left out")


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("5 October", "5 October 2027"),
        ("4-6 Oct", "4-6 Oct 2027"),
        ("29 Sep - 2 Oct", "29 Sep - 2 Oct 2027"),
        ("Wednesday 5 January", "Wednesday 5 January 2028"),  # the weekday is that of the year after
        ("Monday 5 October", "Monday 5 October 2026"),
        ("Date: 5 October", "5 October 2027"),
        ("Register by 5 October", "5 October 2027"),
    ],
)
def test_a_year_that_nothing_decides_is_asked_with_a_proposal(line, when):
    representation, found = only(f"{HEADING}Annual conference\n{line}")
    assert found == []
    assert when in representation.yaml
    assert "names no year" in representation.yaml


def test_without_any_year_nothing_is_proposed():
    representation, found = only("Annual conference\nTuesday 5 October")
    assert found == []
    assert "names no year" not in representation.yaml
    assert [line for line, _ in representation.comments if line == 2] == [2]


def test_days_below_a_month():
    page = "Meetings\n\nJanuary 2027\n\n12-14\nAnnual conference, Rome, Italy\n\n20\nBudget meeting\n\nMay 2027\n\n3\nForum"
    _, found = only(page)
    assert found == [
        ("Annual conference", "12-14 January 2027"),
        ("Budget meeting", "20 January 2027"),
        ("Forum", "3 May 2027"),
    ]


def test_days_below_a_month_without_a_year_are_asked():
    representation, found = only(
        "Réunions prévues en 2027\n\nJanvier\n\n12-14\nConférence annuelle\n\nFévrier\n\n2-3\nForum"
    )
    assert found == []
    assert representation.yaml.count("names no year; 2027 follows from line 1") == 2


def test_hours_further_down_on_the_same_day_are_taken():
    page = "14/11/2027 – Annual conference: rents\n\nWe invite you to it.\n\nSunday November 14th 2027, 11:00 – 17:00\nTown hall"
    representation, found = only(page)
    assert found == [("Annual conference: rents", "Sunday November 14th 2027, 11:00 – 17:00")]
    assert "# Its hours are taken from line 5: Sunday November 14th 2027, 11:00 – 17:00" in representation.yaml


@pytest.mark.parametrize("title", ["Calendar of meetings", "Agenda", "Upcoming events", "Événements à venir"])
def test_the_title_of_a_list_is_no_event_by_itself(title):
    representation, found = only(f"{title}\n3-14 May 2027\n\nForum\n5-6 May 2027")
    assert found == [("Forum", "5-6 May 2027")]
    assert "that of a list" in representation.yaml


@pytest.mark.parametrize("line", ["Dates and hours of the beginning:", "The mayors met again in spring."])
def test_a_line_that_introduces_a_date_is_asked_about(line):
    representation, found = only(f"{line}\n3 May 2027, 10:00-11:30")
    assert found == []
    assert "is it the title?" in representation.yaml


def test_a_line_that_names_only_the_kind_is_no_title():
    _, found = only("The future of housing\n\nConference\n\n3-4 May 2027")
    assert found == [("The future of housing", "3-4 May 2027")]
    _, found = only("Conference\n3-4 May 2027")
    assert found == [("Conference", "3-4 May 2027")]


def test_a_place_before_its_date():
    _, (record,) = run("Cities of tomorrow, a conference\n\nThe Hague (Netherlands), 3-4 October 2027", form="page")
    assert (record.title["en"], record.place.city["en"], record.place.country) == (
        "Cities of tomorrow, a conference",
        "The Hague",
        "NL",
    )
