"""A database that an earlier version made keeps all that its subscribers rely on when this version takes it over."""

import threading
from datetime import UTC, datetime
from email import message_from_bytes
from hashlib import sha256

import pytest
from sqlalchemy import bindparam, select, text

from calendar_service.records.enums import MomentName
from calendar_service.records.uids import entry_names, uid
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.forecast import upcoming
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.service import ReminderService
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.reminders.subscriptions.signed_tokens import MANAGE, UNSUBSCRIBE
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.group_sync import sync_groups_of_many
from calendar_service.store.migrate import find_drift, run_migrations
from calendar_service.store.process_state import read_state
from calendar_service.store.schedule import FirstPass, load_first_passes
from calendar_service.store.schema_version import is_usable
from calendar_service.store.subscribers import Watch
from calendar_service.store.tables import UTCDateTime, groups, memberships
from tests.support.old_databases import columns_of, load_old_database, rows_of

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
def old(empty_database_url, tmp_path):
    engine = load_old_database("0.1.0", empty_database_url, tmp_path)
    yield engine
    engine.dispose()


def test_rows_stay_as_they_are(old):
    before = {table: names for table, names in columns_of(old).items() if table in KEPT_AS_THEY_ARE}
    assert before.keys() == KEPT_AS_THEY_ARE
    rows = rows_of(old, before)
    assert not is_usable(old)
    run_migrations(old)
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
    run_migrations(old)
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
        (each.moment, each.old.words, each.new.words, each.published_at.day) for each in edition.entries["roads"].moves
    ]
    assert moves == [
        (MomentName.CLOSES, "10 July 2027 at 17.00 CET", "17 July 2027 at 17.00 CET", 10),
        (MomentName.CLOSES, "17 July 2027 at 17.00 CET", "24 July 2027 at 12.00 CET", 22),
    ]


# Of each purpose one, as it stands in messages that have been sent.
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
    run_migrations(old)
    service = SubscriptionService(old, KEYS)
    assert [(service.subscriber_of(token, purpose, NOW).address) for purpose, token, _ in LINKS] == [
        address for _, _, address in LINKS
    ]
    assert service.confirm(CONFIRM_IVY, NOW).address == "ivy@example.com"


def test_subscribers_keep_their_choices(old):
    run_migrations(old)
    found = {}
    service = SubscriptionService(old, KEYS)
    for name in ("ada", "ben", "cy", "emil", "fay"):
        one = service.subscriber_at(f"{name}@example.com")
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


# -- what earlier versions took and is set aside ------------------------------------------------------------------


def watches_of(old, name):
    return [
        (each.selection, each.problem)
        for each in SubscriptionService(old, KEYS).subscriber_at(f"{name}@example.com").watches
    ]


def groups_of(old, name):
    service = SubscriptionService(old, KEYS)
    with reading(old) as connection:
        joined = select(groups.c.topic, groups.c.selection, groups.c.lead).join(memberships)
        mine = memberships.c.subscriber_id == service.subscriber_at(f"{name}@example.com").id
        return sorted(tuple(row) for row in connection.execute(joined.where(mine)))


def watch_faults(old):
    with reading(old) as connection:
        return [
            (each.key, each.count, each.retry_at, each.details) for each in list_faults(connection, [FaultKind.WATCH])
        ]


def test_watches_that_nobody_can_read_are_set_aside_and_reported(old):
    run_migrations(old)
    assert watches_of(old, "kim") == [("x=1", "unreadable"), ("kind=tender", ""), ("id=", "unreadable")]
    assert groups_of(old, "kim") == [("changes", "kind=tender", ""), ("reminders", "kind=tender", "7 days")]
    assert watches_of(old, "lou") == [(f"id=record-{n}", "" if n < 50 else "too many") for n in range(60)]
    assert len(groups_of(old, "lou")) == 100
    kim, lou = watch_faults(old)
    assert kim == ("7", 1, None, ("watch 10, unreadable: 'x=1' '7 days'", "watch 12, unreadable: 'id=' '7 days'"))
    assert (*lou[:3], len(lou[3])) == ("8", 1, None, 10)


def test_what_is_set_aside_stops_nobody_and_is_not_planned(old):
    run_migrations(old)
    edition = load_edition(old)
    planner = Planner(old)
    planner.fan_out(edition, NOW)
    with reading(old) as connection:
        assert [each for each in list_faults(connection) if each.kind is not FaultKind.WATCH] == []
    kim = SubscriptionService(old, KEYS).subscriber_at("kim@example.com")
    with reading(old) as connection:
        seen = load_first_passes(connection)
    assert {each.notification.record_id for each in upcoming(edition, kim, NOW, seen)} == {"bridge", "roads"}


def test_saving_drops_what_cannot_be_read(old):
    run_migrations(old)
    service = SubscriptionService(old, KEYS)
    for name, left in (("kim", ["kind=tender"]), ("lou", [f"id=record-{n}" for n in range(5, 55)])):
        one = service.subscriber_at(f"{name}@example.com")
        settings = {each: getattr(one, each) for each in ("language", "zone", "country", "digest")}
        service.change(one, **settings, watches=tuple(Watch(each, ("7 days",)) for each in left), now=NOW)
        assert watches_of(old, name) == [(each, "") for each in left]
    assert watch_faults(old) == []


def test_stopping_one_of_too_many_lets_the_next_in(old):
    run_migrations(old)
    service = SubscriptionService(old, KEYS)
    one = service.subscriber_at("lou@example.com")
    settings = {each: getattr(one, each) for each in ("language", "zone", "country", "digest")}
    service.change(one, **settings, watches=one.watches[1:], now=NOW)
    assert [problem for _, problem in watches_of(old, "lou")] == [""] * 50 + ["too many"] * 9
    assert [key for key, *_ in watch_faults(old)] == ["7", "8"]


