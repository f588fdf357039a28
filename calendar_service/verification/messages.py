"""Verify messages: the state, its reason and the links that a subscriber is told of, and the file that goes with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from calendar_service.records.occurrences import occurrence_on
from calendar_service.verification.expected import Scope, expect_entries, is_recurring
from calendar_service.verification.facts import Expected, Mismatch, StatedTime, compare_times
from calendar_service.verification.parsed import UnreadableAnswer, find_in_ics
from calendar_service.verification.states import expect_state, is_on, links_of, read_told_state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_BLOCKS = frozenset({"p", "h1", "h2", "td", "div"})


@dataclass(frozen=True)
class SentMessage:
    """A message about one record as it is sent: its HTML and its attached file, b"" if there is none.

    `what` says in reports which message it is. `occurrence` is the day that the rule gave of what it is about.
    """

    record: str
    what: str
    lang: str
    html: str
    attachment: bytes = b""
    occurrence: date | None = None


def verify_messages(messages: Iterable[SentMessage], scope: Scope) -> tuple[int, list[Mismatch]]:
    """Return how many messages there are, and the differences between them and the records."""
    count, faults = 0, []
    for count, sent in enumerate(messages, 1):  # noqa: B007 (the number of the last is what is returned)
        own = replace(scope, lang=sent.lang)
        found = [*_verify_words(sent, own), *(_verify_file(sent, own) if sent.attachment else [])]
        faults += [Mismatch(f"the {sent.what} in {sent.lang}", sent.record, *each) for each in found]
    return count, faults


def _verify_words(sent: SentMessage, scope: Scope) -> list[tuple[str, str, str]]:
    entry = scope.edition.entries[sent.record]
    schedule = entry.record.schedule
    occurrence = occurrence_on(schedule, sent.occurrence) if schedule and sent.occurrence else None
    read = _Blocks(sent.html)
    titles = (read_told_state(each, "", sent.lang) for each in read.texts)
    states = [fact for found in titles for fact in found if fact.value != "as planned"]
    found = [*states, *read_told_state("", "\n".join(read.texts), sent.lang, record=entry.record)[1:]]
    wanted = [fact for fact in expect_state(entry, sent.lang, occurrence) if fact.value != "as planned"]
    if not is_on(entry, occurrence):
        told = "\n".join([*read.links, *read.texts])
        found += [StatedTime(f"link to {name}", url) for name, url in links_of(entry.record).items() if url in told]
    return compare_times(Expected(wanted), found, None)


def _verify_file(sent: SentMessage, scope: Scope) -> list[tuple[str, str, str]]:
    entry = scope.edition.entries[sent.record]
    try:
        output = find_in_ics(sent.attachment, scope)
    except UnreadableAnswer as error:
        return [("the file", "what it says it is", str(error))]
    wanted = expect_entries(entry, scope, output.names.get(sent.record, set()))
    within = scope.days if is_recurring(entry.record) else None
    return compare_times(wanted, output.facts.get(sent.record, []), within)


class _Blocks(HTMLParser):
    """The texts of a message, one for each block, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = [""]
        self.feed(html)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag in _BLOCKS:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        self._open.append(data)

    def _end(self) -> None:
        self.texts.append(" ".join("".join(self._open).split()))
        self._open = []
