"""Import the text of a page, copied from a browser, as candidates.

An item is a title with a line of date words below or above it. News is not a record: if a bare date may be only the day
of publication, a person is asked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing.candidates import (
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    set_text_field,
    set_url,
    shorten_value,
    tidy_block,
    tidy_title,
)
from calendar_service.parsers.importing.dated_text import around_date, carries_date
from calendar_service.parsers.importing.news import (
    ask_about_news,
    comes_yearly,
    heads_events,
    names_a_call,
    names_a_webinar,
)
from calendar_service.parsers.importing.page_dates import (
    explain,
    has_hours,
    is_place,
    last_day,
    read_place,
    starts_then,
)
from calendar_service.parsers.importing.page_inline import peel_name, peel_place
from calendar_service.parsers.importing.page_items import PageItem, group_lines
from calendar_service.parsers.importing.page_line import parts_of
from calendar_service.parsers.importing.page_lines import read_lines
from calendar_service.parsers.importing.page_questions import (
    ask_about_call,
    ask_about_far_title,
    ask_about_hours,
    ask_about_hours_elsewhere,
    ask_about_hours_in_text,
    ask_about_late_registration,
    ask_about_state,
    ask_about_title,
    ask_about_titles,
    ask_which_title,
    kept_lines,
    may_close_registration,
    remark_on_summary,
    unused,
)
from calendar_service.parsers.importing.page_registration import set_registration_before, set_registration_url
from calendar_service.parsers.importing.page_source import Role, SourceLine, text_lines
from calendar_service.parsers.importing.page_states import state_of_title
from calendar_service.parsers.importing.page_wide import apply_to_all
from calendar_service.records.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.parsers.importing.page_dates import DateLine
    from calendar_service.parsers.importing.page_line import PageLine

_LONGEST_HEADING = 60
_BULLET = re.compile(r"^(?:[>•▪►*–-]|\d{1,2}\))\s+(?=\S+\s)")


def read_page(text: str, language: str | None) -> Imported:
    """Parse a page; `language` is the page's language, None for the calendar's own."""
    return read_source_lines(text_lines(text), language)


def read_source_lines(lines: Iterable[SourceLine], language: str | None) -> Imported:
    """Return what the lines of a page announce; what names a day and is no record is said."""
    imported = Imported()
    lines = list(lines)
    headings = [(line.number, is_list) for line in lines if (is_list := _heads_events(line)) is not None]
    for item in group_lines(read_lines(lines)):
        ask_about_hours(imported, item)
        if item.titles and item.dates:
            place = bisect_right(headings, (item.line, True))
            candidate = _candidate(item, language, is_listed=place > 0 and headings[place - 1][1])
            imported.add(candidate)
            used = {candidate.line, *(number for line in (*item.dates, *item.notes) for number, _ in parts_of(line))}
            remark_on_summary(candidate, item, used)
            kept = kept_lines(candidate, item)
            if rest := unused(item, kept):
                candidate.remark(rest)
            _mention_days(imported, item, used, kept, candidate)
        else:
            _mention_days(imported, item, _ignore(imported, item), [*item.dates, *item.notes], None)
    apply_to_all(imported.candidates, lines)
    ask_about_hours_elsewhere(imported.candidates, lines)
    return imported


def _mention_days(
    imported: Imported, item: PageItem, used: set[int], kept: list[PageLine], candidate: Candidate | None
) -> None:
    """Report the days of an item that are neither in `kept` lines nor said already."""
    for line in item.all:
        is_kept = any(line is each for each in kept)
        for number, words in line.dated():
            if number in used and is_kept:
                continue
            used.add(number)
            seen = shorten_value(around_date(words.removeprefix("left out, ")))
            if candidate and may_close_registration(candidate, words):
                candidate.questions.append(
                    Sentence("Does line {line} say until when to register? {seen}", line=number, seen=seen)
                )
            else:
                imported.add(Ignored(number, f"a day inside a text: {seen}"))


def _ignore(imported: Imported, item: PageItem) -> set[int]:
    """Report an item that lacks a title or a date, and return the numbers of the lines that are reported."""
    for line in item.dates:
        imported.add(Ignored(line.number, f"a date without a title: {shorten_value(line.text)}"))
    first = next((line for line in (*item.titles, *item.teaser)), None)
    said = [line for line in item.notes if not line.dated()]
    for line in said:
        imported.add(Ignored(line.number, line.text.removeprefix("left out, ")))
    if first and not item.dates and not first.dated():
        imported.add(Ignored(first.number, f"no date: {shorten_value(first.text)}"))
        said.append(first)
    used = {line.number for line in item.dates}
    if rest := unused(item, [*item.dates, *said]):
        imported.add(Ignored(item.line, rest[:1].lower() + rest[1:]))
    return used


# --- candidates ----------------------------------------------------------------------------------


def _heads_events(line: SourceLine) -> bool | None:
    is_heading = line.role in (Role.NONE, Role.TITLE) and len(line.text) <= _LONGEST_HEADING
    return heads_events(line.text) if is_heading and not carries_date(line.text) else None


def _candidate(item: PageItem, language: str | None, *, is_listed: bool) -> Candidate:
    head = item.titles[0]
    published = _published(item)
    if published:
        item.dates.remove(published)
    item.dates = _main_first(item)
    main, *others = [line.date for line in item.dates if line.date]
    candidate = Candidate(head.number, {"kind": "event"}, first=main.when.first if main.when else None)
    status, title = _set_texts(candidate, item, language)
    if main.is_deadline:
        _set_deadline(candidate, main)
    else:
        _set_happening(candidate, main, title)
    for line, date in zip(item.dates[1:], others, strict=True):
        _add_date(candidate, date, line)
    beside = [*item.places, *(note for note in item.notes if note.is_kind)]
    if candidate.fields["kind"] == "event" and any(names_a_webinar(line.text) for line in beside):
        candidate.fields["kind"] = "webinar"
    _set_place(candidate, main, item.places)
    _set_place_of_title(candidate, title, None if item.languages else language)
    states = [line.status for line in item.states]
    _set_status(candidate, [status, *(date.status for date in (main, *others)), *states])
    if published:
        candidate.remark(
            Sentence(
                "Line {line}, left out, above the title: {text}",
                line=published.number,
                text=shorten_value(published.text),
            )
        )
    _set_rest(candidate, item, main)
    set_registration_url(candidate, item)
    set_registration_before(candidate, item, main)
    _ask(candidate, item, title, others, is_listed=is_listed)
    return candidate


def _set_texts(candidate: Candidate, item: PageItem, language: str | None) -> tuple[str, str]:
    """Set the title, summary, languages and URL; return the state in the title, and the title without it."""
    head = item.titles[0]
    status, words = state_of_title(_BULLET.sub("", head.text))
    title = tidy_title(words)
    own = list(dict.fromkeys(item.languages))
    set_text_field(candidate, "title", title, None if own else language)
    if own:
        candidate.fields["languages"] = own
    if head.is_cut:
        candidate.remark(Sentence("The line above line {line} may belong to the title.", line=head.number))
    if item.summary:
        set_text_field(candidate, "summary", tidy_block(item.summary.text), None if own else language)
    if head.url:
        set_url(candidate, "url", head.url)
    return status, title


def _ask(candidate: Candidate, item: PageItem, title: str, others: list[DateLine], *, is_listed: bool) -> None:
    """Add what a person has to decide, and what is said of the dates."""
    head, main = item.titles[0], item.dates[0].date
    for line in item.dates:
        if line.question:
            candidate.questions.append(line.question)
        if line.date and line.date.aside:
            candidate.remark(
                Sentence("Line {line}, left out: {text}", line=line.number, text=shorten_value(line.date.aside))
            )
        if line.date and line.date.is_sentence:
            candidate.remark(
                Sentence(
                    "Line {line}, its date is taken from a sentence: {text}",
                    line=line.number,
                    text=shorten_value(line.text),
                )
            )
    ask_about_call(candidate, item)
    ask_about_far_title(candidate, item)
    ask_which_title(candidate, item)
    ask_about_titles(candidate, item)
    ask_about_state(candidate, item)
    ask_about_hours_in_text(candidate, item)
    ask_about_title(candidate, title)
    if main and not main.is_deadline and not head.is_event and "status" not in candidate.fields:
        if not (is_listed and head.is_title):
            ask_about_news(candidate, main, title, " ".join(line.text for line in item.teaser))
        ask_about_late_registration(candidate, main, others)


def _main_first(item: PageItem) -> list[PageLine]:
    """Return the dates with the event's before those until which to register for it."""
    first = item.dates[0].date
    is_call = names_a_call(item.titles[0].text)
    if (
        not first
        or first.is_about not in ("registration", "application")
        or (is_call and first.is_about == "application")
    ):
        return item.dates
    event = next((line for line in item.dates if line.date and not line.date.is_deadline and line.date.when), None)
    return [event, *(line for line in item.dates if line is not event)] if event else item.dates


