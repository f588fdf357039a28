"""Find the elements of a page that are about one thing: those with one title, and days that belong to it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from calendar_service.datephrases import MONTHS
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.html_text import is_ignored, text_of
from calendar_service.parsers.importing.news import heads_a_list, heads_a_section
from calendar_service.parsers.importing.page_dates import read_date_line
from calendar_service.parsers.importing.page_labels import label_in, label_of, value_of_date_label
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_WHOLE = frozenset({"html", "body", "table", "tbody", "tr", "thead"})
_TITLED = frozenset({"div", "p", "span", "a"})
_AROUND_CARDS = frozenset({"html", "body", "main", "div", "section", "article", "ul", "ol"})
_LISTED = frozenset({"li", "p", "dd", "tr", "div", "article"})
_REPEATED = frozenset({"div", "section", "li", "a", "article", "tr"})
_HOURS = re.compile(r"\b\d{1,2} ?[:.h] ?\d\d\b")
_VARIANT = re.compile(r"\d+|\b(?:odd|even|first|last)\b")
_MOST_DATED = 3_000
_FEW_WORDS = 2
_MOST_BREAKS = 6
_MOST_PARTS, _LONGEST_PARTS = 6, 60


def find_items(root: etree._Element) -> frozenset[etree._Element]:
    """Return the elements with a single title and at least one day outside of it; none lies within another."""
    titles = _count_titles(root)
    found: set[etree._Element] = set()
    for leaf in _dated_leaves(root):
        item = next((each for each in (leaf, *leaf.iterancestors()) if titles.get(each)), None)
        if item is not None and titles[item] == 1 and item.tag not in HEADINGS:
            found.add(_whole_card(item, titles))
    parts = {each for each in found if each.tag not in _WHOLE} or found  # else the page is about one thing
    outer = {each for each in parts if parts.isdisjoint(each.iterancestors())}
    return frozenset(each for each in outer if not _lists_others(each))


def _whole_card(item: etree._Element, titles: dict[etree._Element, int]) -> etree._Element:
    """Return the largest element around an item that has no other title, if it is one of several."""
    found = item
    for parent in item.iterancestors():
        if titles[parent] > 1:
            return found
        found = parent
    return item


def is_layout(table: etree._Element) -> bool:
    """Return True for a table that only places the parts of a page: headings, tables, paragraphs are in a cell."""
    for cell in table.iter("td"):
        if any(True for _ in cell.iter("table", *HEADINGS)) or sum(1 for _ in cell.iter("p", "br")) > _MOST_BREAKS:
            return True
    return False


def find_title(card: etree._Element) -> etree._Element | None:
    """Return what stands out in a card without a heading: its only shouted words, or its only link of several words."""
    if any(True for _ in card.iter(*HEADINGS)):
        return None
    for tags in (("strong", "b"), ("a",)):
        found = [each for each in card.iter(*tags) if stands_alone(each) and not _is_hidden(each)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def stands_alone(element: etree._Element) -> bool:
    """Return True for words that may be a title and are a line by themselves."""
    before = element.getprevious()
    parent = element.getparent()
    ahead = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    return not (ahead.strip() or (element.tail or "").strip()) and _may_be_title(text_of(element))


def _may_be_title(text: str) -> bool:
    is_long = len(re.findall(r"[^\W\d_]{2,}", text)) > 1
    return is_long and not (carries_date(text) or label_in(text) or label_of(text) or text.endswith(":"))


def _count_titles(root: etree._Element) -> dict[etree._Element, int]:
    """Return how many titles each element has, itself included."""
    counts: dict[etree._Element, int] = {}
    titled = [each for each in root.iter(*_TITLED) if _is_title(each)]
    classes = Counter(each.get("class") for each in titled)
    repeated = [each for each in titled if classes[each.get("class")] > 1]
    for heading in (*root.iter(*HEADINGS), *repeated):
        text = text_of(heading)
        if not text or _is_hidden(heading) or heads_a_section(text) or heads_a_list(text) or _is_period(text):
            continue
        for each in (heading, *heading.iterancestors()):
            counts[each] = counts.get(each, 0) + 1
    return counts


def _is_hidden(element: etree._Element) -> bool:
    """Return True if an element, or one around it, is ignored."""
    return any(is_ignored(each) for each in (element, *element.iterancestors()))


def _is_title(element: etree._Element) -> bool:
    """Return True for a link whose class says that it is a title, with no heading in it or around it."""
    if "title" not in re.split(r"[\s_-]+", (element.get("class") or "").lower()) or not _may_be_title(text_of(element)):
        return False
    if not any(each.tag == "a" for each in (*element.iter(), *element.iterancestors())):
        return False
    related = (*element.iterdescendants(), *element.iterancestors())
    return not any(each.tag in HEADINGS or "title" in (each.get("class") or "").lower() for each in related)


def _is_period(text: str) -> bool:
    """Return True for a day, and for a month: what it heads is below it."""
    words = re.findall(r"\w+", fold_text(text))
    return all(word in MONTHS or word.isdigit() for word in words) or read_date_line(text) is not None


def _dated_leaves(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the innermost elements that name a day and stand in no heading."""
    count = 0
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in HEADINGS:
            continue
        is_in_heading = any(each.tag in HEADINGS for each in element.iterancestors())
        if _is_dated(element) and not _is_hidden(element) and not is_in_heading:
            yield element
            count += 1
            if count >= _MOST_DATED:
                return


