"""News pages as they are pasted: what is dated becomes records, news does not."""

import os
import time
from pathlib import Path

import pytest

from calendar_service.parsers.importing.candidates import UnfitSource
from tests.support.importing import NEWS_PAGE, comments, point, run

PAGES = [NEWS_PAGE]
if given := os.environ.get("NEWS_PAGE"):
    PAGES.append(Path(given))

WHOLE_PAGE = [
    ("webinar", "TimeSpan", "2020-07-07T09:00:00Z", "2020-07-07T10:30:00Z", True, ("en",)),
    ("event", "DaySpan", "2020-06-25T22:00:00Z", "2020-06-26T22:00:00Z", True, ("en",)),
    ("tender", "EndOfDay", "2020-07-10T21:59:59Z", "2020-07-10T21:59:59Z", False, ("en",)),
    ("event", "DaySpan", "2020-06-19T22:00:00Z", "2020-06-20T22:00:00Z", False, ("en",)),
    ("webinar", "DaySpan", "2020-06-28T22:00:00Z", "2020-06-29T22:00:00Z", True, ("en",)),
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_news_page_gives_its_five_dated_items(path):
    representation, records = run(path.read_bytes(), path.name)
    found = [(*point(each), bool(each.place and each.place.online), each.languages) for each in records]
    assert found == WHOLE_PAGE
    assert representation.failed == 0
    held = [line for line in comments(representation) if line.startswith(("Line 1,", "Line 9,"))]
    assert [line[:30] for line in held] == ["Line 1, for you to decide: A b", "Line 9, for you to decide: A ba"[:30]]
    assert "If it comes back every year on this day, add: repeats: every year" in comments(representation)


def item(title, *lines):
    return "\n\n".join([title, *lines]) + "\n\nRead More\n"


SPAN = ("event", "TimeSpan", "2027-05-03T07:30:00Z", "2027-05-03T15:00:00Z")
DAY = ("event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-03T22:00:00Z")
DAYS = ("event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-04T22:00:00Z")
CLOSES = ("tender", "EndOfDay", "2027-05-03T21:59:59Z", "2027-05-03T21:59:59Z")

RECORDS = {
    "an hour is an event, whatever the title": (item("New report", "3 May 2027, 9.30-17.00"), [SPAN]),
    "so are several days": (item("Cities together", "3-4 May 2027 Bergen, Norway"), [DAYS]),
    "the date may stand first": ("3 May 2027\n\nAnnual conference of cities\n\nA teaser.\n\nRead more\n", [DAY]),
    "a block without blank lines": ("Annual conference\n3 May 2027\nWhat it is about.\n\nRead more", [DAY]),
    "no Read More at all": (
        "Annual conference\n\n3 May 2027\n\nWhat.\n\nCall for bids\n\nDeadline: 3 May 2027\n\nWhat.",
        [DAY, CLOSES],
    ),
    "French deadline": (item("Appel d'offres", "Date limite : 3 mai 2027"), [CLOSES]),
    "French closing": (item("Appel d'offres", "Date limite de dépôt : 3 mai 2027"), [CLOSES]),
    "webinaire": (item("Webinaire sur le logement", "3 mai 2027"), [("webinar", *DAY[1:])]),
    "the teaser names the very day": (item("All together", "3 May 2027", "A workshop for all on 3 May."), [DAY]),
    "the teaser names it the American way": (item("All together", "3 May 2027", "Meeting on May 3."), [DAY]),
    "a world day": (item("International Roma Day", "3 May 2027"), [DAY]),
    "une journée mondiale": (item("Journée mondiale des réfugiés", "3 mai 2027"), [DAY]),
    "with the day's name": (item("Annual conference", "Monday, 3 May 2027"), [DAY]),
    "lire la suite": ("Annual conference\n\n3 May 2027\n\nLire la suite\n\nFooter", [DAY]),
}


@pytest.mark.parametrize(("page", "expected"), RECORDS.values(), ids=RECORDS)
def test_item_becomes_a_record(page, expected):
    representation, records = run(page)
    assert [point(each) for each in records] == expected
    assert representation.failed == 0


NEWS = {
    "a place does not make an event": item("Good practices from Ansan", "3 May 2027 Ansan, South Korea"),
    "a report of a webinar": item("Report of the webinar on housing", "3 May 2027"),
    "recording": item("Webinar on housing: the recording is now available", "3 May 2027"),
    "the conference was another day": item("Conference on housing", "3 May 2027", "On 12 April the conference met."),
    "a conference in the teaser only": item("Rents rise", "3 May 2027", "As was said at a conference."),
    "compte rendu": item("Compte rendu de la conférence", "3 mai 2027"),
    "a launch of a training manual": item("New training manual", "3 May 2027"),
    "every day is no day": item("How cities help every day", "3 May 2027"),
}


@pytest.mark.parametrize("page", NEWS.values(), ids=NEWS)
def test_news_is_left_to_a_person(page):
    representation, records = run(page)
    assert (records, representation.failed) == ((), 0)
    assert "for you to decide" in representation.yaml
    assert "# - id: " in representation.yaml


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("3-4 May 2027 Ansan, South Korea", ("", "Ansan", "KR")),
        ("3-4 May 2027, Ansan", ("Ansan", "", None)),
        ("3-4 mai 2027 Nicosie, Chypre", ("", "Nicosie", "CY")),
        ("3-4 May 2027 – Palais de l'Europe, Strasbourg (France)", ("Palais de l'Europe", "Strasbourg", "FR")),
        ("3-4 May 2027 The Hague, Netherlands", ("", "The Hague", "NL")),
        ("3 May 2027, 9.30-17.00 Reggio Emilia, Italy", ("", "Reggio Emilia", "IT")),
        ("3-4 May 2027 Limassol, Cyprus Online", ("", "Limassol", "CY")),
    ],
)
def test_words_behind_a_date_are_a_place(line, place):
    representation, (record,) = run(item("Annual conference", line))
    found = (record.place.name.get("en", ""), record.place.city.get("en", ""), record.place.country)
    assert (found, representation.failed) == (place, 0)
    assert record.place.online == line.endswith("Online")


