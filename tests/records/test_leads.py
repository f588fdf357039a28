"""Leads in words and in ISO form."""

from __future__ import annotations

from datetime import time

import pytest

from calendar_service.records.leads import CalendarLead, ExactLead, UnknownLead, WorkingDayLead, read_lead

LEADS = [
    ("14 days", CalendarLead(days=14)),
    ("1 day", CalendarLead(days=1)),
    ("1 Day before", CalendarLead(days=1)),
    ("2 weeks", CalendarLead(days=14)),
    ("1 month", CalendarLead(months=1)),
    ("24 hours", ExactLead(24 * 60)),
    ("30 minutes", ExactLead(30)),
    ("5 working days", WorkingDayLead(5)),
    ("on the day at 09:00", CalendarLead(at=time(9))),
    ("on the day at 9.30", CalendarLead(at=time(9, 30))),
    ("P7D", CalendarLead(days=7)),
    ("-P2W", CalendarLead(days=14)),
    ("PT24H", ExactLead(24 * 60)),
    ("-PT15M", ExactLead(15)),
    ("  7   days ", CalendarLead(days=7)),
    ("366 days", CalendarLead(days=366)),
    ("P1M", CalendarLead(months=1)),
    ("-P12M", CalendarLead(months=12)),
    ("PT15M", ExactLead(15)),
    ("5 business days", WorkingDayLead(5)),
    ("1 Business Day", WorkingDayLead(1)),
    ("5 workdays", WorkingDayLead(5)),
    ("5 working days before", WorkingDayLead(5)),
    ("1 day before at 18:00", CalendarLead(days=1, at=time(18))),
    ("2 weeks before at 9.30", CalendarLead(days=14, at=time(9, 30))),
    ("1 month before at noon", CalendarLead(months=1, at=time(12))),
    ("3 days at 6 pm", CalendarLead(days=3, at=time(18))),
    ("the day before", CalendarLead(days=1)),
    ("the day before at 18:00", CalendarLead(days=1, at=time(18))),
    ("on the day at 9 am", CalendarLead(at=time(9))),
    ("14 jours", CalendarLead(days=14)),
    ("1 jour avant", CalendarLead(days=1)),
    ("14 jours avant à 9 h", CalendarLead(days=14, at=time(9))),
    ("2 semaines", CalendarLead(days=14)),
    ("1 mois", CalendarLead(months=1)),
    ("24 heures", ExactLead(24 * 60)),
    ("24 h", ExactLead(24 * 60)),
    ("30 minutes", ExactLead(30)),
    ("5 jours ouvrables", WorkingDayLead(5)),
    ("5 jours ouvrés", WorkingDayLead(5)),
    ("1 jour ouvré avant", WorkingDayLead(1)),
    ("le jour même à 9 h", CalendarLead(at=time(9))),
    ("Le jour même à 9h30", CalendarLead(at=time(9, 30))),
    ("la veille", CalendarLead(days=1)),
    ("la veille à 18 h", CalendarLead(days=1, at=time(18))),
]


@pytest.mark.parametrize(("words", "lead"), LEADS, ids=[words for words, _ in LEADS])
def test_a_lead_is_read(words, lead):
    assert read_lead(words) == lead


@pytest.mark.parametrize(
    "words",
    [
        *["", "soon", "0 days", "-1 days", "367 days", "53 weeks", "13 months", "1.5 days", "a day"],
        *["P", "P1Y", "PT0M", "on the day at 25:00", "on the day", "9999999 days", "7 days 2 hours", "٣ أيام"],
        *["-3 days", "400 days", "P0D", "P13M", "P1M2D", "PT1D", "0 jours", "400 jours", "deux jours", "bientôt"],
        *["24 hours before at 18:00", "5 working days at 9:00", "1 day before at", "1 day before at 18:00 CET"],
        *[
            "le jour même",
            "la veille à minuit",
            "la veille à 25 h",
            "on the day at 24:00",
            "at 9:00",
            "1 day at noon at 6 pm",
        ],
        *["1 day after", "5 bank days", "ﷺ at 9:00", "1 day ﷺ at 9:00", "¨ at", "1 day before at ¨"],
    ],
)
def test_what_is_no_lead_is_refused(words):
    with pytest.raises(UnknownLead) as caught:
        read_lead(words)
    assert (caught.value.message, caught.value.words) == (f"{words!r} is not understood.", words)
