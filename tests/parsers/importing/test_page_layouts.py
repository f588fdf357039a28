"""Layouts of pages as text: labels, tables, places and states on lines of their own, several events in one paragraph."""

import pytest

from tests.support.import_pages import PAGES, Score, place_of, score
from tests.support.importing import comments, point, run

DAY = ("DaySpan", "2027-05-02T22:00:00Z", "2027-05-03T22:00:00Z")
SPAN = ("TimeSpan", "2027-05-03T08:00:00Z", "2027-05-03T09:30:00Z")
CLOSES = ("tender", "CivilTime", "2027-05-03T15:00:00Z", "2027-05-03T15:00:00Z")
UTRECHT = (False, "", "Utrecht", "NL")
ONLINE = (True, "")
CONFERENCE = "Annual conference\n"

HAPPENINGS = {
    "place below": (f"{CONFERENCE}3 May 2027\nUtrecht, The Netherlands", DAY, UTRECHT),
    "place above": (f"{CONFERENCE}Utrecht, The Netherlands\n3 May 2027", DAY, UTRECHT),
    "place in brackets": (f"{CONFERENCE}3 May 2027\n(Utrecht, The Netherlands)", DAY, UTRECHT),
    "online below": (f"{CONFERENCE}3 May 2027\nOnline\nA teaser of some words", DAY, ONLINE),
    "en ligne": (f"{CONFERENCE}3 mai 2027\nEn ligne", DAY, ONLINE),
    "both": (f"{CONFERENCE}3 May 2027\nHybrid: Utrecht, The Netherlands and online", DAY, (True, *UTRECHT[1:])),
    "labels": (f"{CONFERENCE}Date: 3 May 2027\nTime: 10:00-11:30\nLocation: Utrecht, The Netherlands", SPAN, UTRECHT),
    "labels in French": (f"{CONFERENCE}Date : 3 mai 2027\nHoraire : 10 h - 11 h 30\nLieu : Utrecht, Pays-Bas", SPAN, UTRECHT),
    "labels above values": (f"{CONFERENCE}Date:\n3 May 2027\nTime:\n10:00-11:30\nVenue:\nOnline", SPAN, ONLINE),
    "labels and blank lines": (f"{CONFERENCE}\nDate:\n\n3 May 2027\n\nTime:\n\n10:00-11:30\n\nWhere:\n\nOnline", SPAN, ONLINE),
    "when and where": (f"{CONFERENCE}When: 3 May 2027, 10:00-11:30\nWhere: Utrecht, Netherlands", SPAN, UTRECHT),
    "a place that is no city": (f"{CONFERENCE}Date: 3 May 2027\nVenue: Town hall", DAY, (False, "Town hall")),
    "table with tabs": ("Date\tTitle\tPlace\n3 May 2027\tAnnual conference\tUtrecht, Netherlands", DAY, UTRECHT),
    "table with pipes": ("| Date | Time | Event | Where |\n|---|---|---|---|\n| 3 May 2027 | 10:00-11:30 | Annual conference | Online |", SPAN, ONLINE),
    "table in French": ("Intitulé\tDate\tLieu\nConférence\t3 mai 2027\tUtrecht, Pays-Bas", DAY, UTRECHT),
    "date in the title": ("Annual conference, 3 May 2027, 10.00-11.30", SPAN, None),
    "date and place in the title": ("Annual conference, 3 May 2027, Utrecht, Netherlands", DAY, UTRECHT),
    "place before the date": ("Annual conference, Utrecht, Netherlands, 3 May 2027", DAY, UTRECHT),
    "date before the title": ("3 May 2027: Annual conference, Utrecht, Netherlands", DAY, UTRECHT),
    "date in brackets": ("Annual conference (3 May 2027)", DAY, None),
    "in a paragraph": ("We are back. Annual conference, 3 May 2027, Utrecht, Netherlands. More soon.", DAY, UTRECHT),
}  # fmt: skip


@pytest.mark.parametrize(("page", "when", "place"), HAPPENINGS.values(), ids=HAPPENINGS)
def test_layout(page, when, place):
    representation, (record,) = run(page, form="page")
    assert (point(record), place_of(record)) == (("event", *when), place)
    assert representation.failed == 0


DEADLINES = [
    "Deadline for receipt of tenders: 3 May 2027, 17:00 CEST",
    "Closing date: 3 May 2027, 17:00 CEST",
    "Date limite de dépôt des candidatures : 3 mai 2027 à 17 h",
    "Date limite de remise des offres : 3 mai 2027 à 17 h",
    "Application deadline: 3 May 2027, 17:00 CEST",
    "Apply by 3 May 2027, 17:00 CEST",
    "Call for tenders, deadline: 3 May 2027, 17:00 CEST",
    "Subject\tClosing date\nCall for tenders\t3 May 2027, 17:00 CEST",
]


