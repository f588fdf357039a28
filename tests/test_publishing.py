"""Publishing a file: what comes of it, and what is said about it."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import update

from calendar_service import publishing
from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import writing
from calendar_service.store.publication import TZ_DATABASE, PublishOutcome, PublishResult
from calendar_service.store.publish_attempts import last_attempt
from calendar_service.store.tables import revisions
from tests.support.calendar_files import calendar, clock, event, tender, webinar


@pytest.fixture
def file(tmp_path):
    return tmp_path / "events.yaml"


@pytest.fixture(autouse=True)
def _all_logs(caplog):
    caplog.set_level(logging.INFO)


def logged(caplog):
    return [
        (record.levelname, record.message) for record in caplog.records if record.name.startswith("calendar_service")
    ]


def test_a_sound_file(database, file, caplog):
    file.write_text(calendar(event(), tender()))
    now = clock().replace(microsecond=0)
    result = publish_file(database, file, now)
    assert result == PublishResult(PublishOutcome.PUBLISHED, load_edition(database), changed=["event", "tender"])
    assert logged(caplog) == [("INFO", f"Published edition 1 of {file}: 2 records new or changed.")]
    attempt = last_attempt(database)
    assert (attempt.at, attempt.file, attempt.outcome, attempt.reasons) == (
        now,
        str(file),
        PublishOutcome.PUBLISHED,
        (),
    )
    caplog.clear()
    assert publish_file(database, file, now).outcome is PublishOutcome.UNCHANGED
    assert logged(caplog) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "{file}:1:1: the file must have the keys `calendar` and `records`."),
        (b"\xff\xfe\x00", "{file}:1:1"),
        (calendar(event(when="31 June 2030")).encode(), "{file}:10:5 records[0].when:"),
        (calendar(event())[:-20].encode(), "{file}:"),
        (None, "{file}:1:1: the file cannot be read: No such file or directory. Check its name and rights."),
    ],
    ids=["empty", "not text", "no such day", "cut off", "gone"],
)
def test_a_broken_file_keeps_the_last_edition_and_is_loud(database, file, caplog, content, reason):
    file.write_text(calendar(event()))
    before = publish_file(database, file, clock()).edition
    caplog.clear()
    file.unlink() if content is None else file.write_bytes(content)
    result = publish_file(database, file, clock())
    assert result.outcome is PublishOutcome.BROKEN
    assert result.reasons[0].startswith(reason.format(file=file))
    assert load_edition(database) == before
    attempt = last_attempt(database)
    assert (attempt.outcome, attempt.reasons) == (PublishOutcome.BROKEN, tuple(result.reasons))
    assert logged(caplog) == [
        ("ERROR", f"{file} has errors; what was published last stays."),
        *[("ERROR", each) for each in result.reasons],
    ]


def test_a_folder_is_not_a_file(database, tmp_path):
    result = publish_file(database, tmp_path, clock())
    assert result.reasons == [f"{tmp_path}:1:1: the file cannot be read: Is a directory. Check its name and rights."]


def test_of_very_many_errors_the_first_fifty_are_said(database, file):
    file.write_text(calendar(*[event(f"e{n}", when="someday") for n in range(60)]))
    reasons = publish_file(database, file, clock()).reasons
    assert (len(reasons), reasons[-1]) == (51, "… and 10 more; `calendar-service check` says all.")


def test_a_held_file_says_how_to_go_on(database, file, caplog):
    file.write_text(calendar(tender()))
    before = publish_file(database, file, clock()).edition
    caplog.clear()
    file.write_text(calendar(tender(closes="1 July 2030")))
    reason = "tender: closes moves from '10 July 2030' to '1 July 2030', which is earlier"
    assert publish_file(database, file, clock()) == PublishResult(PublishOutcome.HELD, before, [reason])
    assert logged(caplog) == [
        (
            "WARNING",
            f"{file} is held back; edition 1 stays. To publish it: calendar-service publish --confirm {file}",
        ),
        ("ERROR", reason),
    ]
    assert last_attempt(database).reasons == (reason,)
    assert publish_file(database, file, clock(), confirmed=True).edition.number == 2
    assert last_attempt(database).outcome is PublishOutcome.PUBLISHED


def test_a_held_file_that_is_mended_is_published(database, file):
    file.write_text(calendar(tender()))
    publish_file(database, file, clock())
    file.write_text(calendar(tender(closes="1 July 2030")))
    assert publish_file(database, file, clock()).outcome is PublishOutcome.HELD
    file.write_text(calendar(tender(closes="11 July 2030")))
    assert publish_file(database, file, clock()).outcome is PublishOutcome.PUBLISHED


def test_a_broken_file_cannot_be_confirmed(database, file):
    file.write_text("calendar: [")
    assert publish_file(database, file, clock(), confirmed=True).outcome is PublishOutcome.BROKEN
    assert load_edition(database) is None


def test_the_time_of_the_attempt_is_the_time_given(database, file):
    file.write_text(calendar(event()))
    now = clock().replace(microsecond=0) - timedelta(days=1)
    assert publish_file(database, file, now).edition.published_at == now
    assert last_attempt(database).at == now


MOVED = (
    "webinar: starts moves from 2030-06-01T10:00Z to 2030-06-01T09:00Z, "
    f"because the clocks of Europe/Paris have new rules (tz database {TZ_DATABASE} -> 2099a)"
)


def publish_under_other_rules(database, file):
    file.write_text(calendar(webinar("webinar", "1 June 2030 at 11.00")))
    publish_file(database, file, clock())
    with writing(database) as connection:
        connection.execute(update(revisions).values(instants=[["starts", None, "2030-06-01T10:00:00Z"]]))


def test_a_new_tz_database_is_told_aloud_once(database, file, caplog):
    publish_under_other_rules(database, file)
    caplog.clear()
    now = clock().replace(microsecond=0)
    result = publish_file(database, file, now, tz_database="2099a")
    assert result == PublishResult(PublishOutcome.PUBLISHED, load_edition(database), changed=["webinar"], moved=[MOVED])
    assert result.edition.entries["webinar"].revision.sequence == 1
    assert logged(caplog) == [
        ("INFO", f"Published edition 2 of {file}: 1 record new or changed."),
        ("WARNING", MOVED),
    ]
    caplog.clear()
    assert publish_file(database, file, now, tz_database="2099a") == PublishResult(
        PublishOutcome.UNCHANGED, load_edition(database)
    )
    assert logged(caplog) == []


def test_a_broken_file_does_not_hide_a_new_tz_database(database, file, caplog):
    publish_under_other_rules(database, file)
    file.unlink()
    caplog.clear()
    result = publish_file(database, file, clock(), tz_database="2099a")
    assert (result.outcome, result.moved, result.edition) == (PublishOutcome.BROKEN, [MOVED], load_edition(database))
    assert ("WARNING", MOVED) in logged(caplog)
    assert newest_number(database) == 2
    assert publish_file(database, file, clock(), tz_database="2099a").moved == []


def test_a_machine_whose_tz_database_lags_behind_is_told(database, file, caplog):
    file.write_text(calendar(event()))
    publish_file(database, file, clock(), tz_database="2099a")
    caplog.clear()
    assert publish_file(database, file, clock(), tz_database="2098a").outcome is PublishOutcome.UNCHANGED
    told = (
        "The tz database here is 2098a, but the newest edition was made with 2099a: times may be told wrong. "
        "Install the newer tzdata package here too."
    )
    assert logged(caplog) == [("WARNING", told)]


def test_two_tz_databases_on_one_machine_are_told_once(database, file, caplog, monkeypatch):
    monkeypatch.setattr(publishing, "DATABASE_VERSION", "2001a")
    publishing._warn_if_two_tz_databases.cache_clear()
    file.write_text(calendar(event()))
    for _ in range(2):
        publish_file(database, file, clock())
    told = (
        f"The package tzdata has the tz database {TZ_DATABASE}, but pytz has 2001a: zones that one of them does not "
        "know cannot be trusted. Install the same release of both; `calendar-service doctor` looks again."
    )
    assert [message for level, message in logged(caplog) if level == "WARNING"] == [told]