@pytest.mark.parametrize(
    "line",
    [
        "3 May 2027 at 11.00-12.30 EST",
        "3 May 2027 at 11.00-12.30 XYZT",
        "3 May 2027 at 11.00-12.30 local time",
        "3 May 2027 at 11.00 Atlantis Time",
        "3 May 2027 from 9",
        "3 May 2027 Room 5 or Room 6",
        "Deadline 3 May 2027 at noonish",
        "Deadline 31 April 2027",
        "31 April-2 May 2027",
        "3/5/2027",
        "Monday 4 May 2027",
        "May 32, 2027",
        "3 and 7 May 2027",
        "Deadline: before 3 May 2027",
        "Deadline for questions 3 May 2027",
        "Registration deadline 3 May 2027",
    ],
)
def test_what_is_not_understood_is_said_and_not_guessed(line):
    representation, records = run(item("Annual conference", line))
    assert (records, representation.failed) == ((), 1)
    assert "not a record yet" in representation.yaml
    assert any(number <= 3 and "not a record yet" in said for number, said in representation.comments)


def test_two_deadlines_of_one_call():
    _, (record,) = run(item("Call", "Deadline 3 May 2027", "Deadline for questions 20 April 2027"))
    assert {name.value: milestone.words for name, milestone in record.milestones.items()} == {
        "questions_by": "Deadline for questions 20 April 2027",
        "closes": "3 May 2027",
    }


def test_sentence_that_begins_with_a_date_is_no_date_line():
    page = item("Annual conference", "3 May 2027", "On 4 May 2027, the mayors of all cities met in Lublin for once.")
    representation, records = run(page)
    assert len(records) + representation.yaml.count("# - id") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [("(anglais seulement)", "en"), ("(French only)", "fr"), ("Disponible en anglais uniquement", "en")],
)
def test_language_above_a_title(words, code):
    _, (record,) = run(f"{words}\n\nCall\n\nDeadline 3 May 2027\n")
    assert (record.languages, list(record.title)) == ((code,), [code])


def test_lang_says_what_the_texts_are_in():
    _, (record,) = run(item("Conférence annuelle", "3 mai 2027"), language="fr")
    assert record.title == {"fr": "Conférence annuelle"}


@pytest.mark.parametrize(
    ("line", "registration", "remark"),
    [
        ("Registration: https://example.org/register", "https://example.org/register", ""),
        ("Inscriptions : https://example.org/s-inscrire", "https://example.org/s-inscrire", ""),
        (
            "Register here: http://example.org/plain",
            None,
            "Line 7, left out: Register here: http://example.org/plain",
        ),
        ("Registration: at the door", None, ""),
    ],
)
def test_the_address_of_a_registration_is_kept(line, registration, remark):
    representation, (record,) = run(item("Webinar on housing", "3 May 2027, 9.30-17.00", "Online", line).encode())
    assert (record.registration_url or None) == registration
    assert [each for each in comments(representation) if "left out" in each] == [remark] * bool(remark)


def test_ids_are_unique_and_say_the_year():
    page = (
        item("Annual conference", "3 May 2027") * 2
        + item("年次会議 conference", "3-4 May 2027")
        + item("会議", "3-4 May 2028")
    )
    _, records = run(page)
    assert [record.id for record in records] == [
        "annual-conference-2027",
        "annual-conference-2027-2",
        "conference-2027",
        "event-2028",
    ]


@pytest.mark.parametrize(
    "title",
    ["no", "12:30", "1e3", "- x", "#1: yes", "'quoted' \"twice\"", "{a: b}", "& | > %", "089", "null", "🎉 Été"],
)
def test_titles_that_mean_something_to_yaml(title):
    _, (record,) = run(f"{title}\n\nDeadline 3 May 2027\n", form="page")
    assert record.title == {"en": title}


@pytest.mark.parametrize("line", ["3 May 2027 foo bar baz", "In 2027 we went and in 2028 we did not 3 May"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_far_too_many_dates_are_refused_soon(line, gap):
    begun = time.process_time()
    with pytest.raises(UnfitSource, match="more than 1,000 lines that may be dates"):
        run(f"{line}{gap}" * 9_000, form="page")
    assert time.process_time() - begun < 5


def test_items_without_dates_are_said():
    representation, records = run(item("What a survey found", "Some text.") + item("Annual conference", "3 May 2027"))
    assert len(records) == 1
    assert representation.comments[0] == (1, "left out: no date: What a survey found")
