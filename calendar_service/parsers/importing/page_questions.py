"""What a person is asked about an item of a page: its date may be news only, its title none, it may be off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS
from calendar_service.parsers.importing.candidates import shorten_value
from calendar_service.parsers.importing.dated_text import around_date, fold_aligned
from calendar_service.parsers.importing.page_days import is_calendar
from calendar_service.parsers.importing.page_moments import PageMoment, has_hours
from calendar_service.parsers.importing.page_units import Gap, Unit, UnitKind
from calendar_service.parsers.importing.page_words import (
    Label,
    heads_a_list,
    is_news,
    is_only_a_call,
    is_only_a_kind,
    is_sentence,
    names_a_call,
    names_a_happening,
    role_before,
    state_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.parsers.importing.candidates import Candidate
    from calendar_service.parsers.importing.page_items import PageItem

NEWS_QUESTION = (
    "A bare date, and nothing says that something happens on that day: only news of that day? If not, take it in."
)
_LONGEST_SENTENCE = 4  # of words, of a title that ends with a full stop
_LONGEST_LINE = 60  # a line of a wrapped paragraph is longer
_LONG_WORD = 5
_SHARED = 2  # long words, of a title and the text below it
_NUMBERED = re.compile(r"[A-Z]{2,6} ?(?:n°|No\.?|N°|nr\.?) ?\S*\d|(?:Ref|Réf)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\b(?:from|de|between|entre) \d{1,2}(?: ?[:.h] ?\d\d| ?h| ?[ap]m)? (?:to|a|and|et"
    r"|until) \d{1,2}(?: ?[:.h] ?\d\d| ?h\b| ?[ap]m)"
    r"|\b\d{1,2}[:.h]\d\d ?[-–] ?\d{1,2}[:.h]\d\d|\b(?:opens?|starts?|begins?|commence\w*|debut\w*)\b.{0,40}\b(?:at"
    r"|a) \d{1,2}[:.h]"
)
_STATES = r"(?:cancell?ed|annulee?s?|postponed|reportee?s?|called off|suspended|suspendue?s?)"
_OFF = re.compile(
    rf"^[\W_]*{_STATES}\b|\b{_STATES} (?:by|due|because|par|en raison|faute|suite)\b|\bwill not take place\b"
    r"|\b(?:will )?not be able to hold\b|\bn'aura pas lieu\b"
)
_CLOSES = re.compile(
    r"\b(?:regist\w+|inscri\w+|sign up|rsvp|book(?:ing)?|deadlines?|date limite|closing date|apply|applications?"
    r"|candidatures?)\b"
)
_PAST = re.compile(
    r"(?:our |nos )?(?:past|previous|earlier|recent|archived?)(?: (?:events?|meetings?|webinars?|activities|sessions))?"
    r"|archives?|(?:evenements?|reunions?|rencontres?|webinaires?|manifestations?) (?:passe|archive)e?s"
)
_AHEAD = re.compile(
    r"\b(?:upcoming|forthcoming|coming up|a venir|prochaine?s (?:dates|rencontres|reunions|evenements|rendez-vous"
    r"|formations|webinaires)|next (?:events|meetings|webinars|dates)|calendars?|calendriers?|agenda|what's on"
    r"|events and meetings|meetings and events|les rendez-vous|nos rendez-vous)\b"
)
_SHORT_HEAD = 6
_FEWEST, _MOSTLY = 3, 0.75
_DAY_BEFORE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er)?(?: of)? ([^\W\d_]+)")
_DAY_BEHIND = re.compile(r"\b([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?\b")


def ask_about_item(candidate: Candidate, item: PageItem, main: PageMoment, title: str) -> None:
    """Add what a person has to decide about an item."""
    _ask_about_title(candidate, item, title)
    _ask_about_state(candidate, item)
    _ask_about_other_days(candidate, item)
    _ask_about_hours(candidate, item)
    head = item.title
    if main.role is Label.DATE and head and not head.is_event and "status" not in candidate.fields:
        _ask_about_news(candidate, item, main, title)


def settle_by_page(candidates: list[Candidate], units: list[Unit]) -> None:
    """Take back the question about news on a list of events, and ask about what stands in a list of past ones."""
    events = [each for each in candidates if "when" in each.fields]
    placed = [each for each in events if "place" in each.fields]
    is_list = len(events) >= _FEWEST and len(placed) >= _MOSTLY * len(events)
    heads = [(unit.number, bool(_PAST.fullmatch(fold_aligned(unit.text)))) for unit in units if _heads_events(unit)]
    for candidate in events:
        head = next((each for each in reversed(heads) if each[0] < candidate.line), None)
        if head and head[1]:
            candidate.questions.append(f"It stands below line {head[0]}, a list of past events: is it still to come?")
        elif (head or (is_list and "place" in candidate.fields)) and not is_news(str(candidate.fields["title"])):
            candidate.questions = [each for each in candidate.questions if each != NEWS_QUESTION]


def _heads_events(unit: Unit) -> bool:
    folded = fold_aligned(unit.text.strip(" .:"))
    is_head = unit.kind is UnitKind.TEXT and len(folded.split()) <= _SHORT_HEAD and not unit.label
    return is_head and bool(_AHEAD.search(folded) or _PAST.fullmatch(folded) or is_calendar(unit.text))


def may_close_registration(candidate: Candidate, words: str) -> bool:
    """Return True if words that are left out may say until when to register for an event."""
    has_deadline = candidate.fields["kind"] == "tender" or "registration" in candidate.fields
    return not has_deadline and bool(
        _CLOSES.search(fold_aligned(words)) or role_before(fold_aligned(words)) is Label.LIMIT
    )


def _ask_about_title(candidate: Candidate, item: PageItem, title: str) -> None:
    head, day = item.title, item.dates[0]
    if head is None:
        return
    is_whole = title.endswith(".") and len(title.split()) > _LONGEST_SENTENCE and not _NUMBERED.match(title)
    if heads_a_list(title):
        candidate.questions.append("The title is that of a list: is this an event by itself?")
    elif title.partition(" | ")[2] and title.partition(" | ")[0].isupper():
        candidate.questions.append("The title is a list of words: is it the title?")
    elif is_only_a_call(title) and sum(is_sentence(unit.text) for unit in item.texts) > 1:
        candidate.questions.append("The title only says what kind of call it is: what is it about?")
    elif title.endswith((":", ",")) or is_whole or item.is_doubtful:
        candidate.questions.append("What is taken as the title is a sentence, or introduces the date: is it the title?")
    begin, end = item.units.index(head), item.units.index(day)
    if begin > end:
        _ask_about_others(candidate, item.units[begin + 1 :])
    elif not (head.level or head.label or names_a_happening(head.text) or names_a_call(head.text)):
        _ask_about_far_title(candidate, head, item.units[begin + 1 : end])
    _ask_which_title(candidate, item)


def _ask_about_others(candidate: Candidate, below: list[Unit]) -> None:
    """Ask about lines below a title that name other events."""
    for unit in below:
        is_other = unit.kind is UnitKind.TEXT and names_a_happening(unit.text) and not unit.text.endswith(":")
        is_other = is_other and not (heads_a_list(unit.text) or is_only_a_kind(unit.text))
        if is_other and not is_sentence(unit.text) and len(unit.text) <= _LONGEST_LINE * 2:
            candidate.questions.append(f"Is line {unit.number} another event of that day? {shorten_value(unit.text)}")


def _ask_about_far_title(candidate: Candidate, head: Unit, between: list[Unit]) -> None:
    """Ask about a title that sentences separate from its date, if nothing shows that they belong together."""
    texts = [unit.text for unit in between if unit.kind is UnitKind.TEXT and is_sentence(unit.text)]
    words = {word for word in fold_aligned(head.text).split() if len(word) >= _LONG_WORD}
    if texts and len(words & set(fold_aligned(" ".join(texts)).split())) < _SHARED:
        where = f"Its title is far above its date, in line {head.number}: does it belong to it?"
        candidate.questions.append(where)


def _ask_which_title(candidate: Candidate, item: PageItem) -> None:
    """Ask where a date alone stands between its title and a paragraph that begins like another title."""
    head, day = item.title, item.dates[0]
    if head is None or day is head or head.level or head.label or head.hint:
        return
    at = item.units.index(day)
    below = next(iter(item.units[at + 1 :]), None)
    after = next(iter(item.units[at + 2 :]), None)
    is_alone = day.gap >= Gap.BLOCK and below is not None and below.gap is Gap.BLOCK and day.label is None
    if not is_alone or below is None or after is None or after.gap is not Gap.LINE or item.units.index(head) > at:
        return
    if below.kind is UnitKind.TEXT and len(below.text) <= _LONGEST_LINE and not below.text.endswith((".", ":", ",")):
        candidate.questions.append(f"Is line {below.number} its title? {shorten_value(below.text)}")


def _ask_about_hours(candidate: Candidate, item: PageItem) -> None:
    """Ask about hours in the text of an event of whole days; many of them are an agenda."""
    if "when" not in candidate.fields or has_hours(candidate.fields["when"]):
        return
    found = [unit for unit in item.texts if _RANGE.search(fold_aligned(unit.text)) or unit.kind is UnitKind.HOURS]
    if len(found) == 1 and found[0].kind is not UnitKind.NOTE:
        seen = shorten_value(found[0].printed)
        candidate.questions.append(f"Line {found[0].number} gives hours: are they its own? {seen}")


def _ask_about_other_days(candidate: Candidate, item: PageItem) -> None:
    """Ask about a day between the title and the date that is not understood as anything."""
    head, day = item.title, item.dates[0]
    if head is None or head is day:
        return
    begin, end = sorted((item.units.index(head), item.units.index(day)))
    for unit in item.units[begin + 1 : end]:
        is_known = any(each.role in (Label.PUBLISHED, Label.OLD) for each in unit.reading.moments)
        if unit.kind is UnitKind.DATED and not is_known:
            seen = shorten_value(around_date(unit.text))
            candidate.questions.append(f"Line {unit.number} names another day: is that its date? {seen}")


def _ask_about_state(candidate: Candidate, item: PageItem) -> None:
    """Ask if a text may say that the event is off."""
    if "status" in candidate.fields:
        return
    for unit in item.units:
        if unit.kind in (UnitKind.TEXT, UnitKind.DETAIL, UnitKind.DATED) and (
            _OFF.search(fold_aligned(unit.text)) or state_in(unit.text)
        ):
            candidate.questions.append(f"Does line {unit.number} say that it is off? {shorten_value(unit.text)}")


def _ask_about_news(candidate: Candidate, item: PageItem, main: PageMoment, title: str) -> None:
    """Add a question if the date may be that of publication only."""
    when = main.when
    last = when.last if when else None
    others = [each for unit in item.dates for each in unit.reading.moments if each.role is not Label.DATE]
    if last and any(
        each.when and each.when.first > last for each in others if each.role in (Label.REGISTRATION, Label.APPLICATION)
    ):
        candidate.questions.append("One can register until after that day: is it only that of publication?")
    if when is None or when.start is not None or when.first != when.last:
        return  # nobody prints the hour or the length of a publication
    texts = (unit.text for unit in item.texts if all(each.role is not Label.PUBLISHED for each in unit.reading.moments))
    teaser = fold_aligned(" ".join(texts))
    days = set(_days(teaser))
    happens = names_a_happening(title)
    if (when.first.day, when.first.month) in days:
        is_announced = happens or names_a_happening(teaser)
    else:
        others_named = days - {(each.when.first.day, each.when.first.month) for each in others if each.when}
        is_announced = not others_named and not is_news(title) and (happens or when.online)
    is_announced = is_announced or any(unit.label is Label.DATE for unit in item.dates) or main.is_sentence
    if not is_announced:
        candidate.questions.append(NEWS_QUESTION)


def _days(teaser: str) -> Iterator[tuple[int, int]]:
    """Yield the days that a text names, as day and month."""
    for match in _DAY_BEFORE.finditer(teaser):
        if match[2] in MONTHS:
            yield int(match[1]), MONTHS[match[2]]
    for match in _DAY_BEHIND.finditer(teaser):
        if match[1] in MONTHS:
            yield int(match[2]), MONTHS[match[1]]
