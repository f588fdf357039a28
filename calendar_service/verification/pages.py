"""Parse pages: what `<time datetime>` says to programs, and what the words beside it say to people."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from calendar_service.verification.facts import StatedTime
from calendar_service.verification.linked_data import read_linked
from calendar_service.verification.page_words import page_words_of
from calendar_service.verification.parsed import ParsedOutput
from calendar_service.verification.questions import read_shown_questions
from calendar_service.verification.states import read_links, read_shown_state, says_off

if TYPE_CHECKING:
    from calendar_service.verification.expected import Scope

_VOID = frozenset({"meta", "link", "br", "input", "img", "hr", "base", "col", "source", "wbr"})
_KEPT = frozenset(
    {"time", "local", "move", "was", "registers", "state", "reason", "number", "rest", "question", "answer"}
)
# The programs whose pages add an event to a calendar.
_ADDERS = ("https://calendar.google.com/", "https://outlook.live.com/", "https://outlook.office.com/")
# Where the title of a row stands, on a page and in the widget.
_TITLES = frozenset({"h3", "h4"})


@dataclass
class _Part:
    """One row of the agenda, or the page of a record: texts by CSS class, in order."""

    link: str = ""
    links: list[str] = field(default_factory=list)
    datetimes: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def of(self, *classes: str) -> list[str]:
        return [text for name, text in self.texts if name in classes]


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.whole = _Part()
        self.rows: list[_Part] = []
        self.description = ""
        self.linked: list[str] = []
        self.further = ""
        self._open: list[tuple[str, str]] = []
        self._texts: list[tuple[int, str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "li" and "row" in classes:
            self.rows.append(_Part())
        if tag == "meta" and given.get("name") == "description":
            self.description = given.get("content", "")
        if tag == "time":
            self._part.datetimes.append(given.get("datetime", ""))
        if tag == "a" and any(name in _TITLES for name, _ in self._open):
            self._part.link = given.get("href", "")
        if tag == "a":
            self._part.links.append(given.get("href", ""))
        if tag == "a" and given.get("rel") == "next":
            self.further = given.get("href", "")
        if tag == "script" and given.get("type") == "application/ld+json":
            self.linked.append("")
        if tag in _VOID:
            return
        self._open.append((tag, "row" if "row" in classes else ""))
        if kept := next((name for name in classes if name in _KEPT), ""):
            self._texts.append((len(self._open), kept, []))

    def handle_data(self, data: str) -> None:
        if self.linked and self._open and self._open[-1][0] == "script":
            self.linked[-1] += data
        for _, _, text in self._texts:
            text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(name == tag for name, _ in self._open):
            if self._texts and self._texts[-1][0] == len(self._open):
                _, kept, text = self._texts.pop()
                self._part.texts.append((kept, "".join(text)))
            if self._open.pop()[0] == tag:
                break

    @property
    def _part(self) -> _Part:
        return self.rows[-1] if any(kept for _, kept in self._open) else self.whole


def find_in_page(body: bytes, scope: Scope, record: str) -> ParsedOutput:
    """Return the facts of the page of a record."""
    page, words, found = _Page(body.decode()), page_words_of(scope.lang), ParsedOutput()
    found.add(record, words.read_start(page.description, "<meta description>"))
    found.add(record, _datetimes(page.whole))
    found.add(record, words.read_lines(page.whole.of("time", "local")))
    found.add(record, words.read_moves(page.whole.of("move")))
    found.add(record, _states(page.whole, scope))
    found.add(record, read_linked(page.linked))
    found.add(record, read_shown_questions(page.whole.of("question"), page.whole.of("answer"), scope.lang))
    entry = scope.edition.entries.get(record)
    if entry:
        adds = any(link.startswith(_ADDERS) or link.partition("?")[0].endswith(".ics") for link in page.whole.links)
        links = read_links(entry.record, "\n".join(page.whole.links), "the page")
        found.add(record, [links._replace(value=" ".join(filter(None, [links.value, "add" * adds])))])
    return found


def find_next(body: bytes) -> str:
    """Return the URL of the agenda's next page, "" on the last one."""
    return _Page(body.decode()).further


def find_in_agenda(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of the agenda: a row for each record or occurrence."""
    page, words, found = _Page(body.decode()), page_words_of(scope.lang), ParsedOutput()
    moves: dict[str, list[StatedTime]] = {}
    for row in page.rows:
        record = row.link.partition("?")[0].rpartition("/")[2]
        lines = row.of("time", "local")
        closing = words.read_lines(row.of("registers"), "registration")
        found.add(record, [*_datetimes(row), *words.read_lines(lines), *closing, *_states(row, scope)])
        if says_off(row.of("state"), scope.lang):
            files = [link for link in row.links if link.partition("?")[0].endswith(".ics")]
            found.add(record, [StatedTime("a link to add what is off", link) for link in files])
        moves_read = words.read_deadline_before(row.of("move"))
        if moves.setdefault(record, moves_read) != moves_read:
            found.add(record, [StatedTime("moved to", "unreadable: the rows of one record differ")])
        number = words.day_number(lines[0]) if lines else None
        if row.of("number") != [str(number)]:
            found.add(record, [StatedTime("day beside the row", f"unreadable {row.of('number')} beside {lines}")])
    for record, moves_read in moves.items():
        found.add(record, moves_read)
    return found


def find_in_widget(body: bytes, scope: Scope) -> ParsedOutput:
    """Return the facts of the widget's agenda, whose rows are the page's; it names how many more there are."""
    found = find_in_agenda(body, scope)
    found.remark = " ".join(_Page(body.decode()).whole.of("rest"))
    return found


def _states(part: _Part, scope: Scope) -> list[StatedTime]:
    found = read_shown_state(part.of("state"), part.of("reason"), scope.lang)
    return found + page_words_of(scope.lang).read_moves(part.of("was"))


def _datetimes(part: _Part) -> list[StatedTime]:
    return [StatedTime("<time datetime>", value) for value in part.datetimes]
