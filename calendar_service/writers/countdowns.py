"""Format how far away a moment is, in calendar days: "Closes in 7 days", "Tomorrow"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant, day_of_instant

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.record import Point, Span
    from calendar_service.writers.i18n import Language

_BEHIND_NUMBER = re.compile(r"(?<=\d) ")
_MANY_DAYS = 14  # more are counted in weeks
_MANY_WEEKS = 10  # more are counted in months
_DAYS_OF_A_WEEK, _DAYS_OF_A_MONTH = 7, 30.44


def days_ahead(at: Point | Span, zone: str, now: datetime, subscriber_zone: str = "") -> int:
    """Count the days to a moment on the calendar's clock in `zone`; to whole days, on the subscriber's if given."""
    if isinstance(at, DaySpan):
        return (at.first - day_of_instant(now, subscriber_zone or zone)).days
    begins, _ = instant_bounds(at, zone)
    return (day_of_instant(begins, zone) - day_of_instant(now, zone)).days


def countdown_words(name: MomentName, days: int, lang: Language) -> str:
    """Return the countdown to a moment in `days` days; a moment of today is "today", even if it is past."""
    if days <= 1:
        today, tomorrow = _soon(name, lang)
        return today if days <= 0 else tomorrow
    if days <= _MANY_DAYS:
        return _in_days(name, days, lang)
    if days <= _MANY_WEEKS * _DAYS_OF_A_WEEK:
        return _in_weeks(name, round(days / _DAYS_OF_A_WEEK), lang)
    return _in_months(name, round(days / _DAYS_OF_A_MONTH), lang)


def registration_countdown(at: Point, zone: str, now: datetime, lang: Language) -> str:
    """Return until when one can register: "Register by today 18:00"."""
    words = countdown_words(MomentName.REGISTRATION_CLOSES, days := days_ahead(at, zone, now), lang)
    if days > 1 or not isinstance(at, CivilTime):
        return words
    clock = lang.clock(civil_from_instant(at.instant, zone).local)
    return lang.gettext("{countdown} {time}", countdown=words, time=clock)


def keep_together(countdown: str) -> str:
    """Return a countdown for pages, where no line ends between a number and what it counts: "8 days"."""
    return _BEHIND_NUMBER.sub("\N{NO-BREAK SPACE}", countdown)


def _soon(name: MomentName, lang: Language) -> tuple[str, str]:
    """Return the words for today and for tomorrow."""
    match name:
        case MomentName.STARTS:
            return lang.gettext("Today"), lang.gettext("Tomorrow")
        case MomentName.ENDS:
            return lang.gettext("Ends today"), lang.gettext("Ends tomorrow")
        case MomentName.REGISTRATION_CLOSES:
            return lang.gettext("Register by today"), lang.gettext("Register by tomorrow")
        case MomentName.QUESTIONS_BY:
            return lang.gettext("Last day for questions"), lang.gettext("Questions close tomorrow")
        case MomentName.CLOSES:
            return lang.gettext("Closes today"), lang.gettext("Closes tomorrow")
        case MomentName.OPENS:
            return lang.gettext("Opening of bids today"), lang.gettext("Opening of bids tomorrow")
        case MomentName.AWARD_EXPECTED:
            return lang.gettext("Award expected today"), lang.gettext("Award expected tomorrow")


def _in_days(name: MomentName, number: int, lang: Language) -> str:
    """Return the words for a number of days."""
    match name:
        case MomentName.STARTS:
            return lang.ngettext("In {number} day", "In {number} days", number)
        case MomentName.ENDS:
            return lang.ngettext("Ends in {number} day", "Ends in {number} days", number)
        case MomentName.REGISTRATION_CLOSES:
            return lang.ngettext("Registration closes in {number} day", "Registration closes in {number} days", number)
        case MomentName.QUESTIONS_BY:
            return lang.ngettext("Questions close in {number} day", "Questions close in {number} days", number)
        case MomentName.CLOSES:
            return lang.ngettext("Closes in {number} day", "Closes in {number} days", number)
        case MomentName.OPENS:
            return lang.ngettext("Opening of bids in {number} day", "Opening of bids in {number} days", number)
        case MomentName.AWARD_EXPECTED:
            return lang.ngettext("Award expected in {number} day", "Award expected in {number} days", number)


def _in_weeks(name: MomentName, number: int, lang: Language) -> str:
    """Return the words for a number of weeks."""
    match name:
        case MomentName.STARTS:
            return lang.ngettext("In {number} week", "In {number} weeks", number)
        case MomentName.ENDS:
            return lang.ngettext("Ends in {number} week", "Ends in {number} weeks", number)
        case MomentName.REGISTRATION_CLOSES:
            return lang.ngettext(
                "Registration closes in {number} week", "Registration closes in {number} weeks", number
            )
        case MomentName.QUESTIONS_BY:
            return lang.ngettext("Questions close in {number} week", "Questions close in {number} weeks", number)
        case MomentName.CLOSES:
            return lang.ngettext("Closes in {number} week", "Closes in {number} weeks", number)
        case MomentName.OPENS:
            return lang.ngettext("Opening of bids in {number} week", "Opening of bids in {number} weeks", number)
        case MomentName.AWARD_EXPECTED:
            return lang.ngettext("Award expected in {number} week", "Award expected in {number} weeks", number)


def _in_months(name: MomentName, number: int, lang: Language) -> str:
    """Return the words for a number of months."""
    match name:
        case MomentName.STARTS:
            return lang.ngettext("In {number} month", "In {number} months", number)
        case MomentName.ENDS:
            return lang.ngettext("Ends in {number} month", "Ends in {number} months", number)
        case MomentName.REGISTRATION_CLOSES:
            return lang.ngettext(
                "Registration closes in {number} month", "Registration closes in {number} months", number
            )
        case MomentName.QUESTIONS_BY:
            return lang.ngettext("Questions close in {number} month", "Questions close in {number} months", number)
        case MomentName.CLOSES:
            return lang.ngettext("Closes in {number} month", "Closes in {number} months", number)
        case MomentName.OPENS:
            return lang.ngettext("Opening of bids in {number} month", "Opening of bids in {number} months", number)
        case MomentName.AWARD_EXPECTED:
            return lang.ngettext("Award expected in {number} month", "Award expected in {number} months", number)
