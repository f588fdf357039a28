"""Stage 2: parse tokens into the parts of a date phrase. README.md has the grammar.

A rule is a method `_rule() -> result | None`. After None the position is undefined: use `TokenStream.first_of` to try
several rules, it restores the position. Words that no rule matches are an error; nothing is skipped or guessed. Rules
raise DatePhraseError for words that are understood but ambiguous.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from unicodedata import category

from calendar_service.datephrases.aside_rules import AsideRules, is_harmless
from calendar_service.datephrases.clock_rules import ClockRules
from calendar_service.datephrases.day_rules import DayRules
from calendar_service.datephrases.errors import DatePhraseError
from calendar_service.datephrases.languages import VOCABULARY
from calendar_service.datephrases.syntax import PhraseParts
from calendar_service.datephrases.title_rules import TitleRules
from calendar_service.datephrases.titles import is_purpose, is_title_of_moment, names_place
from calendar_service.datephrases.tokens import TokenStream
from calendar_service.datephrases.zone_names import hint_for
from calendar_service.datephrases.zone_rules import ZoneRules
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.datephrases.syntax import Clock

_T = TypeVar("_T")
_SEPARATORS = frozenset(",;:|()[]@·•")
# "7 juillet à 11 h" is no range, "9 h à 10 h" is one.
_RANGE_OR_OPENER = VOCABULARY.range_words & VOCABULARY.openers
_BEHIND_DASH = VOCABULARY.online | VOCABULARY.trailers
_BEFORE_RANGE_END = frozenset("/|,;.-") | VOCABULARY.and_words
END_OF_WHICH_DAY = (
    "midnight may mean the beginning or the end of the day.",
    "Write 23:59 for the end of the day, or 00:00 for its beginning.",
)
_WRITE_THE_DATE = Sentence("Write the date itself, such as '7 July 2020 at 10.00' or '7 juillet 2020 à 10 h'.")


class Parser:
    """Parses one date phrase. `day_first` says that 10/07/2020 is 10 July; else such digits are refused."""

    def __init__(self, words: str, *, day_first: bool = False, with_title: bool = False) -> None:
        self.tokens = TokenStream(words)
        self.parts = PhraseParts(words)
        self.clocks = ClockRules(self.tokens, self.parts)
        self.days = DayRules(self.tokens, self.parts, self.clocks.plain_clock, self._after_range, day_first=day_first)
        self.titles = TitleRules(self.tokens, self.parts, lambda: self._opened(self.days.day))
        self.asides = AsideRules(self.tokens, self.parts, self.days.day, self.clocks.plain_clock)
        self.zones = ZoneRules(self.tokens, self.parts, self.clocks.plain_clock)
        self.with_title = with_title
        self._unknown: list[tuple[int, int]] = []
        self._title_end = 0  # the token where the first moment begins
        self._end = 0  # the token behind the last moment or zone
        self._between = False  # "between" or "entre" waits for its other end
        self._rules = self._ordered_rules()

    def parse(self) -> PhraseParts:
        """Return the parts of the whole phrase. Raise DatePhraseError."""
        while not self.tokens.at_end:
            self._read_next()
        self._accept_title()
        self._accept_place()
        if self._unknown:
            raise self._unknown_words()
        self._refuse_open_ends()
        return self.parts

    def _ordered_rules(self) -> tuple[Callable[[], bool | None], ...]:
        """Return the rules in the order in which they are tried."""
        titles = self.titles
        of_ranges = (self._lead_in, self._range_end, self._range, self._day_list, self._moment, self._before)
        of_asides = (self._zone, self._online, self._trailer, self._and_trailer, self._equals)
        return (titles.number, titles.part, titles.period_before, *of_ranges, *of_asides, titles.ordinal, titles.year)

    def _read_next(self) -> None:
        start = self.tokens.at
        if self.tokens.first_of(self.asides.rule):
            if not self.parts.shape:
                self.titles.skip(start)
            self.parts.note(self.tokens.text_since(start))
            return
        if self._separator():
            return
        known = len(self.parts.shape), len(self.parts.zones)
        if not self.tokens.first_of(*self._rules):
            self._note_unknown(start)
            return
        self.parts.note(self.tokens.text_since(start))
        if known != (len(self.parts.shape), len(self.parts.zones)):
            self._end = self.tokens.at

    def _refuse_open_ends(self) -> None:
        """Raise DatePhraseError for words that need another end, or that leave open whether a day counts."""
        if self._between:
            raise self.parts.error(
                self.parts.words,
                Sentence("'between' has one end only."),
                Sentence("Write both ends: between 9 and 10 am."),
            )
        # "before 12:00 on 3 May" is that minute; of a bare day it is open whether the day counts.
        if self.parts.before and self.parts.shape not in ("DC", "CD"):
            words = self.parts.before
            reason = Sentence("{words} does not say whether the day itself counts.", words=repr(words))
            raise self.parts.error(words, reason, Sentence("Write the last day, or the last minute, that counts."))

    def parse_clock(self) -> Clock | None:
        """Return the clock that is the whole phrase, or None. Raise DatePhraseError."""
        clock = self.clocks.plain_clock()
        if clock and clock.ends_day and self.tokens.at_end:
            raise self.parts.error(self.parts.words, *END_OF_WHICH_DAY)
        return clock if self.tokens.at_end else None

    # --- parts -----------------------------------------------------------------------------------

    def _separator(self) -> bool:
        tokens = self.tokens
        if tokens.accept(_SEPARATORS) or (not self.parts.shape and self.parts.understood and tokens.accept("?")):
            return True
        if category(tokens.peek()[:1] or "a") == "So":  # the pictures of "📅 14 April 2027"
            tokens.at += 1
            return True
        is_last = tokens.at == len(tokens.tokens) - 1
        # "Deadline - 10 July 2020", "10 July 2020 - Online"
        # The full stop of "9 am. Ends: 1 pm", and the sign of "Extended deadline! 7 May 2027".
        # "12 May 2027 / 2 p.m. / Zoom"
        if self.parts.shape and tokens.peek() == "/" and not tokens.is_glued() and not tokens.is_glued(1):
            is_day = self.parts.shape.endswith("D") and tokens.follows(self._behind_slash)
            return bool((is_day or tokens.phrase_at(_BEHIND_DASH, 1)) and tokens.accept("/"))
        ends_sentence = tokens.peek() in (".", "!") and (is_last or not tokens.is_glued(1))
        is_beside_words = (self.parts.understood and not self.parts.shape) or tokens.phrase_at(_BEHIND_DASH, 1)
        return bool((ends_sentence and tokens.accept(".!")) or (is_beside_words and tokens.accept("-")))

    def _behind_slash(self) -> Clock | None:
        self.tokens.accept("/")
        return self._opened(lambda: self.clocks.clock(self._after_range))

    def _lead_in(self) -> bool | None:
        return (not self.parts.shape and bool(self.tokens.accept_phrase(VOCABULARY.lead_ins))) or None

    def _online(self) -> bool | None:
        if self.parts.is_online or not self.tokens.accept_phrase(VOCABULARY.online):
            return None
        self.parts.is_online = True
        return True

    def _trailer(self) -> bool | None:
        return (bool(self.parts.shape) and bool(self.tokens.accept_phrase(VOCABULARY.trailers))) or None

    def _and_trailer(self) -> bool | None:
        """Read the "and" of "in person and online" and "online and in Strasbourg"."""
        is_joined = self.parts.shape and self.tokens.accept_phrase(VOCABULARY.and_words)
        is_place = self.parts.is_online and self.tokens.peek() in VOCABULARY.place_prepositions
        return bool(is_joined and (is_place or self.tokens.phrase_at(_BEHIND_DASH))) or None

    def _before(self) -> bool | None:
        start = self.tokens.at
        if self.parts.before or not self.tokens.accept_phrase(VOCABULARY.before):
            return None
        self.parts.before = self.tokens.text_since(start)
        return True

    def _equals(self) -> bool | None:
        """Read the sign between two clocks of one moment: "15:00 CET / 14:00 GMT"."""
        is_named = self.parts.zones and self.parts.zones[-1].clocks == len(self.parts.clocks)
        if not is_named or not self.parts.shape.endswith("C"):
            return None
        return bool(self.tokens.accept("/=") or self.tokens.accept_phrase(VOCABULARY.equals)) or None

    def _zone(self) -> bool | None:
        zone = self.zones.zone()
        if zone:
            self.parts.zones.append(replace(zone, clocks=len(self.parts.clocks)))
        return bool(zone) or None

    def _moment(self) -> bool | None:
        is_between = self._openers()
        start = self.tokens.at
        if day := self.days.day():
            day = self.days.weekday_in_brackets(day)
            self.parts.days.append(replace(day, words=self.tokens.text_since(start)))
            self._note_moment("D", start)
            if day.is_iso and self.tokens.is_glued_sign():
                self.tokens.accept(("t",))
        elif clock := self.clocks.clock(self._after_range):
            self.parts.clocks.append(replace(clock, words=self.tokens.text_since(start)))
            self._note_moment("C", start)
        else:
            return None
        self._between = self._between or is_between
        return True

    def _note_moment(self, shape: str, start: int) -> None:
        if not self.parts.shape:
            self._title_end = start
        self.parts.shape += shape

    def _range(self) -> bool | None:
        if not self.parts.shape.endswith(("D", "C")) or self.tokens.is_iso_offset():
            return None
        if self.parts.shape.endswith("D") and self.tokens.peek() in _RANGE_OR_OPENER:
            return None
        sign = self._range_sign()
        if not sign or not self.tokens.follows(
            lambda: self._opened(self.days.day) or self.clocks.clock(self._after_range)
        ):
            return None
        self.parts.shape += "~" if sign == "&" and self._between else sign
        self._between = False
        return True

    def _range_end(self) -> bool | None:
        """Read ". Ends:" of "Starts: 25 May 2027, 9 am. Ends: 26 May 2027, 1 pm"."""
        tokens = self.tokens
        if self.parts.shape not in ("D", "DC", "CD", "C"):
            return None
        while tokens.accept(_BEFORE_RANGE_END):
            pass
        if not tokens.accept_phrase(VOCABULARY.range_ends):
            return None
        tokens.accept(":")
        if not tokens.follows(lambda: self._opened(self.days.day) or self.clocks.plain_clock()):
            return None
        self.parts.shape += "~"
        return True

    def _range_sign(self) -> str:
        if self.tokens.accept("-"):
            return "-"
        if self.parts.shape.endswith("C") and self.tokens.accept(">→"):  # "9h30 > 12h30"
            return "-"
        if self.parts.days and self.parts.days[-1].is_iso and self.tokens.accept("/"):
            return "~"
        if self.tokens.accept_phrase(VOCABULARY.range_words):
            return "~"
        is_joined = (
            self.tokens.is_glued_sign()
            and self.parts.shape.endswith("C")
            and "h" in self.parts.clocks[-1].words.lower()
        )
        if is_joined and self.tokens.accept("/"):  # "14h00/16h00"
            return "-"
        is_pair = (
            self.parts.shape == "D" and self.tokens.is_glued_sign() and self.tokens.accept("/")
        )  # "25/26 May 2027"
        return "&" if is_pair or self.tokens.accept_phrase(VOCABULARY.and_words) else ""

    def _openers(self) -> bool:
        """Skip "on", "from", "le" …; return True if "and" then joins the ends of a range."""
        is_between = False
        while phrase := self.tokens.accept_phrase(VOCABULARY.openers):
            is_between = is_between or phrase in VOCABULARY.between
        return is_between

    def _opened(self, rule: Callable[[], _T | None]) -> _T | None:
        self._openers()
        return rule()

    def _after_range(self, rule: Callable[[], _T | None]) -> _T | None:
        return self._opened(rule) if self._range_sign() else None

    def _day_list(self) -> bool | None:
        """Read "5, 6 and 7 May 2027" and "Wed 5, Thu 6 and Fri 7 May 2027": days that follow each other."""
        if self.parts.shape:
            return None
        self._openers()
        start, listed = self.tokens.at, [self.days.listed_day()]
        while listed[-1].day and self.tokens.accept(","):
            listed.append(self.days.listed_day())
        if len(listed) < 2 or not listed[-1].day or not self.tokens.accept_phrase(VOCABULARY.and_words):  # "5, 6 and"
            return None
        last = self.days.listed_day(with_month=True)
        if not last.month:
            return None
        days = [int(each.day) for each in (*listed, last)]
        words = self.tokens.text_since(start)
        if days != list(range(days[0], days[0] + len(days))):
            raise self.parts.error(words, "these days are not next to each other.", "Make a record of each day.")
        weekdays = {(VOCABULARY.weekdays[each.weekday] - int(each.day)) % 7 for each in (*listed, last) if each.weekday}
        if len(weekdays) > 1:
            raise self.parts.error(
                words, Sentence("the weekdays do not follow each other."), Sentence("Correct the weekday or the date.")
            )
        self.parts.days += [replace(listed[0], words=words), replace(last, words=words)]
        self._note_moment("D-D", start)
        return True

    # --- what is not understood ------------------------------------------------------------------

    def _accept_title(self) -> None:
        """Accept other words before the first moment as what happens then, if they say nothing about the time."""
        title = [(start, end) for start, end in self._unknown if end <= self._title_end]
        tokens = [
            each for at, each in enumerate(self.tokens.tokens[: self._title_end]) if at not in self.titles.counting
        ]
        is_title = (
            self.with_title
            and title
            and is_title_of_moment(
                [token.text for token in tokens], is_range=self.parts.shape.startswith(("D-D", "D~D"))
            )
        )
        # A colon, or a word such as "on", says that the moment belongs to them.
        if is_title and any(at not in range(*each) for at in range(self._title_end) for each in title):
            self._unknown = [each for each in self._unknown if each not in title]
            for start, end in title:
                self.parts.note(self.tokens.text_of(start, end))

    def _accept_place(self) -> None:
        """Accept other words behind the last moment as its place, if they can be nothing else."""
        texts = [self.tokens.text_of(start, end) for start, end in self._unknown if start >= self._end]
        is_joined = any(start and self.tokens.tokens[start - 1].text == "/" for start, _ in self._unknown)
        if not self.with_title or len(texts) != len(self._unknown) or is_joined:
            return
        texts = [text for text in texts if not (is_purpose(text) or self._is_long_remark(text))]
        if not all(map(names_place, texts)):
            return
        self._unknown = []
        self.parts.place = ", ".join(texts)
        for text in texts:
            self.parts.note(text)

    def _is_long_remark(self, text: str) -> bool:
        """Return True for ", followed by a reception"; one word alone may be anything."""
        words = text.strip("-\u2013\u2014 ")
        return " " in words and is_harmless(words)

    def _note_unknown(self, start: int) -> None:
        self.tokens.at = start + 1
        if self._unknown and self._unknown[-1][1] == start:
            start = self._unknown.pop()[0]
        self._unknown.append((start, self.tokens.at))

    def _unknown_words(self) -> DatePhraseError:
        texts = [self.tokens.text_of(start, end) for start, end in self._unknown]
        remedy = next((hint for text in texts if (hint := hint_for(text))), "")
        printed = f" {' '.join(token.text for token in self.tokens.tokens)} "
        if any(f" {phrase} " in printed for phrase in VOCABULARY.relative):
            reason = Sentence("{words} depends on the day on which it is read.", words=repr(self.parts.words))
            return DatePhraseError(self.parts.words, self.parts.understood, texts, reason, _WRITE_THE_DATE)
        return DatePhraseError(self.parts.words, self.parts.understood, texts, remedy=remedy)
