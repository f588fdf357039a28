"""Enumerations of the calendar file."""

from enum import StrEnum


class Kind(StrEnum):
    """The kind of a record."""

    EVENT = "event"
    WEBINAR = "webinar"
    TENDER = "tender"


class Status(StrEnum):
    """How certain a record is. `postponed`: the printed date no longer holds, a new one is not known."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


DRAFT = "draft"
"""The word in the place of a status that keeps a record from the public; an edition never holds it."""


class MomentName(StrEnum):
    """The moments of a record that one can be reminded of."""

    STARTS = "starts"
    ENDS = "ends"
    REGISTRATION_CLOSES = "registration_closes"
    QUESTIONS_BY = "questions_by"
    CLOSES = "closes"
    OPENS = "opens"
    AWARD_EXPECTED = "award_expected"
