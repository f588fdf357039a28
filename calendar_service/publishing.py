"""Publish the calendar file as an edition, log the result, and report faults."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from calendar_service.file_watch import BusyFile, read_when_whole
from calendar_service.parsers.calendar_file import ParseResult, read_calendar, unreadable_file
from calendar_service.records.countries import DATABASE_VERSION
from calendar_service.records.errors import counted
from calendar_service.store.engine import writing
from calendar_service.store.errors import DatabaseFault
from calendar_service.store.faults import FaultKind, clear_fault, report_fault
from calendar_service.store.lease import this_host
from calendar_service.store.publication import (
    TZ_DATABASE,
    PublishOutcome,
    PublishResult,
    follow_tz_database,
    publish_draft,
    release_due,
)
from calendar_service.store.publish_attempts import PublishAttempt, record_attempt

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from calendar_service.records.edition import Draft, Edition
    from calendar_service.store.engine import Database
    from calendar_service.store.lease import Host

logger = logging.getLogger(__name__)

_MOST_REASONS = 50


def publish_file(  # noqa: PLR0913 (each is a condition)
    engine: Database,
    path: Path,
    now: datetime,
    *,
    confirmed: bool = False,
    known: Edition | None = None,
    tz_database: str = TZ_DATABASE,
    host: Host | None = None,
    is_patient: bool = False,
    silent: bool = False,
) -> PublishResult:
    """Read a calendar file and publish it if it is valid and has changes. Return the result.

    Raise BusyFile, FileDoesNotAnswer and DatabaseFault.

    `host` is who publishes, and `silent` is without messages, see `store.publication.publish_draft`. What is public
    follows a new tz database even while the file is broken. The result is reported as a fault or clears one; with
    `is_patient`, that another host publishes is not reported: the caller does so if it lasts.
    """
    _warn_if_two_tz_databases(TZ_DATABASE, DATABASE_VERSION)
    digest, reading = _read(path, now)
    if reading.draft:
        result = publish_draft(
            engine,
            reading.draft,
            now,
            confirmed=confirmed,
            silent=silent,
            known=known,
            tz_database=tz_database,
            host=host,
            file_digest=digest,
        )
    else:
        result = follow_tz_database(engine, now, known=known, tz_database=tz_database, host=host)
        result = replace(result, outcome=PublishOutcome.BROKEN)
    if result.outcome is PublishOutcome.BROKEN:
        result = replace(result, reasons=_first_reasons(reading.refuse(result.taken_back)))
    result = _release_due(engine, reading.draft, result, now, host)
    if not result.other_host:  # else it would hide what became of the file of the host that publishes
        record_attempt(engine, PublishAttempt(now, str(path), digest, result.outcome, tuple(result.reasons)))
    if not (is_patient and result.held_by is FaultKind.LEASE):
        record_outcome(engine, path, result, now, host)
    _log_result(path, result)
    if result.newer_tz_database:
        _warn_of_older_tz_database(tz_database, result.newer_tz_database)
    return result


def _release_due(
    engine: Database, draft: Draft | None, result: PublishResult, now: datetime, host: Host | None
) -> PublishResult:
    """Release the records whose time has come even if the file cannot be published, as far as it still has them."""
    is_stopped = result.outcome is PublishOutcome.BROKEN or (
        result.outcome is PublishOutcome.HELD and result.held_by is None
    )
    if not is_stopped:
        return result
    only = [each.record.id for each in draft.withheld] if draft else None
    released = release_due(engine, now, known=result.edition, host=host, only=only)
    if released.outcome is not PublishOutcome.PUBLISHED:
        return result
    names = ", ".join(released.changed)
    logger.info("Records that were to become public now did so, from the last file without problems: %s.", names)
    return replace(result, edition=released.edition, changed=sorted({*result.changed, *released.changed}))


_Fault = tuple[str, tuple[str, ...]]
"""The public-safe reason of a fault, and its details."""


def record_outcome(
    engine: Database, path: Path, outcome: PublishResult | Exception, now: datetime, host: Host | None = None
) -> None:
    """Report the faults of a result, and clear those that are over: of the host's file, lease and clock.

    Only this function decides what is a fault. An exception is an attempt without a result.
    Reasons are public-safe; details name the file and the cause. Raise DatabaseFault.
    """
    key = (host or this_host()).name
    if isinstance(outcome, PublishResult):
        found = {
            FaultKind.PUBLICATION: _fault_of_file(path, outcome),
            FaultKind.LEASE: _fault_of_lease(path, outcome),
            FaultKind.CLOCK: _fault_of_clock(path, outcome),
        }
    else:
        found = {FaultKind.PUBLICATION: describe_failure(path, outcome)}
    with writing(engine) as connection:
        for kind, fault in found.items():
            if fault:
                report_fault(connection, kind, key, fault[0], now, details=fault[1])
            else:
                clear_fault(connection, kind, key)


def _fault_of_file(path: Path, result: PublishResult) -> _Fault | None:
    if result.outcome is PublishOutcome.BROKEN:
        return f"The calendar file has {_count(len(result.reasons), 'problem')}.", tuple(result.reasons)
    if result.outcome is PublishOutcome.HELD and result.held_by is None:
        count = _count(len(result.reasons), "reason")
        details = (*result.reasons, f"To publish it: {_confirm(path)}")
        return f"The calendar file is held until a person confirms it: {count}.", details
    return None


def _fault_of_lease(path: Path, result: PublishResult) -> _Fault | None:
    if result.held_by is not FaultKind.LEASE:
        return None
    reason = "Another host publishes the calendar, and the file of this host says something else."
    remedy = f"Bring it up to date. To publish it and take over: {_confirm(path)}"
    return f"{reason} Nothing of it is published.", (*(f"{path}: {each}" for each in result.reasons), remedy)


def _fault_of_clock(path: Path, result: PublishResult) -> _Fault | None:
    if not result.clock:
        return None
    reason = "The clock of this host does not go with that of the database. Nothing is published from here."
    return reason, (result.clock, f"To publish once the clock is right: {_confirm(path)}")


def describe_failure(path: Path, error: Exception) -> _Fault:
    """Return the public-safe reason and the details of an attempt to publish that raised an error."""
    name = type(error).__name__
    match error:
        case BusyFile():
            return "The calendar file stays open for writing by another program.", (str(error),)
        case DatabaseFault():
            return "The database does not do what publishing asks.", (f"{path}: {error}",)
    return f"Publishing the calendar file failed ({name}); it is tried again.", (f"{path}: {name}: {error}",)


def _confirm(path: Path) -> str:
    return f"calendar-service publish --confirm {path}"


def _count(number: int, noun: str) -> str:
    if number > _MOST_REASONS:
        return f"more than {_MOST_REASONS} {noun}s"
    return counted(number, noun)


@cache
def _warn_if_two_tz_databases(ours: str, theirs: str) -> None:
    if ours != theirs:
        logger.warning(
            "The package tzdata has the tz database %s, but pytz has %s: zones that one of them does not know "
            "cannot be trusted. Install the same release of both; `calendar-service doctor` looks again.",
            ours,
            theirs,
        )


def _warn_of_older_tz_database(here: str, newest: str) -> None:
    logger.warning(
        "The tz database here is %s, but the newest edition was made with %s: times may be told wrong. "
        "Install the newer tzdata package here too.",
        here,
        newest,
    )


def _read(path: Path, now: datetime) -> tuple[str, ParseResult]:
    try:
        data = read_when_whole(path)
    except OSError as error:
        return "", unreadable_file(path, error)
    return hashlib.sha256(data).hexdigest(), read_calendar(data, str(path), now)


def _first_reasons(reading: ParseResult) -> list[str]:
    reasons = [str(error) for error in reading.errors]
    more = len(reasons) - _MOST_REASONS
    return [*reasons[:_MOST_REASONS], *([f"… and {more} more; `calendar-service check` says all."] if more > 0 else [])]


def _log_result(path: Path, result: PublishResult) -> None:
    number = result.edition.number if result.edition else 0
    match result.outcome:
        case PublishOutcome.PUBLISHED:
            changed = counted(len(result.changed), "record")
            logger.info("Published edition %d of %s: %s new or changed.", number, path, changed)
        case PublishOutcome.HELD if result.held_by is FaultKind.CLOCK:
            logger.warning("%s is held back; edition %d stays.", path, number)
        case PublishOutcome.HELD:
            logger.warning("%s is held back; edition %d stays. To publish it: %s", path, number, _confirm(path))
        case PublishOutcome.BROKEN:
            logger.error("%s has errors; what was published last stays.", path)
    if result.clock and result.clock not in result.reasons:
        logger.warning("%s", result.clock)
    for reason in result.reasons:
        logger.error("%s", reason)
    for remark in (*result.moved, *result.notes):
        logger.warning("%s", remark)
