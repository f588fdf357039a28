"""Import a saved HTML page: what it says for machines first, then what people see.

JSON-LD and microdata of schema.org are records as they are. The rest of the page becomes lines, by its cards, tables,
lists of definitions and headings, and is read like the text of a page. Scripts, styles and navigation are ignored;
nothing is fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from calendar_service.parsers.importing.candidates import (
    Candidate,
    Ignored,
    Imported,
    UnfitSource,
    read_json,
    shorten_value,
)
from calendar_service.parsers.importing.dated_text import carries_date
from calendar_service.parsers.importing.html_lines import LineWriter
from calendar_service.parsers.importing.html_microdata import take_microdata
from calendar_service.parsers.importing.jsonld import add_events
from calendar_service.parsers.importing.page import read_source_lines
from calendar_service.parsers.importing.page_dates import read_date_line
from calendar_service.parsers.importing.page_inline import sentences_of
from calendar_service.parsers.importing.page_questions import may_close_registration
from calendar_service.parsers.importing.page_sentences import read_sentence
from calendar_service.parsers.importing.page_states import state_alone
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,20})", re.IGNORECASE)
_CHARSETS = frozenset({"iso-8859-1", "latin1", "windows-1252", "iso-8859-15", "cp1252"})
_TAG = re.compile(r"<[a-zA-Z](?>[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_MOST_ATTRIBUTES = 1_000  # of one element; more cost libxml2 a long time
_MAX_DEPTH = 200
_MOST_ELEMENTS = 50_000


def read_html(data: bytes, language: str | None) -> Imported:
    """Parse a page. Raise UnfitSource if it cannot be parsed at all."""
    root = _parse(_decode(data))
    imported = Imported()
    for line, value, text in _scripts(root, imported):
        add_events(imported, value, text, line, language)
    for line, node in take_microdata(root):
        rest = node.pop("rest")
        add_events(imported, node, "", line, language)
        _add_rest(imported.candidates[-1], line, rest)
    if any(each.words for each in imported.candidates):
        # Its dates are the record's, with holidays, replaced deadlines and the like beside them.
        imported.add(Ignored(1, "what people see on the page: it has the whole record of this service for programs."))
        return imported
    for each in imported.candidates:
        _add_registration(each)
    known = {_key(each): each for each in imported.candidates}
    for item in read_source_lines(LineWriter().lines(root), language).items:
        same = known.get(_key(item)) if isinstance(item, Candidate) else None
        imported.add(_again(item, same) if isinstance(item, Candidate) and same else item)
    imported.items.sort(key=lambda item: item.line)
    return imported


def _scripts(root: etree._Element, imported: Imported) -> Iterator[tuple[int, Any, str]]:
    """Yield the JSON-LD of the page, each script with its line; a broken one is reported."""
    for script in root.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        line, text = script.sourceline or 1, script.text or ""
        try:
            yield line, read_json(text), text
        except UnfitSource as error:
            imported.add(Ignored(line, f"a script that is no JSON: {error}"))


def _add_registration(candidate: Candidate) -> None:
    """Set the end of registration that only the description of an event has."""
    summary = candidate.fields.get("summary", "")
    texts = summary.values() if isinstance(summary, dict) else [summary]
    for sentence in (each for text in texts for each in sentences_of(text)):
        found = read_sentence(sentence) or read_date_line(sentence.rstrip("."))
        is_open = candidate.fields["kind"] != "tender" and "registration" not in candidate.fields
        if is_open and found and found.is_deadline and found.is_about == "registration" and found.when:
            candidate.fields["registration"] = {"closes": found.words}
            candidate.remark(
                Sentence(
                    "Line {line}, its date is taken from a sentence: {text}",
                    line=candidate.line,
                    text=shorten_value(sentence),
                )
            )


def _add_rest(candidate: Candidate, line: int, texts: list[str]) -> None:
    """Add the end of registration from the texts beside the properties of an event; mention the other texts."""
    for text in texts:
        found = read_sentence(text)
        if found and found.is_deadline and found.when and "registration" not in candidate.fields:
            candidate.fields["registration"] = {"closes": found.words}
            candidate.remark(
                Sentence("Line {line}, its date is taken from a sentence: {text}", line=line, text=shorten_value(text))
            )
        elif carries_date(text) and may_close_registration(candidate, text):
            candidate.questions.append(
                Sentence("Does line {line} say until when to register? {text}", line=line, text=shorten_value(text))
            )
        elif not state_alone(text.strip(" –—-")):
            candidate.remark(Sentence("Line {line}, not used: {text}", line=line, text=shorten_value(text)))


def _again(item: Candidate, same: Candidate) -> Ignored:
    """Return what people see of an event that the page has for machines, too."""
    if item.first and same.first and item.first != same.first:
        same.questions.append(
            Sentence(
                "Line {line} of the page says {day}: which is it?",
                line=item.line,
                day=item.first.isoformat(),
            )
        )
    registration = item.fields.get("registration")
    if registration and "registration" not in same.fields and same.fields["kind"] != "tender":
        same.fields["registration"] = registration
        same.remark(Sentence("How to register is taken from line {line}.", line=item.line))
    return Ignored(item.line, f"the page says it twice: {shorten_value(str(item.fields.get('when', '')))}")


def _key(item: Candidate) -> str:
    title = item.fields.get("title", "")
    words = next(iter(title.values()), "") if isinstance(title, dict) else title
    return " ".join(fold_text(str(words)).split())


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        declared = _CHARSET.search(data[:4096])
        name = declared[1].decode("ascii", "replace").lower() if declared else ""
        if name in _CHARSETS:
            return data.decode("cp1252" if name != "iso-8859-15" else name, "replace")
        line = data.count(b"\n", 0, error.start) + 1
        raise UnfitSource("the page is not in UTF-8.", line=line, remedy="Save it with that encoding.") from None


def _parse(text: str) -> etree._Element:
    for tag in _TAG.finditer(text):
        if len(tag[0]) > _MOST_ATTRIBUTES and len(_QUOTED.sub("", tag[0]).split()) > _MOST_ATTRIBUTES:
            line = text.count("\n", 0, tag.start()) + 1
            raise UnfitSource(f"an element has more than {_MOST_ATTRIBUTES:,} attributes.", line=line)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(text.replace("\0", " ").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise UnfitSource("the elements of the page are nested too deep.")
    if root is None:
        raise UnfitSource("there is nothing in the page.")
    depth = 0
    for count, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if count > 2 * _MOST_ELEMENTS:
            raise UnfitSource(f"the page has more than {_MOST_ELEMENTS:,} elements.", remedy="Save a part of it.")
        if depth > _MAX_DEPTH:
            raise UnfitSource(f"elements are nested more than {_MAX_DEPTH} deep.", line=element.sourceline or 0)
    return root
