"""How far away a moment is: in days, then in weeks, then in months, with a capital letter and the same everywhere."""

from datetime import UTC, date, datetime, time

import pytest

from calendar_service.records.enums import MomentName
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay
from calendar_service.writers.countdowns import countdown_words, keep_together, registration_countdown
from calendar_service.writers.i18n import language

PARIS = "Europe/Paris"
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
WORDS = [
    (MomentName.STARTS, 0, "Today", "Aujourd’hui"),
    (MomentName.STARTS, 1, "Tomorrow", "Demain"),
    (MomentName.CLOSES, 2, "Closes in 2 days", "Clôture dans 2 jours"),
    (MomentName.CLOSES, 14, "Closes in 14 days", "Clôture dans 14 jours"),
    (MomentName.CLOSES, 15, "Closes in 2 weeks", "Clôture dans 2 semaines"),
    (MomentName.STARTS, 56, "In 8 weeks", "Dans 8 semaines"),
    (MomentName.STARTS, 70, "In 10 weeks", "Dans 10 semaines"),
    (MomentName.STARTS, 71, "In 2 months", "Dans 2 mois"),
    (MomentName.QUESTIONS_BY, 21, "Questions close in 3 weeks", "Encore 3 semaines pour les questions"),
    (MomentName.REGISTRATION_CLOSES, 0, "Register by today", "Clôture des inscriptions aujourd’hui"),
]


@pytest.mark.parametrize(("name", "days", "english", "french"), WORDS)
def test_words(name, days, english, french):
    assert [countdown_words(name, days, language(code)) for code in ("en", "fr")] == [english, french]


@pytest.mark.parametrize("name", list(MomentName))
@pytest.mark.parametrize("days", [0, 1, 2, 14, 15, 70, 71, 400])
def test_all_begin_with_a_capital_letter(name, days):
    for code in ("en", "fr"):
        assert countdown_words(name, days, language(code))[0].isupper()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (CivilTime(date(2027, 3, 1), time(18), PARIS), "Register by today 18:00"),
        (CivilTime(date(2027, 3, 2), time(12), "Asia/Seoul"), "Register by tomorrow 04:00"),
        (EndOfDay(date(2027, 3, 1), PARIS), "Register by today"),
        (DaySpan(date(2027, 3, 2), date(2027, 3, 2)), "Register by tomorrow"),
        (CivilTime(date(2027, 3, 6), time(18), PARIS), "Registration closes in 5 days"),
    ],
)
def test_registration_says_the_clock_of_the_last_two_days(at, expected):
    assert registration_countdown(at, PARIS, NOW, language("en")) == expected


def test_a_number_stays_with_what_it_counts():
    assert keep_together("Closes in 8 days") == "Closes in 8\N{NO-BREAK SPACE}days"
    assert keep_together("Tomorrow") == "Tomorrow"
