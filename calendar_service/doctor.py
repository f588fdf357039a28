"""The checks of `calendar-service doctor`: time zones, file, database, clock and sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import tzdata  # type: ignore[import-untyped]  # it ships no hints

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.records.countries import DATABASE_VERSION
from calendar_service.records.errors import CalendarError
from calendar_service.reminders.resuming import describe_pause
from calendar_service.store.clocks import check_clock
from calendar_service.store.editions import newest_number
from calendar_service.store.engine import open_engine, reading
from calendar_service.store.pauses import list_pauses
from calendar_service.store.schema_version import SchemaState, is_usable, schema_state

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.settings import Settings


_SCHEMA_REMEDIES = {
    SchemaState.EMPTY: "it has no tables yet; run calendar-service db upgrade",
    SchemaState.OLDER: "its tables are of an earlier version; run calendar-service db upgrade",
    SchemaState.TOO_NEW: "its tables are of a later version than this program; install that version",
}


@dataclass(frozen=True)
class CheckResult:
    """The result of one check."""

    is_well: bool
    text: str


def examine(settings: Settings, now: datetime) -> list[CheckResult]:
    """Return the results of all checks at `now` (aware); change nothing."""
    return [
        _time_zones(),
        _file(settings),
        _database(settings),
        *_clock(settings, now),
        *_sending(settings),
        CheckResult(is_well=True, text=f"links begin with {settings.base_url}"),
    ]


def _time_zones() -> CheckResult:
    ours, theirs = tzdata.IANA_VERSION, DATABASE_VERSION
    text = f"time zones: tzdata {ours}, pytz {theirs}"
    return CheckResult(ours == theirs, text if ours == theirs else f"{text}; install the same release of both")


def _file(settings: Settings) -> CheckResult:
    errors = read_calendar_file(settings.file).errors
    text = f"{settings.file}: {len(errors)} problem{'' if len(errors) == 1 else 's'}"
    return CheckResult(not errors, f"{text}; run calendar-service check" if errors else text)


def _database(settings: Settings) -> CheckResult:
    try:
        engine = open_engine(settings.database_url)
        state = schema_state(engine)
        is_good = state in (SchemaState.CURRENT, SchemaState.AHEAD)
        number = newest_number(engine) if is_good else 0
    except CalendarError as error:
        return CheckResult(is_well=False, text=f"the database: {error}")
    if not is_good:
        return CheckResult(is_well=False, text=f"the database: {_SCHEMA_REMEDIES[state]}")
    return CheckResult(is_well=True, text=f"{engine.dialect.name}: edition {number}")


def _clock(settings: Settings, now: datetime) -> list[CheckResult]:
    """Compare this host's clock with the database's; return nothing if the database cannot be used."""
    try:
        engine = open_engine(settings.database_url)
        if not is_usable(engine):
            return []
        with reading(engine) as connection:
            fault = check_clock(connection, now)
    except CalendarError:
        return []
    if fault:
        return [CheckResult(is_well=False, text=f"the clock: {fault.reason}")]
    return [CheckResult(is_well=True, text="the clock goes with the database's")]


def _sending(settings: Settings) -> list[CheckResult]:
    """Return why nothing is sent, if sending is paused. `_database` reports a database that cannot be read."""
    try:
        engine = open_engine(settings.database_url)
        if not is_usable(engine):
            return []
        with reading(engine) as connection:
            pauses = list_pauses(connection)
    except CalendarError:
        return []
    return [CheckResult(is_well=False, text=describe_pause(pause)) for pause in pauses]
