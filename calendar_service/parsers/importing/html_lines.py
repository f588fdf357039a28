"""Turn the visible part of a page into lines: cards, lists and headings are its items, tables keep their cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import is_https, tidy
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.html_items import (
    HEADINGS,
    find_cards,
    find_items,
    find_title,
    is_layout,
    stands_alone,
)
from calendar_service.parsers.importing.html_text import is_ignored, text_of, words_of_time
from calendar_service.parsers.importing.page_days import are_hours, begins_with_hours
from calendar_service.parsers.importing.page_labels import detail, label_in, label_of
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.parsers.importing.page_tables import is_head
from calendar_service.parsers.importing.page_years import names_a_month, with_month

if TYPE_CHECKING:
    from lxml import etree

_WORDS = {
    "inline": "a abbr b bdi bdo cite code em font i kbd label mark q s small span strong sub sup time u wbr",
    "place": "place location lieu venue where city ville locality",
    "title": "title titre headline",
    "badge": "badge tag tags category categorie theme kicker pill chip status statut",
}
_INLINE, _PLACE, _TITLE, _BADGE = (frozenset(words.split()) for words in _WORDS.values())
_LONGEST_HINTED = 200
_MOST_COLUMNS = 30


class LineWriter:
    """Walks through a page and writes its lines."""

    def __init__(self) -> None:
        self.found: list[SourceLine] = []
        self.buffer: list[str] = []
        self.number = 1
        self.url = ""
        self.role = Role.NONE
        self.level = 0  # of the heading that the walk is in
        self.cards = 0  # that the walk is inside of
        self.items: frozenset[etree._Element] = frozenset()
        self.titles: set[etree._Element] = set()  # of cards without headings
        self.is_in_item = False

    def lines(self, root: etree._Element) -> list[SourceLine]:
        """Return the lines of a page."""
        self.items = find_items(root)
        self._children(root)
        self._flush()
        return self.found

    def _flush(self) -> None:
        text = tidy("".join(self.buffer))
        if text:
            role = self.role if len(text) <= _LONGEST_HINTED and not carries_date(text) else Role.NONE
            if label_in(text) or (role is Role.PLACE and label_of(text)):
                role = Role.NONE
            self.found += [
                SourceLine(
                    self.number,
                    text,
                    role,
                    url=self.url,
                    level=self.level,
                    is_headed=self.is_in_item and role is Role.NONE,
                ),
                SourceLine(self.number, ""),
            ]
        self.buffer, self.url = [], ""

    def _break(self) -> None:
        self._flush()
        self.found.append(SourceLine(self.number, "", Role.BREAK))

    # -- elements -------------------------------------------------------------------------------

    def _children(self, element: etree._Element) -> None:
        repeated = set() if self.is_in_item else find_cards(element)
        self.buffer.append(element.text or "")
        for child in element:
            if not is_ignored(child):
                self._element(child, is_card=child in repeated)
            self.buffer.append(child.tail or "")

    def _element(self, element: etree._Element, *, is_card: bool) -> None:
        tag = str(element.tag)
        if tag == "br":
            self._flush()
        elif tag == "time" and element.get("datetime"):
            self.number = element.sourceline or self.number
            self.buffer.append(words_of_time(element.get("datetime") or "", text_of_children(element)))
        elif (
            tag in _INLINE
            and not is_card
            and all(child.tag in _INLINE or child.tag == "br" for child in element.iter())
        ):
            self._inline(element)
        else:
            self._block(element, tag, is_card=is_card)

    def _inline(self, element: etree._Element) -> None:
        before, text = "".join(self.buffer)[-1:], text_of(element)[:1]
        if (
            element.tag not in ("sup", "sub")
            and before
            and text
            and before.isalnum()
            and (before.isdigit() != text.isdigit() or _is_chip(element))
        ):
            self.buffer.append(" ")  # "04" and "May" beside it
        address = element.get("href") or ""
        if element.tag == "a" and is_https(address) and not self.url:
            self.url = address
        hint = _hint(element)
        is_shouted = element.tag in ("b", "strong") and not self.is_in_item and stands_alone(element)
        if element in self.titles or (is_shouted and self.role is Role.NONE):
            hint = Role.TITLE
        is_apart = hint is not Role.NONE or not _BADGE.isdisjoint(_class_words(element)) or _is_above_title(element)
        if not is_apart or self.role is not Role.NONE:
            self._children(element)
            return
        self._flush()
        self._hinted(element, hint)
        self._flush()

    def _block(self, element: etree._Element, tag: str, *, is_card: bool) -> None:
        self._flush()
        self.number = element.sourceline or self.number
        if self.is_in_item and tag == "li" and _is_point_of_agenda(element):
            self._hinted(element, Role.DETAIL)
        elif element in self.items:
            self._break()
            self.cards, self.is_in_item = self.cards + 1, True
            self._children(element)
            self.cards, self.is_in_item = self.cards - 1, False
            self._break()
        elif is_card or (not self.is_in_item and tag in ("article", "section") and _count_headings(element) == 1):
            self._break()
            self.cards += 1
            if is_card and (title := find_title(element)) is not None:
                self.titles.add(title)
            self._children(element)
            self.cards -= 1
            self._break()
        elif tag in HEADINGS:
            if not self.is_in_item and (not self.cards or _count_headings(element.getparent()) > 1):
                self._break()
            self.level = int(tag[1])
            self._hinted(element, Role.TITLE)
            self.level = 0
        elif tag == "table" and not is_layout(element):
            self._table(element)
        elif tag == "dl":
            self._definitions(element)
        else:
            address = element.get("href") or ""
            self._hinted(element, _hint(element))
            if tag == "a" and is_https(address):
                self.url = self.url or address
        self._flush()

    def _hinted(self, element: etree._Element, role: Role) -> None:
        before, self.role = self.role, role if role is not Role.NONE else self.role
        self._children(element)
        self._flush()
        self.role = before

    def _definitions(self, element: etree._Element) -> None:
        name = ""
        are_labels = any(label_of(text_of(child)) for child in element.iter("dt"))
        for child in element.iter("dt", "dd"):
            self.number = child.sourceline or self.number
            text = text_of(child)
            if child.tag == "dt" and are_labels:
                name = text.rstrip(" :")
            elif child.tag == "dt":
                self._break()
                self._write(text)
            else:
                self._write_pair(name, text)
        self._flush()

    def _write_pair(self, name: str, value: str) -> None:
        """Write a value behind its label; behind one that is not known it is a detail."""
        text = f"{name}: {value}" if name else value
        if name and label_of(name) is None:
            self.found += [detail(SourceLine(self.number, text)), SourceLine(self.number, "")]
        else:
            self._write(text)

    def _write(self, text: str, cells: tuple[str, ...] = (), url: str = "") -> None:
        self.found += [SourceLine(self.number, text, cells=cells, url=url), SourceLine(self.number, "")]

    def _table(self, element: etree._Element) -> None:
        """Write the rows: below a head, of labels and values, or each by itself."""
        rows = [(row, [cell for cell in row if cell.tag in ("td", "th")]) for row in element.iter("tr")]
        rows = [(row, cells) for row, cells in rows if cells]
        texts = _grid([cells for _, cells in rows])
        has_head = next((is_head(cells) for cells in texts if any(cells)), False)
        are_labels = any(len(cells) == 2 and label_of(cells[0]) for cells in texts)
        if has_head or not are_labels:
            self._break()
        is_agenda = self.is_in_item and not has_head and sum(are_hours(cells[0]) for cells in texts) > 1
        month = ""
        for (row, own), cells in zip(rows, texts, strict=True):
            self.number = row.sourceline or self.number
            if has_head and len(own) == 1 and len(cells) > 1:
                month = cells[0] if names_a_month(cells[0]) else ""
                self.found += [SourceLine(self.number, f"left out, {cells[0]}", Role.NOTE), SourceLine(self.number, "")]
            elif has_head:
                dated = tuple(with_month(cell, month) for cell in cells)
                self._write(" | ".join(dated), dated if len(dated) > 1 else (), _link(row))
            elif is_agenda:
                self.found += [SourceLine(self.number, " ".join(cells), Role.DETAIL), SourceLine(self.number, "")]
            elif len(cells) == 2 and are_labels:
                self._write_pair(cells[0].rstrip(" :"), cells[1])
            else:
                self._break()
                for cell in cells:
                    self._write(cell)
        self._break()


def _grid(rows: list[list[etree._Element]]) -> list[tuple[str, ...]]:
    """Return the texts of the cells; one that spans several rows or columns is in each row, and takes its columns."""
    found: list[tuple[str, ...]] = []
    below: dict[int, tuple[int, str]] = {}  # by column: in how many more rows, and what
    for cells in rows:
        texts: list[str] = []
        for cell in [*cells, None]:
            while below.get(len(texts), (0, ""))[0] and len(texts) < _MOST_COLUMNS:
                left, text = below[len(texts)]
                below[len(texts)] = (left - 1, text)
                texts.append(text)
            if cell is None:
                break
            down, across = (_span(cell, name) for name in ("rowspan", "colspan"))
            for each in (text_of(cell), *[""] * (across - 1)):
                below[len(texts)] = (down - 1, each)
                texts.append(each)
        found.append(tuple(texts))
    return found


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(max(int(value), 1), _MOST_COLUMNS) if re.fullmatch("[0-9]{1,3}", value) else 1


def text_of_children(element: etree._Element) -> str:
    """Return the text of an element that is itself no time."""
    return tidy("".join(str(piece) for piece in element.itertext()))


def _link(element: etree._Element) -> str:
    return next((url for link in element.iter("a") if is_https(url := link.get("href") or "")), "")


def _count_headings(element: etree._Element | None) -> int:
    return 0 if element is None else sum(1 for _ in element.iter(*HEADINGS))


def _hint(element: etree._Element) -> Role:
    """Return what the classes of an element say that it holds."""
    words = _class_words(element)
    if _PLACE & words:
        return Role.PLACE
    return Role.TITLE if _TITLE & words else Role.NONE


def _is_chip(element: etree._Element) -> bool:
    """Return True for an element of a class right behind another such: they stand apart on the page."""
    before = element.getprevious()
    return bool(before is not None and before.get("class") and element.get("class") and not (before.tail or "").strip())


def _is_above_title(element: etree._Element) -> bool:
    """Return True for words of a class of their own right before what is shouted: "Talk" before "The sea in 2050"."""
    after = element.getnext()
    is_alone = bool(element.get("class")) and not (element.tail or "").strip() and after is not None
    return is_alone and after is not None and after.tag in ("strong", "b") and not re.search(r"\d", text_of(element))


def _is_point_of_agenda(element: etree._Element) -> bool:
    """Return True for one of several points of a list that begin with hours: "10:00 Welcome"."""
    others = element.getparent()
    points = [each for each in others if each.tag == "li"] if others is not None else []
    return begins_with_hours(text_of(element)) and sum(begins_with_hours(text_of(each)) for each in points[:50]) > 1


def _class_words(element: etree._Element) -> set[str]:
    return set(re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()))
