"""The commands of `subscribers`: a table goes in whole or not at all, and comes out as it went in."""

import csv
import io
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from calendar_service.bootstrap import _make_secret_key, secret_keys
from calendar_service.cli.main import main
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.csv_table import read_subscriber_table, write_subscriber_table
from calendar_service.reminders.subscriptions.import_subscribers import import_subscribers
from calendar_service.settings import BadSetting, Settings
from calendar_service.store import subscribers
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations
from calendar_service.store.subscribers import Watch
from tests.support.databases import make_sqlite
from tests.support.subscriptions import DAY, KEYS, NOON, newcomer

HEAD = "address,language,timezone,country,selection,leads,consent,new,digest\n"
TABLE = (
    HEAD
    + "ada@example.org,en,Europe/Paris,,kind=tender,7 days,Form of 1 May 2026,yes,\n"
    + 'Ada@example.org,en,Europe/Paris,,tag=roads,"14 days, 1 day",Form of 1 May 2026,no,\n'
    + '\'+eve@example.org,fr,Asia/Tokyo,JP,,,"Oui, par lettre",,weekly\n'
    + "https://hooks.example.org/in,en,Europe/Paris,FR,kind=event,24 hours,Contract 7,,\n"
)
HASHER = AddressHasher(KEYS)


def run(path, *words):
    environment = {name: None for name in os.environ if name.startswith("CALENDAR_")}
    environment |= {"CALENDAR_DATABASE_URL": sqlite_url(path / "db.sqlite3"), "CALENDAR_SECRET_KEY": " ".join(KEYS)}
    return CliRunner(env=environment).invoke(main, ["subscribers", *map(str, words)])


def imported(path, text):
    (path / "people.csv").write_text(text, encoding="utf-8")
    return run(path, "import", path / "people.csv")


def subscribers_in(path):
    engine = open_engine(sqlite_url(path / "db.sqlite3"))
    run_migrations(engine)
    found = list(subscribers.list_subscribers(engine))
    engine.dispose()
    return found


def test_table_goes_in_and_comes_out_again(tmp_path):
    done = imported(tmp_path, TABLE)
    ada, eve, hook = subscribers_in(tmp_path)
    assert done.stdout == (
        f"https://hooks.example.org/in: its messages are signed with {hook.secret}\n"
        "3 people were added, 0 who were subscribers already watch more.\n"
    )
    assert (done.exit_code, done.stderr) == (0, "")
    assert ada.watches == (Watch("kind=tender", ("7 days",), wants_new=True), Watch("tag=roads", ("14 days", "1 day")))
    assert (eve.address, eve.language, eve.zone, eve.country) == ("+eve@example.org", "fr", "Asia/Tokyo", "JP")
    assert (eve.digest, eve.watches, eve.consent) == (
        "weekly",
        (Watch(""),),
        {"words": "Oui, par lettre", "form": "import"},
    )
    assert (hook.channel, hook.watches) == ("webhook", (Watch("kind=event", ("24 hours",)),))
    table = run(tmp_path, "export").stdout
    other = tmp_path / "other"
    other.mkdir()
    assert imported(other, table).exit_code == 0
    assert run(other, "export").stdout == table
    again = imported(tmp_path, table)
    assert again.stdout == "0 people were added, 3 who were subscribers already watch more.\n"
    assert [each.watches for each in subscribers_in(tmp_path)] == [ada.watches, eve.watches, hook.watches]


