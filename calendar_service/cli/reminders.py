"""The commands `plan` and `tick`: list coming reminders, and send those that are due."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from calendar_service.bootstrap import (
    make_command_faults,
    make_reminder_service,
    open_database,
    secret_keys,
    set_up_logging,
)
from calendar_service.cli.faults import leaving_fault
from calendar_service.cli.published import published_edition
from calendar_service.clock import clock
from calendar_service.records.errors import counted
from calendar_service.records.leads import CalendarLead
from calendar_service.records.moments import midnight
from calendar_service.records.notification_keys import (
    AccountKey,
    ChangeKey,
    DigestKey,
    EditionKey,
    NotificationKind,
    ReminderKey,
    lead_of,
    record_of,
)
from calendar_service.records.times import DaySpan, write_instant
from calendar_service.records.zones import tzinfo_of
from calendar_service.reminders.faults.commands import NOT_TICKED
from calendar_service.reminders.resuming import SignupAnswering, describe_pause, forecast_after_pass
from calendar_service.reminders.resuming import send_missed as end_restore
from calendar_service.reminders.setting_aside import Failures
from calendar_service.settings import read_settings
from calendar_service.store.engine import reading
from calendar_service.store.faults import FaultKind
from calendar_service.store.pauses import list_pauses
from calendar_service.store.scheduled_records import list_scheduled
from calendar_service.worker import NOT_SENT
from calendar_service.writers.countdowns import days_ahead
from calendar_service.writers.i18n import language
from calendar_service.writers.selection_words import describe_lead

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable

    from calendar_service.records.edition import Edition
    from calendar_service.records.notification_keys import NotificationKey
    from calendar_service.reminders.forecast import PlannedItem, PlannedMessage
    from calendar_service.settings import Settings
    from calendar_service.store.engine import Database
    from calendar_service.store.pauses import Pause

_AHEAD = timedelta(days=30)
_FIRST_YEAR, _LAST_YEAR = 1970, 9900


@click.command()
@click.option("--from", "start", metavar="T", help="The beginning; without it, now.")
@click.option("--to", "end", metavar="T", help="The end; without it, 30 days after the beginning.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def plan(start: str | None, end: str | None, form: str) -> None:
    """List the messages that will be sent between two times, without sending anything.

    T is a day, 2027-07-01, or a time, 2027-07-01T09:00:00Z; without an offset it is the calendar's own clock.
    """
    settings = read_settings(os.environ)
    engine, edition = _published()
    now = clock()
    begins = _read_time(start, edition) if start else now
    ends = _read_time(end, edition) if end else begins + _AHEAD
    failures = Failures()
    with reading(engine) as connection:
        pauses = list_pauses(connection)
        releases = [
            (each.publish_at, each)
            for each in list_scheduled(connection)
            if each.publish_at and begins <= each.publish_at < ends
        ]
    answering = SignupAnswering(secret_keys(settings), settings.confirmations_per_hour)
    found = forecast_after_pass(engine, edition, (begins, ends), now, signups=answering, failures=failures)
    for subject, error in failures.found.values():
        click.echo(f"left out, {subject.about}: {error}", err=True)
    if form == "json":
        click.echo(json.dumps([_as_json(each, address) for each in found for address in each.addresses], indent=2))
        return
    for pause in pauses:
        click.echo(describe_pause(pause))
    lines = [(at, f"{write_instant(at)}  becomes public  {each.record.id}") for at, each in releases]
    lines += [(each.due_at, _as_text(each, edition, is_missed=bool(pauses) and each.is_waiting)) for each in found]
    for _, line in sorted(lines, key=lambda pair: pair[0]):
        click.echo(line)
    messages = counted(sum(each.subscribers for each in found), "message")
    click.echo(f"{messages}, {write_instant(begins)} to {write_instant(ends)}")


@click.command()
@click.option("--now", "at", metavar="T", help="As if it were this time, such as 2027-07-01T09:00:00Z.")
@click.option("--send-missed", is_flag=True, help="After a restore: send what may have been sent before it, and go on.")
def tick(at: str | None, *, send_missed: bool) -> None:
    """Do once what the worker does all the time: plan, claim, send, mark. Then exit.

    With --now it sends for real what is due by T. Where T is ahead of the clock it changes nothing else: what it sent
    is not sent again, and what is over by T, or could not be sent, is left to the passes by the clock. To look ahead
    without sending, use `plan`.
    """
    set_up_logging()
    settings = read_settings(os.environ)
    with leaving_fault(settings, FaultKind.SENDING, _describe_failure):
        counts, pauses, fault = _tick(settings, at, send_missed=send_missed)
    for pause in pauses:
        click.echo(describe_pause(pause))
    none = "nothing sent" if pauses else "nothing due"
    click.echo(", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or none)
    faults = make_command_faults(settings)
    if fault:
        faults.report(FaultKind.SENDING, NOT_SENT, (fault,))
        raise click.ClickException(f"{NOT_SENT} {fault}")
    faults.clear([FaultKind.SENDING, FaultKind.SCHEDULE])


def _tick(settings: Settings, at: str | None, *, send_missed: bool) -> tuple[Counter[str], list[Pause], str]:
    """Plan and send once.

    Return the number of messages by result, the pauses, and the fault of our own that holds messages back, or "".
    """
    engine, edition = _published()
    if send_missed:
        end_restore(engine)
    now = _clock_from(_read_time(at, edition)) if at else clock
    reminder_service = make_reminder_service(settings, engine, now)
    try:
        reminder_service.schedule_due()
        counts = reminder_service.send(threading.Event())
        fault = reminder_service.sending_fault
    finally:
        reminder_service.close(patience=60)
    with reading(engine) as connection:
        return counts, list_pauses(connection), fault


def _describe_failure(error: Exception) -> tuple[str, tuple[str, ...]]:
    return NOT_TICKED, (f"calendar-service tick: {type(error).__name__}: {error}",)


def _published() -> tuple[Database, Edition]:
    engine = open_database(read_settings(os.environ))
    return engine, published_edition(engine)


def _clock_from(start: datetime) -> Callable[[], datetime]:
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


def _read_time(text: str, edition: Edition) -> datetime:
    zone = edition.calendar.zone
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time. Write 2027-07-01 or 2027-07-01T09:00:00Z.") from None
    # Plans look back and ahead, so that they cannot reach the ends of what a datetime holds.
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise click.BadParameter(f"{text!r} is too far away. Write a time from {_FIRST_YEAR} to {_LAST_YEAR}.")
    if len(text) == len("2027-07-01"):
        return midnight(at.date(), zone)
    return (at if at.tzinfo else at.replace(tzinfo=tzinfo_of(zone))).astimezone(UTC)


def _as_json(each: PlannedMessage, address: str) -> dict[str, Any]:
    """Return a message to one subscriber as JSON values; `records` only if it is about several."""
    items = [_item_as_json(item, each) for item in each.items]
    message = {"due": write_instant(each.due_at), **items[0], "address": address}
    return message | {"records": items} if len(items) > 1 else message


def _item_as_json(item: PlannedItem, each: PlannedMessage) -> dict[str, Any]:
    return {
        "record": record_of(item.notification),
        "moment": _moment(item.notification),
        "at": _written(item),
        "lead": lead_of(item.notification),
        "kind": _kind(each),
    }


def _kind(each: PlannedMessage) -> str:
    return "account" if each.kind is NotificationKind.ACCOUNT else each.kind


def _moment(key: NotificationKey) -> str:
    match key:
        case ReminderKey():
            return key.moment
        case ChangeKey():
            return key.notice
        case AccountKey():
            return key.account
        case DigestKey() | EditionKey():
            return ""


def _written(item: PlannedItem) -> str | None:
    if item.at is None:
        return None
    return item.at.first.isoformat() if isinstance(item.at, DaySpan) else write_instant(item.at.instant)


def _as_text(each: PlannedMessage, edition: Edition, *, is_missed: bool) -> str:
    """Return the line of a message; if it is about several records, with a line for each below it."""
    lines = [_item_as_text(item, each, edition.calendar.zone) for item in each.items]
    about = lines[0] if len(lines) == 1 else counted(len(lines), "record")
    subscribers = counted(each.subscribers, "subscriber")
    parts = (write_instant(each.due_at), f"{_kind(each):8}", about, subscribers, "missed" if is_missed else "")
    return "\n".join(["  ".join(part for part in parts if part), *(f"    {line}" for line in lines if len(lines) > 1)])


def _item_as_text(item: PlannedItem, each: PlannedMessage, zone: str) -> str:
    parts: Iterable[str] = (
        record_of(item.notification),
        f"{_moment(item.notification)} {_written(item) or ''}".strip(),
        _how_long_before(item.notification, each, zone),
    )
    return "  ".join(part for part in parts if part)


def _how_long_before(key: NotificationKey, each: PlannedMessage, zone: str) -> str:
    """Return the lead where the reminder goes by it; of what goes with a digest or later, the days that remain."""
    if not isinstance(key, ReminderKey):
        return ""
    is_by_lead = each.kind is NotificationKind.REMINDER and not each.is_waiting
    remaining = CalendarLead(days=max(0, days_ahead(key.at, zone, each.due_at)))
    return describe_lead(key.lead if is_by_lead else remaining, language("en"))
