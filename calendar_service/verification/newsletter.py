"""What one copies from the page for newsletters: each record as lines of HTML and of plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from calendar_service.verification.expected import expect_rows
from calendar_service.verification.facts import Expected, StatedTime
from calendar_service.verification.page_words import page_words_of
from calendar_service.verification.pages import find_in_agenda
from calendar_service.verification.states import is_reason, read_shown_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.edition import Entry
    from calendar_service.verification.expected import Scope
    from calendar_service.verification.parsed import ParsedOutput

_COPIES = ("html", "text")
_COPIED = re.compile(r'<textarea id="(html|text)"[^>]*>(.*?)</textarea>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>")


def find_in_newsletter(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of the page: of its rows, and of the two texts to copy."""
    found = find_in_agenda(body, scope)
    for form, copied in _COPIED.findall(body.decode()):
        blocks = _blocks_of_html(unescape(copied)) if form == "html" else _blocks_of_text(unescape(copied))
        for lines in blocks:
            record = lines[-1].partition("?")[0].rpartition("/")[2]
            entry = scope.edition.entries.get(record)
            facts = _facts_of(lines[:-1], entry, scope) if entry else [StatedTime("the record", record)]
            found.add(record, [fact._replace(what=f"{fact.what} in the {form}") for fact in facts])
    return found


def expect_newsletter(entry: Entry, scope: Scope) -> Expected:
    """Return the facts that the page must have of a record: each row, and the same in both texts."""
    rows = expect_rows(entry, scope, windowed=True)
    return Expected(*([*facts, *_copied(facts)] for facts in (rows.must, rows.more)))


def _copied(facts: list[StatedTime]) -> list[StatedTime]:
    kept = [fact for fact in facts if fact.what != "<time datetime>"]
    return [fact._replace(what=f"{fact.what} in the {form}") for form in _COPIES for fact in kept]


def _blocks_of_html(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph, with the URL of its record as the last one."""
    for paragraph in re.findall(r"<p\b.*?</p>", text, re.DOTALL):
        url = re.search(r'href="([^"]*)"', paragraph)
        lines = re.sub(r"<br>|</span>\s*<br>", "\n", paragraph).split("\n")
        yield [line for each in lines if (line := unescape(_MARKUP.sub("", each)).strip())] + [url[1] if url else ""]


def _blocks_of_text(text: str) -> Iterator[list[str]]:
    for block in text.strip().split("\n\n"):
        yield [line for line in block.split("\n") if line]


def _facts_of(lines: list[str], entry: Entry, scope: Scope) -> list[StatedTime]:
    """Return the facts of the lines of one record: its times, its state and title, its kind, and what else is told."""
    words = page_words_of(scope.lang)
    titles = [" ".join(title.split()) for title in entry.record.title.values()]
    at = next((number for number, line in enumerate(lines) if any(title in line for title in titles)), len(lines) - 1)
    title = next((each for each in titles if each in lines[at]), "")
    state = lines[at].partition(title)[0].strip(" :\N{NO-BREAK SPACE}") if title else "no title"
    told = lines[at + 2 :]
    reasons = [line for line in told if is_reason(line, scope.lang)]
    others = [line for line in told if line not in reasons]
    open_until = [line for line in others if not line.endswith(".")]
    sentences = [line for line in others if line.endswith(".")]
    return [
        *words.read_lines(lines[:at]),
        *words.read_lines(open_until, "registration"),
        *read_shown_state([state] if state else [], reasons, scope.lang),
        *(fact for each in sentences for fact in words.read_moves([each]) or words.read_deadline_before([each])),
    ]