def test_every_bad_row_is_named_and_nobody_taken_in(tmp_path):
    path = tmp_path / "people.csv"
    done = imported(
        tmp_path,
        HEAD
        + "ada@example.org,en,Europe/Paris,,kind=tender,7 days,Form,,\n"
        + "ada@example.org,en,Asia/Tokyo,,tag=roads,7 days,Form,,\n"
        + "nobody,en,Europe/Paris,,kind=tender,7 days,Form,,\n"
        + "eve@example.org,de,Europe/Paris,,kind=tender,7 days,Form,,\n"
        + '"bob@example.org",en,Europe/Paris,,"kind=tendre",7 days,"Form\nof two lines",,\n'
        + "may@example.org,en,Europe/Paris,,kind=tender,soon,Form,,\n"
        + "joe@example.org,en,Europe/Paris,,kind=tender,7 days,,,\n"
        + "http://hooks.example.org,en,Europe/Paris,,kind=tender,7 days,Form,,\n"
        + "kim@example.org,en,Europe/Paris,,kind=tender,5 working days,Form,,\n",
    )
    said = [line.removeprefix(f"{path}:") for line in done.stderr.splitlines()]
    assert [line.split(". ")[0] for line in said] == [
        "3: timezone: 'Asia/Tokyo'",
        "4: address: 'nobody'",
        "5: language: 'de'",
        "6: selection: 'kind=tendre'",
        "8: leads: 'soon'",
        "9: consent: ''",
        "10: address: 'http://hooks.example.org'",
        "11: country: ''",
        "Nobody was taken in.",
    ]
    assert said[0] == "3: timezone: 'Asia/Tokyo'. Line 2 has another for the same address; one person has one."
    assert (done.exit_code, done.stdout, subscribers_in(tmp_path)) == (1, "", [])


HEADS = {
    "": "1: the column 'address' is missing.",
    "address,adress\n": "1: there is no column 'adress'. Did you mean 'address'?",
    HEAD.replace(",digest", ",new"): "1: two columns have the same name.",
    HEAD.replace("consent,", ""): "1: the column 'consent' is missing.",
    HEAD + "ada@example.org\n": "2: there are 1 cells under a head of 9.",
    HEAD + '"ada': "2: this is no table: unexpected end of data.",
    HEAD + "a\0": "2: it is no text.",
}


@pytest.mark.parametrize(("text", "said"), HEADS.items(), ids=HEADS.values())
def test_what_is_no_table_is_said(tmp_path, text, said):
    done = imported(tmp_path, text)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {tmp_path / 'people.csv'}:{said}")


def test_semicolons_and_a_byte_order_mark_are_read():
    table = "\ufeffConsent;address;language;timezone;country;selection;leads\nForm;ada@example.org;en;Europe/Paris;;;7 days, 1 day\n"
    people = read_subscriber_table(table.encode(), HASHER, ("en",))
    assert ([*people.new.values()], people.problems) == (
        [newcomer("ada@example.org", Watch("", ("7 days", "1 day")), consent={"words": "Form", "form": "import"})],
        [],
    )


def test_who_left_is_not_taken_in_again(database):
    ada, *_ = subscribers.add_subscribers(database, [newcomer("ada@example.org")], NOON)
    table = "".join(write_subscriber_table(subscribers.list_subscribers(database))).replace("Yes", "Form") + (
        "eve@example.org,en,Europe/Paris,,kind=tender,7 days,Form,no,,active\r\n"
    )
    people = read_subscriber_table(table.encode(), HASHER, ("en",))
    assert people.problems == []
    subscribers.end(database, ada.id, NOON)
    for _ in range(2):
        taken = import_subscribers(database, people, HASHER, NOON + DAY)
        assert [str(problem) for problem in taken.problems] == [
            "2: address: 'ada@example.org'. This person has ended the reminders. They can sign up again themselves; leave them out."
        ]
        assert {each.address for each in subscribers.list_subscribers(database)} <= {"ada@example.org"}
        if list(subscribers.list_subscribers(database)):
            subscribers.erase(database, ada.id, NOON)


def test_paused_stay_paused_and_ended_stay_out(database):
    paused, ended, *_ = subscribers.add_subscribers(
        database, [newcomer("ada@example.org"), newcomer("eve@example.org"), newcomer("bob@example.org")], NOON
    )
    subscribers.pause(database, paused.id, NOON)
    subscribers.end(database, ended.id, NOON)
    rows = list(csv.DictReader(io.StringIO("".join(write_subscriber_table(subscribers.list_subscribers(database))))))
    assert [(row["address"], row["state"]) for row in rows] == [
        ("ada@example.org", "paused"),
        ("bob@example.org", "active"),
    ]


