"""Records as an Atom feed (RFC 4287). `updated` is when a record last changed, not when it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from calendar_service.records.times import write_instant
from calendar_service.writers import phrases
from calendar_service.writers.description import describe_record
from calendar_service.writers.sanitize import plain
from calendar_service.writers.tags import name_tag

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.writers.feed import FeedContents
    from calendar_service.writers.render_context import RenderContext

_NAMESPACE = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# RFC 4151 wants a day on which the domain was ours; the first of Unix time would not do.
_TAG_YEAR = 2020


def write_atom(contents: FeedContents) -> bytes:
    """Return an Atom feed, latest change first."""
    head, edition, view = contents.head, contents.edition, contents.view
    feed = ET.Element("feed", {"xmlns": _NAMESPACE, _LANGUAGE: view.lang.code})
    _text(feed, "id", head.source)
    _text(feed, "title", head.name)
    _text(feed, "updated", write_instant(head.changed_at))
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": head.source})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{view.base_url}{view.prefix}/"})
    author = ET.SubElement(feed, "author")
    _text(author, "name", phrases.pick(edition.calendar.name, view.lang.code).text)
    by_change = sorted(contents.entries, key=lambda entry: (entry.revision.changed_at, entry.record.id))
    for entry in reversed(by_change):
        _entry(feed, entry, edition, view)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ET.Element, entry: Entry, edition: Edition, view: RenderContext) -> None:
    record = entry.record
    element = ET.SubElement(feed, "entry")
    _text(element, "id", f"tag:{edition.calendar.id},{_TAG_YEAR}:{record.id}")
    title = _text(element, "title", phrases.full_title(entry, view.lang))
    title.set(_LANGUAGE, phrases.pick(record.title, view.lang.code).language)
    _text(element, "updated", write_instant(entry.revision.changed_at))
    ET.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": view.page_url(record.id)})
    ET.SubElement(element, "category", {"term": record.kind, "label": phrases.kind(record, view.lang)})
    for tag in record.tags:
        label = plain(name_tag(tag, edition.calendar, view.lang).text)
        ET.SubElement(element, "category", {"term": plain(tag)} | ({"label": label} if label != plain(tag) else {}))
    _text(element, "content", describe_record(entry, edition.calendar, view)).set("type", "text")


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = plain(text)
    return element
