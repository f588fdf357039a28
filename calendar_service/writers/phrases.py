"""Sentences about records in any language: when, where, what has moved, in which state.

Pages, feeds and mails take their words from here, so that they cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from calendar_service.records.deadline_history import DeadlineChangeKind
from calendar_service.records.enums import Kind, MomentName, Status
from calendar_service.records.errors import gettext_noop
from calendar_service.records.moments import instant_bounds
from calendar_service.records.record import Place, TimeSpan
from calendar_service.records.texts import output_languages
from calendar_service.records.times import CivilTime, DaySpan, EndOfDay, day_of_instant
from calendar_service.records.zones import abbreviation, offset_words, tzinfo_of
from calendar_service.writers.i18n import language
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.datephrases.rrule import RecurrenceRule
    from calendar_service.records.deadline_history import DeadlineChange
    from calendar_service.records.edition import Entry
    from calendar_service.records.record import Calendar, Point, Record, Span
    from calendar_service.records.texts import Text
    from calendar_service.writers.i18n import Language

_SLOT = "\ue000"
_REASON = gettext_noop("Reason: {reason}")
CORRIGENDUM = gettext_noop("Corrigendum: {reason}")
NOTE_OF_CHANGE = gettext_noop("Change: {reason}")
_KINDS = {
    Kind.EVENT: gettext_noop("Event"),
    Kind.WEBINAR: gettext_noop("Webinar"),
    Kind.TENDER: gettext_noop("Call for tenders"),
}
_MOMENT_LABELS = {
    MomentName.STARTS: gettext_noop("Starts"),
    MomentName.ENDS: gettext_noop("Ends"),
    MomentName.REGISTRATION_CLOSES: gettext_noop("Registration closes"),
    MomentName.QUESTIONS_BY: gettext_noop("Questions until"),
    MomentName.CLOSES: gettext_noop("Closes"),
    MomentName.OPENS: gettext_noop("Opening of bids"),
    MomentName.AWARD_EXPECTED: gettext_noop("Award expected"),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class LocalizedText:
    """A text with the language it is really in, which may not be the requested one."""

    text: str
    language: str


@dataclass(frozen=True)
class MarkedText:
    """A text in its own language, as `before` and `after` say in that of the output: "Reason: … (in French)"."""

    before: str
    text: str
    after: str
    language: str

    @property
    def words(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.text}{self.after}"


def pick(text: Text, code: str) -> LocalizedText:
    """Return the text in a language, else in the first there is; empty if there is none."""
    if code in text:
        return LocalizedText(text[code], code)
    return next((LocalizedText(value, key) for key, value in text.items()), LocalizedText("", code))


def mark_language(text: LocalizedText, lang: Language, around: str = _SLOT) -> MarkedText:
    """Return a text, with its language behind it if that is not the one of the output: "Jeunesse (in French)".

    `around` is a sentence in which `_SLOT` stands for the text.
    """
    if text.text and text.language not in ("", lang.code):
        around = lang.gettext("{text} (in {language})", text=around, language=lang.language(text.language))
    before, _, after = around.partition(_SLOT)
    return MarkedText(before, text.text, after, text.language)


def only_languages(record: Record, lang: Language) -> str:
    """Return "(anglais seulement)" if a record is not available in the language, else ""."""
    if lang.code in record.languages and lang.code in record.title:
        return ""
    names = [lang.language(code) for code in record.languages if code != lang.code or code in record.title]
    names = names or [lang.language(code) for code in record.title]
    return lang.gettext("({languages} only)", languages=lang.join(names))


def state(entry: Entry, lang: Language) -> str:
    """Return the state of an entry in one word, or "" if it takes place as planned."""
    if entry.is_called_off:
        is_cancelled = entry.record.status is Status.CANCELLED
        return lang.gettext("Cancelled") if is_cancelled else lang.gettext("Withdrawn")
    match entry.record.status:
        case Status.POSTPONED:
            return lang.gettext("Postponed")
        case Status.TENTATIVE:
            return lang.gettext("To be confirmed")
    return ""


def full_title(entry: Entry, lang: Language) -> str:
    """Return the title, with its state before it and the only languages it is available in behind it."""
    title = pick(entry.record.title, lang.code).text
    called = state(entry, lang)
    titled = lang.gettext("{label}: {title}", label=called, title=title) if called else title
    return f"{titled} {only_languages(entry.record, lang)}".strip()


def kind(record: Record, lang: Language) -> str:
    """Return the name of a record's kind."""
    return lang.gettext(_KINDS[record.kind])


