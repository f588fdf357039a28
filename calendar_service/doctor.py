"""The checks of `calendar-service doctor`: time zones, file, git, database, clock, disk, sending, faults, network."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import tzdata  # type: ignore[import-untyped]  # it ships no hints

from calendar_service.admin.git_commit import NotCommitted, Person, check_repository
from calendar_service.network_checks import CheckResult, check_base_url, check_mail_server, check_sender_domain
from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.records.countries import DATABASE_VERSION
from calendar_service.records.errors import CalendarError, counted
from calendar_service.records.times import write_instant
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.messages.fault import fault_advice
from calendar_service.reminders.resuming import describe_pause
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.store.clocks import check_clock
from calendar_service.store.editions import newest_number
from calendar_service.store.engine import describe_database, is_missing, open_engine, reading, rehearsing, writing
from calendar_service.store.errors import DatabaseFault, Trouble, UnusableDatabase
from calendar_service.store.faults import FaultKind, list_faults
from calendar_service.store.integrity import find_damage
from calendar_service.store.pauses import PauseKind, list_pauses
from calendar_service.store.process_state import write_state
from calendar_service.store.schema_version import SchemaState, is_usable, schema_state
from calendar_service.store.subscribers import list_channels, newest_subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendar_service.settings import Settings
    from calendar_service.store.engine import Database
    from calendar_service.store.faults import Fault
    from calendar_service.store.pauses import Pause


_DAMAGE_SECONDS = 60.0
_MEGABYTE = 1_000_000
_FEW_MEGABYTES = 200
_WRITABLE = (
    "Give our user the right to write to it, and to the folder of a file. A server that only follows another one takes "
    "nothing: name the other one in CALENDAR_DATABASE_URL"
)
_MADE = (
    "A first start makes it. If the service has one already, look at CALENDAR_DATABASE_URL, and at the folder that you "
    "are in"
)
_SCHEMA_REMEDIES = {
    SchemaState.EMPTY: "it has no tables yet; run calendar-service db upgrade",
    SchemaState.OLDER: "its tables are of an earlier version; run calendar-service db upgrade",
    SchemaState.TOO_NEW: "its tables are of a later version than this program; install that version",
}


def examine(settings: Settings, keys: tuple[str, ...], now: datetime) -> list[CheckResult]:
    """Return the results of all checks at `now` (aware) with the secret keys of this host; change nothing."""
    return [
        _time_zones(),
        _file(settings),
        _database(settings, now),
        *_git(settings),
        *_damage(settings),
        *_in_database(settings, keys, now),
        _disk(settings),
        check_mail_server(settings, now),
        *check_sender_domain(settings),
        *check_base_url(settings, now),
    ]


def _time_zones() -> CheckResult:
    ours, theirs = tzdata.IANA_VERSION, DATABASE_VERSION
    text = f"time zones: tzdata {ours}, pytz {theirs}"
    return CheckResult(ours == theirs, text if ours == theirs else f"{text}; install the same release of both")


def _file(settings: Settings) -> CheckResult:
    errors = read_calendar_file(settings.file).errors
    text = f"{settings.file}: {counted(len(errors), 'problem')}"
    return CheckResult(not errors, f"{text}; run calendar-service check" if errors else text)


def _git(settings: Settings) -> list[CheckResult]:
    if not settings.commits_to_git:
        return []
    try:
        check_repository(settings.file, Person(*settings.git_committer))
    except NotCommitted as error:
        text = " ".join(f"git: what is published on the admin pages is not committed. {error}".split())
        return [CheckResult(is_well=False, text=text)]
    return [CheckResult(is_well=True, text="git: the calendar file can be committed")]


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    if is_missing(settings.database_url):
        raise UnusableDatabase(f"{describe_database(settings.database_url)} is missing.", remedy=_MADE)
    engine = open_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _database(settings: Settings, now: datetime) -> CheckResult:
    try:
        with _opened(settings) as engine:
            state = schema_state(engine)
            is_good = state in (SchemaState.CURRENT, SchemaState.AHEAD)
            number = newest_number(engine) if is_good else 0
            if is_good:
                _try_to_write(engine, now)
    except CalendarError as error:
        if isinstance(error, DatabaseFault) and error.trouble is Trouble.READ_ONLY:
            return CheckResult(is_well=False, text=f"the database is read-only: {error.message} {_WRITABLE}")
        return CheckResult(is_well=False, text=f"the database: {error}")
    if not is_good:
        return CheckResult(is_well=False, text=f"the database: {_SCHEMA_REMEDIES[state]}")
    return CheckResult(is_well=True, text=f"{engine.dialect.name}: edition {number}")


def _try_to_write(engine: Database, now: datetime) -> None:
    """Write a row and roll that back. Raise DatabaseFault."""
    with rehearsing(engine) as rehearsal, writing(rehearsal) as connection:
        write_state(connection, "doctor", "", now)


def _damage(settings: Settings) -> list[CheckResult]:
    """Return the damage of the database's pages, also where it is so great that nothing can be read."""
    try:
        with _opened(settings) as engine:
            damage = find_damage(engine, _DAMAGE_SECONDS)
    except CalendarError:
        return []
    text = f"the database is damaged ({damage}); put back a backup: calendar-service db restore FILE"
    return [CheckResult(is_well=False, text=text)] if damage else []


def _in_database(settings: Settings, keys: tuple[str, ...], now: datetime) -> list[CheckResult]:
    """Return what is found in a database that can be used; `_database` reports one that cannot."""
    try:
        with _opened(settings) as engine:
            if not is_usable(engine):
                return []
            with reading(engine) as connection:
                clock_fault, pauses = check_clock(connection, now), list_pauses(connection)
                faults, channels = list_faults(connection), list_channels(connection)
            newest = newest_subscriber(engine)
    except CalendarError:
        return []
    clock = f"the clock: {clock_fault.reason}" if clock_fault else "the clock agrees with the database's"
    found = [CheckResult(is_well=clock_fault is None, text=clock)]
    if ChannelName.CHAT in channels and find_spec("apprise") is None:
        text = "subscribers want messages in chat rooms: pip install 'calendar-service[chat]'"
        found.append(CheckResult(is_well=False, text=text))
    if newest and newest.address_key not in AddressHasher(keys).address_keys(newest.address):
        text = (
            "the secret key of this host is not the one that subscribers were stored with: links in mails do not work. "
            "Give all hosts the same CALENDAR_SECRET_KEY; to change it, keep the old one after the new"
        )
        found.append(CheckResult(is_well=False, text=text))
    found += [CheckResult(is_well=False, text=describe_pause(pause)) for pause in pauses]
    return [*found, *(_stored_fault(each) for each in faults if not _is_pause(each, pauses))]


def _is_pause(fault: Fault, pauses: list[Pause]) -> bool:
    """Return True if a fault says no more than a pause that is reported."""
    return fault.kind is FaultKind.RESTORE and any(each.kind is PauseKind.RESTORED for each in pauses)


def _stored_fault(fault: Fault) -> CheckResult:
    name = f"{fault.kind} {fault.key}".strip()
    text = f"fault {name}, since {write_instant(fault.first_at)}: {fault.reason} {fault_advice(fault)}"
    return CheckResult(is_well=False, text=text)


def _disk(settings: Settings) -> CheckResult:
    """Look for room where the database of this host is, or its own files."""
    folder = settings.database_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free // _MEGABYTE} MB are free under {folder.resolve()}"
    is_well = free >= _FEW_MEGABYTES * _MEGABYTE
    return CheckResult(is_well, text if is_well else f"only {text}: make room, or nothing can be published or sent")
