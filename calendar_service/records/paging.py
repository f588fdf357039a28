"""Pages of a long output, for programs that ask for them: some records, and where the next ones are.

Records are in order of their ids, which never change: whoever follows the links gets each record that was there all
the time exactly once, whatever is published meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from calendar_service.records.errors import gettext_noop
from calendar_service.records.selection import BadSelection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from calendar_service.records.edition import Entry

MOST_ON_A_PAGE = 1_000
NAMES = ("limit", "after")
"""The names of the query parameters."""
_MOST_DIGITS = 4


@dataclass(frozen=True)
class PageRequest:
    """At most `limit` records whose ids are greater than `after`."""

    limit: int
    after: str = ""

    def query(self) -> str:
        """Return the query of the page."""
        return urlencode({"limit": self.limit, "after": self.after})

    def cut(self, entries: Sequence[Entry]) -> tuple[list[Entry], PageRequest | None]:
        """Return the entries of the page, by their ids, and the request of the next page, None on the last one."""
        rest = sorted((each for each in entries if each.record.id > self.after), key=lambda each: each.record.id)
        page = rest[: self.limit]
        return page, PageRequest(self.limit, page[-1].record.id) if len(rest) > self.limit else None


def read_page_request(given: Sequence[tuple[str, str]], known: Collection[str]) -> PageRequest | None:
    """Return the page that query parameters ask for, None without them; `known` are all ids that ever were public.

    Raise BadSelection for a limit that is no number from 1 to 1,000, an unknown id, and a name that is given twice.
    """
    found = dict(given)
    if not found:
        return None
    if len(found) < len(given):
        name = next(name for name in found if [each for each, _ in given].count(name) > 1)
        values = ",".join(value for each, value in given if each == name)
        raise BadSelection(name, values[:50], gettext_noop("{name}= takes one value."), gettext_noop("Give it once."))
    limit, after = found.get("limit", f"{MOST_ON_A_PAGE}"), found.get("after", "")
    is_number = limit.isascii() and limit.isdecimal() and len(limit) <= _MOST_DIGITS
    if not is_number or not 1 <= int(limit) <= MOST_ON_A_PAGE:
        sentence = gettext_noop("limit={value} is not a number of records.")
        raise BadSelection("limit", limit[:50], sentence, gettext_noop("Write a whole number from 1 to 1000."))
    if "after" in found and after not in known:
        sentence = gettext_noop("There is no event or call '{value}'.")
        raise BadSelection("after", after[:50], sentence, gettext_noop("Look at /api/v1/records."))
    return PageRequest(int(limit), after)