def moment_label(name: MomentName, lang: Language) -> str:
    """Return the label of a moment."""
    return lang.gettext(_MOMENT_LABELS[name])


def when_words(span: Point | Span, zone: str, lang: Language) -> str:
    """Format a point or span in a zone: "Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)".

    Whole days are the same everywhere and have no zone. The end of a day is shown to the minute.
    """
    match span:
        case DaySpan(first, last):
            return days(first, last, lang)
        case _:
            return _clock_range(*_instants(span), zone, lang)


def days(first: date, last: date, lang: Language, *, weekday: bool = True, year: bool = True) -> str:
    """Format a day and the last one after it: "Tuesday 7 to Thursday 9 July 2020", "7-9 July".

    What both have in common is said once. Without `year`, both are in the same one.
    """
    end = lang.day(last, weekday=weekday, year=year)
    if first == last:
        return end
    has_month = (first.year, first.month) != (last.year, last.month)
    begin = lang.day(first, weekday=weekday, month=has_month, year=first.year != last.year)
    return lang.gettext("{first} to {last}", first=begin, last=end) if has_month or weekday else f"{begin}-{end}"


def local_when(span: Point | Span, zone: str, other: str, lang: Language) -> str:
    """Format a point or span in another zone; "" if it is the same there.

    The day is left out if it is the same in both zones: "18:00-19:30 KST (UTC+9)".
    """
    if isinstance(span, DaySpan):
        return ""
    starts, ends = _instants(span)
    if all(offset_words(each, zone) == offset_words(each, other) for each in (starts, ends or starts)):
        return ""
    same_day = _local(starts, zone).date() == _local(starts, other).date()
    return _clock_range(starts, ends, other, lang, day=not same_day)


def short_when(at: Point | Span, zone: str, year: int, lang: Language) -> str:
    """Format a point, or the start of a span, for a subject line: "Fri 10 July, 23:59 CEST".

    The year is left out if it is `year`.
    """
    if isinstance(at, DaySpan):
        if at.first == at.last:
            return lang.short_day(at.first, year=at.first.year != year)
        return days(at.first, at.last, lang, weekday=False, year=(at.first.year, at.last.year) != (year, year))
    day = _local(_instants(at)[0], zone).date()
    return f"{lang.short_day(day, year=day.year != year)}, {clock_in(at, zone, lang)}"


def clock_in(at: Point | Span, zone: str, lang: Language) -> str:
    """Format only the time of a point, with its zone: "17:00 CEST"."""
    instant = instant_bounds(at, zone)[0]
    return f"{lang.clock(_local(instant, zone))} {abbreviation(instant, zone)}"


def city(record: Record, zone: str, lang: Language) -> str:
    """Return the city whose clock is shown: the record's own if it is in the zone, else the zone's.

    The city that the zone is named after has its name in the language of the output, whatever the file calls it.
    """
    own = pick(record.place.city, lang.code).text if record.place and zone == record.zone else ""
    return lang.city_of(zone) if own in _names_of_city(zone) else own or lang.city_of(zone)


@lru_cache(maxsize=1024)
def _names_of_city(zone: str) -> frozenset[str]:
    return frozenset(language(code).city_of(zone) for code in output_languages())


def place(place: Place | None, lang: Language) -> str:
    """Format a place on one line, from the narrowest to the widest part; "Online" first."""
    if place is None:
        return ""
    parts = [
        lang.gettext("Online") if place.online else "",
        pick(place.name, lang.code).text,
        place.address,
        pick(place.city, lang.code).text,
        lang.country(place.country) if place.country else "",
    ]
    return ", ".join(part for part in parts if part)


def short_place(place: Place | None, lang: Language) -> str:
    """Return the place in short, for a subject: the hall, or else the city; "Online" if there is neither."""
    if place is None:
        return ""
    named = pick(place.name, lang.code).text or pick(place.city, lang.code).text
    return named or (
        lang.gettext("Online")
        if place.online
        else place.address or (lang.country(place.country) if place.country else "")
    )


