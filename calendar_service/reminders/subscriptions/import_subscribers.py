"""Import people who consented elsewhere: all of a table, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.reminders.subscriptions.csv_table import InvalidCell
from calendar_service.store.engine import writing
from calendar_service.store.subscribers import (
    MAX_WATCHES,
    TooManyWatches,
    add_watches,
    insert_subscribers,
    select_many,
    set_watches,
)
from calendar_service.store.suppressions import ENDED, NOT_ME, find_suppressions

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.reminders.subscriptions.addresses import AddressHasher
    from calendar_service.reminders.subscriptions.csv_table import SubscriberTable
    from calendar_service.store.engine import Database, Transaction
    from calendar_service.store.subscribers import Subscriber, Watch

_WHY = {
    ENDED: "This person has ended the reminders. They can sign up again themselves; leave them out.",
    NOT_ME: "This person has said never to be written to. Leave them out.",
}
_BOUNCED = "Mails to this address came back lately. Leave it out, or ask the person for another."


@dataclass(frozen=True)
class ImportResult:
    """Who was imported; `gained` are those who were subscribers before. With `problems`, nobody was."""

    added: tuple[Subscriber, ...] = ()
    gained: int = 0
    problems: tuple[InvalidCell, ...] = ()


def import_subscribers(engine: Database, people: SubscriberTable, hasher: AddressHasher, now: datetime) -> ImportResult:
    """Add the people of a table, and their watches to those who are subscribers already.

    In one transaction, and only if none of them has left, cannot be reached, or would have too many watches.
    """
    newest = {key: own for own, person in people.new.items() for key in hasher.address_keys(person.address)}
    with writing(engine) as connection:
        if problems := _refused(connection, people, newest, now):
            return ImportResult(problems=tuple(problems))
        known = {newest[each.address_key]: each for each in select_many(connection, list(newest))}
        wanted = {each.id: add_watches(each.watches, people.new[own].watches) for own, each in known.items()}
        if problems := _too_many(people, known, wanted):
            return ImportResult(problems=tuple(problems))
        set_watches(connection, wanted, now)
        added = insert_subscribers(connection, [new for own, new in people.new.items() if own not in known], now)
    return ImportResult(tuple(added), len(known))


def _too_many(
    people: SubscriberTable, known: dict[str, Subscriber], wanted: dict[int, tuple[Watch, ...]]
) -> list[InvalidCell]:
    """Return those who would have too many watches."""
    problems = []
    for own, each in known.items():
        number = len(wanted[each.id])
        if number > MAX_WATCHES and number > len(each.watches):
            more = len(people.new[own].watches)
            value = f"{len(each.watches)} watched already, {more} here"
            problems.append(InvalidCell(people.lines[own], "selection", value, str(TooManyWatches())))
    return sorted(problems, key=lambda problem: problem.line)


def _refused(
    connection: Transaction, people: SubscriberTable, newest: dict[str, str], now: datetime
) -> list[InvalidCell]:
    reasons = find_suppressions(connection, list(newest), now)
    problems = [
        InvalidCell(people.lines[newest[key]], "address", people.new[newest[key]].address, _WHY.get(reason, _BOUNCED))
        for key, reason in reasons.items()
    ]
    return sorted(problems, key=lambda problem: problem.line)
