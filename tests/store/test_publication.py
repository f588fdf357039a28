"""Publishing a draft: what each change makes of SEQUENCE and LAST-MODIFIED, and that it is all kept."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import delete, select

from calendar_service.datephrases import parse_recurrence
from calendar_service.records.enums import Status
from calendar_service.records.record import Place
from calendar_service.store import editions as store_editions
from calendar_service.store.editions import load_edition, newest_number
from calendar_service.store.engine import writing
from calendar_service.store.publication import PublishOutcome, PublishResult, publish_draft
from calendar_service.store.publish_attempts import PublishAttempt, last_attempt, record_attempt
from calendar_service.store.tables import attempts, editions, revisions
from tests.support.drafts import CALENDAR, NOON, draft, event, tender, webinar

LATER = NOON + timedelta(hours=1)


def states(edition):
    return {
        name: (entry.revision.number, entry.revision.sequence, entry.revision.changed_at, entry.revision.withdrawn)
        for name, entry in edition.entries.items()
    }


def test_an_empty_database_has_no_edition(database):
    assert (load_edition(database), newest_number(database), last_attempt(database)) == (None, 0, None)


def test_the_first_draft_becomes_the_first_edition(database):
    done = publish_draft(database, draft(event(tags=("Roma", "youth")), tender()), NOON)
    assert (done.outcome, done.changed, done.reasons) == (PublishOutcome.PUBLISHED, ["event", "tender"], [])
    assert (done.edition.number, done.edition.published_at, done.edition.calendar) == (1, NOON, CALENDAR)
    assert states(done.edition) == {"event": (1, 0, NOON, False), "tender": (1, 0, NOON, False)}
    assert done.edition.tags_ever == {"roma", "youth"}
    assert load_edition(database) == done.edition
    assert newest_number(database) == 1


def test_the_same_draft_again_is_no_edition(database):
    first = publish_draft(database, draft(event(), tender()), NOON).edition
    again = publish_draft(database, draft(tender(), event()), LATER)
    assert again == PublishResult(PublishOutcome.UNCHANGED, first)
    assert load_edition(database) == first


CHANGES = {
    "tags": (webinar(), webinar(tags=("youth",)), 0),
    "title": (event(), event(title="Renamed"), 0),
    "summary": (event(), event(summary={"en": "More"}), 0),
    "words": (event(), replace(event(), schedule=replace(event().schedule, words="June 1, 2026")), 0),
    "reference": (tender(), tender(reference="2026/1"), 0),
    "join": (webinar(), webinar(join="https://example.org/join"), 1),
    "time": (webinar(), webinar(clock=time(11)), 1),
    "day": (event(), event(day=date(2026, 6, 2)), 1),
    "place": (webinar(), webinar(place=Place(city={"en": "Paris"})), 1),
    "status": (event(), event(status=Status.CANCELLED), 1),
    "rule": (event(), replace(event(), schedule=replace(event().schedule, rule=parse_recurrence("every year"))), 1),
    "deadline": (tender(), tender(closes=date(2026, 7, 20)), 1),
}


def test_sequence_rises_with_what_makes_people_replan(database):
    old, new = ([replace(row[n], id=name) for name, row in CHANGES.items()] for n in (0, 1))
    publish_draft(database, draft(*old, event("other")), NOON)
    done = publish_draft(database, draft(*new, event("other")), LATER)
    assert (done.outcome, done.changed, done.reasons) == (PublishOutcome.PUBLISHED, sorted(CHANGES), [])
    risen = {name: (2, rise, LATER, False) for name, (_, _, rise) in CHANGES.items()}
    assert states(done.edition) == {**risen, "other": (1, 0, NOON, False)}
    assert [done.edition.entries[record.id].record for record in new] == new
    assert load_edition(database) == done.edition


def test_a_withdrawn_record_stays_for_ninety_days_and_may_return(database):
    publish_draft(database, draft(event(), tender()), NOON)
    gone = publish_draft(database, draft(event()), LATER)
    assert states(gone.edition) == {"event": (1, 0, NOON, False), "tender": (2, 1, LATER, True)}
    ninety_days = timedelta(days=90)
    second = timedelta(seconds=1)
    assert [e.record.id for e in gone.edition.shown_at(LATER + ninety_days - second)] == ["event", "tender"]
    assert [e.record.id for e in gone.edition.shown_at(LATER + ninety_days)] == ["event"]
    assert publish_draft(database, draft(event()), LATER + second).outcome is PublishOutcome.UNCHANGED
    # As it was before is how an older copy of the file looks: a person says that it is meant.
    back = publish_draft(database, draft(event(), tender()), LATER + ninety_days, confirmed=True)
    assert states(back.edition)["tender"] == (3, 2, LATER + ninety_days, False)
    assert load_edition(database) == back.edition


def test_a_change_of_the_calendar_alone_is_an_edition(database):
    publish_draft(database, draft(event()), NOON)
    renamed = replace(CALENDAR, name={"en": "Renamed"}, reminders=("2 days",))
    done = publish_draft(database, draft(event(), calendar=renamed), LATER)
    assert (done.outcome, done.changed) == (PublishOutcome.PUBLISHED, [])
    assert (done.edition.number, done.edition.calendar, done.edition.published_at) == (2, renamed, LATER)
    assert states(done.edition) == {"event": (1, 0, NOON, False)}
    assert load_edition(database) == done.edition


def test_a_moved_deadline_is_remembered_with_its_reason(database):
    days = [date(2026, 7, day) for day in (10, 20, 30)]
    for number, day in enumerate(days):
        publish_draft(database, draft(tender(closes=day, note_of_change={"en": f"reason {number}"})), NOON)
    moves = load_edition(database).entries["tender"].moves
    assert [(move.old.words, move.new.words, move.reason["en"], move.is_extension) for move in moves] == [
        ("2026-07-10", "2026-07-20", "reason 1", True),
        ("2026-07-20", "2026-07-30", "reason 2", True),
    ]


def test_a_clock_set_back_does_not_set_last_modified_back(database):
    publish_draft(database, draft(event(), tender()), LATER)
    done = publish_draft(database, draft(event(title="Renamed")), NOON)
    assert done.edition.published_at == LATER
    assert states(done.edition) == {"event": (2, 0, LATER, False), "tender": (2, 1, LATER, True)}
    assert publish_draft(database, draft(event()), LATER + timedelta(seconds=1)).edition.published_at > LATER


def test_fractions_of_a_second_are_not_kept(database):
    done = publish_draft(database, draft(event()), NOON.replace(microsecond=999_999))
    assert done.edition.published_at == NOON
    assert load_edition(database) == done.edition


def test_a_held_draft_is_published_when_confirmed_or_mended(database):
    first = publish_draft(database, draft(tender()), NOON).edition
    earlier = draft(tender(closes=date(2026, 7, 1)))
    reason = "tender: closes moves from '2026-07-10' to '2026-07-01', which is earlier"
    assert publish_draft(database, earlier, LATER) == PublishResult(PublishOutcome.HELD, first, [reason])
    assert load_edition(database) == first
    mended = publish_draft(database, draft(tender(closes=date(2026, 7, 11))), LATER)
    assert (mended.outcome, states(mended.edition)) == (PublishOutcome.PUBLISHED, {"tender": (2, 1, LATER, False)})
    confirmed = publish_draft(database, earlier, LATER, confirmed=True)
    assert (confirmed.outcome, confirmed.reasons) == (PublishOutcome.PUBLISHED, [])
    assert states(confirmed.edition) == {"tender": (3, 2, LATER, False)}
    assert publish_draft(database, earlier, LATER).outcome is PublishOutcome.UNCHANGED


def test_an_edition_grows_from_a_known_one(database):
    known = [publish_draft(database, draft(event(title=str(n)), tender()), NOON).edition for n in range(4)]
    newest = known[-1]
    assert [load_edition(database, each) for each in known] == [newest] * 4
    assert load_edition(database, newest) is newest


def test_a_database_restored_from_a_backup_is_believed(database):
    first = publish_draft(database, draft(event()), NOON).edition
    later = publish_draft(database, draft(event(title="Lost")), LATER).edition
    with writing(database) as connection:
        connection.execute(delete(revisions).where(revisions.c.edition == 2))
        connection.execute(delete(editions).where(editions.c.number == 2))
    assert load_edition(database, later) == first
    again = publish_draft(database, draft(event(title="Other")), LATER + timedelta(hours=1), known=later).edition
    assert load_edition(database, later) == again
    assert again.entries["event"].record.title == {"en": "Other"}
    assert states(again) == {"event": (2, 0, LATER + timedelta(hours=1), False)}


def test_an_attempt_is_kept_once_until_it_says_something_else(database):
    broken = PublishAttempt(NOON, "events.yaml", "1" * 64, PublishOutcome.BROKEN, ("events.yaml:1:1: bad",))
    for attempt in (broken, replace(broken, at=LATER)):
        record_attempt(database, attempt)
        assert last_attempt(database) == broken
    held = replace(broken, outcome=PublishOutcome.HELD, reasons=())
    record_attempt(database, held)
    assert last_attempt(database) == held
    with writing(database) as connection:
        assert connection.execute(attempts.select()).all()[-1].outcome == "held"


def test_an_attempt_may_name_any_file(database):
    odd = b"/srv/\xff\xfe/caf\xc3\xa9.yaml".decode("utf-8", "surrogateescape")
    record_attempt(database, PublishAttempt(NOON, "x" * 600 + odd, "", PublishOutcome.BROKEN, (f"{odd}: \0 bad",)))
    kept = last_attempt(database)
    assert (len(kept.file), kept.file[-15:], kept.reasons) == (
        500,
        "srv/??/café.yaml"[-15:],
        ("/srv/??/café.yaml: � bad",),
    )


def test_an_attempt_that_fails_takes_no_number(database, monkeypatch):
    assert publish_draft(database, draft(event("one")), NOON).edition.number == 1
    with monkeypatch.context() as patch:
        patch.setattr(store_editions, "record_to_json", lambda _: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                publish_draft(database, draft(event("one"), event("two")), NOON)
    assert publish_draft(database, draft(event("one"), event("three")), NOON).edition.number == 2
    with writing(database) as connection:  # as a process of an older release does
        row = connection.execute(select(editions).order_by(editions.c.number)).mappings().first()
        values = {name: value for name, value in row.items() if name != "number"}
        assert connection.execute(editions.insert().returning(editions.c.number), values).scalar_one() == 3
