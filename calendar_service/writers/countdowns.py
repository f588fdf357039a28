"""How far away a moment is, in days of a calendar: "Closes in 7 days", "Tomorrow"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName

if TYPE_CHECKING:
    from calendar_service.writers.language import Language


def countdown(name: MomentName, days: int, lang: Language) -> str:
    """Say in how many days a moment comes; what comes today, or has just come, is "today"."""
    today, tomorrow, later = _words(name, days, lang)
    return today if days <= 0 else tomorrow if days == 1 else later


def _words(name: MomentName, days: int, lang: Language) -> tuple[str, str, str]:
    say, plural = lang.say, lang.plural
    match name:
        case MomentName.STARTS:
            later = plural("In {number} day", "In {number} days", days)
            return say("Today"), say("Tomorrow"), later
        case MomentName.ENDS:
            later = plural("Ends in {number} day", "Ends in {number} days", days)
            return say("Ends today"), say("Ends tomorrow"), later
        case MomentName.REGISTRATION_CLOSES:
            later = plural("Registration closes in {number} day", "Registration closes in {number} days", days)
            return say("Registration closes today"), say("Registration closes tomorrow"), later
        case MomentName.QUESTIONS_BY:
            later = plural("Questions for {number} more day", "Questions for {number} more days", days)
            return say("Last day for questions"), say("Questions until tomorrow"), later
        case MomentName.CLOSES:
            later = plural("Closes in {number} day", "Closes in {number} days", days)
            return say("Closes today"), say("Closes tomorrow"), later
        case MomentName.OPENS:
            later = plural("Opening of bids in {number} day", "Opening of bids in {number} days", days)
            return say("Opening of bids today"), say("Opening of bids tomorrow"), later
        case MomentName.AWARD_EXPECTED:
            later = plural("Award expected in {number} day", "Award expected in {number} days", days)
            return say("Award expected today"), say("Award expected tomorrow"), later
