"""Resume after a pause or a restore: forecast what would be sent, and send it or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.notification_keys import EditionKey
from calendar_service.records.times import write_instant
from calendar_service.reminders.ahead import fan_out_ahead
from calendar_service.reminders.change_notices import notices
from calendar_service.reminders.forecast import forecast
from calendar_service.reminders.plan import without_unreadable
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.setting_aside import Failures
from calendar_service.reminders.subscriptions.signup_worker import MESSAGES_PER_HOUR, process_signups
from calendar_service.store.engine import reading, rehearsing, writing
from calendar_service.store.outbox import combine_notices, load_groups, perform_fan_out
from calendar_service.store.pauses import PauseKind, RestoreKind, end_pause, list_pauses, settle_missed
from calendar_service.store.publication import release_due
from calendar_service.store.schedule import note_pass
from calendar_service.store.scheduled_records import next_release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.reminders.forecast import PlannedMessage
    from calendar_service.store.engine import Database
    from calendar_service.store.pauses import Pause


@dataclass(frozen=True)
class SignupAnswering:
    """How sign-ups are answered: with which secret keys, newest first, and how many an hour at most."""

    keys: tuple[str, ...]
    messages_per_hour: int = MESSAGES_PER_HOUR


def forecast_after_pass(
    engine: Database,
    edition: Edition,
    span: tuple[datetime, datetime],
    now: datetime,
    *,
    signups: SignupAnswering,
    failures: Failures | None = None,
) -> list[PlannedMessage]:
    """Return what is due between two times, as it is after the pass that is to come now.

    That pass, which answers sign-ups too, is made and rolled back. While sending is paused, what would be sent at once
    if it ended now is listed whatever the two times are. What cannot be planned is left out and added to `failures`.
    Raise DatabaseFault.
    """
    with reading(engine) as connection:
        pauses = list_pauses(connection)
    with rehearsing(engine) as rehearsal:
        process_signups(rehearsal, signups.keys, now, signups.messages_per_hour)
        _fan_out(rehearsal, edition, _latest(pauses, now), now)
        edition = _with_releases(rehearsal, edition, now, span[1])
        sent_at = max(now, span[0]) if pauses else now
        return forecast(rehearsal, edition, span, with_addresses=True, now=sent_at, failures=failures)


def send_missed(engine: Database) -> bool:
    """Allow sending, after a restore, what may have been sent before it. Return False if nothing was restored."""
    with writing(engine) as connection:
        return end_pause(connection, PauseKind.RESTORED)


def end_pauses(engine: Database, edition: Edition | None, now: datetime) -> tuple[list[Pause], int]:
    """Resume sending; return the pauses that this ends, and how many deliveries are not sent after a restore.

    What became due during a pause is sent if it is still useful, as after a downtime. What was due up to a restore may
    have been sent before: it is marked as not sent.
    """
    with reading(engine) as connection:
        pauses = list_pauses(connection)
    restored = next((pause for pause in pauses if pause.kind is PauseKind.RESTORED), None)
    if restored and edition:
        # Nobody sends before the pause is taken away below; so whatever is due is there to be marked.
        _fan_out(engine, edition, _latest(pauses, now), now)
    with writing(engine) as connection:
        unsent = settle_missed(connection, restored, now) if restored else 0
        for pause in pauses:
            end_pause(connection, pause.kind)
    return pauses, unsent


def describe_pause(pause: Pause) -> str:
    """Return for the operator why nothing is sent, since when, and what ends it."""
    since = f"{write_instant(pause.since)}"
    if pause.kind is PauseKind.PERSON:
        return f"Sending was paused by a person at {since}. To resume: calendar-service resume"
    if pause.kind is PauseKind.RESTORING:
        return (
            f"Sending is paused since {since}: the database is being restored. "
            "If no restore is running any more, it goes on with: calendar-service resume"
        )
    why = (
        "the database was restored from a backup"
        if pause.how is RestoreKind.COMMAND
        else "the database is older than it was before, so a copy was put back"
    )
    return (
        f"Sending is paused since {since}: {why}. "
        "To send what is due: calendar-service tick --send-missed. To go on without it: calendar-service resume"
    )


def _fan_out(engine: Database, edition: Edition, until: datetime, now: datetime) -> None:
    Planner(engine).fan_out(edition, now)
    if until > now:
        fan_out_ahead(engine, edition, until, now)


def _with_releases(engine: Database, edition: Edition, now: datetime, end: datetime) -> Edition:
    """Publish in this rehearsal what will become public by itself, each at its time, and return the last edition."""
    at = now
    while (at := next_release(engine, at) or end) < end:
        released = release_due(engine, at, known=edition)
        edition = released.edition or edition
        together = EditionKey(edition.number)
        with writing(engine) as connection:
            note_pass(connection, edition.number, at)
            groups = without_unreadable(load_groups(connection), edition, Failures())
            for name in released.changed:
                for due in notices((None, edition.entries[name].revision), groups, edition, at, at):
                    perform_fan_out(connection, replace(due, bundle=due.bundle or together), at)
            combine_notices(connection, together)
    return edition


def _latest(pauses: Sequence[Pause], now: datetime) -> datetime:
    return max(now, *(pause.until for pause in pauses)) if pauses else now
