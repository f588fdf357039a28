"""TRIGGER: before the end of a deadline, before nine in the morning of whole days, before the start of the rest."""

from datetime import date, time

import pytest

from calendar_service.records.enums import MomentName
from calendar_service.records.leads import WorkingDayLead, read_lead
from calendar_service.records.record import TimeSpan
from calendar_service.records.times import CivilTime, DaySpan
from calendar_service.writers.alarms import make_alarm
from calendar_service.writers.vevent_specs import VEventSpec

DAY = date(2027, 3, 15)
DAYS = DaySpan(DAY, DAY)
TIMES = TimeSpan(CivilTime(DAY, time(16, 30), "Europe/Paris"), CivilTime(DAY, time(17), "Europe/Paris"))


def slot(span, moment=None):
    return VEventSpec("name", "Title", span, moment=moment)


@pytest.mark.parametrize(
    ("lead", "span", "moment", "trigger"),
    [
        ("7 days", TIMES, None, "TRIGGER:-P7D"),
        ("7 days", TIMES, MomentName.CLOSES, "TRIGGER;RELATED=END:-P7D"),
        ("7 days", TIMES, MomentName.OPENS, "TRIGGER:-P7D"),
        ("24 hours", TIMES, MomentName.QUESTIONS_BY, "TRIGGER;RELATED=END:-PT24H"),
        ("90 minutes", TIMES, None, "TRIGGER:-PT1H30M"),
        ("1 day", DAYS, None, "TRIGGER:-PT15H"),
        ("1 day", DAYS, MomentName.CLOSES, "TRIGGER:-PT15H"),
        ("24 hours", DAYS, MomentName.CLOSES, "TRIGGER;RELATED=END:-PT24H"),
        ("on the day at 08:30", DAYS, None, "TRIGGER:PT8H30M"),
        ("on the day at 08:30", TIMES, None, "TRIGGER:-PT8H"),
        ("on the day at 08:30", TIMES, MomentName.CLOSES, "TRIGGER;RELATED=END:-PT8H30M"),
        ("on the day at 18:00", TIMES, None, "TRIGGER:PT0M"),
    ],
)
def test_trigger(lead, span, moment, trigger):
    alarm = make_alarm(read_lead(lead), slot(span, moment), "Text", "en")
    assert alarm.to_octets().decode().split("\r\n") == [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION;LANGUAGE=en:Text",
        trigger,
        "END:VALARM",
        "",
    ]


def test_working_days_are_no_alarm():
    with pytest.raises(TypeError):
        make_alarm(WorkingDayLead(5), slot(TIMES), "Text", "en")
