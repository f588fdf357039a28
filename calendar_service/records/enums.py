"""The closed vocabularies."""

from enum import StrEnum


class Kind(StrEnum):
    """What a record is."""

    EVENT = "event"
    WEBINAR = "webinar"
    TENDER = "tender"


class Status(StrEnum):
    """How firm a record is. `postponed`: the date given no longer holds and no new one is known."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class MomentName(StrEnum):
    """The named points of a record that one can be reminded of."""

    STARTS = "starts"
    ENDS = "ends"
    REGISTRATION_CLOSES = "registration_closes"
    QUESTIONS_BY = "questions_by"
    CLOSES = "closes"
    OPENS = "opens"
    AWARD_EXPECTED = "award_expected"
