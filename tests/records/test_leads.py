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
]


@pytest.mark.parametrize(("words", "lead"), LEADS, ids=[words for words, _ in LEADS])
def test_a_lead_is_read(words, lead):
    assert read_lead(words) == lead


@pytest.mark.parametrize(
    "words",
    [
        *["", "soon", "0 days", "-1 days", "367 days", "53 weeks", "13 months", "1.5 days", "a day"],
        *["P", "P1Y", "PT0M", "on the day at 25:00", "on the day", "9999999 days", "7 days 2 hours", "٣ أيام"],
    ],
)
def test_what_is_no_lead_is_refused(words):
    with pytest.raises(UnknownLead) as caught:
        read_lead(words)
    assert (caught.value.message, caught.value.words) == (f"{words!r} is not a lead.", words)
