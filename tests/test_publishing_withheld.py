"""Records that are not public: drafts, and those that become public at a time of their own."""

import json
import re
from datetime import timedelta

import pytest

from calendar_service import publishing
from calendar_service.publishing import publish_file
from calendar_service.store import clocks
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading
from calendar_service.store.lease import Host
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import last_attempt
from calendar_service.store.scheduled_records import list_scheduled, next_release
from calendar_service.worker import Worker
from tests.support.calendar_files import calendar, event, tender, webinar
from tests.support.commands import run_here
from tests.support.databases import open_sqlite
from tests.support.public_site import PublicSite
from tests.support.reminders import add_subscriber, utc, watch

NOW = utc("2027-06-01 12:00")
AT = utc("2027-06-02 12:00")
MINUTE = timedelta(minutes=1)
DRAFT = "    status: draft\n"
TIMED = "    publish_at: 2 June 2027, 14:00\n"
SECRET = event("secret", "9 July 2027", title="Zebra") + "    tags: [quagga]\n    url: https://example.org/okapi\n"
SURFACES = """
/ /month?month=2027-07 /year /?q=zebra /?tag=quagga /events/secret /events/secret.ics /calendar.ics /calendar.json
/calendar.atom /calendar.csv /calendar.jcal /calendar.jscalendar /calendar/events.ics /widget /embed /sitemap.xml
/oembed?url=https://calendar.example.org/events/secret /api/v1/records /reminders /reminders?record=secret /openapi.json
""".split()  # noqa: SIM905 (a list of words)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "events.yaml"


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch):
    """The database's clock is not compared with that of the tests, which stands still."""
    monkeypatch.setattr(clocks, "server_time", lambda _: None)


def publish(engine, file, now, *records, **more):
    if records:
        file.write_text(calendar(*records))
    return publish_file(engine, file, now, **more)


def public(engine):
    return sorted(load_edition(engine).entries)


def names(found):
    return [each.record.id for each in found]


@pytest.mark.parametrize("withheld", [DRAFT, TIMED])
def test_nothing_of_it_is_public_on_any_surface(tmp_path, withheld):
    file = tmp_path / "events.yaml"
    file.write_text(calendar(event(when="1 July 2027")))
    site = PublicSite(tmp_path, file, NOW)
    before = {path: site.get(path) for path in SURFACES}
    assert publish(site.engine, file, NOW, event(when="1 July 2027"), SECRET + withheld).outcome == "unchanged"
    site.look_again()
    for path, old in before.items():
        new = site.get(path)
        assert (new.status_code, new.headers.get("ETag")) == (old.status_code, old.headers.get("ETag")), path
        if "q=" not in path and "tag=" not in path and "secret" not in path:
            assert not re.search(rb"zebra|quagga|okapi|secret", new.data, re.IGNORECASE), path
        if old.status_code == 200 and b"form" not in old.data:
            assert new.data == old.data, path


def test_a_draft_becomes_public_without_its_status(database, file):
    publish(database, file, NOW, event(), tender() + DRAFT)
    assert public(database) == ["event"]
    result = publish(database, file, NOW + MINUTE, event(), tender())
    assert (result.outcome, result.changed) == (PublishOutcome.PUBLISHED, ["tender"])


@pytest.mark.parametrize("withheld", [DRAFT, TIMED])
@pytest.mark.parametrize("was_withdrawn", [False, True])
def test_what_has_been_public_cannot_be_withheld(database, file, withheld, was_withdrawn):
    publish(database, file, NOW, event(), tender())
    if was_withdrawn:
        publish(database, file, NOW, event(), confirmed=True)
    result = publish(database, file, NOW + MINUTE, event(), tender() + withheld)
    key = withheld.split(":")[0].strip()
    assert result.outcome is PublishOutcome.BROKEN
    told = f"{file}:15:5 records[1].{key}: the record 'tender' has been public, and cannot be taken back. "
    assert result.reasons[0].startswith(told)
    assert result.reasons[0].endswith(f"Take out the line `{key}`; to call it off, write `status: cancelled`.")
    assert last_attempt(database).outcome is PublishOutcome.BROKEN
    assert load_edition(database).entries["tender"].revision.withdrawn is was_withdrawn


