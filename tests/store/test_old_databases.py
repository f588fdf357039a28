"""A database that an earlier version made keeps all that its readers rely on when this version takes it over."""

from datetime import UTC, datetime

import pytest
from old_databases import columns_of, load_old_database, rows_of

from calendar_service.records.entries import entry_names, uid
from calendar_service.records.enums import MomentName
from calendar_service.reminders.people.desk import Desk
from calendar_service.reminders.people.tokens import MANAGE, UNSUBSCRIBE
from calendar_service.store.editions import load_edition
from calendar_service.store.migrate import find_drift, is_current, upgrade

KEYS = ("the key of the version before faults were kept",)
NOW = datetime(2027, 6, 22, 11, tzinfo=UTC)
# What is no setting of the database itself, and what a later version may put right: groups, memberships and watches that
# cannot be read, and what the planner notes for itself.
KEPT_AS_THEY_ARE = {
    "attempts",
    "deliveries",
    "editions",
    "firings",
    "occasions",
    "revisions",
    "signups",
    "subscribers",
    "suppressions",
    "tallies",
    "workers",
}


@pytest.fixture
def old(database_url, tmp_path):
    engine = load_old_database("0.1.0", database_url, tmp_path)
    yield engine
    engine.dispose()


def test_rows_stay_as_they_are(old):
    before = {table: names for table, names in columns_of(old).items() if table in KEPT_AS_THEY_ARE}
    assert before.keys() == KEPT_AS_THEY_ARE
    rows = rows_of(old, before)
    assert not is_current(old)
    upgrade(old)
    find_drift(old)
    assert rows_of(old, before) == rows
    assert {table: len(found) for table, found in rows.items()} == {
        "attempts": 5,
        "deliveries": 36,
        "editions": 4,
        "firings": 59,
        "occasions": 44,
        "revisions": 8,
        "signups": 11,
        "subscribers": 8,
        "suppressions": 2,
        "tallies": 29,
        "workers": 1,
    }


def test_records_keep_their_identity_and_their_ledger(old):
    upgrade(old)
    edition = load_edition(old)
    found = {
        name: (
            entry.revision.number,
            entry.revision.sequence,
            [uid(each, "example.org") for each in entry_names(entry.record)],
        )
        for name, entry in edition.entries.items()
    }
    assert (edition.number, edition.published_at) == (4, datetime(2027, 6, 22, 8, tzinfo=UTC))
    assert found == {
        "bridge": (1, 0, ["bridge@example.org"]),
        "forum": (2, 1, ["forum@example.org"]),
        "market": (1, 0, ["market@example.org"]),
        "roads": (3, 2, ["roads@example.org", "roads-questions-by@example.org"]),
        "weekly": (1, 0, ["weekly@example.org"]),
    }
    moves = [
        (each.moment, each.old.words, each.new.words, each.decided_at.day) for each in edition.entries["roads"].moves
    ]
    assert moves == [
        (MomentName.CLOSES, "10 July 2027 at 17.00 CET", "17 July 2027 at 17.00 CET", 10),
        (MomentName.CLOSES, "17 July 2027 at 17.00 CET", "24 July 2027 at 12.00 CET", 22),
    ]


# Of each purpose one, as it stands in letters that have been sent.
LINKS = [
    (MANAGE, "WyJ2aG54bG5FVldheVlPTHREOTJmblJBIl0.pInsaZaPEW5z43ENxQsHnqQxsZlZe9wVOHDBq3o_vBo", "ada@example.com"),
    (UNSUBSCRIBE, "WyJ2aG54bG5FVldheVlPTHREOTJmblJBIl0.mwvQH_cVCN_YUG-FB7yGOTxDjegQjJqJHIMB-AsJBE4", "ada@example.com"),
    (
        MANAGE,
        "WyJ5RkpCQzg5RTRTYmdPa1BzbnhmekJnIl0.UwgMACwKtc7eMK72ZJ3C2bRo0QHLvn5p_Ak_13UEKAY",
        "https://hooks.example.com/dora",
    ),
    (MANAGE, "WyJIUy1EZDVJUlo4aVdMdDVtb01xaGVnIl0.Fa-Sm7WWQqXMRbJ2enUwiX3SAncaJ7OI6-u3fGnU7G0", "fay@example.com"),
    (MANAGE, "WyJ4TEtiYWpnUHBpcnE2amZsQVhZR21BIl0.OCZZCRkaQ-h48DNELczEzeLfcympjyqVJdL2ZlMbG5U", "kim@example.com"),
]
CONFIRM_IVY = "WyJxRUE1Wnp3eXc3eUZCcnliTFJ2eGd3IiwxODEzOTE3NjAwXQ.al-7WYN9zJAm-j67YxSNLkOEHluiUAxoDvNLPQJN4Is"


def test_links_that_were_sent_still_hold(old):
    upgrade(old)
    desk = Desk(old, KEYS)
    assert [(desk.subscriber_of(token, purpose, NOW).address) for purpose, token, _ in LINKS] == [
        address for _, _, address in LINKS
    ]
    assert desk.confirm(CONFIRM_IVY, NOW).address == "ivy@example.com"


def test_subscribers_keep_their_choices(old):
    upgrade(old)
    found = {}
    desk = Desk(old, KEYS)
    for name in ("ada", "ben", "cy", "emil", "fay"):
        one = desk.reader_at(f"{name}@example.com")
        settings = one.state, one.language, one.zone, one.country, one.digest
        found[name] = (*settings, [(each.selection, each.leads, each.wants_new) for each in one.watches])
    assert found == {
        "ada": ("active", "en", "Europe/Paris", "", "", [("", (), True)]),
        "ben": (
            "active",
            "fr",
            "Asia/Seoul",
            "KR",
            "",
            [("kind=tender&tag=roads", ("14 days", "5 working days"), False)],
        ),
        "cy": ("active", "en", "America/Lima", "", "daily", [("", ("7 days",), True)]),
        "emil": ("paused", "en", "Europe/Paris", "", "", [("kind=tender", ("3 days",), False)]),
        "fay": ("ended", "en", "Europe/Paris", "", "", [("kind=tender", ("3 days",), False)]),
    }
