"""Import the text of a page as candidates.

The pieces of the page are completed and read by themselves, cut into items, and each item becomes a candidate. News is
not a record: if a bare date may be only the day of publication, a person is asked. Every piece that names a day ends in
a record, in a question, or as left out with its reason.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.parsers.importing.candidates import (
    ONLINE_WORDS,
    Candidate,
    Ignored,
    Imported,
    UnfitSource,
    is_https,
    set_text_field,
    set_url,
    shorten_value,
    tidy,
    tidy_block,
    tidy_title,
)
from calendar_service.parsers.importing.dated_text import around_date, carries_date, fold_aligned
from calendar_service.parsers.importing.page_days import complete_dates, is_month
from calendar_service.parsers.importing.page_items import PageItem, find_items
from calendar_service.parsers.importing.page_moments import DEADLINE_LABELS, PageMoment, bare_title, has_hours
from calendar_service.parsers.importing.page_questions import ask_about_item, may_close_registration, settle_by_page
from calendar_service.parsers.importing.page_units import Unit, UnitKind, split_units, text_units
from calendar_service.parsers.importing.page_wide import apply_to_all
from calendar_service.parsers.importing.page_words import (
    Label,
    comes_yearly,
    names_a_call,
    state_of_title,
)
from calendar_service.records.shorten import shorten

_MOST_DATED = 1_000
_LONGEST_DATED = 160
_LONGEST_LINE = 10_000
_MOST_UNUSED = 8
_LONGEST_UNUSED = 80
_REGISTRATION_URL = re.compile(
    r"(?:registrations?|registration link|register(?: here| online)?|sign up|inscriptions?|s'inscrire|inscrivez-vous)"
    r"\s?:\s*(?P<url>https?://\S+)",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(
    r"(?:regist\w+|sign up|inscri\w+).{0,60}\b(?:la veille|the day before|the previous day)\b"
    r"(?:[ ,]+(?:at |a )?(?P<hours>\d{1,2}(?:[:.h]\d{2}| ?h| ?[ap]m)))?"
)
_WEBINAR = re.compile(r"\b(?:e-)?webina(?:r|ire)s?\b", re.IGNORECASE)
_CLOSING = {Label.QUESTIONS: "questions_by", Label.CLOSES: "closes", Label.APPLICATION: "closes"}
_REGISTERS = (Label.REGISTRATION, Label.APPLICATION)


def read_page(text: str, language: str | None) -> Imported:
    """Parse a page; `language` is the page's language, None for the calendar's own."""
    return read_units(text_units(text), language)


def read_units(units: list[Unit], language: str | None) -> Imported:
    """Return what the pieces of a page announce; what names a day and is no record is said. Raise UnfitSource."""
    dated = 0
    for unit in units:
        unit.note = unit.note or ("a very long line: " if len(unit.text) > _LONGEST_LINE else "")
        dated += len(unit.text) <= _LONGEST_DATED and (
            carries_date(unit.text) or bool(re.search(r"(?:19|20)\d\d", unit.text))
        )
        if dated > _MOST_DATED:
            message = f"there are more than {_MOST_DATED:,} lines that may be dates."
            raise UnfitSource(message, line=unit.number, remedy="Split the page.")
    units = complete_dates(split_units(units))
    imported = Imported()
    for item in find_items(units):
        if item.title and item.dates:
            imported.add(_candidate(item, language))
            _account(imported, item, imported.candidates[-1])
        else:
            _account(imported, item, None)
    settle_by_page(imported.candidates, units)
    apply_to_all(imported.candidates, units)
    return imported


# --- what is left out ----------------------------------------------------------------------------


def _account(imported: Imported, item: PageItem, candidate: Candidate | None) -> None:
    """Report the days of an item that are not in its record, and in a few words what else is not used."""
    kept = _kept(item, candidate) if candidate else []
    rest: list[Unit] = []
    for unit in [each for held in item.units for each in (held, *held.merged)]:
        if any(unit is each for each in kept) or is_month(unit.text):
            continue
        reason = unit.note or ("" if unit.kind is not UnitKind.NOTE else f"{unit.name}: ")
        if candidate is None and unit.kind is UnitKind.DATE:
            imported.add(Ignored(unit.number, f"a date without a title: {shorten_value(unit.printed)}"))
        elif unit.is_dated or (reason and candidate is None):
            seen = shorten_value(around_date(unit.text))
            if candidate and not reason and may_close_registration(candidate, unit.printed):
                candidate.questions.append(f"Does line {unit.number} say until when to register? {seen}")
            elif candidate and reason:
                candidate.remark(f"Line {unit.number}, left out, {reason.strip()} {seen}")
            else:
                imported.add(Ignored(unit.number, f"{reason or 'a day inside a text: '}{seen}"))
        else:
            rest.append(unit)
    if candidate and (words := _unused(rest)):
        candidate.remark(words)
    elif rest and not candidate:
        first, others = rest[0], rest[1:]
        imported.add(Ignored(first.number, f"no date: {shorten_value(first.printed)}"))
        if words := _unused(others):
            imported.add(Ignored(first.number, words[:1].lower() + words[1:]))


def _kept(item: PageItem, candidate: Candidate) -> list[Unit]:
    """Return the pieces of an item whose words are in its record."""
    kept = [item.title, *item.dates, _summary(item)]
    kept += [unit for unit in item.units if unit.kind in (UnitKind.PLACE, UnitKind.STATUS, UnitKind.LANGUAGE)]
    kept += [each for unit in item.dates for each in unit.merged]
    references = [unit for unit in item.units if unit.kind is UnitKind.REFERENCE]
    kept += references[:1] if "reference" in candidate.fields else []
    address = candidate.fields.get("registration", {}).get("url")
    kept += [unit for unit in item.units if address and unit.text.endswith(address)]
    return [unit for unit in kept if unit]


def _unused(units: list[Unit]) -> str:
    if not units:
        return ""
    numbers = [unit.number for unit in units]
    first, last = min(numbers), max(numbers)
    where = f"Line {first}" if first == last else f"Lines {first} to {last}"
    words = " / ".join(shorten(tidy(unit.printed), _LONGEST_UNUSED) for unit in units[:_MOST_UNUSED])
    more = f" / and {len(units) - _MOST_UNUSED} more" if len(units) > _MOST_UNUSED else ""
    return f"{where}, not used: {words}{more}"


# --- candidates ----------------------------------------------------------------------------------


def _candidate(item: PageItem, language: str | None) -> Candidate:
    head = item.title
    assert head is not None  # noqa: S101 (the caller saw it)
    moments = _main_first(item)
    unit, main = moments[0]
    candidate = Candidate(head.number, {"kind": "event"}, first=main.when.first if main.when else None)
    own = list(dict.fromkeys(each.language for each in item.units if each.language))
    spoken = None if own else language
    status, title = _set_texts(candidate, item, own, spoken)
    if main.role is Label.DATE:
        _set_happening(candidate, main, title)
    else:
        _set_deadline(candidate, main)
    for other, moment in moments[1:]:
        _add_moment(candidate, moment, other)
    _set_place(candidate, item, title, spoken)
    states = [status, *(each.reading.status for each in item.dates), *(each.status for each in item.units)]
    _set_status(candidate, states)
    _set_rest(candidate, item, unit, main)
    _set_registration(candidate, item, main)
    ask_about_item(candidate, item, main, title)
    return candidate


def _main_first(item: PageItem) -> list[tuple[Unit, PageMoment]]:
    """Return the dates of an item, that of the event before those until which to register for it.

    The bare day above the title of a call that closes on another day is that of its publication.
    """
    head = item.title
    found = [(unit, moment) for unit in item.dates for moment in unit.reading.moments]
    is_call = bool(head and names_a_call(head.headline))
    closes = [each for each in found if each[1].role in (Label.CLOSES, Label.APPLICATION)]
    days = [each for each in found if each[1].role is Label.DATE]
    if is_call and closes and head and not any(unit.label for unit, _ in days):
        days = [each for each in days if item.units.index(each[0]) > item.units.index(head)]
    order = (Label.APPLICATION, Label.CLOSES, Label.QUESTIONS, Label.REGISTRATION)
    main = (
        days[0]
        if days
        else min((each for each in found if each[1].role in order), key=lambda each: order.index(each[1].role) > 1)
    )
    return [main, *(each for each in found if each is not main)]


def _set_texts(candidate: Candidate, item: PageItem, own: list[str], language: str | None) -> tuple[str, str]:
    """Set the title, summary, languages and URL; return the state in the title, and the title without it."""
    head = item.title
    assert head is not None  # noqa: S101
    status, words = state_of_title(head.headline)
    title = tidy_title(words)
    set_text_field(candidate, "title", title, language)
    if own:
        candidate.fields["languages"] = own
    if summary := _summary(item):
        set_text_field(candidate, "summary", tidy_block(summary.text), language)
    if head.url:
        set_url(candidate, "url", head.url)
    return status, title


def _summary(item: PageItem) -> Unit | None:
    """Return the first piece of text behind the title that is no list of details."""
    below = item.units[item.units.index(item.title) + 1 :] if item.title else []
    texts = (unit for unit in below if unit.kind is UnitKind.TEXT and not unit.level and unit is not item.title)
    return next((unit for unit in texts if len(unit.text.split()) > 3 and unit.name == ""), None)


def _set_happening(candidate: Candidate, main: PageMoment, title: str) -> None:
    if _WEBINAR.search(title):
        candidate.fields["kind"] = "webinar"
    candidate.fields["when"] = main.words
    if comes_yearly(title):
        candidate.remark("If it comes back every year on this day, add: repeats: every year")


def _set_deadline(candidate: Candidate, main: PageMoment) -> None:
    if main.role is Label.REGISTRATION:
        candidate.fields["registration"] = {"closes": main.words}
        return
    candidate.fields["kind"] = "tender"
    candidate.fields[_CLOSING.get(main.role, "closes")] = main.words


def _add_moment(candidate: Candidate, moment: PageMoment, unit: Unit) -> None:
    """Add another date of an item."""
    fields: dict[str, Any] = candidate.fields
    is_tender = fields["kind"] == "tender"
    name = _CLOSING.get(moment.role) if is_tender else None
    if name and name not in fields and not moment.rest:
        fields[name] = moment.words
    elif moment.role in _REGISTERS and not is_tender and "registration" not in fields and not moment.rest:
        fields["registration"] = {"closes": moment.words}
    elif moment.role is Label.DATE and is_tender:
        candidate.remark(f"Line {unit.number}, left out, above the title: {shorten_value(unit.text)}")
    elif moment.role is Label.DATE and moment.when and not moment.rest and _repeats(candidate, moment, unit):
        pass
    elif moment.role not in (Label.DATE, *DEADLINE_LABELS):
        seen = shorten_value(around_date(unit.text))
        if may_close_registration(candidate, unit.text) and moment.role is not Label.PUBLISHED:
            candidate.questions.append(f"Does line {unit.number} say until when to register? {seen}")
        else:
            candidate.remark(f"Line {unit.number}, left out, another day: {seen}")
    elif moment.words not in (fields.get("when"), fields.get("closes"), fields.get("registration", {}).get("closes")):
        seen = shorten_value(unit.text)
        candidate.problems.append(f"Not understood: a second line of dates, line {unit.number}: {seen!r}.")


def _repeats(candidate: Candidate, moment: PageMoment, unit: Unit) -> bool:
    """Return True if a date is the first again, and set its hours if the first has none; add a remark."""
    words = candidate.fields.get("when", "")
    when = moment.when
    if when is None or not words or candidate.first is None:
        return False
    main = _meaning(words)
    is_within = main is not None and main.first <= when.first <= when.last <= main.last
    if when.first == candidate.first and when.start is not None and not has_hours(words):
        candidate.fields["when"] = moment.words
        candidate.remark(f"Its hours are taken from line {unit.number}: {shorten_value(unit.text)}")
    elif is_within and (when.start is None or (main is not None and main.start == when.start)):
        candidate.remark(f"Line {unit.number}, left out, the same day: {shorten_value(unit.text)}")
    else:
        return False
    return True


def _meaning(words: str) -> Any:
    try:
        return parse_when(words)
    except DatePhraseError:
        return None


def _set_place(candidate: Candidate, item: PageItem, title: str, language: str | None) -> None:
    """Set the place beside the date, or on a line of its own, or behind the title."""
    found: Any = None
    is_online = any(moment.when and moment.when.online for unit in item.dates for moment in unit.reading.moments)
    for unit in [*item.dates, *(unit for unit in item.units if unit.kind is UnitKind.PLACE)]:
        place = unit.place or unit.reading.place
        is_online = is_online or place == ONLINE_WORDS
        if found in (None, ONLINE_WORDS):
            found = place or found
        elif place not in (None, ONLINE_WORDS, found):
            candidate.remark(f"Line {unit.number}, left out, another place: {shorten_value(unit.text)}")
        if unit.reading.taken:
            candidate.remark(f"{unit.reading.taken!r} is taken as the place.")
    found = found or _place_of_title(candidate, item, title, language)
    if isinstance(found, dict) and found.get("online"):
        found = {key: value for key, value in found.items() if key != "online"}
        is_online = True
    if found and found != ONLINE_WORDS and is_online and "when" in candidate.fields:
        candidate.fields["when"] = f"{candidate.fields['when']}, {ONLINE_WORDS}"
    if found or (is_online and "when" in candidate.fields):
        candidate.fields["place"] = found or ONLINE_WORDS


def _place_of_title(candidate: Candidate, item: PageItem, title: str, language: str | None) -> Any:
    """Return the place behind a title, and take it out of the title."""
    bare, found, taken = (
        bare_title(title) if item.title and item.title.kind is not UnitKind.TITLED else (title, None, "")
    )
    if found is None or (candidate.fields["kind"] == "tender" and taken):
        return None
    set_text_field(candidate, "title", bare, language)
    if taken:
        candidate.remark(f"{taken!r} is taken as the place.")
    return found


def _set_status(candidate: Candidate, states: list[str]) -> None:
    """Set what is announced of it, in the title, behind the date or on a line of its own."""
    found = list(dict.fromkeys(state for state in states if state))
    if len(found) > 1:
        candidate.questions.append(f"It is said to be {' and '.join(found)}: which is it?")
    if found:
        candidate.fields["status"] = found[0]


def _set_rest(candidate: Candidate, item: PageItem, unit: Unit, main: PageMoment) -> None:
    """Set the reference, and say what is not understood, what was taken from where, and what is left out."""
    if main.when is None:
        candidate.problems.append(f"Line {unit.number} is not understood: {_explain(main.words)}")
    elif main.rest:
        words = shorten_value(main.rest)
        candidate.problems.append(f"Not understood: {words!r}, behind the date in line {unit.number}.")
    references = [each for each in item.units if each.kind is UnitKind.REFERENCE]
    if references and candidate.fields["kind"] == "tender":
        candidate.fields["reference"] = tidy_title(references[0].text)
    asked = (each.question for each in item.units if each.question and each in (item.title, *item.dates))
    candidate.questions += dict.fromkeys(asked)
    for each in item.dates:
        for moment in each.reading.moments:
            if moment.aside:
                candidate.remark(f"Line {each.number}, left out: {shorten_value(moment.aside)}")
            if moment.is_sentence:
                seen = shorten_value(each.text)
                candidate.remark(f"Line {each.number}, its date is taken from a sentence: {seen}")


def _explain(words: str) -> str:
    """Return why date words are not understood."""
    try:
        parse_when(words)
    except DatePhraseError as error:
        return str(error)
    return words


def _set_registration(candidate: Candidate, item: PageItem, main: PageMoment) -> None:
    """Set the address behind "Registration:", and that registration closes on the day before the event."""
    for unit in item.texts:
        found = _REGISTRATION_URL.fullmatch(unit.printed)
        url = found["url"] if found else ""
        known = candidate.fields.get("registration", {})
        if is_https(url) and "url" not in known and candidate.fields["kind"] != "tender":
            candidate.fields["registration"] = {"url": url, **known}
        elif url and url != known.get("url"):
            candidate.remark(f"Line {unit.number}, left out: {shorten_value(unit.printed)}")
        match = _DAY_BEFORE.search(fold_aligned(unit.printed))
        if match and main.when and "registration" not in candidate.fields and "when" in candidate.fields:
            words = f"{main.when.first - timedelta(days=1)} {match['hours'] or ''}".strip()
            candidate.fields["registration"] = {"closes": words}
            seen = shorten_value(unit.printed)
            candidate.remark(f"Line {unit.number}, registration closes on the day before: {seen}")
