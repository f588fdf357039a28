"""Import the text of a page, copied from a browser, as candidates.

An item is a title with a line of date words below or above it. News is not a record: if a bare date may be only the day
of publication, a person is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing.candidates import (
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    is_https,
    set_text_field,
    set_url,
    shorten_value,
    tidy_block,
    tidy_title,
)
from calendar_service.parsers.importing.dated_text import around_date
from calendar_service.parsers.importing.news import ask_about_news, comes_yearly, heads_a_list
from calendar_service.parsers.importing.page_dates import explain, has_hours, is_place, read_place
from calendar_service.parsers.importing.page_inline import peel_place
from calendar_service.parsers.importing.page_items import PageItem, group_lines
from calendar_service.parsers.importing.page_lines import read_lines
from calendar_service.parsers.importing.page_source import SourceLine, text_lines
from calendar_service.parsers.importing.page_states import state_of_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.parsers.importing.page_dates import DateLine
    from calendar_service.parsers.importing.page_lines import PageLine

_LONGEST_TITLE_BELOW = 60  # a line of a wrapped paragraph is longer
_LONGEST_TITLE = 4  # of words, where it ends with a full stop
_REGISTRATION_URL = re.compile(
    r"(?:registrations?|registration link|register(?: here| online)?|sign up|inscriptions?|s'inscrire|inscrivez-vous)"
    r"\s?:\s*(?P<url>https?://\S+)",
    re.IGNORECASE,
)
_WEBINAR = re.compile(r"\b(?:e-)?webina(?:r|ire)s?\b", re.IGNORECASE)


def read_page(text: str, language: str | None) -> Imported:
    """Parse a page; `language` is the page's language, None for the calendar's own."""
    return read_source_lines(text_lines(text), language)


def read_source_lines(lines: Iterable[SourceLine], language: str | None) -> Imported:
    """Return what the lines of a page announce; what names a day and is no record is said."""
    imported = Imported()
    for item in group_lines(read_lines(lines)):
        _ask_about_hours(imported, item)
        if item.titles and item.dates:
            candidate = _candidate(item, language)
            imported.add(candidate)
            used = {candidate.line, *(line.number for line in (*item.dates, *item.notes))}
            _remark_on_summary(candidate, item, used)
        else:
            used = _ignore(imported, item)
        for line in item.all:
            for number, words in line.dated():
                if number not in used:
                    used.add(number)
                    imported.add(Ignored(number, f"a day inside a text: {shorten_value(around_date(words))}"))
    return imported


def _ask_about_hours(imported: Imported, item: PageItem) -> None:
    """Ask about an event of whole days before, if lines without a title of their own give hours on its first day."""
    last = imported.candidates[-1] if imported.candidates else None
    is_own = any(not line.text.endswith(".") for line in item.titles)
    if last is None or is_own or has_hours(last.fields.get("when", "")):
        return
    for line in item.dates:
        when = line.date.when if line.date else None
        if when and when.start and when.first == last.first:
            last.questions.append(
                f"Line {line.number} gives hours on that day: {shorten_value(line.text)}. Are they its own?"
            )


def _ask_which_title(candidate: Candidate, item: PageItem) -> None:
    """Ask where a date alone stands between a heading and a paragraph that begins like a title."""
    head, day, below = item.titles[0], item.dates[0], next(iter(item.teaser), None)
    if below is None or not below.opens or head.opens or day.opens or head.is_title:
        return
    first = below.joined[0][1] if below.joined else below.text
    is_like_a_title = len(first) <= _LONGEST_TITLE_BELOW and not first.endswith((".", ":", ","))
    if head.number < day.number < below.number and is_like_a_title:
        candidate.questions.append(f"Is line {below.number} its title? {shorten_value(first)}")


def _ignore(imported: Imported, item: PageItem) -> set[int]:
    """Report an item that lacks a title or a date, and return the numbers of the lines that are reported."""
    for line in item.dates:
        imported.add(Ignored(line.number, f"a date without a title: {shorten_value(line.text)}"))
    first = next((line for line in (*item.titles, *item.teaser)), None)
    if first and not item.dates and not first.dated():
        imported.add(Ignored(first.number, f"no date: {shorten_value(first.text)}"))
    return {line.number for line in item.dates}


def _remark_on_summary(candidate: Candidate, item: PageItem, used: set[int]) -> None:
    """Report which days stand only in the title or the summary."""
    for line in (item.titles[0], item.summary):
        for number, words in line.dated() if line else ():
            if number not in {each.number for each in item.dates}:
                part = "title" if line is item.titles[0] else "summary"
                candidate.remark(f"Line {number} names a day in the {part} only: {shorten_value(around_date(words))}")
                used.add(number)


# --- candidates ----------------------------------------------------------------------------------


def _candidate(item: PageItem, language: str | None) -> Candidate:
    head = item.titles[0]
    status, words = state_of_title(head.text)
    title = tidy_title(words)
    main, *others = [line.date for line in item.dates if line.date]
    candidate = Candidate(head.number, {"kind": "event"}, first=main.when.first if main.when else None)
    own = list(dict.fromkeys(item.languages))
    set_text_field(candidate, "title", title, None if own else language)
    if own:
        candidate.fields["languages"] = own
    if head.is_cut:
        candidate.remark(f"The line above line {head.number} may belong to the title.")
    if item.summary:
        set_text_field(candidate, "summary", tidy_block(item.summary.text), None if own else language)
    if head.url:
        set_url(candidate, "url", head.url)
    if main.is_deadline:
        _set_deadline(candidate, main)
    else:
        _set_happening(candidate, main, title)
    for line, date in zip(item.dates[1:], others, strict=True):
        _add_date(candidate, date, line)
    _set_place(candidate, main, item.places)
    _set_place_of_title(candidate, title, None if own else language)
    states = [line.status for line in item.states]
    _set_status(candidate, [status, *(date.status for date in (main, *others)), *states])
    _set_rest(candidate, item, main)
    _set_registration_url(candidate, item)
    candidate.questions += [line.question for line in item.dates if line.question]
    _ask_which_title(candidate, item)
    if heads_a_list(title):
        candidate.questions.append("The title is that of a list: is this an event by itself?")
    elif title.endswith(":") or (title.endswith(".") and len(title.split()) > _LONGEST_TITLE):
        candidate.questions.append("What is taken as the title is a sentence, or introduces the date: is it the title?")
    if not main.is_deadline and not head.is_event:
        ask_about_news(candidate, main, title, " ".join(line.text for line in item.teaser))
    return candidate


def _set_rest(candidate: Candidate, item: PageItem, main: DateLine) -> None:
    """Set the reference, and say what is not understood and what is left out."""
    if main.when is None:
        candidate.problems.append(f"Line {item.dates[0].number} is not understood: {explain(main.words)}")
    elif main.rest:
        words = shorten_value(main.rest)
        candidate.problems.append(f"Not understood: {words!r}, behind the date in line {item.dates[0].number}.")
    if item.references and candidate.fields["kind"] == "tender":
        candidate.fields["reference"] = tidy_title(item.references[0].text)
    for note in item.notes:
        candidate.remark(f"Line {note.number}, {shorten_value(note.text)}")


def _set_registration_url(candidate: Candidate, item: PageItem) -> None:
    """Set the address behind "Registration:"; add a remark for one that is not https, or not the first."""
    for line in item.teaser:
        found = _REGISTRATION_URL.fullmatch(line.text)
        url = found["url"] if found else ""
        known = candidate.fields.get("registration", {})
        if is_https(url) and "url" not in known and candidate.fields["kind"] != "tender":
            candidate.fields["registration"] = {"url": url, **known}
        elif url and url != known.get("url"):
            candidate.remark(f"Line {line.number}, left out: {shorten_value(line.text)}")


def _set_deadline(candidate: Candidate, date: DateLine) -> None:
    if date.is_about == "registration":
        candidate.fields["registration"] = {"closes": date.words}
        return
    candidate.fields["kind"] = "tender"
    candidate.fields["questions_by" if date.is_about == "questions" else "closes"] = date.words


def _set_happening(candidate: Candidate, date: DateLine, title: str) -> None:
    if _WEBINAR.search(title):
        candidate.fields["kind"] = "webinar"
    candidate.fields["when"] = date.words
    if date.is_online and date.place:
        candidate.fields["when"] = f"{date.words}, {ONLINE_WORDS}"
    elif date.is_online:
        candidate.fields["place"] = ONLINE_WORDS
    if comes_yearly(title):
        candidate.remark("If it comes back every year on this day, add: repeats: every year")


def _set_place(candidate: Candidate, main: DateLine, lines: list[PageLine]) -> None:
    """Set the place behind the date, or that on a line of its own."""
    found = main.place
    for line in lines:
        if found in (None, line.place) and "place" not in candidate.fields:
            found = line.place
        elif line.place == ONLINE_WORDS and "when" in candidate.fields:
            found = {**found, "online": True} if isinstance(found, dict) else found
        elif line.place != candidate.fields.get("place"):
            candidate.remark(f"Line {line.number}, left out, another place: {shorten_value(line.text)}")
    if isinstance(found, dict) and found.get("online"):
        found = {key: value for key, value in found.items() if key != "online"}
        if "when" in candidate.fields and not main.is_online:
            candidate.fields["when"] = f"{candidate.fields['when']}, {ONLINE_WORDS}"
    if found:
        candidate.fields["place"] = found


def _set_place_of_title(candidate: Candidate, title: str, language: str | None) -> None:
    """Set the city and country behind a title as the place, if there is no other."""
    bare, behind = peel_place(title)
    if "place" not in candidate.fields and is_place(behind):
        candidate.fields["place"] = read_place(behind, has_clock=False)
        set_text_field(candidate, "title", bare, language)


def _set_status(candidate: Candidate, states: list[str]) -> None:
    """Set what is announced of it, in the title, behind the date or on a line of its own."""
    found = list(dict.fromkeys(state for state in states if state))
    if len(found) > 1:
        candidate.questions.append(f"It is said to be {' and '.join(found)}: which is it?")
    if found:
        candidate.fields["status"] = found[0]


def _add_date(candidate: Candidate, date: DateLine, line: PageLine) -> None:
    """Add the times of a second line of date words."""
    fields: dict[str, Any] = candidate.fields
    is_tender = fields["kind"] == "tender"
    closing = {"questions": "questions_by", "": "closes", "application": "closes"}
    name = closing.get(date.is_about) if date.is_deadline and is_tender else None
    if name and name not in fields and not date.rest:
        fields[name] = date.words
    elif (
        date.is_about in ("registration", "application")
        and not is_tender
        and "registration" not in fields
        and not date.rest
    ):
        fields["registration"] = {"closes": date.words}
    elif date.words != fields.get("when"):
        candidate.problems.append(
            f"Not understood: a second line of dates, line {line.number}: {shorten_value(line.text)!r}."
        )
