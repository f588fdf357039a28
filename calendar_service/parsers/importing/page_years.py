"""Complete the dates of a page from the page itself: days before months in figures, and years that stand elsewhere.

"24.06.2019" somewhere in a page shows that "10/05/2019" in it is in May. A date without a year gets that of the heading
or date above it. If its weekday fits that year it is decided, else a person is asked: the year is only proposed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from datetime import date, timedelta

from calendar_service.datephrases import MONTHS, WEEKDAYS
from calendar_service.parsers.importing.dated_text import carries_date, date_start
from calendar_service.parsers.importing.news import heads_a_list
from calendar_service.parsers.importing.page_dates import read_date_line
from calendar_service.parsers.importing.page_days import place_days
from calendar_service.parsers.importing.page_figures import exists, figures_in_words
from calendar_service.parsers.importing.page_inline import announces_event
from calendar_service.parsers.importing.page_labels import Label, label_of_line, value_of_date_label
from calendar_service.parsers.importing.page_places import place_before
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(
    rf"(?<![\d/.])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?(?:[ .]{{1,2}}| (?:of|de) )(?P<month>{_MONTH})\b\.?"
    rf"|\b(?P<month_first>{_MONTH})\.? (?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.h])"
)
_NAMED_WEEKDAY = re.compile(rf"\b({_WEEKDAY})\b")
_ONLY_MONTH = re.compile(rf"\b({_MONTH}) ((?:19|20)\d\d)\b")
_MONTHS_AHEAD = 4  # that a newsletter of a month announces
_MONTH_HEADING = re.compile(rf"({_MONTH})(?: ((?:19|20)\d\d))?")
_BARE_DAYS = re.compile(rf"(?:(?:{_WEEKDAY})\.?,? )?" r"\d{1,2}(?:er)?(?: ?(?:[-–—]|to|au|et|and|&) ?\d{1,2})?")
_IN_DATE = re.compile(rf"\b(?:{_MONTH})\.?,? (?:19|20)\d\d\b")
_BEHIND = re.compile(r",? ((?:19|20)\d\d)\b")
_OF_PAGE = re.compile(
    r"©|\b(?:copyright|last (?:modified|updated?|changed?|reviewed|edited)|updated on|mise? a jour|modifiee? le"
    r"|publiee? le"
    r"|published on|posted on|mise? en ligne)\b"
)
_LEAP_YEAR = 2028
_MAILED = re.compile(rf"of the mail: .*?\b(\d{{1,2}})(?:er)? ({_MONTH})\.? ((?:19|20)\d\d)\b")
_CALENDAR = re.compile(
    r"(?:[^\W\d]+[ '-]+){0,4}(?:calendars?|calendriers?|agenda|programmes?|schedule|events|evenements|meetings"
    r"|reunions|webinars"
    r"|webinaires|activities|activites|sessions|dates|rencontres|manifestations|rendez-vous)(?: (?:of|for|des|de|du"
    r"|in|en|pour)"
    r"(?: [^\W\d]+){0,3})?[ ,:–-]+(?:(?:for|in|en|pour|prevus en) )?(?:19|20)\d\d"
    r"|(?:19|20)\d\d (?:calendar|agenda|programme|schedule|events|meetings|webinars)"
)
_LONGEST_AHEAD = timedelta(days=150)  # from the end of registration to the event
_REGISTER_BY = re.compile(
    r"\b(?:regist\w+|sign up|inscri\w+|rsvp|book(?:ing)?s?|reserv\w+|appl(?:y|ications?)"
    r"|candidatures?)\b.{0,80}?\b(?:by|until|till"
    r"|before|no later than|on or before|deadline|jusqu'au|au plus tard(?: le)?|avant le|d'ici(?: le| au)?|limite)"
    r"(?: [^\W\d]+day| (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|:)?,?(?: le)?\s*$"
    r"|\b(?:deadline|date limite)\b.{0,40}\b(?:regist|inscri).{0,40}$"
)
_NEARBY = 8
_FROM, _TO = re.compile(r"(?:from|du) "), re.compile(r"(?:to|au|until) ")
_MOST_WORDS = 20
_LONGEST_HEADING = 12


def complete_dates(lines: list[SourceLine]) -> tuple[list[SourceLine], dict[int, str]]:
    """Return the lines with their dates completed, and the questions about that, by the number of the line."""
    found = _with_days_of_months(_with_months(_joined(figures_in_words(lines))))
    questions: dict[int, str] = {}
    years = _Years(found)
    whole = []
    for at, line in enumerate(found):
        whole.append(_with_year(line, at, years, questions))
        years.note_event(at, whole[-1].text)
    return place_days(_without_leaves(whole), questions), questions


def _without_leaves(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with each day in a box as a break, if the same day follows with more words."""
    out = lines[:]
    for at, line in enumerate(lines):
        day = read_date_line(line.text) if line.is_leaf else None
        below = [each for each in lines[at + 1 : at + _NEARBY] if each.text]
        for each in below if day and day.when else ():
            again = read_date_line(each.text)
            if again and again.when and day and day.when and again.when.first == day.when.first:
                out[at] = replace(line, text="", role=Role.BREAK)
    return out


