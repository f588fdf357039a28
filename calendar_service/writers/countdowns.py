"""How far away a moment is, in days of a calendar: "Closes in 7 days", "Tomorrow"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName

if TYPE_CHECKING:
    from calendar_service.writers.i18n import Language


def countdown_words(name: MomentName, days: int, lang: Language) -> str:
    """Describe in how many days a moment comes; what comes today, or has just come, is "today"."""
    today, tomorrow, later = _words(name, days, lang)
    return today if days <= 0 else tomorrow if days == 1 else later


def _words(name: MomentName, days: int, lang: Language) -> tuple[str, str, str]:
    gettext, ngettext = lang.gettext, lang.ngettext
    match name:
        case MomentName.STARTS:
            later = ngettext("In {number} day", "In {number} days", days)
            return gettext("Today"), gettext("Tomorrow"), later
        case MomentName.ENDS:
            later = ngettext("Ends in {number} day", "Ends in {number} days", days)
            return gettext("Ends today"), gettext("Ends tomorrow"), later
        case MomentName.REGISTRATION_CLOSES:
            later = ngettext("Registration closes in {number} day", "Registration closes in {number} days", days)
            return gettext("Registration closes today"), gettext("Registration closes tomorrow"), later
        case MomentName.QUESTIONS_BY:
            later = ngettext("Questions for {number} more day", "Questions for {number} more days", days)
            return gettext("Last day for questions"), gettext("Questions until tomorrow"), later
        case MomentName.CLOSES:
            later = ngettext("Closes in {number} day", "Closes in {number} days", days)
            return gettext("Closes today"), gettext("Closes tomorrow"), later
        case MomentName.OPENS:
            later = ngettext("Opening of bids in {number} day", "Opening of bids in {number} days", days)
            return gettext("Opening of bids today"), gettext("Opening of bids tomorrow"), later
        case MomentName.AWARD_EXPECTED:
            later = ngettext("Award expected in {number} day", "Award expected in {number} days", days)
            return gettext("Award expected today"), gettext("Award expected tomorrow"), later