def test_check_counts_them_and_asks_the_database(tmp_path):
    file, url = tmp_path / "events.yaml", f"sqlite:///{tmp_path / 'calendar.sqlite3'}"
    file.write_text(calendar(event(), SECRET + DRAFT, tender() + TIMED))
    checked = run_here(tmp_path, "check", file, CALENDAR_DATABASE_URL=url)
    assert checked.returncode == 0
    assert checked.stdout.splitlines() == [
        f"{file}: tender becomes public at 2027-06-02T12:00:00Z",
        f"{file}: 3 records, no problems, 1 draft, 1 with publish_at",
    ]
    assert not (tmp_path / "calendar.sqlite3").exists()
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    publish(engine, tmp_path / "other.yaml", NOW, event(), SECRET)
    engine.dispose()
    checked = run_here(tmp_path, "check", file, CALENDAR_DATABASE_URL=url)
    assert (checked.returncode, "the record 'secret' has been public" in checked.stdout) == (1, True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("publish_at: 2 June 2027", "it has no time"),
        ("publish_at: 2 June 2027, 14:00-15:00 CET", "it must be one moment, not a range"),
        ("publish_at: 31 June 2027, 14:00", "there is no day"),
        ("publish_at: 2 June 2027, 14:00\n    status: draft", "a draft does not become public by itself"),
    ],
)
def test_a_time_that_says_nothing(database, file, line, told):
    result = publish(database, file, NOW, event(), tender() + f"    {line}\n")
    assert (result.outcome, len(result.reasons)) == (PublishOutcome.BROKEN, 1)
    assert told in result.reasons[0]


def test_at_its_time_it_is_a_new_record(database, file):
    publish(database, file, NOW, event(), tender() + TIMED, webinar("later", "8 July 2027 at 10.00") + TIMED)
    assert (public(database), next_release(database, NOW)) == (["event"], AT)
    assert publish(database, file, AT - MINUTE).outcome is PublishOutcome.UNCHANGED
    result = publish(database, file, AT)
    assert (result.outcome, result.changed) == (PublishOutcome.PUBLISHED, ["later", "tender"])
    assert load_edition(database).entries["tender"].revision.sequence == 0
    assert (next_release(database, AT), publish(database, file, AT).outcome) == (None, PublishOutcome.UNCHANGED)
    # A clock that goes back a little takes nothing back.
    assert publish(database, file, AT - MINUTE).outcome is PublishOutcome.UNCHANGED
    assert public(database) == ["event", "later", "tender"]


@pytest.mark.parametrize("text", ["calendar: {", calendar("  - id: x\n"), None])
def test_a_broken_file_does_not_hold_it_up(database, file, text):
    publish(database, file, NOW, event(), tender() + TIMED)
    file.write_text(text) if text else file.unlink()
    assert (publish(database, file, AT - MINUTE).changed, public(database)) == ([], ["event"])
    result = publish(database, file, AT)
    assert (result.outcome, result.changed) == (PublishOutcome.BROKEN, ["tender"])
    assert (public(database), last_attempt(database).outcome) == (["event", "tender"], PublishOutcome.BROKEN)
    assert publish(database, file, AT + MINUTE).changed == []
    assert publish(database, file, AT + MINUTE, event(), tender() + TIMED).outcome is PublishOutcome.UNCHANGED


def test_a_held_file_releases_what_it_still_has(database, file):
    coming = [event(f"e{number}", f"{number} July 2027") for number in range(1, 5)]
    publish(database, file, NOW, *coming, tender() + TIMED, webinar("gone", "8 July 2027 at 10.00") + TIMED)
    held = publish(database, file, AT, coming[0], tender() + TIMED)
    assert (held.outcome, held.changed) == (PublishOutcome.HELD, ["tender"])
    with reading(database) as connection:
        assert names(list_scheduled(connection)) == ["gone"]
    assert "e4" in public(database)
    assert "gone" not in public(database)


