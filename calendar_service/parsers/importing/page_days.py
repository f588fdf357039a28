"""Complete the dates of a page from the page itself: figures, months, years, and days given once for several hours.

"24.06.2019" somewhere in a page shows that "10/05/2019" in it is in May. A date without a year gets that of the heading
or date above it; unless the page leaves no doubt, a person is asked and the year is only proposed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS, WEEKDAYS
from calendar_service.parsers.importing.dated_text import carries_date, fold_aligned
from calendar_service.parsers.importing.page_moments import DEADLINE_LABELS, meaning, read_piece, read_without_year
from calendar_service.parsers.importing.page_places import peel_place
from calendar_service.parsers.importing.page_units import CLOCK_WORDS, Gap, Unit, UnitKind, are_hours
from calendar_service.parsers.importing.page_words import Label, heads_a_list, role_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.datephrases import DatePhrase

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\d/-]|\.\d)")
_WITH_WEEKDAY = re.compile(
    rf"(?:\b(?P<weekday>{_WEEKDAY})\.?,? )?(?<![\d./-])(?P<first>\d{{1,2}})(?P<sign>[./])(?P<second>\d{{1,2}})(?P=sign)"
    r"(?P<year>(?:19|20)\d\d)(?![\d/-]|\.\d)",
    re.IGNORECASE,
)
_DOTTED_SPAN = re.compile(
    r"(?<![\d.])(?P<first>\d{1,2})(?:\.(?P<first_month>\d{2})\.?)?\.? ?[-–] ?"
    r"(?P<last>\d{1,2})\.(?P<month>\d{2})\.(?P<year>20\d\d)(?!\d)"
)
_SHORT_YEAR = re.compile(rf"(?<![\w-])(\d{{1,2}})-({_MONTH})-(\d\d)(?![\d-])", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_BEHIND = re.compile(r",? ((?:19|20)\d\d)\b")
_DAY = re.compile(
    rf"(?<![\d/.])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?(?:[ .]{{1,2}}| (?:of|de) )(?P<month>{_MONTH})\b\.?"
    rf"|\b(?P<month_first>{_MONTH})\.? (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.h])"
)
_NAMED_WEEKDAY = re.compile(rf"\b({_WEEKDAY})\b")
_MONTH_HEADING = re.compile(rf"({_MONTH})(?: ((?:19|20)\d\d))?")
_BARE_DAYS = re.compile(rf"(?:(?:{_WEEKDAY})\.?,? )?" r"\d{1,2}(?:er)?(?: ?(?:[-–—]|to|au|et|and|&) ?\d{1,2})?")
_IN_DATE = re.compile(rf"\b(?:{_MONTH})\.?,? (?:19|20)\d\d\b")
_OF_PAGE = re.compile(
    r"©|\b(?:copyright|last (?:modified|updated?|changed?|reviewed|edited)|updated on|mise? a jour|modifiee? le"
    r"|publiee? le|published on|posted on|mise? en ligne)\b"
)
_CALENDAR = re.compile(
    r"(?:[^\W\d]+[ '-]+){0,4}(?:calendars?|calendriers?|agenda|programmes?|schedule|events|evenements|meetings"
    r"|reunions|webinars|webinaires|activities|activites|sessions|dates|rencontres|manifestations|rendez-vous)"
    r"(?: (?:of|for|des|de|du|in|en|pour)(?: [^\W\d]+){0,3})?[ ,:–-]+(?:(?:for|in|en|pour|prevus en) )?(?:19|20)\d\d"
    r"|(?:19|20)\d\d (?:calendar|agenda|programme|schedule|events|meetings|webinars)"
)
_LONGEST_AHEAD = timedelta(days=150)  # from the end of registration to the event
_RANGE_SIGN = re.compile(rf"\s*(?:[-–—/]|to|au|a|and|et|until|&)\s*(?:(?:le|the|{_WEEKDAY})\.?,? )*")
_NEARBY = 16
_LEAP_YEAR = 2028
_LONGEST_HEADING = 12
_FROM, _TO = re.compile(r"(?:from|du) "), re.compile(r"(?:to|au|until) ")
_LEADING_HOURS = re.compile(rf"(?P<hours>{CLOCK_WORDS} ?(?:[-–—]|to|a) ?{CLOCK_WORDS})\s*[:–—|-]?\s+(?=[^\W\d]|[«“\"])")
LEADING_CLOCK = re.compile(rf"{CLOCK_WORDS}\b(?! ?[-–] ?\d)\s*[:–—-]?\s+\S")
_HOURS_FIRST = re.compile(
    rf"((?:de |from )?{CLOCK_WORDS} ?(?:[-–—]|to|a|à) ?{CLOCK_WORDS}(?: [A-Z]{{3,4}})?)[.,]\s+(\S.+)", re.IGNORECASE
)
_SERIES = re.compile(
    r"\b(?:webinars|webinaires|seminars|seminaires|events|evenements|sessions|rendez-vous|series?|cycles?|weeks?"
    r"|semaines?|meetings|reunions|workshops|ateliers|conferences publiques|rencontres|lectures|talks|courses"
    r"|formations|agenda)\b"
)
AGENDA_QUESTION = "It may be a point of an agenda: is it an event by itself?"


def complete_dates(units: list[Unit]) -> list[Unit]:
    """Return the pieces with their dates completed and read, each day with the hours that belong to it."""
    for unit in units:
        unit.full = unit.text
    _write_out_figures(units)
    units = _with_months(_joined(units))
    _add_years(units)
    units = _without_boxes(units)
    return _with_hours(_below_days(_split_hours(units)))


# --- figures -------------------------------------------------------------------------------------


def _write_out_figures(units: list[Unit]) -> None:
    """Write dates in figures in ISO 8601, where the page shows which of them is the day."""
    pairs = [each for unit in units for each in _NUMERIC.findall(unit.full)]
    day_first = {sign for sign in "./" if _is_day_first(pairs, sign)}

    def worded(match: re.Match[str]) -> str:
        year, month, day = int(match["year"]), int(match["second"]), int(match["first"])
        found = _date(year, month, day) if match["sign"] in day_first else None
        weekday = WEEKDAYS.get(fold_aligned(match["weekday"] or ""))
        return found.isoformat() if found and weekday in (None, found.weekday()) else match[0]

    for unit in units:
        unit.full = _SHORT_YEAR.sub(r"\1 \2 20\3", _DOTTED_SPAN.sub(_span_in_words, unit.full))
        if any(max(int(first), int(second)) <= 12 for first, _, second, _ in _NUMERIC.findall(unit.full)):
            unit.full = _WITH_WEEKDAY.sub(worded, unit.full)


def _span_in_words(match: re.Match[str]) -> str:
    """Return "28 - 29.04.2027" and "31.05 - 01.06.2027" in ISO 8601."""
    year, month = int(match["year"]), int(match["month"])
    first = _date(year, int(match["first_month"] or month), int(match["first"]))
    last = _date(year, month, int(match["last"]))
    return f"{first} to {last}" if first and last and first < last else match[0]


def _is_day_first(pairs: list[tuple[str, str, str, str]], sign: str) -> bool:
    """Return True if the first of two figures is the day: shown by a day over 12, or written with dots."""
    found = [(int(first), int(second)) for first, each, second, _ in pairs if each == sign]
    shown = sign == "." or any(first > 12 for first, _ in found)
    return bool(found) and shown and all(second <= 12 for _, second in found)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- words in several places ---------------------------------------------------------------------


def _merge(unit: Unit, other: Unit, full: str) -> None:
    unit.full = full
    unit.merged += [other, *other.merged]


def _joined(units: list[Unit]) -> list[Unit]:
    """Return the pieces with "to 3 May 2027" behind the line above that begins with "from", and ends behind starts."""
    out: list[Unit] = []
    for unit in units:
        above = out[-1] if out else None
        is_from = above and _FROM.match(fold_aligned(above.text)) and carries_date(above.text)
        is_end = above and above.label is Label.DATE and unit.label is Label.END and carries_date(unit.text)
        if above and is_from and _TO.match(fold_aligned(unit.text)) and carries_date(unit.text):
            _merge(above, unit, f"{above.full} {unit.full}")
        elif above and is_end:
            _merge(above, unit, f"{above.full} - {unit.full}")
        else:
            out.append(unit)
    return out


def _with_months(units: list[Unit]) -> list[Unit]:
    """Return the pieces with the month behind bare days: from the line below, another cell, or the heading above."""
    out: list[Unit] = []
    heading: Unit | None = None
    for unit in units:
        above = out[-1] if out else None
        bare = fold_aligned(unit.text.strip(" :."))
        is_month = bool(_MONTH_HEADING.fullmatch(bare))
        is_beside = above is not None and unit.gap < Gap.HEAD and not unit.level
        if above and is_beside and is_month and _BARE_DAYS.fullmatch(fold_aligned(above.full)):
            _merge(above, unit, f"{above.full} {unit.text.strip(' .:')}")
        elif above and is_beside and _YEAR.fullmatch(unit.text) and above.merged and not _YEAR.search(above.full):
            _merge(above, unit, f"{above.full} {unit.text}")
        elif is_month and unit.label is None:
            heading = unit
            out.append(unit)
        else:
            if _BARE_DAYS.fullmatch(bare) and (unit.label in (None, Label.DATE)):
                if month := _month_of_row(units, unit):
                    unit.full = f"{unit.full} {month}"
                elif heading is not None and not unit.label:
                    unit.full = f"{unit.full} {heading.text.strip(' :.')}"
                    unit.gap = max(unit.gap, Gap.HEAD)
            out.append(unit)
    return out


def _month_of_row(units: list[Unit], unit: Unit) -> str:
    if not unit.label:
        return ""
    row = (each for each in units if each.number == unit.number and each.label)
    return next((each.text for each in row if _MONTH_HEADING.fullmatch(fold_aligned(each.text))), "")


def _without_boxes(units: list[Unit]) -> list[Unit]:
    """Return the pieces without each day in a box, if the same day follows with more words."""
    out: list[Unit] = []
    for at, unit in enumerate(units):
        when = _bare_day(unit) if unit.merged and not unit.label else None
        below = [each.reading.main for each in units[at + 1 : at + 6] if when and each.gap < Gap.HARD]
        if not any(each and each.when and when and each.when.first == when for each in below):
            out.append(unit)
        elif at + 1 < len(units):
            units[at + 1].gap = max(unit.gap, units[at + 1].gap)
    return out


# --- years ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Context:
    """A piece that names one year: a month, a calendar, a span of days, or any date or heading."""

    at: int
    year: int
    number: int
    first: date | None = None
    last: date | None = None
    is_calendar: bool = False
    is_date: bool = False


def _add_years(units: list[Unit]) -> None:
    contexts = [found for at, unit in enumerate(units) if (found := _context(units, at))]
    known: dict[tuple[int, int], set[int]] = {}
    for unit in units:
        folded = fold_aligned(unit.full)
        for day in _DAY.finditer(folded):
            if year := _YEAR_BEHIND.match(folded, day.end()):
                known.setdefault(_day_and_month(day), set()).add(int(year[1]))
    event: tuple[int, date] | None = None
    for at, unit in enumerate(units):
        if not unit.note:
            _add_year(unit, at, contexts, known, event[1] if event and at - event[0] <= _NEARBY else None)
            unit.reading = read_piece(unit.full, unit.label)
            days = list(_DAY.finditer(fold_aligned(unit.full))) if not contexts else []
            if days and not _YEAR.search(unit.full):
                end = days[-1].end()
                whole = f"{unit.full[:end].rstrip('.')} {_LEAP_YEAR}{unit.full[end:]}"
                unit.reading = read_without_year(unit.full, whole, unit.label)
            if when := _day_of_event(unit):
                event = (at, when.first)


def _context(units: Sequence[Unit], at: int) -> _Context | None:
    unit = units[at]
    folded = fold_aligned(unit.full)
    years = (
        set() if _OF_PAGE.search(folded) or unit.label is Label.PUBLISHED else {int(y) for y in _YEAR.findall(folded)}
    )
    if len(years) != 1:
        return None
    year = years.pop()
    first = last = None
    if month := _MONTH_HEADING.fullmatch(folded.strip(" :.")):
        first = date(year, MONTHS[month[1]], 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    elif at and heads_a_list(units[at - 1].text) and (when := meaning(unit.full)) and when.first < when.last:
        first, last = when.first, when.last
    is_date = bool(_IN_DATE.search(folded) or carries_date(unit.full))
    if not is_date and len(unit.text.split()) > _LONGEST_HEADING:
        return None
    return _Context(at, year, unit.number, first, last, not is_date and is_calendar(unit.full), is_date)


def _near(contexts: list[_Context], at: int) -> _Context | None:
    """Return the year that counts for a piece: of a month or a calendar above it, else the nearest."""
    above = [each for each in contexts if each.at < at]
    heads = [each for each in above if each.first or each.is_calendar]
    dated = [each for each in above if each.is_date]
    if heads and not (dated and dated[-1].at > heads[-1].at and dated[-1].year != heads[-1].year):
        return heads[-1]
    return next(iter(dated[-1:] or above[-1:] or contexts[:1]), None)


def _add_year(
    unit: Unit, at: int, contexts: list[_Context], known: dict[tuple[int, int], set[int]], event: date | None
) -> None:
    """Put its year behind each day of a piece that has none; if the page leaves a doubt, ask."""
    folded = fold_aligned(unit.full)
    groups: list[tuple[re.Match[str], int]] = []  # the first day of a range, and where the range ends
    for day in _DAY.finditer(folded):
        if groups and _RANGE_SIGN.fullmatch(folded[groups[-1][1] : day.start()]):
            groups[-1] = (groups[-1][0], day.end())
        else:
            groups.append((day, day.end()))
    whole = meaning(unit.full[groups[0][0].start() : groups[0][1] + 6]) if groups else None
    event = whole.first if whole else event
    for number, (day, end) in reversed(list(enumerate(groups))):
        if _YEAR_BEHIND.match(folded, end):
            continue
        lead = unit.label if unit.label in DEADLINE_LABELS else role_before(folded[: day.start()].rstrip())
        is_limit = lead in DEADLINE_LABELS or lead is Label.LIMIT
        year = _year_before(_day_and_month(day), event) if event and is_limit else 0
        if not year and (number or _YEAR.search(folded)) and not is_limit:
            continue
        year = year or _likely_year(unit, at, day, contexts, known)
        if year:
            unit.full = f"{unit.full[:end].rstrip('.')} {year}{unit.full[end:]}"


def _likely_year(
    unit: Unit, at: int, match: re.Match[str], contexts: list[_Context], known: dict[tuple[int, int], set[int]]
) -> int:
    near = _near(contexts, at)
    if near is None:
        return 0
    day, weekday = _day_and_month(match), _NAMED_WEEKDAY.search(fold_aligned(unit.full))
    of_day = known.get(day, set())
    fitting = _year_by_weekday(day, WEEKDAYS[weekday[1]], near.year) if weekday else None
    year = next(iter(of_day)) if len(of_day) == 1 else fitting or near.year
    found = _date(year, day[1], day[0])
    is_within = bool(found and near.first and near.last and near.first <= found <= near.last)
    is_only = {each.year for each in contexts} == {year}
    fits = fitting == near.year and (near.is_date or is_only)
    if not (len(of_day) == 1 or is_within or fits or (near.is_calendar and is_only)):
        unit.question = f"{unit.text!r} names no year; {year} follows from line {near.number}: is that right?"
    return year


def _day_and_month(day: re.Match[str]) -> tuple[int, int]:
    return int(day["day"] or day["day_behind"]), MONTHS[day["month"] or day["month_first"]]


def _year_before(day: tuple[int, int], event: date) -> int:
    """Return the year in which a day is not long before an event; 0 if there is none."""
    for year in (event.year, event.year - 1):
        found = _date(year, day[1], day[0])
        if found and timedelta() <= event - found <= _LONGEST_AHEAD:
            return year
    return 0


def _year_by_weekday(day: tuple[int, int], weekday: int, near: int) -> int | None:
    """Return the only year around in which a day falls on a weekday; None if there is none."""
    found = (_date(year, day[1], day[0]) for year in (near, near + 1, near - 1))
    return next((each.year for each in found if each and each.weekday() == weekday), None)


# --- days that stand once ------------------------------------------------------------------------


def _bare_day(unit: Unit) -> date | None:
    """Return the first day of a piece that is only days, without hours; None for any other."""
    moments = unit.reading.moments
    if len(moments) != 1 or unit.reading.title or unit.note:
        return None
    when = moments[0].when
    is_bare = moments[0].role is Label.DATE and when and when.start is None and not moments[0].is_sentence
    return when.first if is_bare and when and not moments[0].rest else None


def _split_hours(units: list[Unit]) -> list[Unit]:
    """Return the pieces with "10:00-11:00 A title" as two, below the days of a series of events.

    The agenda of a single conference looks the same, so that a person is asked unless a heading above names a series.
    """
    days = [at for at, unit in enumerate(units) if _bare_day(unit)]
    led = {at: match for at in range(days[0], len(units)) if (match := _led_by_hours(units[at]))} if days else {}
    of_days = {max(day for day in days if day <= at) for at in led}
    first = days[0] if days else 0
    is_series = any(
        heads_a_list(unit.text)
        or (len(unit.text.split()) <= _LONGEST_HEADING and _SERIES.search(fold_aligned(unit.text)))
        for unit in units[:first]
    )
    out: list[Unit] = []
    for at, unit in enumerate(units):
        if (match := led.get(at)) and (len(of_days) > 1 or is_series):
            title, place, _ = peel_place(unit.text[match.end() :])
            hours = unit.text[: match.end("hours")]
            out.append(replace(unit, text=hours, full=hours, gap=Gap.HEAD))
            question = unit.question if is_series else AGENDA_QUESTION
            out.append(replace(unit, text=title, full=title, gap=Gap.SAME, label=Label.TITLE, question=question))
            if place:
                out.append(replace(unit, text=place, full=place, gap=Gap.SAME, label=Label.PLACE))
        elif (parts := _HOURS_FIRST.fullmatch(unit.text)) and not unit.label and are_hours(parts[1]):
            out.append(replace(unit, text=parts[1], full=parts[1]))
            out.append(replace(unit, text=parts[2], full=parts[2], gap=Gap.SAME))
        else:
            out.append(unit)
    return out


def _led_by_hours(unit: Unit) -> re.Match[str] | None:
    match = _LEADING_HOURS.match(fold_aligned(unit.text)) if not unit.label and not unit.note else None
    is_title = match and not are_hours(unit.text) and not carries_date(unit.text)
    return match if match and is_title and are_hours(unit.text[: match.end("hours")]) else None


def _below_days(units: list[Unit]) -> list[Unit]:
    """Return the pieces with the day of a heading below each heading or card under it that has no date of its own."""
    out: list[Unit] = []
    given: set[int] = set()
    day: Unit | None = None
    given_by: Unit | None = None
    for at, unit in enumerate(units):
        below = units[at + 1] if at + 1 < len(units) else None
        deeper = next((each for each in units[at + 1 :] if each.level or each.gap is Gap.HARD), None)
        if _bare_day(unit) and deeper and below and not unit.label:
            heads = unit.level and deeper.level > unit.level
            is_alone = below.gap is Gap.HARD and (unit.gap is Gap.HARD or bool(unit.level))
            if heads or is_alone:
                day, given_by = replace(unit, label=Label.DATE, gap=Gap.LINE), unit
                out.append(unit)
                continue
        if day and unit.level and unit.level <= day.level:
            day = None
        out.append(unit)
        begins = unit.level > day.level if day and day.level else unit.gap is Gap.HARD
        if day and begins and not is_month(unit.text) and not _has_date(units, at):
            out.append(replace(day, level=0, merged=[]))
            given.add(id(given_by))
    return [unit for unit in out if id(unit) not in given]


def _has_date(units: Sequence[Unit], at: int) -> bool:
    """Return True if a piece, or one below it before the next heading or card, has a date of its own."""
    for unit in (units[at], *units[at + 1 :]):
        if unit is not units[at] and (unit.level or unit.gap is Gap.HARD):
            return False
        if any(each.role is Label.DATE for each in unit.reading.moments):
            return True
    return False


def _with_hours(units: list[Unit]) -> list[Unit]:
    """Return the pieces with each day before the hours that belong to it; days of an agenda are no items."""
    day: Unit | None = None
    hours: list[Unit] = []
    span: tuple[date, date] | None = None
    gone: list[Unit] = []
    for at, unit in enumerate([*units, Unit(0, "", Gap.HARD)]):
        is_hours = _is_hours(unit)
        is_below_day = day and day.gap is Gap.HARD and not hours and is_hours
        if unit.gap is Gap.HARD and not is_below_day:
            gone += _give(day, hours)
            day, hours = None, []
        when = _day_of_event(unit)
        if is_hours:
            hours = [*hours, unit] if day else [unit]
        elif when:
            if day is None and len(hours) == 1 and _bare_day(unit) and unit.gap <= Gap.LINE:
                _merge(unit, hours[0], f"{unit.full}, {hours[0].text}")
                gone += hours
            gone += _give(day, hours if day else [])
            bare, hours = _bare_day(unit), []
            if bare and span and span[0] <= bare <= span[1] and _leads_to_hours(units[at + 1 :]):
                unit.note, bare = "a day of the agenda: ", None
            elif when.first < when.last:
                span = when.first, when.last
            day = unit if bare else None
    used = {id(unit) for unit in gone}
    kept = [unit for unit in units if id(unit) not in used]
    for unit in kept:
        if unit.merged:
            unit.reading = read_piece(unit.full, unit.label)
    return kept


def _day_of_event(unit: Unit) -> DatePhrase | None:
    main = unit.reading.main
    return main.when if main and main.role is Label.DATE and not unit.note else None


def _leads_to_hours(below: Sequence[Unit]) -> bool:
    first = next((unit for unit in below if not unit.note), None)
    return first is not None and bool(_is_hours(first) or LEADING_CLOCK.match(fold_aligned(first.text)))


def _is_hours(unit: Unit) -> bool:
    is_free = not unit.note and (unit.label in (None, Label.TIME))
    return is_free and are_hours(unit.text)


def _give(day: Unit | None, hours: list[Unit]) -> list[Unit]:
    """Return what is used up when a day goes to the hours below it: the only hours, or the day of several."""
    if day is None or not hours:
        return []
    if len(hours) == 1:
        _merge(day, hours[0], f"{day.full}, {hours[0].text}")
        return hours
    for each in hours:
        _merge(each, day, f"{day.full}, {each.text}")
        each.question = each.question or day.question
        each.label, each.name = Label.DATE, ""
        each.gap = max(each.gap, Gap.LINE)
    return [day]


def is_month(text: str) -> bool:
    """Return True if a text only names a month."""
    return bool(_MONTH_HEADING.fullmatch(fold_aligned(text.strip(" :."))))


def is_calendar(text: str) -> bool:
    """Return True if a text heads a calendar of a year: "Meetings in 2027"."""
    return bool(_CALENDAR.fullmatch(fold_aligned(text).strip(" .:|-–")))


def is_agenda_point(unit: Unit) -> bool:
    """Return True if a piece begins with an hour: a point of an agenda."""
    return unit.kind is UnitKind.TEXT and bool(LEADING_CLOCK.match(fold_aligned(unit.text)) or _led_by_hours(unit))
