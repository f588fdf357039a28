"""Subscribers as a CSV table: imported whole or not at all, and exported for safekeeping."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from calendar_service.records.csv_cells import guard_cell, read_cell
from calendar_service.records.errors import CalendarError, suggest
from calendar_service.records.shorten import shorten
from calendar_service.reminders.channels.registry import CHANNELS, read_address
from calendar_service.reminders.channels.webhook import new_secret
from calendar_service.reminders.subscriptions.preferences import InvalidPreferences, read_row
from calendar_service.store.subscribers import MAX_ADDRESS, MAX_WATCHES, NewSubscriber, SubscriberState, add_watches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from calendar_service.reminders.channels.base import ChannelName
    from calendar_service.reminders.subscriptions.addresses import AddressHasher
    from calendar_service.store.subscribers import Subscriber

NEEDED = ("address", "language", "timezone", "country", "selection", "leads", "consent")
OPTIONAL = ("new", "digest", "state")
MAX_TABLE_BYTES = 10 * 1024 * 1024
_DELIMITERS = (",", ";", "\t")
_SHOWN = 200
_STATES = {"": SubscriberState.ACTIVE, "active": SubscriberState.ACTIVE, "paused": SubscriberState.PAUSED}
_HEAD_REMEDY = f"Name the columns {', '.join(NEEDED)}, and if needed {', '.join(OPTIONAL)}."


class InvalidTable(CalendarError):
    """A file is not such a table; `line` is where that shows."""

    def __init__(self, message: str, remedy: str, line: int = 1) -> None:
        super().__init__(message, remedy=remedy)
        self.line = line


@dataclass(frozen=True)
class InvalidCell:
    """An error in one row."""

    line: int
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        return _visible(f"{self.line}: {self.column}: {shorten(self.value, _SHOWN)!r}. {self.remedy}")


def _visible(text: str) -> str:
    """Return a text in which control characters are shown instead of acting on a terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


@dataclass
class SubscriberTable:
    """The subscribers of a table, by hash of the address, with the line of each; and all its problems."""

    new: dict[str, NewSubscriber] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[InvalidCell] = field(default_factory=list)


class _BadValue(CalendarError):
    def __init__(self, column: str, remedy: str) -> None:
        super().__init__(remedy)
        self.column = column


def read_subscriber_table(data: bytes, hasher: AddressHasher, languages: Sequence[str]) -> SubscriberTable:
    """Parse a table of subscribers; several rows of one address are several watches. Raise InvalidTable.

    The columns may be in any order. Every invalid row is among the problems.
    """
    people = SubscriberTable()
    for line, row in _rows(_decode(data)):
        try:
            person = _read_person(row, hasher, languages)
            key = person.address_key
            if before := people.new.get(key):
                person = _merge(before, person, people.lines[key])
            people.new[key] = person
            people.lines.setdefault(key, line)
        except InvalidPreferences as error:
            people.problems.append(InvalidCell(line, error.field, row.get(error.field, ""), str(error)))
        except _BadValue as error:
            people.problems.append(InvalidCell(line, error.column, row.get(error.column, ""), str(error)))
    return people


def write_subscriber_table(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """Yield the lines that `read_subscriber_table` parses, one for each watch, without ended subscribers."""
    yield _line((*NEEDED, *OPTIONAL))
    for subscriber in subscribers:
        if subscriber.state is not SubscriberState.ENDED:
            for watch in subscriber.watches:
                cells = {
                    "address": subscriber.address,
                    "language": subscriber.language,
                    "timezone": subscriber.zone,
                    "country": subscriber.country,
                    "selection": watch.selection,
                    "leads": ", ".join(watch.leads),
                    "consent": _words(subscriber.consent),
                    "new": "yes" if watch.wants_new else "no",
                    "digest": subscriber.digest,
                    "state": str(subscriber.state),
                }
                yield _line(cells[name] for name in (*NEEDED, *OPTIONAL))


def _decode(data: bytes) -> str:
    if len(data) > MAX_TABLE_BYTES:
        raise InvalidTable(f"it is larger than {MAX_TABLE_BYTES // 1024 // 1024} MiB.", "Import it in parts.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidTable("it is not written in UTF-8.", "Save it as CSV UTF-8.", line) from None
    if "\0" in text:
        raise InvalidTable("it is no text.", "Save it as CSV UTF-8.", text.count("\n", 0, text.index("\0")) + 1)
    return text


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    try:
        head = [name.strip().lower() for name in next(table, [])]
        _check_head(head)
        before = table.line_num
        for cells in table:
            line, before = before + 1, table.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                message = f"there are {len(cells)} cells under a head of {len(head)}."
                raise InvalidTable(message, "Put quotes around a cell that holds the delimiter.", line)
            yield line, {name: read_cell(cell) for name, cell in zip(head, cells, strict=True)}
    except csv.Error as error:
        raise InvalidTable(f"this is no table: {error}.", "Close every quote.", table.line_num) from None


def _check_head(head: list[str]) -> None:
    known = (*NEEDED, *OPTIONAL)
    if len(set(head)) < len(head):
        raise InvalidTable("two columns have the same name.", "Name each column once.")
    if strange := [name for name in head if name not in known]:
        raise InvalidTable(f"there is no column {strange[0]!r}.", suggest(strange[0], known) or _HEAD_REMEDY)
    if missing := [name for name in NEEDED if name not in head]:
        raise InvalidTable(f"the column {missing[0]!r} is missing.", _HEAD_REMEDY)


def _read_person(row: Mapping[str, str], hasher: AddressHasher, languages: Sequence[str]) -> NewSubscriber:
    channel, address = _read_address(row["address"])
    choice = read_row(row, languages)
    if not row["consent"]:
        raise _BadValue(
            "consent", "Write with which words and when the person consented; without that, leave them out."
        )
    if row.get("state", "") not in _STATES:
        raise _BadValue("state", "It is active or paused.")
    return NewSubscriber(
        channel=channel,
        address=address,
        address_key=hasher.address_keys(address)[0],
        language=choice.language,
        zone=choice.zone,
        country=choice.country,
        digest=choice.digest,
        watches=(choice.watch,),
        consent={"words": row["consent"], "form": "import"},
        secret=new_secret() if CHANNELS[channel].signs else "",
        state=_STATES[row.get("state", "")],
    )


def _read_address(text: str) -> tuple[ChannelName, str]:
    if len(text) > MAX_ADDRESS:
        raise _BadValue("address", f"It is longer than {MAX_ADDRESS:,} characters.")
    try:
        return read_address(text)
    except CalendarError as error:
        raise _BadValue("address", str(error)) from None


def _merge(before: NewSubscriber, person: NewSubscriber, line: int) -> NewSubscriber:
    for name, column in (("language", "language"), ("zone", "timezone"), ("country", "country"), ("digest", "digest")):
        if getattr(before, name) != getattr(person, name):
            raise _BadValue(column, f"Line {line} has another for the same address; one person has one.")
    watches = add_watches(before.watches, person.watches)
    if len(watches) > MAX_WATCHES:
        raise _BadValue("selection", f"One address can follow {MAX_WATCHES} choices at most. Leave the others out.")
    return replace(before, watches=watches)


def _words(consent: Mapping[str, str]) -> str:
    """Return a consent in one cell: what was agreed to, and if it was given here, in which form and when."""
    given_here = "confirmed_at" in consent
    return f"{consent['words']} ({consent['form']}, {consent['confirmed_at']})" if given_here else consent["words"]


def _line(cells: Iterable[str]) -> str:
    table = io.StringIO()
    csv.writer(table).writerow([guard_cell(cell) for cell in cells])
    return table.getvalue()
