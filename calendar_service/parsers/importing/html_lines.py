"""Turn the visible part of a page into pieces: cards, lists and headings begin anew, tables keep their cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import is_https, tidy
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.html_text import is_ignored, text_of, words_of_time
from calendar_service.parsers.importing.page_units import Gap, Unit, head_of
from calendar_service.parsers.importing.page_words import Label, label_of, split_label

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
    """Walks through a page and writes its pieces."""

    def __init__(self) -> None:
        self.found: list[Unit] = []
        self.buffer: list[str] = []
        self.number = 1
        self.url = ""
        self.hint: Label | None = None
        self.level = 0  # of the heading that the walk is in
        self.gap = Gap.HARD  # before the next piece
        self.is_bold = False

    def units(self, root: etree._Element) -> list[Unit]:
        """Return the pieces of a page."""
        self._children(root)
        self._flush()
        return self.found

    def _flush(self, gap: Gap = Gap.LINE) -> None:
        """End a piece; `gap` is how strongly the next one begins anew."""
        text = tidy("".join(self.buffer))
        if text:
            is_fit = len(text) <= _LONGEST_HINTED and not carries_date(text) and split_label(text)[0] is None
            hint = self.hint if is_fit and not (self.hint is Label.PLACE and label_of(text)) else None
            self._write(text, hint=hint, url=self.url, level=self.level, is_bold=self.is_bold)
        self.gap = max(self.gap, gap)
        self.buffer, self.url, self.is_bold = [], "", False

    def _write(
        self,
        text: str,
        *,
        hint: Label | None = None,
        url: str = "",
        level: int = 0,
        is_bold: bool = False,
        cells: tuple[str, ...] = (),
    ) -> None:
        if text:
            piece = Unit(self.number, text, self.gap, level=level, hint=hint, url=url, cells=cells, is_bold=is_bold)
            self.found.append(piece)
            self.gap = Gap.LINE

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
        is_inline = tag in _INLINE and all(child.tag in _INLINE or child.tag == "br" for child in element.iter())
        if tag == "br":
            self._flush(Gap.LINE if "".join(self.buffer).strip() or self.gap is Gap.SAME else Gap.BLOCK)
        elif tag == "time" and element.get("datetime"):
            self.number = element.sourceline or self.number
            self.buffer.append(
                words_of_time(element.get("datetime") or "", tidy("".join(map(str, element.itertext()))))
            )
        elif is_inline and not is_card:
            self._inline(element)
        else:
            self._block(element, tag, is_card=is_card)

    def _inline(self, element: etree._Element) -> None:
        before, text = "".join(self.buffer)[-1:], text_of(element)[:1]
        is_beside = before and text and before.isdigit() != text.isdigit() and before.isalnum()
        if element.tag not in ("sup", "sub") and is_beside:
            self.buffer.append(" ")  # "04" and "May" beside it
        address = element.get("href") or ""
        if element.tag == "a" and is_https(address) and not self.url:
            self.url = address
        self.is_bold = self.is_bold or (element.tag in ("b", "strong", "a") and not "".join(self.buffer).strip())
        hint = _hint(element)
        if hint is None or self.hint is not None:
            self._children(element)
            return
        self._flush()
        self._hinted(element, hint)
        self._flush()

    def _block(self, element: etree._Element, tag: str, *, is_card: bool) -> None:
        is_part = tag in ("article", "section") and sum(1 for _ in element.iter(*_HEADINGS)) == 1
        self._flush(
            Gap.HARD
            if is_card or is_part
            else Gap.HEAD
            if tag in _HEADINGS
            else Gap.LINE
            if tag in ("div", "li")
            else Gap.BLOCK
        )
        self.number = element.sourceline or self.number
        if tag in _HEADINGS:
            self.level = int(tag[1])
            self._hinted(element, Label.TITLE)
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
        self._flush(Gap.HARD if is_card or is_part else Gap.LINE if tag in ("div", "li", *_HEADINGS) else Gap.BLOCK)

    def _hinted(self, element: etree._Element, hint: Label | None) -> None:
        before, self.hint = self.hint, hint or self.hint
        self._children(element)
        self._flush()
        self.hint = before

    def _definitions(self, element: etree._Element) -> None:
        name = ""
        are_labels = any(label_of(text_of(child)) for child in element.iter("dt"))
        for child in element.iter("dt", "dd"):
            self.number = child.sourceline or self.number
            text = text_of(child)
            if child.tag == "dt" and are_labels:
                name = text.rstrip(" :")
            elif child.tag == "dt":
                self.gap = Gap.HARD
                self._write(text)
            else:
                self._write(f"{name}: {text}" if name else text)

    def _table(self, element: etree._Element) -> None:
        """Write the rows: below a head, of labels and values, or each by itself."""
        rows = [(row, [cell for cell in row if cell.tag in ("td", "th")]) for row in element.iter("tr")]
        rows = [(row, cells) for row, cells in rows if cells]
        texts = _grid([cells for _, cells in rows])
        has_head = next((bool(head_of(cells)) for cells in texts if any(cells)), False)
        are_labels = any(len(cells) == 2 and label_of(cells[0]) for cells in texts)
        if has_head or not are_labels:
            self.gap = Gap.HARD
        for (row, _), cells in zip(rows, texts, strict=True):
            self.number = row.sourceline or self.number
            link = next((url for each in row.iter("a") if is_https(url := each.get("href") or "")), "")
            if has_head:
                self._write(" | ".join(cells), cells=cells if len(cells) > 1 else (), url=link)
            elif len(cells) == 2 and are_labels:
                self._write(f"{cells[0].rstrip(' :')}: {cells[1]}")
            else:
                self._row(row, is_item=any(map(carries_date, cells)) and len(rows) > 1)
        self.gap = Gap.HARD if has_head or not are_labels else Gap.BLOCK

    def _row(self, row: etree._Element, *, is_item: bool) -> None:
        """Write a row of a table whose columns are not known, or that only arranges the page."""
        self.gap = Gap.HARD if is_item else max(self.gap, Gap.BLOCK)
        for cell in row:
            if cell.tag in ("td", "th"):
                is_wide = cell.find(".//br") is not None or len(list(cell)) > 1
                self.gap = max(self.gap, Gap.BLOCK if is_wide else Gap.LINE)
                self._children(cell)
                self._flush()


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


def _hint(element: etree._Element) -> Label | None:
    """Return what the classes of an element say that it holds."""
    words = set(re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()))
    if _PLACE & words:
        return Label.PLACE
    return Label.TITLE if _TITLE & words else None


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
        if tag == "li" and any(split_label(text)[0] for text in texts):
            continue  # details of one event
        firsts = [text_of(each[0]) for each in members if len(each) == 2 and isinstance(each[0].tag, str)]
        if sum(bool(label_of(text)) for text in firsts) > 1:
            continue  # rows of labels and values
        timed = sum(_is_timed(text) for text in texts)
        if (tag == "li" and 2 * timed > len(texts)) or _have_dates(members, texts):
            found.update(members)
    return found


def _is_timed(text: str) -> bool:
    return carries_date(text) or bool(_HOURS.search(text))


def _have_dates(members: Iterable[etree._Element], texts: list[str]) -> bool:
    rich = [len(list(each.iter())) > 2 and carries_date(text) for each, text in zip(members, texts, strict=False)]
    return sum(rich) > 1