def _published(item: PageItem) -> PageLine | None:
    """Return the bare day above the title of a call that closes on another day: that of its publication."""
    first, *rest = item.dates
    when = first.date.when if first.date and not first.date.is_deadline else None
    is_bare = (
        when is not None and when.start is None and when.first == when.last and not (first.date and first.date.rest)
    )
    closes = [line for line in rest if line.date and line.date.is_deadline and line.date.is_about != "registration"]
    is_above = first.number < item.titles[0].number
    return first if is_bare and closes and is_above and names_a_call(item.titles[0].text) else None


def _set_rest(candidate: Candidate, item: PageItem, main: DateLine) -> None:
    """Set the reference, and say what is not understood and what is left out."""
    if main.when is None:
        candidate.problems.append(
            Sentence("Line {line} is not understood: {words}", line=item.dates[0].number, words=explain(main.words))
        )
    elif main.rest:
        words = shorten_value(main.rest)
        candidate.problems.append(
            Sentence(
                "Not understood: {words}, behind the date in line {line}.", words=repr(words), line=item.dates[0].number
            )
        )
    if item.references and candidate.fields["kind"] == "tender":
        candidate.fields["reference"] = tidy_title(item.references[0].text)
    for note in item.notes:
        candidate.remark(Sentence("Line {line}, {text}", line=note.number, text=shorten_value(note.text)))


