"""Titles before a moment: accepted if they say nothing about the time, else refused."""

from __future__ import annotations

import re
from datetime import date, time

import pytest

from calendar_service.datephrases import DatePhraseError, parse_when

TITLES = [
    "Semester dates: 13 September 2027",
    "The Ministry will accept applications until 13 September 2027",
    "Conseil municipal du 13 septembre 2027",
    "Camera-ready papers due 13 September 2027",
    "Rentrée universitaire : lundi 13 septembre 2027",
    "Webinar on refugee women, 13 September 2027",
]


@pytest.mark.parametrize("words", TITLES)
def test_a_title_is_accepted_where_it_may_stand_and_only_there(words):
    assert parse_when(words, with_title=True).first == date(2027, 9, 13)
    with pytest.raises(DatePhraseError):
        parse_when(words)


OTHER_TIMES = [
    "Old deadline: 13 September 2027",
    "Ancienne date limite : 13 septembre 2027",
    "Reporté du 13 septembre 2027",
    "Au lieu du 13 septembre 2027",
    "Cancelled: 13 September 2027",
    "Two weeks from 13 September 2027",
    "In the week of 13 September 2027",
    "Semaine du 13 septembre 2027",
    "Around 13 September 2027",
    "Vers le 13 septembre 2027",
    "Applications closed on 13 September 2027",
    "The deadline was 13 September 2027",
    "Tusday, 14 September 2027",
    "Not on 13 September 2027",
    "Tous les lundis du 13 septembre 2027",
    "Room 5: 13 September 2027",
    "Ansan 13 September 2027",
]


@pytest.mark.parametrize("words", OTHER_TIMES)
def test_words_that_may_mean_another_time_are_never_a_title(words):
    with pytest.raises(DatePhraseError):
        parse_when(words, with_title=True)


def test_a_word_spelt_well_is_not_suggested():
    with pytest.raises(DatePhraseError) as caught:
        parse_when("next Tuesday at 10", with_title=True)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    ["next Tuesday at 10", "tomorrow at 10.00", "mardi prochain à 10h", "next Friday", "demain", "Today, 17:00"],
)
def test_what_depends_on_the_day_of_reading_asks_for_the_date(words):
    with pytest.raises(DatePhraseError) as caught:
        parse_when(words, with_title=True)
    assert caught.value.message == f"{words!r} depends on the day on which it is read."
    for suggested in re.findall("'([^']+)'", caught.value.remedy):
        assert parse_when(suggested).start == time(10)


HOURS = ["until close of business 31 May 2027", "COB 31 May 2027", "avant la fermeture des bureaux le 31 mai 2027"]


@pytest.mark.parametrize("words", HOURS)
def test_an_hour_that_only_a_person_knows_is_no_title(words):
    with pytest.raises(DatePhraseError):
        parse_when(words, with_title=True)