def move(moved: DeadlineChange, number: int, calendar: Calendar, lang: Language) -> str:
    """Return a sentence on a deadline that was replaced, when, and why; `number` counts the extensions."""
    old, new = (when_words(milestone.at, calendar.zone, lang) for milestone in (moved.old, moved.new))
    label = moment_label(moved.moment, lang)
    sentence = lang.gettext("{label}: was {old}, now {new}.", label=label, old=old, new=new)
    why = reason(moved.reason, lang)
    return " ".join(
        part for part in (sentence, _published(moved, number, calendar, lang), why.words if why else "") if part
    )


def _published(moved: DeadlineChange, number: int, calendar: Calendar, lang: Language) -> str:
    """Return a sentence on what kind of change it was, and on which days it was decided and published."""
    decided = lang.day(moved.decided, weekday=False) if moved.decided else ""
    at = moved.published_at
    day = lang.day(_local(at, calendar.zone).date(), weekday=False) if at else ""
    match moved.kind:
        case DeadlineChangeKind.CORRECTION:
            return lang.gettext("Correction, published on {day}.", day=day)
        case DeadlineChangeKind.MOVED:
            return lang.gettext("Published on {day}.", day=day)
        case DeadlineChangeKind.BROUGHT_FORWARD:
            return lang.gettext("Brought forward, published on {day}.", day=day) if day else ""
    if decided and day:
        message = gettext_noop("Extension {number}, decided on {decided} and published on {day}.")
    elif decided:
        message = gettext_noop("Extension {number}, decided on {decided}.")
    else:
        message = (
            gettext_noop("Extension {number}, published on {day}.") if day else gettext_noop("Extension {number}.")
        )
    return lang.gettext(message, number=number, decided=decided, day=day)


def moves(entry: Entry, calendar: Calendar, lang: Language, moment: str = "") -> list[str]:
    """Return a sentence for each deadline of an entry that was replaced, oldest first; only those of a `moment`."""
    extensions: Counter[MomentName] = Counter()
    sentences = []
    for each in entry.deadline_history:
        extensions[each.moment] += each.is_extension
        if moment in ("", each.moment):
            sentences.append(move(each, extensions[each.moment], calendar, lang))
    return sentences


def deadline_before(entry: Entry, calendar: Calendar, lang: Language) -> tuple[str, str]:
    """Return the first day that a record was to close on, and a sentence with it and the number of extensions.

    Both are "" if the closing never moved; corrections of mistakes do not count.
    """
    changes = [each for each in entry.deadline_history if each.moment is MomentName.CLOSES and not each.is_correction]
    if not changes:
        return "", ""
    day = lang.day(day_of_instant(instant_bounds(changes[0].old.at, calendar.zone)[0], calendar.zone), weekday=False)
    sentences = {
        0: gettext_noop("Was {old}."),
        1: gettext_noop("Was {old}, extended once."),
        2: gettext_noop("Was {old}, extended twice."),
    }
    number = sum(each.is_extension for each in changes)
    message = sentences.get(number) or gettext_noop("Was {old}, extended {number} times.")
    return day, lang.gettext(message, old=day, number=number)


def reason(text: Text, lang: Language, message: str = _REASON) -> MarkedText | None:
    """Return a reason on one line, in a `message`; its language is named if it is not that of the output."""
    picked = pick(text, lang.code)
    words = clean_line(picked.text)
    if not words:
        return None
    return mark_language(LocalizedText(words, picked.language), lang, lang.gettext(message, reason=_SLOT))


def rule(repeats: RecurrenceRule, lang: Language) -> str:
    """Return how a record recurs, in words."""
    every = _frequency(repeats, lang)
    if repeats.until:
        return lang.gettext("{every}, until {day}", every=every, day=lang.day(repeats.until, weekday=False))
    if repeats.count:
        return lang.ngettext("{every}, {number} time", "{every}, {number} times", repeats.count, every=every)
    return every