def _with_months(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with the month beside bare days put behind them: on the next line, or in another cell."""
    out: list[SourceLine] = []
    for line in lines:
        if len(line.cells) > 1:
            out.append(_with_month_in_cell(line))
            continue
        before = next((at for at in range(len(out) - 1, max(len(out) - 3, -1), -1) if out[at].text), -1)
        if before >= 0 and _YEAR.fullmatch(line.text) and out[before].is_leaf and before >= len(out) - 2:
            out[before] = replace(out[before], text=f"{out[before].text} {line.text}")
            continue
        is_month = bool(line.text and _MONTH_HEADING.fullmatch(_fold(line.text)))
        is_beside = before >= 0 and all(each.role is not Role.BREAK for each in out[before:])
        if is_month and is_beside and not out[before].cells and _BARE_DAYS.fullmatch(_fold(out[before].text)):
            out[before] = replace(out[before], text=f"{out[before].text} {line.text.strip(' .:')}", is_leaf=True)
        else:
            out.append(line)
    return out


def _with_month_in_cell(line: SourceLine) -> SourceLine:
    month = next((cell for cell in line.cells if _MONTH_HEADING.fullmatch(_fold(cell))), "")
    days = [at for at, cell in enumerate(line.cells) if cell and _BARE_DAYS.fullmatch(_fold(cell))]
    if not month or len(days) != 1:
        return line
    cells = tuple(f"{cell} {month}" if at == days[0] else cell for at, cell in enumerate(line.cells))
    return replace(line, cells=cells, text=" | ".join(cells))


def names_a_month(text: str) -> bool:
    """Return True for the name of a month, with or without a year."""
    return bool(_MONTH_HEADING.fullmatch(_fold(text)))


def with_month(text: str, month: str) -> str:
    """Return bare days, "9-10", with the month that heads them; any other text, or without a month, as it is."""
    return f"{text} {month}" if month and _BARE_DAYS.fullmatch(_fold(text)) else text


def _fold(text: str) -> str:
    return fold_text(text.strip(" :.")).replace("’", "'")


def _joined(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with "to 3 May 2027" put behind the line above that begins with "from"."""
    out: list[SourceLine] = []
    for line in lines:
        above = out[-1] if out else None
        is_from = above and _FROM.match(fold_text(above.text)) and carries_date(above.text) and not above.cells
        if above and is_from and _TO.match(fold_text(line.text)) and carries_date(line.text):
            out[-1] = replace(above, text=f"{above.text} {line.text}")
        else:
            out.append(line)
    return out


# --- months as headings --------------------------------------------------------------------------


def _with_days_of_months(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines with the month of the heading above behind bare days: "26-30" below "January"."""
    out: list[SourceLine] = []
    heading: tuple[int, str] | None = None
    for line in lines:
        folded = fold_text(line.text.strip(" :.")).replace("’", "'")
        if line.text and _MONTH_HEADING.fullmatch(folded):
            heading = (len(out), line.text.strip(" :."))
            out.append(line)
        elif heading and line.text and _BARE_DAYS.fullmatch(folded):
            out[heading[0]] = replace(out[heading[0]], text="", role=Role.BREAK)
            out += [replace(line, text="", role=Role.BREAK), replace(line, text=f"{line.text} {heading[1]}")]
        else:
            out.append(line)
    return out


# --- years ---------------------------------------------------------------------------------------


class _Years:
    """The years that the dates and headings of a page name, each with its line."""

    def __init__(self, lines: list[SourceLine]) -> None:
        self.dated: list[tuple[int, int, int]] = []
        self.headings: list[tuple[int, int, int]] = []
        self.days: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.events: list[tuple[int, date]] = []
        self.calendars: set[int] = set()
        self.months: dict[int, tuple[int, int]] = {}
        self.of_page: list[tuple[int, int]] = []  # in which the page was written, each with its line
        self.spans: dict[int, tuple[date, date]] = {}
        for at, line in enumerate(lines):
            folded = fold_text(line.text)
            years = {int(year) for year in _YEAR.findall(folded)}
            if is_of_page(folded):
                self.of_page += [(max(years), line.number)] if years else []
                continue
            if (month := _ONLY_MONTH.search(folded)) and len(years) == 1 and not carries_date(line.text):
                self.months[line.number] = (int(month[2]), MONTHS[month[1]])
            for day in _DAY.finditer(folded):
                if year := _BEHIND.match(folded, day.end()):
                    self.days.setdefault(_day_and_month(day), []).append((at, int(year[1])))
            if len(years) == 1 and (_IN_DATE.search(folded) or carries_date(line.text)):
                self.dated.append((at, years.pop(), line.number))
                above = next((each.text for each in reversed(lines[max(at - 3, 0) : at]) if each.text), "")
                if span := _span(line, folded, is_list=heads_a_list(above)):
                    self.spans[line.number] = span
            elif len(years) == 1 and len(line.text.split()) <= _LONGEST_HEADING:
                self.headings.append((at, years.pop(), line.number))
                if _CALENDAR.fullmatch(folded.strip(" .:|-–")):
                    self.calendars.add(line.number)

    def settle(self, year: int, day: tuple[int, int], number: int) -> bool:
        """Return True if line `number` leaves no doubt of the year of a day: it heads a month, or a calendar."""
        if number in self.spans:
            first, last = self.spans[number]
            return exists(year, day[1], day[0]) and first <= date(year, day[1], day[0]) <= last
        if number in self.months:
            at_year, month = self.months[number]
            return year == at_year and month <= day[1] <= month + _MONTHS_AHEAD
        return number in self.calendars and {each for _, each, _ in (*self.dated, *self.headings)} == {year}

    def note_event(self, at: int, text: str) -> None:
        """Note the day of an event that a line is about."""
        read = read_date_line(value_of_date_label(text)) if carries_date(text) else None
        if read and read.when and not read.is_deadline and (label_of_line(text) is not Label.PUBLISHED):
            self.events.append((at, read.when.first))

    def of_deadline(self, at: int, text: str) -> int:
        """Return the year of the day until which to register for the event above; 0 if it is no such day."""
        folded = fold_text(text).replace("’", "'")
        days = list(_DAY.finditer(folded))
        if (
            len(days) != 1
            or len(folded) != len(text)
            or _YEAR.search(text)
            or not _REGISTER_BY.search(folded[: days[0].start()])
        ):
            return 0
        event = next((day for where, day in reversed(self.events) if at - _NEARBY * 2 <= where < at), None)
        return _year_before(_day_and_month(days[0]), event) if event else 0

    def near(self, at: int) -> tuple[int, int, bool] | None:
        """Return the year that counts for a line, the line that names it, and whether that is a date."""
        heading = next((each for each in reversed(self.headings) if each[0] < at and each[2] in self.calendars), None)
        if heading and not any(heading[0] < where < at for where, _, _ in self.dated):
            return heading[1], heading[2], False
        for named, is_date in ((self.dated, True), (self.headings, False)):
            if named:
                place = bisect_left(named, (at, 0, 0))
                _, year, number = named[max(place - 1, 0)]
                return year, number, is_date
        if self.of_page:
            year, number = max(self.of_page)
            return year, number, True
        return None

    def of_day(self, at: int, day: tuple[int, int]) -> int | None:
        """Return the year of the same day nearby, if it is named whole there."""
        known = self.days.get(day, [])
        first, last = bisect_left(known, (at - _NEARBY, 0)), bisect_left(known, (at + _NEARBY + 1, 0))
        found = {year for _, year in known[first:last]}
        return found.pop() if len(found) == 1 else None


def is_of_page(folded: str) -> bool:
    """Return True if a line says when the page was written."""
    return bool(_OF_PAGE.search(folded))


def complete_before(text: str, event: date) -> str:
    """Return a text with the year behind its only day, which is not after that of an event."""
    days = list(_DAY.finditer(fold_text(text))) if len(fold_text(text)) == len(text) else []
    year = _year_before(_day_and_month(days[0]), event) if len(days) == 1 and not _YEAR.search(text) else 0
    return f"{text[: days[0].end()].rstrip('.')} {year}{text[days[0].end() :]}" if year else text


def _year_before(day: tuple[int, int], event: date) -> int:
    """Return the year of a day some time before an event; 0 if there is none."""
    found = [year for year in (event.year, event.year - 1) if exists(year, day[1], day[0])]
    fitting = [year for year in found if timedelta(0) <= event - date(year, day[1], day[0]) <= _LONGEST_AHEAD]
    return fitting[0] if fitting else 0


def _span(line: SourceLine, folded: str, *, is_list: bool) -> tuple[date, date] | None:
    """Return the first and the last day of what follows a line: those of a month, of a list, or behind a mail's day."""
    text = line.text
    if line.role is Role.NOTE and (sent := _MAILED.search(folded)):
        day = (
            date(int(sent[3]), MONTHS[sent[2]], int(sent[1]))
            if exists(int(sent[3]), MONTHS[sent[2]], int(sent[1]))
            else None
        )
        return (day, day + _LONGEST_AHEAD) if day else None
    if month := _MONTH_HEADING.fullmatch(folded.strip(" :.")):
        first = date(int(month[2]), MONTHS[month[1]], 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    read = read_date_line(text) if is_list else None
    return (read.when.first, read.when.last) if read and read.when and read.when.first < read.when.last else None


def _day_and_month(day: re.Match[str]) -> tuple[int, int]:
    return int(day["day"] or day["day_behind"]), MONTHS[day["month"] or day["month_first"]]


def _with_year(line: SourceLine, at: int, years: _Years, questions: dict[int, str]) -> SourceLine:
    if line.cells:
        cells = tuple(_completed(cell, line, at, years, questions) or cell for cell in line.cells)
        return line if cells == line.cells else replace(line, cells=cells, text=" | ".join(cells))
    if line.role is Role.NONE and (year := years.of_deadline(at, line.text)):
        end = list(_DAY.finditer(fold_text(line.text)))[-1].end()
        return replace(line, text=f"{line.text[:end].rstrip('.')} {year}{line.text[end:]}")
    value = value_of_date_label(line.text)
    if value == line.text and place_before(value)[0]:
        value = value[date_start(value) :]
    text = _completed(value, line, at, years, questions)
    if not text and line.role is Role.NONE and not (years.dated or years.headings) and _is_day(value):
        return replace(line, role=Role.DATE)  # so that a person is asked
    return replace(line, text=line.text[: len(line.text) - len(value)] + text) if text else line


def _is_day(text: str) -> bool:
    """Return True if only a year is missing to a date."""
    if not carries_date(text) or _YEAR.search(text) or len(text.split()) > _MOST_WORDS:
        return False
    read = read_date_line(f"{text} {_LEAP_YEAR}")
    return read is not None and read.when is not None and not read.rest


def _completed(text: str, line: SourceLine, at: int, years: _Years, questions: dict[int, str]) -> str:
    """Return a date with its year; "" if it is none, or has one."""
    folded = fold_text(text)
    days = list(_DAY.finditer(folded)) if len(folded) == len(text) and len(text.split()) <= _MOST_WORDS else []
    near = years.near(at) if days and not _YEAR.search(text) else None
    if near is None:
        return ""
    day, weekday = _day_and_month(days[0]), _NAMED_WEEKDAY.search(folded)
    whole = years.of_day(at, day)
    fitting = whole or (_year_by_weekday(day, WEEKDAYS[weekday[1]], near[0]) if weekday else None)
    year = fitting or near[0]
    end = days[-1].end()
    words = f"{text[:end].rstrip('.')} {year}{text[end:]}"
    read = read_date_line(words)
    is_date = read is not None and read.when is not None and not (read.rest and not read.when.end)
    if not is_date and not announces_event(words):
        return ""
    is_settled = whole or (fitting == near[0] and near[2]) or years.settle(year, day, near[1])
    if not is_settled:
        questions[line.number] = Sentence(
            "{text} names no year; {year} follows from line {line}: is that right?",
            text=repr(text),
            year=year,
            line=near[1],
        )
    return words


def _year_by_weekday(day: tuple[int, int], weekday: int, near: int) -> int | None:
    """Return the only year around in which a day falls on a weekday; None if there is none."""
    number, month = day
    fitting = [
        year
        for year in (near, near + 1, near - 1)
        if exists(year, month, number) and date(year, month, number).weekday() == weekday
    ]
    return fitting[0] if fitting else None
