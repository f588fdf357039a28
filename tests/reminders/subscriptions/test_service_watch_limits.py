"""Nobody watches more than fifty selections, whichever way they come."""

import pytest

from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.csv_table import read_subscriber_table
from calendar_service.reminders.subscriptions.import_subscribers import import_subscribers
from calendar_service.store import subscribers
from calendar_service.store.subscribers import MAX_WATCHES, TooManyWatches, Watch
from tests.support.subscriptions import DAY, KEYS, NOON, newcomer

HEAD = "address,language,timezone,country,selection,leads,consent\n"
HASHER = AddressHasher(KEYS)
MOST = "One address can follow 50 choices at most. "


def row(selection, address="ada@example.org"):
    return f'{address},en,Europe/Paris,,"{selection}",7 days,Form of 1 May 2026\n'


def read(*rows):
    return read_subscriber_table((HEAD + "".join(rows)).encode(), HASHER, ("en", "fr"))


def watches(number, start=0):
    return tuple(Watch(f"id=a{each}") for each in range(start, start + number))


@pytest.mark.parametrize(
    "selection", ["x=1", "kind=party", "from=2027-01-01", "tag=" + "a" * 5000, "id=", "=,", "&&", "q=a%00b"]
)
def test_a_row_with_a_bad_selection_is_named(selection):
    people = read(row("kind=tender"), row(selection, "eve@example.org"))
    assert [(each.line, each.column) for each in people.problems] == [(3, "selection")]
    assert len(str(people.problems[0])) < 500


def test_rows_of_one_address_are_no_more_than_can_be_watched():
    fitting = read(*(row(f"id=a{number}") for number in range(MAX_WATCHES)), row("id=a0"))
    assert (fitting.problems, [len(each.watches) for each in fitting.new.values()]) == ([], [MAX_WATCHES])
    people = read(*(row(f"id=a{number}") for number in range(MAX_WATCHES + 2)))
    assert [str(each) for each in people.problems] == [
        f"52: selection: 'id=a50'. {MOST}Leave the others out.",
        f"53: selection: 'id=a51'. {MOST}Leave the others out.",
    ]


def test_rows_add_no_more_to_who_is_there_already(database):
    known = subscribers.add_subscriber(database, newcomer("ada@example.org", *watches(49)), NOON)
    people = read(row("id=b", "eve@example.org"), row("id=b"), row("id=c"))
    taken = import_subscribers(database, people, HASHER, NOON + DAY)
    assert [str(each) for each in taken.problems] == [
        f"3: selection: '49 watched already, 2 here'. {MOST}Stop following one of them first."
    ]
    assert list(subscribers.list_subscribers(database)) == [known]
    assert import_subscribers(database, read(row("id=b"), row("id=a1")), HASHER, NOON + DAY).gained == 1
    (kept,) = subscribers.list_subscribers(database)
    assert len(kept.watches) == MAX_WATCHES


def test_the_store_refuses_too_many(database):
    with pytest.raises(TooManyWatches):
        subscribers.add_subscriber(database, newcomer("ada@example.org", *watches(51)), NOON)
    assert list(subscribers.list_subscribers(database)) == []