@pytest.mark.parametrize("is_broken", [False, True])
def test_only_the_host_that_publishes_releases(database, file, tmp_path, is_broken):
    here, there = Host("here 1"), Host("there 1")
    other = tmp_path / "other.yaml"
    publish(database, file, NOW, event(), tender() + TIMED, host=here)
    other.write_text("calendar: {" if is_broken else file.read_text())
    assert publish(database, other, AT, host=there).changed == []
    assert public(database) == ["event"]
    assert publish(database, file, AT, host=here).changed == ["tender"]
    assert publish(database, other, AT, host=there).outcome == ("broken" if is_broken else "unchanged")


def test_the_worker_publishes_at_the_instant_and_after_one_that_it_missed(database_file, file, monkeypatch):
    now = NOW
    publish(database_file, file, NOW, event(), tender() + TIMED, webinar("later", "8 July 2027 at 10.00"))
    worker = Worker(database_file, file, lambda: now)
    worker.publish_at_start()
    calls = []
    publish_now = publishing.publish_file
    monkeypatch.setattr(
        "calendar_service.worker.publish_file",
        lambda *given, **more: (calls.append(now), publish_now(*given, **more))[1],
    )
    for at in (AT - MINUTE, AT - timedelta(seconds=1), AT, AT, AT + MINUTE):
        now = at
        worker.tick()
    assert (calls, public(database_file)) == ([AT], ["event", "later", "tender"])
    file.write_text(
        calendar(
            event(),
            tender() + TIMED,
            webinar("later", "8 July 2027 at 10.00"),
            SECRET + TIMED.replace("2 June", "3 June"),
        )
    )
    restarted = Worker(database_file, file, lambda: now)
    now = AT + timedelta(days=5)
    restarted.publish_at_start()
    assert "secret" in public(database_file)


def test_a_release_that_fails_is_tried_again_and_said(database_file, file, monkeypatch):
    publish(database_file, file, NOW, event(), tender() + TIMED)
    now = NOW
    worker = Worker(database_file, file, lambda: now)
    worker.publish_at_start()
    publish_now, now = publishing.publish_file, AT

    def fail(*_, **__):
        raise RuntimeError("no")

    monkeypatch.setattr("calendar_service.worker.publish_file", fail)
    monkeypatch.setattr("calendar_service.file_watch.RETRY_AFTER", 0.0)
    worker.tick()
    monkeypatch.setattr("calendar_service.worker.publish_file", publish_now)
    worker._watch.try_again(after=0)
    monkeypatch.setattr("calendar_service.file_watch.SETTLED_AFTER", -1.0)
    worker.tick()
    assert public(database_file) == ["event", "tender"]


def test_plan_lists_what_becomes_public_and_what_follows(tmp_path):
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    file = tmp_path / "events.yaml"
    publish(engine, file, NOW, event(when="1 June 2031"), tender() + TIMED.replace("2027", "2030"), SECRET + DRAFT)
    add_subscriber(engine, "ada", NOW, watch("", ("60 days", "7 days"), wants_new=True))
    add_subscriber(engine, "ben", NOW, watch("", ("60 days",)))
    engine.dispose()
    settings = {
        "CALENDAR_DATABASE_URL": f"sqlite:///{tmp_path / 'calendar.sqlite3'}",
        "CALENDAR_SECRET_KEY": "k" * 40,
    }
    span = ("--from", "2030-06-01", "--to", "2030-08-01")
    listed = run_here(tmp_path, "plan", *span, **settings)
    assert [re.sub("  +", " ", line) for line in listed.stdout.splitlines()] == [
        "2030-06-02T12:00:00Z becomes public tender",
        "2030-06-02T12:00:00Z notice tender new 1 subscriber",
        "2030-06-02T12:00:00Z reminder tender closes 2030-07-10T21:59:59Z 60 days before 1 subscriber",
        "2030-07-03T07:00:00Z reminder tender closes 2030-07-10T21:59:59Z 7 days before 1 subscriber",
        "3 messages, 2030-05-31T22:00:00Z to 2030-07-31T22:00:00Z",
    ]
    as_json = json.loads(run_here(tmp_path, "plan", *span, "--format", "json", **settings).stdout)
    assert [(each["due"], each["record"], each["kind"]) for each in as_json] == [
        ("2030-06-02T12:00:00Z", "tender", "notice"),
        ("2030-06-02T12:00:00Z", "tender", "reminder"),
        ("2030-07-03T07:00:00Z", "tender", "reminder"),
    ]
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    assert public(engine) == ["event"]