def test_who_is_erased_leaves_no_fault(old):
    run_migrations(old)
    service = SubscriptionService(old, KEYS)
    for name in ("kim", "lou"):
        service.forget(service.subscriber_at(f"{name}@example.com"), NOW)
    assert watch_faults(old) == []


HOSTILE = ["\ud800", "q=\u0000", "%", "kind=" + 300 * "x", "from=&to=", "&&&=", "tag=" + 500 * "+"]


def test_changes_go_with_the_digests_of_those_who_have_them(old):
    """They are in the groups that the program would derive for them, since when they were, and are not caught up."""
    run_migrations(old)
    query = select(memberships.c.subscriber_id, memberships.c.since, memberships.c.is_fresh, groups).join(groups)
    with writing(old) as connection:
        before = sorted(tuple(row) for row in connection.execute(query.order_by(groups.c.id)))
        of_changes = list(connection.execute(query.where(groups.c.topic == "changes")))
        assert {(row.digest, row.zone == "") for row in of_changes} == {("", True), ("daily", False)}
        sync_groups_of_many(connection, sorted({row[0] for row in before}), NOW)
        assert sorted(tuple(row) for row in connection.execute(query)) == before


def test_no_row_stops_the_migration(old):
    """Whatever stands there; PostgreSQL takes neither NUL nor lone surrogates."""
    good = [each for each in HOSTILE if "\ud800" not in each and "\0" not in each]
    with writing(old) as connection:
        for selection in good:
            values = {"who": 1, "selection": selection[:2000], "leads": selection[:400]}
            inserted = "INSERT INTO watches (subscriber_id, selection, leads, wants_new) VALUES (:who, :selection, :leads, :new)"
            connection.execute(text(inserted), {**values, "new": False})
    run_migrations(old)
    found = watches_of(old, "ada")
    assert found[0] == ("", "")
    assert {problem for _, problem in found[1:]} == {"unreadable"}
    assert len(found) == 1 + len(good)


# -- since when changes count ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [False, True], ids=["as it was", "with a stamp ahead"])
def test_editions_count_since_their_stamps_but_not_since_the_future(old, ahead):
    planned = datetime(2027, 6, 22, 10, 12, tzinfo=UTC)
    if ahead:
        with writing(old) as connection:
            stamp = {"at": datetime(2029, 6, 22, 8, tzinfo=UTC)}
            moved = "UPDATE editions SET published_at = :at WHERE number = 4"
            connection.execute(text(moved).bindparams(bindparam("at", type_=UTCDateTime)), stamp)
    run_migrations(old)
    with reading(old) as connection:
        seen = load_first_passes(connection)
        assert read_state(connection, "passed") == ("", planned)
    last = planned if ahead else datetime(2027, 6, 22, 8, tzinfo=UTC)
    days = {1: datetime(2027, 5, 1, 9, tzinfo=UTC), 2: datetime(2027, 6, 10, 8, tzinfo=UTC)}
    days |= {3: datetime(2027, 6, 12, 8, tzinfo=UTC), 4: last}
    assert seen == {number: FirstPass(at, at) for number, at in days.items()}


def test_nothing_that_was_sent_or_waits_is_entered_again(old):
    run_migrations(old)
    before = rows_of(old, {"deliveries": ["occasion_id", "subscriber_id"]})["deliveries"]
    Planner(old).fan_out(load_edition(old), NOW)
    after = rows_of(old, {"deliveries": ["occasion_id", "subscriber_id"]})["deliveries"]
    assert after == before


def test_only_what_waited_is_sent(old, tmp_path):
    """Each message keeps the Message-ID that the first version gave it, made of its key and its subscriber."""
    run_migrations(old)
    names = ["id", "occasion_id", "subscriber_id", "attempts", "settled_at"]
    before = deliveries_by_state(old, names)
    waiting = {row[0] for row in before["waiting"]}
    mailing = MailSettings("", tmp_path / "mail", "calendar@example.org")
    service = ReminderService(old, KEYS, "https://example.org", mailing, lambda: NOW)
    service.schedule_due()
    service.send(threading.Event())
    service.close(patience=30)
    after = deliveries_by_state(old, names)
    assert after["sent"][: len(before["sent"])] == before["sent"]
    sent = {row[0] for row in after["sent"]} - {row[0] for row in before["sent"]}
    assert sent <= waiting
    assert len(sent) > 5
    written = [message_from_bytes(path.read_bytes()) for path in (tmp_path / "mail").glob("*.eml")]
    assert sorted(each["Message-ID"] for each in written) == sorted(message_ids(old, sent))


def deliveries_by_state(old, names):
    found = {}
    for state, *rest in rows_of(old, {"deliveries": ["state", *names]})["deliveries"]:
        found.setdefault(state, []).append(rest)
    return {state: sorted(rows, key=lambda row: int(row[0])) for state, rows in found.items()}


def message_ids(old, ids):
    columns = "kind, record_id, occurrence, moment, revision, lead"
    refs = "coalesce(subscribers.ref, signups.ref)"
    rows = (
        f"SELECT {columns}, {refs} FROM deliveries JOIN occasions ON occasions.id = occasion_id"  # noqa: S608 (ours)
        " LEFT JOIN subscribers ON subscribers.id = subscriber_id LEFT JOIN signups ON signups.id = signup_id"
        " WHERE deliveries.id IN :ids"
    )
    with reading(old) as connection:
        found = connection.execute(
            text(rows).bindparams(bindparam("ids", expanding=True)), {"ids": [int(each) for each in ids]}
        )
        return [f"<{sha256(chr(10).join(row).encode()).hexdigest()[:40]}@example.org>" for row in found]
