"""What a person is asked about an item of a page, and what is said of its lines that are not used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.datephrases import parse_when
from calendar_service.parsers.importing.candidates import shorten_value, tidy
from calendar_service.parsers.importing.dated_text import around_date, carries_date, date_start
from calendar_service.parsers.importing.news import (
    heads_a_list,
    heads_a_section,
    is_only_a_kind,
    names_a_call,
    names_a_happening,
)
from calendar_service.parsers.importing.page_dates import begins_with_until, has_hours, split_date
from calendar_service.parsers.importing.page_line import LineKind, parts_of
from calendar_service.parsers.importing.page_sentences import deadline_at
from calendar_service.parsers.importing.page_source import is_sentence
from calendar_service.parsers.importing.page_states import state_in
from calendar_service.records.errors import Sentence, gettext_noop
from calendar_service.records.shorten import shorten
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from calendar_service.parsers.importing.candidates import Candidate, Imported
    from calendar_service.parsers.importing.page_dates import DateLine
    from calendar_service.parsers.importing.page_items import PageItem
    from calendar_service.parsers.importing.page_line import PageLine
    from calendar_service.parsers.importing.page_source import SourceLine

_LONGEST_TITLE = 4  # of words, where it ends with a full stop
_NUMBERED = re.compile(r"[A-Z]{2,6} ?(?:n°|No\.?|N°|nr\.?) ?\S*\d|(?:Ref|Réf)\b", re.IGNORECASE)
_LONGEST_TITLE_BELOW = 60  # a line of a wrapped paragraph is longer
_RANGE = re.compile(
    r"\b(?:from|de|between|entre) \d{1,2}(?: ?[:.h] ?\d\d| ?h| ?[ap]m)? (?:to|a|and|et"
    r"|until) \d{1,2}(?: ?[:.h] ?\d\d| ?h\b| ?[ap]m)"
    r"|(?:^|[\s,;(.])(?:a|at|des|from|starting at|a partir de) \d{1,2}(?: ?h\b|[:.h]\d\d| ?[ap]m\b)"
    r"|\b\d{1,2}[:.h]\d\d ?[-–] ?\d{1,2}[:.h]\d\d|\b(?:opens?|starts?|begins?|commence\w*|debut\w*)\b.{0,40}\b(?:at"
    r"|a) \d{1,2}[:.h]"
)
_STATES = r"(?:cancell?ed|annulee?s?|postponed|reportee?s?|called off|suspended|suspendue?s?)"
_OFF = re.compile(
    rf"^[\W_]*{_STATES}\b|\b{_STATES} (?:by|due|because|par|en raison|faute|suite)\b|\bwill not take place\b"
)
_CLOSES = re.compile(
    r"\b(?:regist\w+|inscri\w+|sign up|rsvp|book(?:ing)?|deadlines?|date limite|closing date|apply|applications?"
    r"|candidatures?)\b"
)
_MOST_OF_KIND = 5  # words that say what kind of event something is
_FEW = 2  # events of a page that tells of one
_MOST_UNUSED = 8
_LONGEST_UNUSED = 80
_LONG_WORD = 5
_SHARED = 2  # long words, of a title and the text below it
_IN_TITLE = gettext_noop("Line {line} names a day in the title only: {text}")
_IN_SUMMARY = gettext_noop("Line {line} names a day in the summary only: {text}")


def ask_about_hours(imported: Imported, item: PageItem) -> None:
    """Ask about an event of whole days before, if lines without a title of their own give hours on its first day."""
    last = imported.candidates[-1] if imported.candidates else None
    is_own = any(not line.text.endswith(".") for line in item.titles)
    if last is None or is_own or has_hours(last.fields.get("when", "")):
        return
    for line in item.dates:
        when = line.date.when if line.date else None
        if when and when.start and when.first == last.first:
            last.questions.append(
                Sentence(
                    "Line {line} gives hours on that day: {text}. Are they its own?",
                    line=line.number,
                    text=shorten_value(line.text),
                )
            )


def ask_which_title(candidate: Candidate, item: PageItem) -> None:
    """Ask where a date alone stands between a heading and a paragraph that begins like a title."""
    head, day, below = item.titles[0], item.dates[0], next(iter(item.teaser), None)
    if below is None or not below.opens or head.opens or day.opens or head.is_title:
        return
    first = below.joined[0][1] if below.joined else below.text
    is_like_a_title = len(first) <= _LONGEST_TITLE_BELOW and not first.endswith((".", ":", ","))
    if head.number < day.number < below.number and is_like_a_title:
        candidate.questions.append(
            Sentence("Is line {line} its title? {text}", line=below.number, text=shorten_value(first))
        )


def ask_about_call(candidate: Candidate, item: PageItem) -> None:
    """Ask whether what is open until a day is a call, and until when something is open that is said to be one."""
    beside = [line for line in (*item.teaser, *item.notes) if line.is_headed or line.is_kind]
    short = [line for line in beside if len(line.text.split()) <= _MOST_OF_KIND]
    call = next((line for line in (item.titles[0], *short) if names_a_call(line.text)), None)
    main = item.dates[0].date
    if main and main.is_deadline and begins_with_until(item.dates[0].text) and not call:
        candidate.questions.append(
            Sentence("Line {line} says only until when: is it a call?", line=item.dates[0].number)
        )
    elif call and call is not item.titles[0] and candidate.fields["kind"] != "tender":
        candidate.questions.append(
            Sentence(
                "Line {line} names a call: until when is it open? {text}",
                line=call.number,
                text=shorten_value(call.text),
            )
        )


def ask_about_far_title(candidate: Candidate, item: PageItem) -> None:
    """Ask about a title that paragraphs separate from its date, if nothing shows that they belong together."""
    head, day = item.titles[0], item.dates[0]
    between = [line for line in item.teaser if head.number < line.number < day.number and is_sentence(line.text)]
    if not between or head.is_title or names_a_happening(head.text) or names_a_call(head.text):
        return
    words = {word for word in fold_text(head.text).split() if len(word) >= _LONG_WORD}
    if len(words & set(fold_text(" ".join(line.text for line in between)).split())) < _SHARED:
        candidate.questions.append(
            Sentence("Its title is far above its date, in line {line}: does it belong to it?", line=head.number)
        )


def ask_about_hours_in_text(candidate: Candidate, item: PageItem) -> None:
    """Ask about hours in the text of an event of whole days; many of them are an agenda."""
    if "when" not in candidate.fields or has_hours(candidate.fields["when"]):
        return
    found = [(line.number, line.text) for line in item.teaser if _RANGE.search(fold_text(line.text))]
    if len(found) == 1:
        number, text = found[0]
        candidate.questions.append(
            Sentence("Line {line} gives hours: are they its own? {text}", line=number, text=shorten_value(text))
        )


def ask_about_hours_elsewhere(candidates: list[Candidate], lines: list[SourceLine]) -> None:
    """Ask about the only line of a page that gives hours and no day, if one event alone is taken as whole days."""
    whole = [each for each in candidates if "when" in each.fields and not has_hours(each.fields["when"])]
    timed = [line for line in lines if _RANGE.search(fold_text(line.text)) and not carries_date(line.text)]
    if len(whole) == len(timed) == 1 and len(candidates) <= _FEW and not whole[0].questions:
        text = shorten_value(timed[0].text)
        whole[0].questions.append(
            Sentence("Line {line} gives hours: are they its own? {text}", line=timed[0].number, text=text)
        )


def ask_about_state(candidate: Candidate, item: PageItem) -> None:
    """Ask if a text may say that the event is off."""
    if "status" in candidate.fields:
        return
    for line in (item.titles[0], *item.teaser):
        if _OFF.search(fold_text(line.text)) or state_in(line.text):
            candidate.questions.append(
                Sentence("Does line {line} say that it is off? {text}", line=line.number, text=shorten_value(line.text))
            )


def ask_about_titles(candidate: Candidate, item: PageItem) -> None:
    """Ask about lines below a date that names several events: each may be one of that day."""
    if item.dates[0].number > item.titles[0].number:
        return
    for line in item.teaser:
        is_text = is_sentence(line.text) or line.text.endswith(":") or line.dated()
        is_other = names_a_happening(line.text) and not is_text
        is_other = is_other and line.sort is LineKind.TEXT and not line.is_headed and not is_only_a_kind(line.text)
        if is_other and len(line.text) <= _LONGEST_TITLE_BELOW * 2:
            candidate.questions.append(
                Sentence(
                    "Is line {line} another event of that day? {text}", line=line.number, text=shorten_value(line.text)
                )
            )


def ask_about_title(candidate: Candidate, title: str) -> None:
    """Ask about a title that heads a list, or is a sentence."""
    is_whole = title.endswith(".") and len(title.split()) > _LONGEST_TITLE and not _NUMBERED.match(title)
    if heads_a_list(title) or heads_a_section(title):
        candidate.questions.append(Sentence("The title is that of a list: is this an event by itself?"))
    elif title.partition(" | ")[2] and title.partition(" | ")[0].isupper():
        candidate.questions.append(Sentence("The title is a list of words: is it the title?"))
    elif title.endswith(":") or is_whole:
        candidate.questions.append(
            Sentence("What is taken as the title is a sentence, or introduces the date: is it the title?")
        )


def _is_other_day(candidate: Candidate, title: str) -> bool:
    """Return True if a title has a whole date that is not the first day."""
    head, _ = split_date(title[date_start(title) :])
    return bool(head and candidate.first and parse_when(head).first != candidate.first)


def ask_about_late_registration(candidate: Candidate, main: DateLine, others: list[DateLine]) -> None:
    """Ask if one can register after the day: it may be that of publication."""
    last = main.when.last if main.when else None
    if last and any(date.is_deadline and date.when and date.when.first > last for date in others):
        candidate.questions.append(Sentence("One can register until after that day: is it only that of publication?"))


def may_close_registration(candidate: Candidate, words: str) -> bool:
    """Return True if words that are left out may say until when to register for an event."""
    has_deadline = candidate.fields["kind"] == "tender" or "registration" in candidate.fields
    return not has_deadline and bool(_CLOSES.search(fold_text(words)) or deadline_at(words))


def kept_lines(candidate: Candidate, item: PageItem) -> list[PageLine]:
    """Return the lines of an item whose words are in its record."""
    kept = [item.titles[0], *item.dates, *item.places, *item.states, *item.notes]
    kept += [item.summary] if item.summary else []
    kept += item.references[:1] if "reference" in candidate.fields else []
    address = candidate.fields.get("registration", {}).get("url")
    return kept + [line for line in item.teaser if address and line.text.endswith(address)]


def unused(item: PageItem, kept: list[PageLine]) -> str:
    """Return the lines of an item that are not in `kept`, in a few words; "" if there are none."""
    lines = [line for line in item.all if not any(line is each for each in kept)]
    parts = [part for line in lines for part in parts_of(line)]
    rest = sorted(part for part in parts if not carries_date(part[1]))
    if not rest:
        return ""
    first, last = rest[0][0], rest[-1][0]
    words = " / ".join(shorten(tidy(text), _LONGEST_UNUSED) for _, text in rest[:_MOST_UNUSED])
    if len(rest) > _MOST_UNUSED:
        words = Sentence("{text} / and {number} more", text=words, number=len(rest) - _MOST_UNUSED)
    if first == last:
        return Sentence("Line {line}, not used: {text}", line=first, text=words)
    return Sentence("Lines {first} to {last}, not used: {text}", first=first, last=last, text=words)


def remark_on_summary(candidate: Candidate, item: PageItem, used: set[int]) -> None:
    """Report which days stand only in the title or the summary."""
    for line in (item.titles[0], item.summary):
        for number, words in line.dated() if line else ():
            is_title = line is item.titles[0]
            may_close = not is_title and may_close_registration(candidate, words)
            if may_close or number not in {each.number for each in item.dates}:
                if may_close:
                    seen = shorten_value(around_date(words))
                    candidate.questions.append(
                        Sentence("Does line {line} say until when to register? {seen}", line=number, seen=seen)
                    )
                else:
                    template = _IN_TITLE if is_title else _IN_SUMMARY
                    candidate.remark(Sentence(template, line=number, text=shorten_value(around_date(words))))
                if is_title and _is_other_day(candidate, words):
                    candidate.questions.append(
                        Sentence("The title names another day: is it that of line {line}?", line=number)
                    )
                used.add(number)
