"""Take microdata of schema.org out of a page, in the form of JSON-LD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_service.parsers.importing.html_text import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_EVENT = re.compile(r"https?://schema\.org/(?:\w*Event|Festival|Hackathon|CourseInstance)/?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_MAX_DEPTH = 10


def take_microdata(root: etree._Element) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events with their lines, and empty their elements: nothing of them is read again.

    What is in them besides their properties is `rest`, a list of texts.
    """
    for element in [each for each in root.iter() if _EVENT.fullmatch(each.get("itemtype") or "")]:
        if any(_EVENT.fullmatch(each.get("itemtype") or "") for each in element.iterancestors()):
            continue  # a part of another event
        node = _node(element, 0)
        for child in [each for each in element.iter() if each is not element and each.get("itemprop")]:
            _empty(child)
        texts = [text_of(child) for child in element if isinstance(child.tag, str)]
        yield element.sourceline or 1, {**node, "rest": [text for text in texts if _WORD.search(text)]}
        _empty(element)


def _empty(element: etree._Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None


def _node(element: etree._Element, depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"@type": re.split("[/#]", (element.get("itemtype") or "Thing").rstrip("/"))[-1]}
    if depth < _MAX_DEPTH:
        _add_properties(node, element, depth)
    return node


def _add_properties(node: dict[str, Any], element: etree._Element, depth: int) -> None:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        names = (child.get("itemprop") or "").split()
        value = _node(child, depth + 1) if child.get("itemscope") is not None else _value(child) if names else None
        for name in names[:5]:
            if name not in node:
                node[name] = value
            elif isinstance(node[name], list):
                node[name].append(value)
            else:
                node[name] = [node[name], value]
        if child.get("itemscope") is None:
            _add_properties(node, child, depth)


def _value(element: etree._Element) -> str:
    for name in ("content", "datetime", "href", "src"):
        if (found := element.get(name)) and (name != "href" or element.tag in ("a", "link")):
            return str(found).strip()
    return text_of(element)
