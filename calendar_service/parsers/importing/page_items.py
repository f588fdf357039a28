"""Find the items of a page: what each piece is, and the cut into items that fits best.

Every way to cut the page has a score: each item wants one title and one date, begins where something begins anew, and
looks like the other items of the page. The best cut is found by dynamic programming; nothing here knows a layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from babel import Locale

from calendar_service.parsers.importing.dated_text import fold_aligned
from calendar_service.parsers.importing.page_days import is_agenda_point, is_calendar, is_month
from calendar_service.parsers.importing.page_moments import DEADLINE_LABELS, PageMoment
from calendar_service.parsers.importing.page_places import is_town_hall, place_alone, place_near_date, place_of_label
from calendar_service.parsers.importing.page_units import Gap, Unit, UnitKind, are_hours
from calendar_service.parsers.importing.page_words import (
    Label,
    heads_a_list,
    heads_a_section,
    is_only_a_call,
    is_only_a_kind,
    is_sentence,
    names_a_call,
    names_a_happening,
    sentences_of,
    state_alone,
)
from calendar_service.records.texts import LANGUAGE_NAMES, fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LONGEST_ITEM = 80
_LONGEST_PLACE = 80
_MOST_WORDS_OF_HALL = 14
_LONGEST_TITLE = 30  # words
_LONG_WORD = 4
_NOT, _LEAST = -9.0, 0.05
_SURE = 1.0  # what looks less like a title is asked about
_STRONG = 3.0
_SHORTEST_TITLE = 4
_LOCALES = tuple(Locale(code) for code in ("en", "fr"))
_ONLY = re.compile(
    r"\(?(?:(?:disponible|available|in|en|only) )*(\w+) (?:only|seulement|uniquement)\)?|\(?only in (\w+)\)?"
)
_WORD_LIST = re.compile(r"[^|>]{1,40}(?: [|>] [^|>]{1,40}){2,}")  # "Programme | Event | Slovenia"
_VERB = re.compile(
    r"\b(?:will|shall|is|are|was|were|has|have|can|must|should|sera|seront|est|sont|ont|peuvent|doivent|vous|you|we)\b"
)
_TITLE_BEFORE = re.compile(r"(?P<title>[^\W\d_a-z][^.:!?]{8,100}?)(?: ?: | [–—] )\S")
_CODE = re.compile(r"(?:\S{1,10} ?)?(?:n°|no\.?|nr\.?|ref\.?) ?:? ?\S*\d\S*", re.IGNORECASE)
_FORMAT = re.compile(
    r"(?:in[ -]person|on[ -]?site|en presentiel|hybride?|complet|sold out|full(?:y booked)?|free|gratuit|open|ouvert"
    r"|nouveau|new|limited places|places limitees)(?: event)?[ !]*"
)
_ADDRESS = re.compile(r"(?:[^:]{1,40}:\s*)?(?:https?://|www\.)\S+|\S+@\S+", re.IGNORECASE)
_GREETING = re.compile(r"(?:dear|hello|bonjour|madame|mesdames|messieurs|cher|chere|excellenc\w+|ladies|best|kind)\b")
_FIGURES = re.compile(r"\d[\d ,.]*\d|[€$%]")
_CLOCK = re.compile(r"\b\d{1,2}(?:[:.h]\d\d|h\b| ?[ap]m\b)")
_LABELLED = re.compile(r"[^:.]{1,40} ?: ")
_CLOSES = (Label.CLOSES, Label.APPLICATION)
BESIDE = frozenset(
    {UnitKind.PLACE, UnitKind.STATUS, UnitKind.LANGUAGE, UnitKind.NOTE, UnitKind.REFERENCE, UnitKind.EVENT_KIND}
)


@dataclass
class PageItem:
    """The pieces of one item of the page, the one that is its title, and those with its dates."""

    units: list[Unit]
    title: Unit | None
    dates: list[Unit] = field(default_factory=list)
    is_doubtful: bool = False  # its title looks less like one than what else is on the page

    @property
    def texts(self) -> list[Unit]:
        """Its pieces that are neither title nor dates."""
        return [unit for unit in self.units if unit is not self.title and unit not in self.dates]


# --- what each piece is --------------------------------------------------------------------------


def classify(units: list[Unit]) -> None:
    """Set the kind of each piece, by itself and then by what stands around it."""
    for unit in units:
        unit.kind = _kind(unit)
    for at, unit in enumerate(units):
        if unit.kind is not UnitKind.TEXT or unit.label or unit.level or unit.hint:
            continue
        if not is_sentence(unit.text) and not is_only_a_kind(unit.text):
            run = _run_above(units, at)
            place = place_near_date(unit.text, below_hours=_is_below_hours(run))
            if [each.kind for each in run] == [UnitKind.DATE] and is_town_hall(unit.text):
                run = [unit, *run]
            if place and (isinstance(place, dict) or _is_below_date(run)):
                unit.kind, unit.place = UnitKind.PLACE, place
                _join_street(units, at)
    _join_kinds(units)
    for unit, below in pairwise(units):
        is_lead = (
            unit.kind is UnitKind.TEXT and below.gap is Gap.SAME and unit.gap > Gap.SAME and below.kind is UnitKind.DATE
        )
        match = _TITLE_BEFORE.match(unit.text) if is_lead and is_sentence(unit.text) else None
        if match and len(match["title"].split()) > 1 and any(each.role in _CLOSES for each in below.reading.moments):
            unit.head = match["title"]


def _kind(unit: Unit) -> UnitKind:
    found = unit.reading
    if unit.note or unit.label is Label.PUBLISHED:
        unit.note = unit.note or ("" if unit.label else " ")
        return UnitKind.NOTE
    if found.main and unit.label is not Label.DETAIL:
        return UnitKind.TITLED if found.title else UnitKind.DATE
    if unit.is_dated:
        return UnitKind.DATED
    if unit.label in (Label.PLACE, Label.STATUS, Label.REFERENCE):
        return _kind_of_label(unit)
    if unit.label is Label.TITLE:
        return UnitKind.TEXT
    if unit.label is not None or _ADDRESS.fullmatch(unit.text):
        return UnitKind.DETAIL
    return _kind_of_line(unit)


def _kind_of_label(unit: Unit) -> UnitKind:
    if unit.label is Label.PLACE:
        unit.place = None if heads_a_section(unit.text) else place_of_label(unit.text)
        return UnitKind.PLACE if unit.place else UnitKind.DETAIL
    if unit.label is Label.STATUS:
        unit.status = state_alone(unit.text)
        return UnitKind.STATUS if unit.status else UnitKind.DETAIL
    return UnitKind.REFERENCE


def _kind_of_line(unit: Unit) -> UnitKind:
    text = unit.text
    if language := _only_language(fold_aligned(text.strip(" .()[]"))):
        unit.language = language
        return UnitKind.LANGUAGE
    if state := state_alone(text):
        unit.status = state
        return UnitKind.STATUS
    if _CODE.fullmatch(text):
        return UnitKind.REFERENCE
    if are_hours(text):
        return UnitKind.HOURS
    if (
        _FORMAT.fullmatch(fold_aligned(text))
        or is_agenda_point(unit)
        or (_WORD_LIST.fullmatch(text) and not unit.level)
    ):
        return UnitKind.DETAIL
    if len(text) <= _LONGEST_PLACE and not unit.level and (place := place_alone(text)):
        unit.place = place
        return UnitKind.PLACE
    if unit.hint is Label.PLACE and not heads_a_section(text):
        unit.place = place_of_label(text)
        return UnitKind.PLACE
    return UnitKind.TEXT


def _is_below_hours(run: Sequence[Unit]) -> bool:
    """Return True if the date of the pieces above a line has hours."""
    mains = [unit.reading.main for unit in run[-3:] if unit.reading.main]
    return any(main.role is Label.DATE and main.when and main.when.start for main in mains[-1:])


def _run_above(units: Sequence[Unit], at: int) -> list[Unit]:
    """Return the pieces above a line that stand with it, but for places and the like; none behind a place."""
    run: list[Unit] = []
    for above in range(at - 1, max(at - 8, -1), -1):
        below = units[above + 1]
        if below.gap > max(units[at].gap, Gap.LINE) and below.kind not in BESIDE:
            break
        if units[above].kind is UnitKind.PLACE and units[at].gap > Gap.LINE:
            return []
        run += [units[above]] if units[above].kind not in BESIDE else []
    return run[::-1]


def _is_below_date(run: Sequence[Unit]) -> bool:
    """Return True if a line stands where its place does: below a title and its date, or a date and its title."""
    kinds = [unit.kind for unit in run]
    is_first = len(run) == 2 or (len(run) > 2 and run[-2].gap >= Gap.BLOCK and run[-1].gap <= Gap.LINE)
    if kinds[-2:] == [UnitKind.DATE, UnitKind.TEXT]:
        return is_first
    return kinds[-2:] == [UnitKind.TEXT, UnitKind.DATE] or kinds[-1:] == [UnitKind.TITLED]


def _join_street(units: list[Unit], at: int) -> None:
    """Put the halls on the lines above a street into its place."""
    place = units[at].place
    if not isinstance(place, dict) or "address" not in place:
        return
    names = [place["name"]] if place.get("name") else []
    above = at - 1
    while above > 0 and units[above + 1].gap <= Gap.LINE and _is_part_of_address(units[above]):
        names.insert(0, units[above].text)
        units[above].kind, units[above].place = UnitKind.PLACE, place
        above -= 1
    if names:
        place["name"] = " ".join(names)


def _is_part_of_address(unit: Unit) -> bool:
    is_plain = unit.kind in (UnitKind.TEXT, UnitKind.PLACE) and unit.label in (None, Label.PLACE) and not unit.level
    return (
        is_plain
        and not is_sentence(unit.text)
        and not isinstance(unit.place, dict)
        and len(unit.text.split()) <= _MOST_WORDS_OF_HALL
    )


def _join_kinds(units: list[Unit]) -> None:
    """Mark lines that only name a kind of event, where another line beside them is the title."""
    for at, unit in enumerate(units):
        if unit.kind is not UnitKind.TEXT or unit.label is Label.TITLE or unit.level or not is_only_a_kind(unit.text):
            continue
        around = [each for each in (units[at - 1 : at] + units[at + 1 : at + 2]) if each.kind is UnitKind.TEXT]
        if around and not any(is_only_a_kind(each.text) or is_sentence(each.text) for each in around):
            unit.kind = UnitKind.EVENT_KIND


def _only_language(folded: str) -> str:
    match = _ONLY.fullmatch(folded)
    return _language_names().get(match[1] or match[2], "") if match else ""


@lru_cache(maxsize=1)
def _language_names() -> Mapping[str, str]:
    return {
        fold_text(name): code
        for locale in _LOCALES
        for code, name in locale.languages.items()
        if code in LANGUAGE_NAMES
    }


# --- titles --------------------------------------------------------------------------------------


def title_score(unit: Unit) -> float:
    """Return how much a piece looks like the title of an item; below 0 for one that is none."""
    text = unit.headline
    if unit.kind in (UnitKind.HOURS, UnitKind.DETAIL) and not unit.label:
        return _LEAST
    if unit.kind not in (UnitKind.TEXT, UnitKind.TITLED, UnitKind.EVENT_KIND) or not text:
        return _NOT
    if unit.label is Label.TITLE:
        return 7.0
    if unit.kind is not UnitKind.TITLED and (heads_a_section(text) or is_month(text)):
        return 1.2 if unit.level and not is_month(text) else _NOT
    score = 4.0 if unit.kind is UnitKind.TITLED else 2.0
    is_shouted = text.isupper() and not names_a_happening(text)
    score += (
        1.0
        if is_shouted and unit.level
        else 3.0
        if unit.level
        else 2.0
        if unit.hint is Label.TITLE
        else 1.0
        if unit.url or unit.is_bold
        else 0.0
    )
    score += 1.5 if names_a_happening(text) or names_a_call(text) else 0.0
    score += 0.4 if unit.gap >= Gap.BLOCK else 0.0
    if unit.kind is UnitKind.TITLED:
        return score
    score -= 3.0 if heads_a_list(text) or is_calendar(text) else 0.0
    score -= 1.0 if _CLOCK.search(fold_aligned(text)) and not (unit.level or unit.hint) else 0.0
    score -= 3.5 if is_only_a_kind(text) else 2.5 if is_only_a_call(text) else 0.0
    score -= 3.5 if is_sentence(text) and not unit.level else 0.0
    score -= 1.0 if _VERB.search(fold_aligned(text)) and not (unit.level or unit.hint) and "?" not in text else 0.0
    score -= 1.5 if text.endswith("?") and not (unit.level or unit.hint) else 0.0
    score -= 2.5 if text.endswith(":") or unit.gap is Gap.SAME else 0.0
    label = _LABELLED.match(text)
    is_detail = label and _FIGURES.search(text[label.end() :]) and not (unit.level or unit.hint)
    score -= 2.0 if is_detail and label and not (names_a_happening(label[0]) or names_a_call(label[0])) else 0.0
    score -= 3.0 if _GREETING.match(fold_aligned(text)) or _WORD_LIST.fullmatch(text) else 0.0
    score -= 2.0 if text[:1].islower() or not re.search(r"[^\W\d_]{2}", text) else 0.0
    is_long = len(text.split()) > _LONGEST_TITLE or (len(sentences_of(text)) > 1 and not (unit.level or unit.hint))
    score -= 3.0 if (text.isascii() and len(text) < _SHORTEST_TITLE) or is_long else 0.0
    return max(score, 2 * _LEAST)


# --- the best cut --------------------------------------------------------------------------------


def find_items(units: list[Unit]) -> Iterator[PageItem]:
    """Yield the items of a page in their order; one without a date or a title is what is left over."""
    classify(units)
    rest, announced = _take_announced(units)
    cuts = [_best_cut(rest, is_date_first=each) for each in (False, True)]
    best = max(cuts, key=lambda cut: cut[0])
    items = [*announced, *(_item(rest, *cut) for cut in best[1])]
    heads = {id(item.title) for item in items}
    has_better = any(title_score(unit) >= _SURE for unit in rest if id(unit) not in heads)
    for item in items:
        item.is_doubtful = item.is_doubtful or bool(item.title and title_score(item.title) < _SURE and has_better)
    place = {id(unit): at for at, unit in enumerate(units)}
    items.sort(key=lambda item: place[id(item.units[0])])
    yield from _with_rest(items)


def _with_rest(items: list[PageItem]) -> list[PageItem]:
    """Return the items with what is left over behind each, up to the next one or to where something begins anew.

    A deadline for registration that no item has belongs to the one before it, if no title stands between the two.
    """
    whole: list[PageItem] = []
    for item in items:
        above = whole[-1] if whole and whole[-1].title else None
        is_open = above is not None and item.title is None
        if above and is_open and item.units[0].gap is not Gap.HARD:
            unit = item.units.pop(0)
            above.units.append(unit)
            below = above.units[above.units.index(above.dates[-1]) + 1 :]
            has_title = any(title_score(each) >= _STRONG for each in below if each is not above.title)
            is_limit = any(each.role is Label.REGISTRATION for each in unit.reading.moments)
            if unit.kind is UnitKind.DATE and is_limit and not has_title:
                above.dates.append(unit)
        last = whole[-1] if whole and whole[-1].title is None else None
        if last and item.title is None and item.units and item.units[0].gap < Gap.HEAD:
            last.units += item.units
            last.dates += item.dates
        elif item.units:
            whole.append(item)
    return whole


def _take_announced(units: list[Unit]) -> tuple[list[Unit], list[PageItem]]:
    """Return the pieces without the sentences that announce an event of their own, and those as items."""
    rest: list[Unit] = []
    found: list[PageItem] = []
    heads: set[str] = set()
    is_open = False
    for unit in units:
        is_open = is_open and unit.gap is Gap.SAME
        if unit.gap is Gap.HARD:
            heads = set()
        if unit.reading.announces and unit.kind is UnitKind.TITLED:
            if _words(unit.reading.title) <= heads:
                unit.kind = UnitKind.DATE
                rest.append(unit)
            else:
                found.append(PageItem([unit], unit, [unit]))
                is_open = True
        elif is_open:
            found[-1].units.append(unit)
            if unit.kind is UnitKind.DATE and all(each.role is not Label.DATE for each in unit.reading.moments):
                found[-1].dates.append(unit)
        else:
            heads |= _words(unit.text) if unit.kind is UnitKind.TEXT and not is_sentence(unit.text) else set()
            heads |= _words(unit.reading.title)
            rest.append(unit)
    return rest, found


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", fold_aligned(text)) if len(word) >= _LONG_WORD}


@dataclass
class _Fit:
    """How well a run of pieces is one item, as it grows."""

    is_date_first: bool
    score: float = 0.0
    title: int = -1
    best: float = 0.0  # of a title
    between: Gap = Gap.SAME  # the strongest between the title and the date
    main: int = -1
    moment: PageMoment | None = None
    is_sentence: bool = False  # what has the date
    roles: set[Label] = field(default_factory=set)
    others: float = 0.0  # what the pieces that are not the title look like, as titles

    def total(self) -> float:
        """Return the score, if there is a title and a date."""
        title_first = self.title <= self.main
        is_below_sentence = not title_first and self.is_sentence
        score = self.score + min(self.best, 7.0) - 0.5 * self.others - (5.0 if self.best < _SURE else 0.0)
        score += (3.0 if self.moment.is_sentence else 4.0) if self.moment else max(_WORTH[each] for each in self.roles)
        score += 1.5 if title_first != self.is_date_first else -1.5
        score -= 4.0 if is_below_sentence else 0.0
        return score + _COHESION[self.between] - min(0.1 * abs(self.main - self.title), 2.0)


def _best_cut(units: list[Unit], *, is_date_first: bool) -> tuple[float, list[tuple[int, int, int]]]:
    """Return the score of the best cut, and its items: where each begins, ends, and its title; -1 for what is left."""
    titles = [title_score(unit) for unit in units]
    dated = [unit.kind in (UnitKind.DATE, UnitKind.TITLED) for unit in units]
    ahead = [False] * (len(units) + 1)
    near = _LONGEST_ITEM
    for at in range(len(units) - 1, -1, -1):
        near = 0 if dated[at] else near + 1
        ahead[at] = near < _LONGEST_ITEM
    best: list[float] = [0.0, *[float("-inf")] * len(units)]
    back: list[tuple[int, int]] = [(0, -1)] * (len(units) + 1)
    for begin, unit in enumerate(units):
        loose = best[begin] + _loose(unit)
        if loose > best[begin + 1]:
            best[begin + 1], back[begin + 1] = loose, (begin, -1)
        if not ahead[begin]:
            continue
        is_head = unit.level or unit.hint is Label.TITLE
        gap = max(unit.gap, Gap.HEAD) if is_head else unit.gap if begin else Gap.BLOCK
        fit = _Fit(is_date_first, score=_ITEM + _START[gap])
        for end in range(begin, min(len(units), begin + _LONGEST_ITEM)):
            if end > begin and units[end].gap is Gap.HARD:
                break
            _grow(fit, units, titles, end, begin)
            if fit.title >= 0 and fit.main >= 0 and best[begin] + fit.total() > best[end + 1]:
                best[end + 1], back[end + 1] = best[begin] + fit.total(), (begin, fit.title)
    cuts: list[tuple[int, int, int]] = []
    end = len(units)
    while end:
        begin, title = back[end]
        cuts.append((begin, end, title))
        end = begin
    return best[-1], cuts[::-1]


_ITEM = -2.5  # what each item costs
_WORTH = {Label.CLOSES: 3.5, Label.APPLICATION: 3.0, Label.QUESTIONS: -1.0, Label.REGISTRATION: -5.0}
_START = {Gap.SAME: -3.0, Gap.LINE: -0.5, Gap.BLOCK: 0.7, Gap.HEAD: 1.2, Gap.HARD: 2.0}
_COHESION = {Gap.SAME: 1.0, Gap.LINE: 1.0, Gap.BLOCK: 0.2, Gap.HEAD: -1.0, Gap.HARD: 0.0}
_INSIDE = {Gap.SAME: 0.0, Gap.LINE: 0.0, Gap.BLOCK: -0.05, Gap.HEAD: -0.4, Gap.HARD: 0.0}


def _loose(unit: Unit) -> float:
    """Return what it costs to leave a piece out of all items."""
    if unit.kind is UnitKind.TITLED:
        return -6.0
    if unit.kind is UnitKind.DATE:
        main = unit.reading.main
        return -3.0 if main and main.role is Label.LIMIT else -5.0
    return -0.02 if unit.kind in (UnitKind.TEXT, UnitKind.NOTE) else -0.3


def _grow(fit: _Fit, units: list[Unit], titles: list[float], at: int, begin: int) -> None:
    unit, title = units[at], titles[at]
    if at > begin:
        fit.score += _INSIDE[unit.gap]
    if (fit.title < 0) != (fit.main < 0):
        fit.between = max(fit.between, unit.gap)
    if unit.kind in (UnitKind.DATE, UnitKind.TITLED):
        _grow_by_dates(fit, unit, at)
    if unit.kind is UnitKind.EVENT_KIND and fit.title >= 0:
        fit.score -= 0.0 if fit.main < 0 else 0.3
    elif title > 0:
        is_better = title > fit.best + (
            0.0 if fit.main < 0 else 1.0 if not fit.is_date_first or fit.title >= 0 else 0.0
        )
        if fit.title < 0 or is_better:
            if fit.title >= 0:
                fit.others += fit.best
                fit.score -= 0.6
                fit.between = Gap.SAME
            fit.title, fit.best = at, title
        else:
            fit.others += title if unit.level or unit.hint or unit.kind is UnitKind.TITLED else max(title - 1.5, 0.1)
            fit.score += 0.03
    elif unit.kind is UnitKind.PLACE and at == begin:
        fit.score -= 0.4
    elif unit.kind in (UnitKind.TEXT, UnitKind.DETAIL, UnitKind.DATED):
        fit.score += 0.03 if fit.title >= 0 else -1.0
    else:
        fit.score += 0.1


def _grow_by_dates(fit: _Fit, unit: Unit, at: int) -> None:
    for moment in unit.reading.moments:
        fit.is_sentence = moment.is_sentence if fit.main < 0 else fit.is_sentence
        if moment.role is Label.DATE:
            if fit.moment is None:
                fit.moment = moment
                fit.score -= 4.0 if Label.CLOSES in fit.roles else 0.0
                fit.main = at if fit.main < 0 or Label.CLOSES not in fit.roles else fit.main
            elif not _agree(fit.moment, moment):
                fit.score -= 5.0
            else:
                fit.score -= 0.3 if unit.kind is UnitKind.DATE else 2.0
        elif moment.role in DEADLINE_LABELS:
            is_known = moment.role in fit.roles
            fit.roles.add(moment.role)
            is_odd = fit.moment is not None and moment.role is Label.CLOSES
            fit.score -= 4.0 if is_known else 2.0 if is_odd else 0.2
            fit.main = at if fit.main < 0 else fit.main


def _agree(one: PageMoment, other: PageMoment) -> bool:
    """Return True if a date repeats another one, or is one of its days."""
    if one.when is None or other.when is None:
        return one.words == other.words
    return one.when.first <= other.when.first <= other.when.last <= one.when.last or (
        other.when.first <= one.when.first <= one.when.last <= other.when.last
    )


def _item(units: list[Unit], begin: int, end: int, title: int) -> PageItem:
    """Return a run of pieces as an item; `title` is where its title is, -1 for what is left over."""
    found = units[begin:end]
    dates = [unit for unit in found if unit.kind in (UnitKind.DATE, UnitKind.TITLED)]
    if title < 0:
        return PageItem(found, None, dates)
    head = units[title]
    is_below = dates[0].reading.moments[0].is_sentence and found.index(head) > found.index(dates[0])
    return PageItem(found, head, dates, is_doubtful=is_below)