@pytest.mark.parametrize("line", DEADLINES)
def test_deadline_of_a_call(line):
    page = line if "Call for tenders" in line else f"Call for tenders\n{line}"
    representation, (record,) = run(page, form="page")
    assert (point(record), record.title["en"], representation.failed) == (CLOSES, "Call for tenders", 0)


@pytest.mark.parametrize(
    "line",
    [
        "Register by 20 April 2027",
        "Registration deadline: 20 April 2027",
        "Registration closes on 20 April 2027",
        "Inscriptions jusqu'au 20 avril 2027",
        "Date limite d’inscription : 20 avril 2027",
        "Please register by Tuesday 20 April 2027",
        "Application deadline: 20 April 2027",
    ],
)
@pytest.mark.parametrize("teaser", ["", "What it is about, in a few words.\n", "Utrecht, Netherlands\n"])
def test_deadline_of_registration(line, teaser):
    representation, (record,) = run(f"Annual conference\n3 May 2027\n{teaser}{line}", form="page")
    assert (point(record), representation.failed) == (("event", *DAY), 0)
    assert [name.value for name in record.milestones] == ["registration_closes"]
    (milestone,) = record.milestones.values()
    assert milestone.at.day.isoformat() == "2027-04-20"


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("POSTPONED: Annual conference\n3 May 2027", "postponed"),
        ("Annual conference - CANCELLED\n3 May 2027", "cancelled"),
        ("Annual conference (cancelled)\n3 May 2027", "cancelled"),
        ("[ANNULÉ] Annual conference\n3 mai 2027", "cancelled"),
        ("REPORTÉE – Annual conference\n3 mai 2027", "postponed"),
        ("CANCELLED\nAnnual conference\n3 May 2027", "cancelled"),
        ("Annual conference\n3 May 2027\nThis event has been postponed.", "postponed"),
        ("Annual conference\n3 May 2027 - CANCELLED", "cancelled"),
        ("Annual conference\nDate: 3 May 2027\nStatus: Cancelled", "cancelled"),
        ("Annual conference\nLa conférence est annulée.\n3 mai 2027", "cancelled"),
    ],
)
def test_state(page, status):
    _, (record,) = run(page, form="page")
    assert (record.title["en"], record.status.value, point(record)[1:]) == ("Annual conference", status, DAY)


@pytest.mark.parametrize("title", ["Report on rents", "Reporting tools: a conference", "A cancelled debt: conference"])
def test_words_like_a_state_are_none(title):
    _, (record,) = run(f"{title}\n3-4 May 2027", form="page")
    assert (record.title["en"], record.status.value) == (title, "confirmed")


def test_new_date_of_what_is_postponed_is_not_guessed():
    representation, records = run("Annual conference\n3 May 2027\nPostponed to 7 June 2027", form="page")
    assert records == ()
    assert any("Postponed to 7 June 2027" in text for _, text in representation.comments)


def test_teaser_is_the_summary():
    _, (record,) = run(
        "Annual conference\n3 May 2027\nOnline\nOrganiser: a ministry\nWhat cities have tried, and why.", form="page"
    )
    assert record.summary == {"en": "What cities have tried, and why."}


@pytest.mark.parametrize(
    "sentence",
    [
        "The call was published on 3 May 2027.",
        "The mayors met in Lublin, 3 May 2027, to speak of rents.",
        "Since Monday, 3 May 2027, rents are frozen in all of the city.",
    ],
)
def test_sentence_with_a_date_is_no_event(sentence):
    representation, records = run(f"What is new.\n\n{sentence}", form="page")
    assert records == ()
    assert [number for number, _ in representation.comments if number == 3] == [3]


def test_day_of_publication_is_left_out():
    page = "Title\tPublished\tDeadline\nCall for tenders\t1 April 2027\t3 May 2027, 17:00 CEST"
    representation, (record,) = run(page, form="page")
    assert point(record) == CLOSES
    assert comments(representation) == ["Line 2, left out, Published: 1 April 2027"]


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.txt")), ids=lambda path: path.stem)
def test_nothing_in_a_page_is_wrong_or_lost(path):
    found = score(path)
    assert (found.wrong, found.lost) == ([], [])


def test_most_records_and_places_of_the_pages_are_right():
    total = Score()
    for path in sorted(PAGES.glob("*.txt")):
        total.add(score(path))
    assert len(total.right) >= 0.9 * total.total
    assert total.places >= 0.8 * total.with_place
