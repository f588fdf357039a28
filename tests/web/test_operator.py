"""What the operator sees: receipts, messages, numbers, readiness."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from calendar_service.cli.main import main
from calendar_service.reminders.subjects import CLOCK
from calendar_service.store.engine import writing
from calendar_service.store.faults import FaultKind, report_fault
from calendar_service.store.gauges import read_gauges, read_worker_health
from calendar_service.store.receipts import Receipt, receipts
from calendar_service.store.tables import deliveries, firings, groups, occasions, workers
from calendar_service.web.context import GUESS_LIMITER
from calendar_service.web.guess_limiter import GuessLimiter
from tests.support.signing_up import NOW, words_of

BEARER = {"Authorization": f"Bearer {'o' * 20}"}
CLOSES = "2026-12-10T17:00:00 Europe/Paris"


def send(engine, what, states, missed=()):
    """Enter an occasion with deliveries by state: (state, attempts, reason)."""
    kind, record_id, moment, revision, lead = what
    with writing(engine) as connection:
        values = {"kind": kind, "record_id": record_id, "occurrence": "", "moment": moment}
        added = connection.execute(insert(occasions).values(**values, revision=revision, lead=lead))
        (number,) = added.inserted_primary_key
        for state, attempts, reason in states:
            connection.execute(insert(deliveries).values(occasion_id=number, **delivery(state, attempts, reason)))
        for subscribers in missed:
            group = dict.fromkeys(("topic", "selection", "lead", "zone", "country", "digest"), "")
            row = connection.execute(insert(groups).values(**group, fingerprint=f"{number} {subscribers}"))
            times = {"due_at": NOW, "expires_at": NOW, "fired_at": NOW}
            (group_id,) = row.inserted_primary_key
            entered = {"group_id": group_id, "occasion_id": number, "bundle": "", **times}
            connection.execute(insert(firings).values(**entered, outcome="missed", readers=subscribers))


def delivery(state, attempts=1, reason="", due_at=NOW, settled_at=None):
    return {
        "state": state,
        "attempts": attempts,
        "reason": reason,
        "due_at": due_at,
        "next_at": due_at,
        "expires_at": NOW + timedelta(days=1),
        "settled_at": settled_at,
    }


def fill(engine):
    states = [("sent", 1, ""), ("sent", 3, ""), ("waiting", 2, ""), ("claimed", 1, ""), ("bundled", 0, "")]
    states += [("failed", 5, "x"), ("bounced", 1, ""), ("dropped", 0, "suppressed"), ("dropped", 0, "unsubscribed")]
    send(engine, ("reminder", "roads", "closes", CLOSES, "14 days"), states, missed=(3, 4))
    send(engine, ("notice", "roads", "changed", "2", ""), [("sent", 1, "")])
    send(engine, ("letter", "", "confirm", "abc", ""), [("sent", 1, "")])


FOUND = [
    Receipt("notice", "roads", "", "changed", "2", "", 0, 1, 0, 0, 0, 0, 0, 0),
    Receipt("reminder", "roads", "", "closes", CLOSES, "14 days", 3, 2, 3, 1, 1, 1, 1, 7),
]


def test_receipts_count_each_state_once(database):
    fill(database)
    assert receipts(database) == FOUND
    assert receipts(database, "roads", newest=1) == FOUND[:1]
    assert receipts(database, "rumours") == []


def test_receipts_are_printed(operated, monkeypatch):
    fill(operated.engine)
    monkeypatch.setenv("CALENDAR_DATABASE_URL", str(operated.engine.url))
    representation = CliRunner().invoke(main, ["receipts"], catch_exceptions=False)
    assert representation.output.splitlines() == [
        "roads, changed, 2, notice: 1 sent",
        f"roads, closes, {CLOSES}, 14 days: 3 waiting, 2 sent, 3 retried, 1 failed, 1 bounced, 1 suppressed, 1 dropped, 7 missed",
    ]
    told = json.loads(CliRunner().invoke(main, ["receipts", "roads", "--format", "json"]).output)
    assert [Receipt(**each) for each in told] == FOUND


def test_operator_page_shows_them(operated):
    fill(operated.engine)
    page = operated.get("/fr/operator", **BEARER)
    told = words_of(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Étude des routes Clôture : jeudi 10 décembre 2026, 17:00 CET (UTC+1)" in told.replace("\u00a0", " ")
    assert "14 jours avant 3 2 3 1 1 1 1 7" in told
    assert "Avis de changement 0 1 0 0 0 0 0 0" in told


def test_nobody_else_sees_them(operated):
    for path in ("/operator", "/operator/letter/roads", "/metrics"):
        operated.app.extensions[GUESS_LIMITER] = GuessLimiter()
        refused = operated.get(path)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (
            401,
            'Basic realm="operator", charset="UTF-8"',
        )
        for wrong in ("Bearer x", f"Basic {b64encode(b'op:x').decode()}", "Basic é", "Bearer", "Digest a=b"):
            assert operated.get(path, Authorization=wrong).status_code == 401, wrong
        right = b64encode(f"anybody:{'o' * 20}".encode()).decode()
        assert operated.get(path, Authorization=f"Basic {right}").status_code == 200
        assert operated.get(path, **BEARER).status_code == 200


def test_without_a_token_there_is_no_operator(site):
    for path in ("/operator", "/operator/letter/roads"):
        assert (site.get(path).status_code, site.get(path, **BEARER).status_code) == (404, 404)
    assert site.get("/metrics").status_code == 200


def test_message_is_shown_as_it_would_be_at_its_lead(operated):
    page = operated.get("/operator/letter/roads?lead=7+days&lang=fr", **BEARER)
    assert page.status_code == 200
    assert "Étude des routes" in words_of(page)
    assert "7 jours" in words_of(page).replace("\u00a0", " ")
    assert '<iframe class="letter" sandbox title="L’e-mail" srcdoc="' in page.get_data(as_text=True)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert operated.get("/operator/letter/roads?lead=soon", **BEARER).status_code == 400
    assert operated.get("/operator/letter/nothing", **BEARER).status_code == 404


def test_metrics_tell_what_is_in_the_database(operated):
    operated.subscriber()
    operated.ask(address="bob@example.org")
    late = [timedelta(seconds=each) for each in range(1, 101)]
    with writing(operated.engine) as connection:
        added = connection.execute(
            insert(occasions).values(
                kind="reminder", record_id="roads", occurrence="", moment="closes", revision="", lead=""
            )
        )
        for each in late:
            row = delivery("sent", due_at=NOW - timedelta(minutes=10), settled_at=NOW - timedelta(minutes=10) + each)
            connection.execute(insert(deliveries).values(occasion_id=added.inserted_primary_key[0], **row))
        row = delivery("waiting", due_at=NOW - timedelta(seconds=90))
        connection.execute(insert(deliveries).values(occasion_id=added.inserted_primary_key[0], **row))
        connection.execute(insert(workers).values(process="one", beat=1, beat_at=NOW - timedelta(seconds=5)))
    text = operated.get("/metrics", **BEARER).get_data(as_text=True)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "process" not in sample.labels  # see test_process_metrics.py
    }
    zero = {("calendar_deliveries", state): 0 for state in ("claimed", "bundled")}
    zero |= {(name, kind): 0 for name in ("calendar_faults", "calendar_fault_oldest_seconds") for kind in FaultKind}
    zero |= {("calendar_deliveries_last_hour", state): 0 for state in ("failed", "bounced", "dropped")}
    assert found == zero | {
        ("calendar_edition",): 1,
        ("calendar_edition_age_seconds",): 0,
        ("calendar_publication_ok",): 1,
        ("calendar_database_up",): 1,
        ("calendar_deliveries_last_hour", "sent"): 100,
        ("calendar_deliveries", "waiting"): 1,
        ("calendar_deliveries_oldest_due_seconds",): 90,
        ("calendar_reminders_last_tick_seconds",): 5,
        ("calendar_reminders_lateness_seconds_count",): 100,
        ("calendar_reminders_lateness_seconds_sum",): 5050,
        ("calendar_reminders_lateness_seconds", "0.5"): 50,
        ("calendar_reminders_lateness_seconds", "0.99"): 99,
        ("calendar_reminders_lateness_seconds", "1.0"): 100,
        ("calendar_subscribers", "active"): 1,
        ("calendar_subscribers", "paused"): 0,
        ("calendar_subscribers", "ended"): 0,
        ("calendar_signups_waiting",): 1,
    }
    assert "ann@" not in text


def fault(engine, kind, key="web-1", reason="It fails.", **more):
    with writing(engine) as connection:
        report_fault(connection, kind, key, reason, NOW - timedelta(minutes=5), **more)


def test_operator_page_lists_what_fails_and_what_is_set_aside(operated):
    assert "Faults No faults." in words_of(operated.get("/operator", **BEARER))
    full = "The disk under the database is full."
    fault(operated.engine, FaultKind.SCHEDULE, reason=full, details=["/srv/a"], retry_at=NOW, mailed_at=NOW)
    fault(operated.engine, FaultKind.DELIVERY, "delivery 1", "It cannot be written.")
    fault(operated.engine, FaultKind.DELIVERY, "delivery 2", "It cannot be written.")
    told = words_of(operated.get("/fr/operator", **BEARER)).replace("\u00a0", " ")
    assert "Pannes Planification des envois Le disque de la base de données est plein." in told
    assert "Où web-1 Depuis lundi 23 novembre 2026, 12:55 CET (UTC+1) Nombre de fois 1 Prochain essai lundi" in told
    assert "E-mail Signalé par e-mail : lundi 23 novembre 2026, 13:00 CET (UTC+1) Détails /srv/a" in told
    assert "Mis de côté E-mails (2) It cannot be written. Où delivery 1" in told


def test_what_fails_is_public_without_its_details(operated):
    fault(operated.engine, FaultKind.SENDING, details=["/srv/secret"])
    since = "2026-11-23T11:55:00Z"
    public = {"kind": "sending", "reason": "It fails.", "since": since, "count": 1}
    found = operated.get("/readyz").get_json()
    assert (found["status"], found["faults"]) == ("failing", [public])
    private = operated.get("/readyz", **BEARER).get_json()
    assert private["faults"] == [public | {"key": "web-1", "details": ["/srv/secret"]}]
    assert private["publication"]["file"].endswith("events.yaml")
    assert "file" not in found["publication"]
    text = operated.get("/metrics", **BEARER).get_data(as_text=True)
    assert 'calendar_faults{kind="sending"} 1.0' in text
    assert 'calendar_fault_oldest_seconds{kind="sending"} 300.0' in text
    assert "calendar_publication_ok 1.0" in text


@pytest.mark.parametrize(
    ("kind", "status", "is_published"),
    [
        (FaultKind.PUBLICATION, "stale", 0),
        (FaultKind.LEASE, "stale", 0),
        (FaultKind.CLOCK, "stale", 0),
        (FaultKind.DATABASE, "failing", 0),
        (FaultKind.SCHEDULE, "failing", 1),
        (FaultKind.SENDING, "failing", 1),
        (FaultKind.RESTORE, "failing", 1),
        (FaultKind.DELIVERY, "ready", 1),
    ],
)
def test_readiness_is_never_told_while_something_fails(operated, kind, status, is_published):
    fault(operated.engine, kind)
    found = operated.get("/readyz").get_json()
    assert (found["status"], found["publication"]["outcome"] == "published") == (status, bool(is_published))
    text = operated.get("/metrics", **BEARER).get_data(as_text=True)
    assert f"calendar_publication_ok {is_published}.0" in text


def test_a_clock_that_was_ahead_when_reminders_were_planned_holds_no_publication_back(operated):
    fault(operated.engine, CLOCK.kind, key=CLOCK.key)
    found = operated.get("/readyz").get_json()
    assert (found["status"], found["publication"]["outcome"], found["publication"]["reasons"]) == (
        "failing",
        "published",
        [],
    )
    assert [each["kind"] for each in found["faults"]] == ["clock"]
    assert "calendar_publication_ok 1.0" in operated.get("/metrics", **BEARER).get_data(as_text=True)


def test_without_a_database_all_that_is_known_is_told(operated, tmp_path):
    operated.get("/")
    (tmp_path / "calendar.sqlite3").rename(tmp_path / "aside")
    found = operated.get("/readyz")
    assert (found.status_code, found.get_json()["status"]) == (200, "stale")
    assert [each["reason"] for each in found.get_json()["faults"]] == ["The database file is missing."]
    text = operated.get("/metrics", **BEARER).get_data(as_text=True)
    assert "calendar_database_up 0.0" in text
    assert "calendar_edition 1.0" in text
    assert "The database file is missing." in words_of(operated.get("/operator", **BEARER))
    refused = operated.post("/reminders", {"address": "ann@example.org", "kind": "tender"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert "This is not possible at the moment. Try again in a minute." in words_of(refused)


def test_gauges_of_an_empty_database(database):
    assert read_worker_health(database, NOW).is_needed is False
    assert read_gauges(database, NOW).lateness == []


@pytest.mark.parametrize(
    ("beat", "due", "somebody", "told"),
    [
        (None, None, False, ("ready", "ok")),
        (None, None, True, ("silent", "silent")),
        (2, None, True, ("ready", "ok")),
        (4, None, True, ("silent", "silent")),
        (4, None, False, ("ready", "ok")),
        (1, 9, True, ("ready", "ok")),
        (1, 11, True, ("ready", "late")),
        (None, 1, False, ("silent", "silent")),
    ],
)
def test_readiness_tells_whether_reminders_go_out(site, beat, due, somebody, told):
    if somebody:
        site.subscriber()
    with writing(site.engine) as connection:
        if beat:
            connection.execute(insert(workers).values(process="one", beat=1, beat_at=NOW - timedelta(minutes=beat)))
        if due:
            values = {"kind": "reminder", "record_id": "roads", "occurrence": "", "moment": "closes"}
            added = connection.execute(insert(occasions).values(**values, revision="", lead=""))
            row = delivery("waiting", due_at=NOW - timedelta(minutes=due))
            connection.execute(insert(deliveries).values(occasion_id=added.inserted_primary_key[0], **row))
    answer = site.get("/readyz")
    found = answer.get_json()
    assert (answer.status_code, found["status"], found["reminders"]["status"]) == (200, *told)
    assert found["reminders"]["last_tick"] == (f"2026-11-23T11:{60 - beat}:00Z" if beat else None)
