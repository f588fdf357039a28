"""Days in words: what the first and the last have in common is said once."""

from datetime import date

import pytest

from calendar_service.records.times import DaySpan
from calendar_service.writers.i18n import language
from calendar_service.writers.phrases import days, short_when

DAYS = [
    ("2026-12-01", "2026-12-01", "Tuesday 1 December 2026", "1 December 2026"),
    ("2026-12-01", "2026-12-04", "Tuesday 1 to Friday 4 December 2026", "1-4 December 2026"),
    ("2026-11-30", "2026-12-02", "Monday 30 November to Wednesday 2 December 2026", "30 November to 2 December 2026"),
    (
        "2025-12-30",
        "2026-12-30",
        "Tuesday 30 December 2025 to Wednesday 30 December 2026",
        "30 December 2025 to 30 December 2026",
    ),
]
IN_FRENCH = [
    ("2026-12-01", "2026-12-04", "mardi 1er au vendredi 4 décembre 2026", "1er-4 décembre 2026"),
    ("2026-11-30", "2026-12-01", "lundi 30 novembre au mardi 1er décembre 2026", "30 novembre au 1er décembre 2026"),
]
SHORT = [
    ("2026-12-01", "2026-12-01", "Tue 1 December"),
    ("2026-12-01", "2026-12-04", "1-4 December"),
    ("2026-12-30", "2027-01-02", "30 December 2026 to 2 January 2027"),
    ("2027-01-01", "2027-01-04", "1-4 January 2027"),
]


@pytest.mark.parametrize(
    ("code", "first", "last", "full", "short"),
    [*(("en", *each) for each in DAYS), *(("fr", *each) for each in IN_FRENCH)],
)
def test_days_in_words(code, first, last, full, short):
    both, lang = (date.fromisoformat(first), date.fromisoformat(last)), language(code)
    assert (days(*both, lang), days(*both, lang, weekday=False)) == (full, short)


@pytest.mark.parametrize(("first", "last", "words"), SHORT)
def test_days_in_a_subject_line(first, last, words):
    span = DaySpan(date.fromisoformat(first), date.fromisoformat(last))
    assert short_when(span, "Europe/Paris", 2026, language("en")) == words
