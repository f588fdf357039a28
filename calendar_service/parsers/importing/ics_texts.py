"""Texts of an .ics file as other programs write them: descriptions in HTML, links to meetings, stray characters."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LONGEST = 64 * 1024
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
_MEETING = re.compile(
    r"https://(?:teams\.microsoft\.com/(?:l/meetup-join|meet)/|teams\.live\.com/meet/|meet\.google\.com/[a-z]{3}-"
    r"|[\w.-]{1,40}\.?zoom\.us/[jw]/|[\w-]{1,40}\.webex\.com/)[^\s<>\"'\\]*"
)
_STRAY = {"a carriage return without a line feed": re.compile(rb"\r(?!\n)"), "a NUL character": re.compile(rb"\0")}


def plain_description(text: str) -> str:
    """Return a description without its markup; scripts and styles are left out."""
    if not _MARKUP.search(text):
        return text
    reader = _TextOfHtml()
    reader.feed(text[:_LONGEST])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def meeting_link(*texts: str) -> str:
    """Return the first link to a meeting in Teams, Meet, Zoom or Webex, "" if there is none."""
    return next((match[0].rstrip(".,;)>]") for text in texts if (match := _MEETING.search(text))), "")


def stray_characters(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield what a file must not hold, with the line of the first and how many there are."""
    for what, pattern in _STRAY.items():
        if first := pattern.search(data):
            count = sum(1 for _ in pattern.finditer(data))
            more = f", and {count - 1:,} more" if count > 1 else ""
            ends = b"\n" if b"\n" in data else b"\r"
            yield data.count(ends, 0, first.start()) + 1, f"{what}{more}."


class _TextOfHtml(HTMLParser):
    """Collects what people see; entities are decoded."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (theirs)
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.found.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(self.hidden - (tag in _HIDDEN), 0)
        if tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)