def _frequency(repeats: RecurrenceRule, lang: Language) -> str:
    number = repeats.interval
    if not _has_plain_words(repeats):
        return lang.gettext("Repeats")
    match repeats.frequency:
        case "DAILY":
            text = lang.ngettext("Every day", "Every {number} days", number)
        case "WEEKLY":
            text = lang.ngettext("Every week", "Every {number} weeks", number)
        case "MONTHLY":
            text = lang.ngettext("Every month", "Every {number} months", number)
        case _:
            text = lang.ngettext("Every year", "Every {number} years", number)
    names = lang.locale.months["format"]["wide"]
    # The first date tells the month of a yearly record, but not of one that has weekdays or several days.
    names_month = repeats.by_day or repeats.frequency != "YEARLY" or _days_of_month(repeats, lang)
    if len(repeats.by_month) > 1 or (repeats.by_month and names_month):
        text = lang.gettext("{every} in {months}", every=text, months=lang.join([names[m] for m in repeats.by_month]))
    days = _days_of_month(repeats, lang) or lang.join([_weekday(day, lang) for day in repeats.by_day])
    return f"{text} ({days})" if days else text


def _has_plain_words(repeats: RecurrenceRule) -> bool:
    """Return True if words say the whole rule; of others the next dates must tell."""
    if repeats.by_set_pos or repeats.by_year_day or repeats.by_week_no or (repeats.by_day and repeats.by_month_day):
        return False
    ordinals = {day[:-2] for day in repeats.by_day}
    days_fit = repeats.by_month_day == (-1,) or min(repeats.by_month_day, default=1) > 0
    has_month = bool(repeats.by_month) or not (repeats.by_month_day or "" in ordinals)
    match repeats.frequency:
        case "DAILY":
            return not repeats.by_day and not repeats.by_month_day
        case "WEEKLY":
            return True
        case "MONTHLY":
            return days_fit and "" not in ordinals and ordinals <= _ORDINALS.keys()
        case _:
            return days_fit and has_month and ordinals <= _ORDINALS.keys() | {""}


def _days_of_month(repeats: RecurrenceRule, lang: Language) -> str:
    """Return the days of a month where the first date does not tell them."""
    if repeats.by_month_day == (-1,):
        return lang.gettext("last day")
    if len(repeats.by_month_day) < 2:  # one day is that of the first date
        return ""
    return lang.gettext("days {days}", days=lang.join([str(day) for day in repeats.by_month_day]))


_ORDINALS = {
    "1": gettext_noop("first {day}"),
    "2": gettext_noop("second {day}"),
    "3": gettext_noop("third {day}"),
    "4": gettext_noop("fourth {day}"),
    "5": gettext_noop("fifth {day}"),
    "-1": gettext_noop("last {day}"),
}


def _weekday(day: str, lang: Language) -> str:
    name = lang.locale.days["stand-alone"]["wide"][_WEEKDAYS.index(day[-2:])]
    return lang.gettext(_ORDINALS[day[:-2]], day=name) if day[:-2] in _ORDINALS else name


def _instants(span: TimeSpan | CivilTime | EndOfDay) -> tuple[datetime, datetime | None]:
    if isinstance(span, TimeSpan):
        return span.starts.instant, span.ends.instant if span.ends else None
    return span.instant, None


def _clock_range(starts: datetime, ends: datetime | None, zone: str, lang: Language, *, day: bool = True) -> str:
    begin = _local(starts, zone)
    text = f"{lang.day(begin.date())}, " if day else ""
    if ends is None:
        return f"{text}{lang.clock(begin)} {_zone_label(starts, zone)}"
    finish = _local(ends, zone)
    if begin.date() == finish.date() and begin.utcoffset() == finish.utcoffset():
        return f"{text}{lang.clock(begin)}-{lang.clock(finish)} {_zone_label(starts, zone)}"
    first, last = (
        f"{lang.day(each.date())}, {lang.clock(each)} {_zone_label(instant, zone)}"
        for each, instant in ((begin, starts), (finish, ends))
    )
    return lang.gettext("{first} to {last}", first=first, last=last)


def _zone_label(instant: datetime, zone: str) -> str:
    short, offset = abbreviation(instant, zone), offset_words(instant, zone)
    return short if short == offset else f"{short} ({offset})"


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(tzinfo_of(zone))
