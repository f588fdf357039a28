"""The contents of a language module, and the combined vocabulary of all languages.

A phrase is parsed with the words of all languages at once. Names of months and weekdays, and the long names of time
zones, come from CLDR through Babel.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from calendar_service.datephrases.tokens import fold, phrase_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel import Locale

    from calendar_service.datephrases.rrule import Frequency

Half = Literal["", "am", "pm"]
Phrases = frozenset[str]


def phrases(text: str) -> Phrases:
    """Return the folded phrases of a text, which separates them by "|"."""
    return frozenset(phrase_key(phrase) for phrase in text.split("|"))


def table(**texts: str) -> dict[str, Any]:
    """Map each phrase of each text to the keyword of the text."""
    return {phrase: name for name, text in texts.items() for phrase in phrases(text)}


def numbered(*texts: str, start: int = 1) -> dict[str, int]:
    """Map the phrases of the first text to `start`, those of the next to the number after it, and so on."""
    return {phrase: number for number, text in enumerate(texts, start) for phrase in phrases(text)}


def zones_by_city(cities: Mapping[str, str]) -> dict[str, str]:
    """Map each city, as printed, to its zone; `cities` maps zones to texts of cities."""
    return {city: zone for zone, text in cities.items() for city in text.split("|")}


def zones_by_people(zones: Mapping[str, str], pattern: str) -> dict[str, str]:
    """Map what the clock of a people is called to its zone: "irish time"; `zones` maps zones to adjectives."""
    return {phrase_key(pattern.format(name)): zone for zone, text in zones.items() for name in text.split("|")}


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of one language, or of several. All phrases are folded, see `phrases`."""

    locales: tuple[Locale, ...]
    """CLDR locales; regional ones add abbreviations that pages print, such as "Sept" or "juill."."""
    # Dates
    more_months: Mapping[str, int] = field(default_factory=dict)  # those that CLDR lacks; January is 1
    more_weekdays: Mapping[str, int] = field(default_factory=dict)  # Monday is 0
    ordinal_suffixes: Phrases
    day_articles: Phrases  # "Tuesday the 7th"
    month_prepositions: Phrases = frozenset()  # "7th of July"
    # Clocks
    hour_words: Phrases
    minute_words: Phrases
    o_clock: Phrases = frozenset()  # behind an hour of either half of the day
    noon: Phrases
    midnight: Phrases
    halves: Mapping[str, Half]
    # What joins, opens or precedes them
    range_words: Phrases
    and_words: Phrases
    between: Phrases  # these open a range whose ends "and" joins
    openers: Phrases
    before: Phrases  # of a day refused: they do not say whether the day itself counts
    online: Phrases
    lead_ins: Phrases  # before the first moment; they say what happens then, and never that it is another moment
    trailers: Phrases = frozenset()  # behind a moment; they change nothing
    time_words: Phrases = frozenset()  # never part of a title: they say that it is another time, or no sure one
    hours_in_words: Phrases = frozenset()  # "close of business": an hour that only a person knows
    superseded: Phrases = frozenset()  # before the moment that was replaced: "(was 8 September 2027)"
    moved_from: Phrases = frozenset()  # before the old moment, and "to" the new one
    moved_to: Phrases = frozenset()  # between the old moment and the new one
    asides: Phrases = frozenset()  # before an hour at which it does not begin: "(doors open at 9:30)"
    durations: Phrases = frozenset()  # before how long it takes
    duration_hours: Phrases = frozenset()
    opening: Phrases = frozenset()  # of a range whose end is a deadline: "open from 1 March to 31 May 2027"
    remark_words: Phrases = frozenset()  # never in a remark in brackets: they name a zone
    numbering: Phrases = frozenset()  # before the number of what is announced: "Webinar no. 4"
    numbered_parts: Phrases = frozenset()  # "Session 9: 12 May"
    counted_parts: Phrases = frozenset()  # of those, what nearly always has a number
    submissions: Phrases = frozenset()  # what a closing ends
    title_suffixes: Phrases = frozenset()  # of a number that counts what is announced: "5ème édition"
    question_words: Phrases = frozenset()  # until when they are taken is before the closing
    periods_before: Phrases = frozenset()  # "48 hours before the event, i.e. on 8 March 2027"
    weeks: Phrases = frozenset()  # no sure time, unless the days are written too
    place_prepositions: Phrases = frozenset()  # "in Strasbourg"
    venues: Phrases = frozenset()  # "Town hall"
    breaks: Phrases = frozenset()  # before hours in which it pauses
    day_units: Phrases = frozenset()
    place_joins: Phrases = frozenset()  # inside the name of a place: "Palais de l'Europe"
    relative: Phrases = frozenset()  # "next Tuesday": it depends on the day on which it is read
    extended: Phrases = frozenset()  # a title may have these if the moment stands behind `until_moment`
    until_moment: Phrases = frozenset()
    new_moment: Phrases = frozenset()  # or has these: "Extension: new deadline 3 May"
    range_ends: Phrases = frozenset()  # "Start: … / End: …"
    equals: Phrases = frozenset()  # "15:00 CET, i.e. 14:00 GMT"
    # Zones
    zone_words: Mapping[str, str]
    local_time: Phrases  # refused: they do not say where
    city_time: tuple[str, ...]  # how a zone is named by its city, without quotes, dots and hyphens
    city_articles: tuple[str, ...] = ()  # may be left out at the beginning of a city's name
    city_aliases: Mapping[str, str]  # cities that CLDR lacks, as printed, to zones
    misspelt_city: tuple[str, ...]  # regular expressions: a city is meant here
    city_time_words: Phrases  # no part of the city's name there
    suggestions: frozenset[str]  # worth suggesting for a misspelt word, beside months and weekdays
    # Recurrence
    every: Phrases
    on_days: Phrases
    units: Mapping[str, Frequency]
    adverbs: Mapping[str, Frequency]
    intervals: Mapping[str, int]  # 0 stands for a word that is known, and no interval of calendars
    ordinals: Mapping[str, int]
    alternate: Phrases = frozenset()  # the "other" of "every other Friday"
    one_of_two: tuple[str, ...] = ()
    ambiguous_intervals: Phrases = frozenset()
    of_month: Phrases
    working_week: Phrases
    times: Phrases
    until: Phrases
    end_articles: Phrases  # "until the end of June"
    end_of: Phrases
    until_example: str

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """Return the words of both vocabularies."""
        return Vocabulary(
            **{each.name: _merge(*(getattr(v, each.name) for v in (self, other))) for each in fields(self)}
        )

    @cached_property
    def months(self) -> dict[str, int]:
        """Map every name of a month to its number; January is 1."""
        return {name: number for number in range(1, 13) for name in self._names("months", number, self.more_months)}

    @cached_property
    def weekdays(self) -> dict[str, int]:
        """Map every name of a weekday to its number; Monday is 0."""
        return {name: number for number in range(7) for name in self._names("days", number, self.more_weekdays)}

    def _names(self, part: str, number: int, more: Mapping[str, int]) -> list[str]:
        tables = [
            getattr(locale, part)["format"][width] for locale in self.locales for width in ("wide", "abbreviated")
        ]
        names = {fold(names[number]).removesuffix(".") for names in tables}
        return sorted(names | {name for name, each in more.items() if each == number})

    @cached_property
    def recurrence_openers(self) -> frozenset[str]:
        """The words, other than ordinals and weekdays, that a recurrence phrase can begin with."""
        openers = (*self.every, *self.on_days, *self.adverbs, *self.one_of_two, *self.working_week)
        return frozenset(phrase.split()[0] for phrase in openers)

    @cached_property
    def suggested_words(self) -> frozenset[str]:
        """The words to suggest for a misspelt one, as they are printed."""
        tables = [getattr(locale, part)["format"]["wide"] for locale in self.locales for part in ("months", "days")]
        return self.suggestions.union(*(names.values() for names in tables))


def _merge(one: Any, other: Any) -> Any:
    if isinstance(one, str):  # a text for people, not compared: that of the first language
        return one
    return one + other if isinstance(one, tuple) else one | other