def _set_deadline(candidate: Candidate, date: DateLine) -> None:
    if date.is_about == "registration":
        candidate.fields["registration"] = {"closes": date.words}
        return
    candidate.fields["kind"] = "tender"
    candidate.fields["questions_by" if date.is_about == "questions" else "closes"] = date.words


def _set_happening(candidate: Candidate, date: DateLine, title: str) -> None:
    if names_a_webinar(title):
        candidate.fields["kind"] = "webinar"
    candidate.fields["when"] = date.words
    if date.is_online and date.place:
        candidate.fields["when"] = f"{date.words}, {ONLINE_WORDS}"
    elif date.is_online:
        candidate.fields["place"] = ONLINE_WORDS
    if comes_yearly(title):
        candidate.remark(Sentence("If it comes back every year on this day, add: repeats: every year"))


def _set_place(candidate: Candidate, main: DateLine, lines: list[PageLine]) -> None:
    """Set the place behind the date, or that on a line of its own."""
    found = main.place
    for line in lines:
        if found in (None, line.place) and "place" not in candidate.fields:
            found = line.place
        elif line.place == ONLINE_WORDS and "when" in candidate.fields:
            found = {**found, "online": True} if isinstance(found, dict) else found
        elif line.place != candidate.fields.get("place"):
            candidate.remark(
                Sentence(
                    "Line {line}, left out, another place: {text}", line=line.number, text=shorten_value(line.text)
                )
            )
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
    elif "place" not in candidate.fields and candidate.fields["kind"] != "tender":
        bare, name = peel_name(title)
        if name:
            candidate.fields["place"] = name
            set_text_field(candidate, "title", bare, language)
            candidate.remark(Sentence("{name} is taken as the place.", name=repr(name)))


def _set_status(candidate: Candidate, states: list[str]) -> None:
    """Set what is announced of it, in the title, behind the date or on a line of its own."""
    found = list(dict.fromkeys(state for state in states if state))
    if len(found) > 1:
        candidate.questions.append(Sentence("It is said to be {found}: which is it?", found=" and ".join(found)))
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
    elif not (date.rest or date.is_deadline) and date.when and _repeats_day(candidate, date, line):
        pass
    elif date.words != fields.get("when"):
        candidate.problems.append(
            Sentence(
                "Not understood: a second line of dates, line {line}: {text}.",
                line=line.number,
                text=repr(shorten_value(line.text)),
            )
        )


def _repeats_day(candidate: Candidate, date: DateLine, line: PageLine) -> bool:
    """Return True if a second date is the first again, and set its hours or its last day from it; add a remark."""
    words = candidate.fields.get("when", "")
    if date.when is None or date.when.first != candidate.first or not words:
        return False
    last = last_day(words)
    if date.when.start is None and last and last < date.when.last:
        if last != candidate.first or has_hours(words):
            return False
        candidate.fields["when"] = date.words
        candidate.remark(
            Sentence("Its last day is taken from line {line}: {text}", line=line.number, text=shorten_value(line.text))
        )
    elif starts_then(words, date.when) or (date.when.start is not None and not has_hours(words)):
        candidate.fields["when"] = date.words
        candidate.remark(
            Sentence("Its hours are taken from line {line}: {text}", line=line.number, text=shorten_value(line.text))
        )
    elif date.when.start is None:
        candidate.remark(
            Sentence("Line {line}, left out, the same day: {text}", line=line.number, text=shorten_value(line.text))
        )
    else:
        return False
    return True