def _is_dated(element: etree._Element) -> bool:
    """Return True if the text of an element names a day, or its small parts do together: "12", "May", "2027"."""
    own = (element.text or "", *(child.tail or "" for child in element))
    if element.tag == "time" or any(carries_date(text) for text in own if text.strip()):
        return True
    is_small = 1 < len(element) <= _MOST_PARTS and not any(len(child) for child in element)
    text = text_of(element) if is_small else ""
    return len(text) <= _LONGEST_PARTS and carries_date(text)


def _lists_others(item: etree._Element) -> bool:
    """Return True if several of its parts name a day and have words of their own: they are what it lists."""
    if any(len(each) > 1 and _has_cards(each) for each in item.iter(*_AROUND_CARDS)):
        return True
    if sum(stands_alone(each) and not heads_a_section(text_of(each)) for each in item.iter("b", "strong")) > 1:
        return True
    groups: dict[tuple[etree._Element, str], int] = {}
    for each in item.iter(*_LISTED):
        if any(child.tag in _LISTED for child in each.iter() if child is not each):
            continue
        text = text_of(each)
        parent = each.getparent()
        if parent is not None and carries_date(text) and _has_own_words(text):
            groups[(parent, str(each.tag))] = groups.get((parent, str(each.tag)), 0) + 1
    return any(count > 1 for count in groups.values())


def _has_own_words(text: str) -> bool:
    value = value_of_date_label(text)
    return value == text and read_date_line(text) is None and len(re.findall(r"[^\W\d_]{3,}", text)) > _FEW_WORDS


def find_cards(element: etree._Element) -> set[etree._Element]:
    """Return the children that are cards: of one sort, and two of them at least have a date."""
    groups: dict[tuple[str, frozenset[str]], list[etree._Element]] = {}
    for child in element:
        if child.tag in _REPEATED and not is_ignored(child):
            classes = frozenset(_VARIANT.sub("", (child.get("class") or "").lower()).split())
            groups.setdefault((str(child.tag), classes), []).append(child)
    for tag, classes in [key for key in groups if key[1]]:  # "card cancelled" beside cards
        of_sort = next((key for key in groups if key[0] == tag and key[1] and key[1] < classes), None)
        if of_sort:
            groups[of_sort] += groups.pop((tag, classes))
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


def _have_dates(members: list[etree._Element], texts: list[str]) -> bool:
    rich = [len(list(each.iter())) > 2 and carries_date(text) for each, text in zip(members, texts, strict=False)]
    return sum(rich) > 1


def _has_cards(element: etree._Element) -> bool:
    cards = find_cards(element)
    return _have_dates(list(cards), [text_of(each) for each in cards])
