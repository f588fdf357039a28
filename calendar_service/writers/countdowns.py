"""Format how far away a moment is, in calendar days: "Closes in 7 days", "Tomorrow"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant, day_of_instant

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.record import Point, Span
    from calendar_service.writers.i18n import Language

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
    weeks, months = round(days / _DAYS_OF_A_WEEK), round(days / _DAYS_OF_A_MONTH)
    today, tomorrow, in_days, in_weeks, in_months = _words(name, (days, weeks, months), lang)
    if days <= 1:
        return today if days <= 0 else tomorrow
    if days <= _MANY_DAYS:
        return in_days
    return in_weeks if days <= _MANY_WEEKS * _DAYS_OF_A_WEEK else in_months


def registration_countdown(at: Point, zone: str, now: datetime, lang: Language) -> str:
    """Return until when one can register: "Register by today 18:00"."""
    words = countdown_words(MomentName.REGISTRATION_CLOSES, days := days_ahead(at, zone, now), lang)
    if days > 1 or not isinstance(at, CivilTime):
        return words
    clock = lang.clock(civil_from_instant(at.instant, zone).local)
    return lang.gettext("{countdown} {time}", countdown=words, time=clock)


def _words(name: MomentName, numbers: tuple[int, int, int], lang: Language) -> tuple[str, str, str, str, str]:
    gettext, ngettext = lang.gettext, lang.ngettext
    days, weeks, months = numbers
    match name:
        case MomentName.STARTS:
            return (
                gettext("Today"),
                gettext("Tomorrow"),
                ngettext("In {number} day", "In {number} days", days),
                ngettext("In {number} week", "In {number} weeks", weeks),
                ngettext("In {number} month", "In {number} months", months),
            )
        case MomentName.ENDS:
            return (
                gettext("Ends today"),
                gettext("Ends tomorrow"),
                ngettext("Ends in {number} day", "Ends in {number} days", days),
                ngettext("Ends in {number} week", "Ends in {number} weeks", weeks),
                ngettext("Ends in {number} month", "Ends in {number} months", months),
            )
        case MomentName.REGISTRATION_CLOSES:
            return (
                gettext("Register by today"),
                gettext("Register by tomorrow"),
                ngettext("Registration closes in {number} day", "Registration closes in {number} days", days),
                ngettext("Registration closes in {number} week", "Registration closes in {number} weeks", weeks),
                ngettext("Registration closes in {number} month", "Registration closes in {number} months", months),
            )
        case MomentName.QUESTIONS_BY:
            return (
                gettext("Last day for questions"),
                gettext("Questions close tomorrow"),
                ngettext("Questions close in {number} day", "Questions close in {number} days", days),
                ngettext("Questions close in {number} week", "Questions close in {number} weeks", weeks),
                ngettext("Questions close in {number} month", "Questions close in {number} months", months),
            )
        case MomentName.CLOSES:
            return (
                gettext("Closes today"),
                gettext("Closes tomorrow"),
                ngettext("Closes in {number} day", "Closes in {number} days", days),
                ngettext("Closes in {number} week", "Closes in {number} weeks", weeks),
                ngettext("Closes in {number} month", "Closes in {number} months", months),
            )
        case MomentName.OPENS:
            return (
                gettext("Opening of bids today"),
                gettext("Opening of bids tomorrow"),
                ngettext("Opening of bids in {number} day", "Opening of bids in {number} days", days),
                ngettext("Opening of bids in {number} week", "Opening of bids in {number} weeks", weeks),
                ngettext("Opening of bids in {number} month", "Opening of bids in {number} months", months),
            )
        case MomentName.AWARD_EXPECTED:
            return (
                gettext("Award expected today"),
                gettext("Award expected tomorrow"),
                ngettext("Award expected in {number} day", "Award expected in {number} days", days),
                ngettext("Award expected in {number} week", "Award expected in {number} weeks", weeks),
                ngettext("Award expected in {number} month", "Award expected in {number} months", months),
            )