def test_list_has_headings_for_people_alone(tmp_path, monkeypatch):
    make_sqlite(tmp_path / "db.sqlite3")
    assert run(tmp_path, "list").stderr == ""
    monkeypatch.setattr("calendar_service.cli.subscribers._is_for_people", lambda: True)
    told = run(tmp_path, "list")
    assert (told.stdout, told.stderr.split("\t")[:4]) == ("", ["ID", "STATE", "CHANNEL", "ADDRESS"])


def test_list_masks_addresses_unless_asked(tmp_path):
    imported(tmp_path, TABLE)
    refs = [each.ref for each in subscribers_in(tmp_path)]
    assert run(tmp_path, "list").stdout.splitlines() == [
        f"{refs[0]}\tactive\tmail\ta…@example.org\ten\tEurope/Paris\tkind=tender (7 days) and what is new | tag=roads (14 days, 1 day)",
        f"{refs[1]}\tactive\tmail\t+…@example.org\tfr\tAsia/Tokyo\teverything",
        f"{refs[2]}\tactive\twebhook\thttps://…\ten\tEurope/Paris\tkind=event (24 hours)",
    ]
    shown = run(tmp_path, "list", "--addresses").stdout
    assert [line.split("\t")[3] for line in shown.splitlines()] == [
        "ada@example.org",
        "+eve@example.org",
        "https://hooks.example.org/in",
    ]


def test_erase_deletes_all_of_an_address(tmp_path):
    imported(tmp_path, TABLE)
    assert run(tmp_path, "erase", "ADA@example.org").stdout == "All that was kept about this address is deleted.\n"
    kept = [json.loads(line) for line in run(tmp_path, "export", "--format", "json").stdout.splitlines()]
    assert [each["address"] for each in kept] == ["+eve@example.org", "https://hooks.example.org/in"]
    again = run(tmp_path, "erase", "ada@example.org")
    assert (again.exit_code, again.stderr) == (1, "Error: Nothing is kept about this address.\n")
    assert b"ada@example.org" not in run(tmp_path, "export", "--format", "json").stdout.encode()


def test_secret_key_is_made_once_for_its_owner_alone(tmp_path):
    settings = Settings(database_url=sqlite_url(tmp_path / "new" / "db.sqlite3"))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret_keys(settings), range(16)))
    (keys,) = found
    path = tmp_path / "new" / "secret-key"
    assert (keys, stat.S_IMODE(path.stat().st_mode)) == ((path.read_text().strip(),), 0o600)
    assert len(keys[0]) >= 43
    assert [each.name for each in path.parent.iterdir()] == ["secret-key"]


def test_the_key_of_a_process_that_was_quicker_stays(tmp_path):
    (tmp_path / "secret-key").write_text("q" * 43)
    _make_secret_key(tmp_path / "secret-key")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("secret-key", "q" * 43)]


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sqlite:///db.sqlite3", "."),
        ("sqlite:///deep/db.sqlite3", "deep"),
        ("sqlite://", "var"),
        ("postgresql://user:pw@host/name", "var"),
    ],
)
def test_secret_key_lies_beside_the_database(tmp_path, monkeypatch, url, folder):
    monkeypatch.chdir(tmp_path)
    secret_keys(Settings(database_url=url))
    assert (tmp_path / folder / "secret-key").exists()


def test_keys_of_the_settings_come_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert secret_keys(Settings(secret_keys=KEYS)) == KEYS
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_kept_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="CALENDAR_SECRET_KEY"):
        secret_keys(Settings(database_url=sqlite_url(tmp_path / "file" / "db.sqlite3")))
