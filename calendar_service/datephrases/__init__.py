"""Parse the phrases with which people announce dates, in English and French. README.md has the grammar.

Imports nothing of this service but its errors and zones; reads no clock, file or network.
"""

from calendar_service.datephrases.errors import DatePhraseError, PhraseError, RecurrenceError
from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.recurrence_phrases import example_with_end
from calendar_service.datephrases.resolver import MAX_LENGTH, DatePhrase, parse_clock, parse_when
from calendar_service.datephrases.rrule import (
    LAST_DAY,
    WEEKDAY_CODES,
    RecurrenceRule,
    check_first_day,
    check_last_day,
    days_from,
    days_of,
    is_portable,
    last_day_of,
)
from calendar_service.datephrases.rrule_value import parse_recurrence, settle_rule, weekday
from calendar_service.datephrases.tokens import phrase_key, tokenize

MONTHS = VOCABULARY.months
"""Every name of a month, folded, to its number; January is 1."""
WEEKDAYS = VOCABULARY.weekdays
"""Every name of a weekday, folded, to its number; Monday is 0."""

__all__ = [
    "LAST_DAY",
    "MAX_LENGTH",
    "MONTHS",
    "WEEKDAYS",
    "WEEKDAY_CODES",
    "DatePhrase",
    "DatePhraseError",
    "PhraseError",
    "RecurrenceError",
    "RecurrenceRule",
    "check_first_day",
    "check_last_day",
    "days_from",
    "days_of",
    "example_with_end",
    "is_portable",
    "last_day_of",
    "parse_clock",
    "parse_recurrence",
    "parse_when",
    "phrase_key",
    "settle_rule",
    "tokenize",
    "weekday",
]
