"""Turn the visible part of a page into lines: cards, lists and headings are its items, tables keep their cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import is_https, tidy
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.html_text import is_ignored, text_of, words_of_time
from calendar_service.parsers.importing.page_labels import label_in, label_of
from calendar_service.parsers.importing.page_source import Role, SourceLine
from calendar_service.parsers.importing.page_tables import is_head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

_WORDS = {
    "inline": "a abbr b bdi bdo cite code em font i kbd label mark q s small span strong sub sup time u wbr",
    "headings": "h1 h2 h3 h4 h5 h6",
    "repeated": "div section li a article tr",
    "place": "place location lieu venue where city ville locality",
    "title": "title titre headline",
}
_INLINE, _HEADINGS, _REPEATED, _PLACE, _TITLE = (frozenset(words.split()) for words in _WORDS.values())
_LONGEST_HINTED = 200
_MOST_COLUMNS = 30
_HOURS = re.compile(r"\b\d{1,2} ?[:.h] ?\d\d\b")
_VARIANT = re.compile(r"\d+|\b(?:odd|even|first|last)\b")


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

    def lines(self, root: etree._Element) -> list[SourceLine]:
        """Return the lines of a page."""
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
                SourceLine(self.number, text, role, url=self.url, level=self.level),
                SourceLine(self.number, ""),
            ]
        self.buffer, self.url = [], ""

    def _break(self) -> None:
        self._flush()
        self.found.append(SourceLine(self.number, "", Role.BREAK))

    # -- elements -------------------------------------------------------------------------------

    def _children(self, element: etree._Element) -> None:
        repeated = _repeated(element)
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
            and before.isdigit() != text.isdigit()
            and before.isalnum()
        ):
            self.buffer.append(" ")  # "04" and "May" beside it
        address = element.get("href") or ""
        if element.tag == "a" and is_https(address) and not self.url:
            self.url = address
        hint = _hint(element)
        if hint is Role.NONE or self.role is not Role.NONE:
            self._children(element)
            return
        self._flush()
        self._hinted(element, hint)
        self._flush()

    def _block(self, element: etree._Element, tag: str, *, is_card: bool) -> None:
        self._flush()
        self.number = element.sourceline or self.number
        if is_card or (tag in ("article", "section") and _count_headings(element) == 1):
            self._break()
            self.cards += 1
            self._children(element)
            self.cards -= 1
            self._break()
        elif tag in _HEADINGS:
            if not self.cards or _count_headings(element.getparent()) > 1:
                self._break()
            self.level = int(tag[1])
            self._hinted(element, Role.TITLE)
            self.level = 0
        elif tag == "table":
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
                self._write(f"{name}: {text}" if name else text)
        self._flush()

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
        for (row, _), cells in zip(rows, texts, strict=True):
            self.number = row.sourceline or self.number
            if has_head:
                self._write(" | ".join(cells), cells if len(cells) > 1 else (), _link(row))
            elif len(cells) == 2 and are_labels:
                self._write(f"{cells[0].rstrip(' :')}: {cells[1]}")
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
    return 0 if element is None else sum(1 for _ in element.iter(*_HEADINGS))


def _hint(element: etree._Element) -> Role:
    """Return what the classes of an element say that it holds."""
    words = set(re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()))
    if _PLACE & words:
        return Role.PLACE
    return Role.TITLE if _TITLE & words else Role.NONE


def _repeated(element: etree._Element) -> set[etree._Element]:
    """Return the children that are cards: of one sort, and two of them at least have a date."""
    groups: dict[tuple[str, str], list[etree._Element]] = {}
    for child in element:
        if child.tag in _REPEATED and not is_ignored(child):
            classes = _VARIANT.sub("", (child.get("class") or "").lower())
            groups.setdefault((str(child.tag), " ".join(classes.split())), []).append(child)
    found: set[etree._Element] = set()
    for (tag, _), members in groups.items():
        texts = [text_of(each) for each in members[:1_000]]
        if tag == "li" and any(label_in(text) for text in texts):
            continue  # details of one event
        if (tag == "li" and any(_is_timed(text) for text in texts)) or _have_dates(members, texts):
            found.update(members)
    return found


def _is_timed(text: str) -> bool:
    return carries_date(text) or bool(_HOURS.search(text))


def _have_dates(members: Iterable[etree._Element], texts: list[str]) -> bool:
    rich = [len(list(each.iter())) > 2 and carries_date(text) for each, text in zip(members, texts, strict=False)]
    return sum(rich) > 1
