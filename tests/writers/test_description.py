"""The text of each entry begins with that entry's own moment, here and there."""

from dataclasses import replace

import icalendar
import pytest

from calendar_service.records.record import Place
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from tests.support.messages import published

FIRST_LINES = {
    "charts-tender": ["Closes: Monday 15 March 2027, 17:00 CET (UTC+1)"],
    "charts-tender-questions-by": ["Questions until: Monday 1 March 2027, 12:00 CET (UTC+1)"],
    "charts-tender-opens": ["Opening of bids: Tuesday 16 March 2027, 10:00 CET (UTC+1)"],
    "charts-tender-award-expected": ["Award expected: Friday 30 April 2027"],
    "seoul-webinar": [
        "Tuesday 9 March 2027, 09:00-10:30 CET (UTC+1)",
        "In Seoul: 17:00-18:30 KST (UTC+9)",
    ],
    "seoul-webinar-registration-closes": [
        "Registration closes: Friday 5 March 2027, 23:59 CET (UTC+1)",
        "In Seoul: Saturday 6 March 2027, 07:59 KST (UTC+9)",
        "Anti-rumour strategies in Seoul: Tuesday 9 March 2027, 09:00-10:30 CET (UTC+1)",
    ],
    "academy-opening": [
        "Monday 7 June 2027, 09:30-10:00 CEST (UTC+2)",
        "Intercultural Academy: Monday 7 to Wednesday 9 June 2027",
    ],
    "aoe-call": [
        "Closes: Thursday 1 April 2027, 13:59 CEST (UTC+2)",
        "In AoE: Wednesday 31 March 2027, 23:59 AoE (UTC-12)",
    ],
    "world-day": ["First date: Thursday 21 May 2020", "Every year"],
    "jerusalem-talk-20270413": [
        "Tuesday 13 April 2027, 17:00-18:00 CEST (UTC+2)",
        "In Jerusalem: 18:00-19:00 IDT (UTC+3)",
    ],
}
OVERRIDES = {
    "20270327": "Saturday 27 March 2027, 22:00 CET (UTC+1) to Sunday 28 March 2027, 06:00 CEST (UTC+2)",
    "20271026": "Wednesday 27 October 2027, 15:00-16:30 CEST (UTC+2)",
    "20271102": "Tuesday 2 November 2027, 11:00-12:00 CET (UTC+1)",
    "20271109": "Wednesday 10 November 2027, 11:00-12:00 CET (UTC+1)",
}


@pytest.fixture
def events(rich):
    return icalendar.Calendar.from_ical(rich.body("/calendar.ics?from=2000-01-01")).walk("VEVENT")


@pytest.mark.parametrize("name", FIRST_LINES)
def test_own_moment_comes_first(events, name):
    (text,) = (str(each["DESCRIPTION"]) for each in events if each["UID"] == f"{name}@rich.example")
    assert text.splitlines()[: len(FIRST_LINES[name])] == FIRST_LINES[name]


def test_a_moved_occurrence_says_its_new_time(events):
    found = {
        f"{each['RECURRENCE-ID'].dt:%Y%m%d}": str(each["DESCRIPTION"]).splitlines()[0]
        for each in events
        if "RECURRENCE-ID" in each
    }
    assert found == OVERRIDES


def test_links_stand_bare_and_moves_are_told(events):
    texts = {str(each["UID"]).split("@")[0]: str(each["DESCRIPTION"]) for each in events}
    assert texts["seoul-webinar"].split("\n\n")[2:] == [
        "Register: https://example.org/register\nJoin online: https://meet.example.org/seoul?pwd=a&b=1",
        "Details and changes:\nhttps://calendar.example/events/seoul-webinar",
    ]
    assert texts["extended-tender"].split("\n\n")[1] == (
        "Closes: was Wednesday 3 February 2027, 23:59 CET (UTC+1), now Friday 5 February 2027, 12:00 CET (UTC+1)."
        " Extension 1, published on 8 January 2027.\n"
        "Closes: was Friday 5 February 2027, 12:00 CET (UTC+1), now Wednesday 10 February 2027, 17:00 CET (UTC+1)."
        " Extension 2, published on 12 January 2027. Reason: More time was asked for."
    )


def test_french_feed_says_where_a_record_is_in_english_only(rich):
    events = icalendar.Calendar.from_ical(rich.body("/calendar.ics?from=2000-01-01&lang=fr")).walk("VEVENT")
    (tender,) = (each for each in events if each["UID"] == "charts-tender@rich.example")
    assert str(tender["SUMMARY"]).endswith("Tool to create and maintain online charts (anglais seulement)")
    assert tender["SUMMARY"].params["LANGUAGE"] == "en"
    assert tender["DESCRIPTION"].params["LANGUAGE"] == "fr"


@pytest.mark.parametrize(
    ("zone", "city", "code", "shown"),
    [
        ("Asia/Seoul", "Seoul", "fr", "Séoul"),
        ("Asia/Seoul", "Séoul", "en", "Seoul"),
        ("Europe/Lisbon", "Lisbon", "fr", "Lisbonne"),
        ("Asia/Seoul", "Ansan", "fr", "Ansan"),
        ("Asia/Seoul", "", "fr", "Séoul"),
    ],
)
def test_the_city_of_a_clock_is_named_in_the_language_of_the_output(zone, city, code, shown):
    place = Place(city={"en": city} if city else {})
    record = replace(published().entries["charts-tender"].record, zone=zone, place=place)
    assert phrases.city(record, zone, language(code)) == shown
