"""Composition root: open the database, and build worker and reminder service from the settings."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import secrets
import sys
import tempfile
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from calendar_service.clock import clock
from calendar_service.heartbeat import Heartbeat
from calendar_service.log_format import FORMATTERS
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.faults.commands import CommandFaults
from calendar_service.reminders.faults.host import HostMemory
from calendar_service.reminders.faults.left import LeftFaults
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.faults.mailer import FaultMailer
from calendar_service.reminders.faults.reporter import FaultReporter
from calendar_service.reminders.restore_guard import RestoreGuard
from calendar_service.reminders.service import ReminderService
from calendar_service.settings import OWN_FOLDER, BadSetting, Settings, read_log_format
from calendar_service.store.engine import describe_database, is_missing, open_engine
from calendar_service.store.errors import DatabaseFault, Trouble, UnusableDatabase
from calendar_service.store.lease import this_host
from calendar_service.store.schema_version import SchemaState, newest_migration, schema_state
from calendar_service.store.sequence_file import FILE_NAME, SequenceFile
from calendar_service.store.snapshot import SnapshotFile
from calendar_service.store.whole_file import create_whole, make_private
from calendar_service.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.store.engine import Database

logger = logging.getLogger(__name__)


def set_up_logging() -> None:
    """Log to standard error, one line per event, as the settings say. Raise BadSetting."""
    logging.basicConfig(level=logging.INFO)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(FORMATTERS[read_log_format(os.environ)]())
    logging.getLogger("alembic").setLevel(logging.WARNING)


def take_short_turns() -> None:
    """Switch threads each millisecond, not every five, so that a rendering delays short responses less."""
    sys.setswitchinterval(0.001)


def spare_collections() -> None:
    """Keep what is in memory now out of searches for garbage, which would stop all threads for as long as it is much.

    Call it once all is loaded.
    """
    gc.freeze()


def open_database(settings: Settings) -> Database:
    """Open the database, with its tables up to date. Raise UnusableDatabase and DatabaseFault."""
    engine = open_engine(settings.database_url)
    _prepare(settings, engine)
    return engine


def open_present_database(settings: Settings) -> Database:
    """Open the database for a command that is of no use with a new one. Raise UnusableDatabase and DatabaseFault.

    Where a file is missing, such a command runs in another folder or without the settings of the service.
    """
    if is_missing(settings.database_url):
        missing = describe_database(settings.database_url)
        raise UnusableDatabase(
            f"there is no database: {missing} is missing.",
            remedy="Look at CALENDAR_DATABASE_URL, and at the folder that you are in.",
        )
    return open_database(settings)


def _prepare(settings: Settings, engine: Database) -> None:
    try:
        _prepare_tables(engine)
        _check_restored(settings, engine)
    finally:
        # Mails with links to sign in may lie there, and addresses do.
        make_private(OWN_FOLDER)


def _check_restored(settings: Settings, engine: Database) -> None:
    try:
        restore_guard(settings, engine).check(clock())
    except DatabaseFault as fault:
        # Whoever sends checks again before each pass; a process that only reads does not need it.
        logger.error("Whether the database was put back from a copy cannot be checked now: %s", fault)  # noqa: TRY400 (the traceback adds nothing)


def _prepare_tables(engine: Database) -> None:
    state = schema_state(engine)
    if state is SchemaState.EMPTY or (state is SchemaState.OLDER and engine.dialect.name == "sqlite"):
        from calendar_service.store.migrate import run_migrations  # noqa: PLC0415 (alembic slows down each start)

        run_migrations(engine)
    elif state is SchemaState.OLDER:
        # Processes of the version before may be running: an operator says when the tables change.
        raise DatabaseFault(
            f"its tables lack migration {newest_migration()}, which this program needs.",
            remedy="Run: calendar-service db upgrade",
            trouble=Trouble.OLDER_TABLES,
        )
    elif state is SchemaState.TOO_NEW:
        raise DatabaseFault(
            f"its tables have migrations after {newest_migration()}, the last one that this program knows.",
            remedy="Install the version that made them.",
            trouble=Trouble.NEWER_TABLES,
        )


class Preparation:
    """Prepares the database once, as soon as it answers and its tables are of this version. Thread-safe."""

    def __init__(self, settings: Settings, engine: Database) -> None:
        self._settings = settings
        self._engine = engine
        self._is_done = False
        self._working = threading.Lock()

    def ensure(self) -> None:
        """Prepare the database unless that is done. Raise DatabaseFault, also if its tables are of another version."""
        with self._working:
            if not self._is_done:
                _prepare(self._settings, self._engine)
                self._is_done = True


def restore_guard(settings: Settings, engine: Database) -> RestoreGuard:
    """Return the guard that detects a database older than this host remembers."""
    return RestoreGuard(engine, sequence_file(settings))


def sequence_file(settings: Settings) -> SequenceFile:
    """Return the file in which this host remembers the sequence of its database: beside the secret key, with a copy.

    The copy is under XDG_STATE_HOME, or under /var/tmp, which survives a reboot. Its name includes the database's path:
    two copies of one database on one host must not be compared with each other.
    """
    folder = settings.database_folder
    place = hashlib.sha256(f"{folder.resolve()} {settings.database_url}".encode()).hexdigest()[:32]
    state = Path(os.environ.get("XDG_STATE_HOME") or "/var/tmp")  # noqa: S108 (SequenceFile trusts no folder of others)
    aside = state / f"calendar-service-{os.getuid()}" / f"{place}.json"
    return SequenceFile(folder / FILE_NAME, aside)


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """Return the secret keys, newest first: those of the settings, else the one in a file beside the database.

    That one is made at first use; only the owner of this process may read it. Raise BadSetting.
    """
    if settings.secret_keys:
        return settings.secret_keys
    path = settings.database_folder / "secret-key"
    try:
        if not path.exists():
            _make_secret_key(path)
        return (path.read_text(encoding="ascii").strip(),)
    except (OSError, UnicodeError) as error:
        raise BadSetting(
            "CALENDAR_SECRET_KEY",
            f"{path}, where the key is kept, cannot be used ({type(error).__name__}).",
            "Check its rights, or set a key of 32 characters or more.",
        ) from None


def _make_secret_key(path: Path) -> None:
    """Write the key atomically. If several processes start at once, one of them makes it."""
    if create_whole(path, f"{secrets.token_urlsafe(32)}\n".encode("ascii")):
        logger.info("A secret key was made in %s. Keep it with the database: links in mails depend on it.", path)


def make_worker(
    settings: Settings, engine: Database, faults: FaultLog | None = None, preparation: Preparation | None = None
) -> Worker:
    """Return the worker that publishes the file, sends reminders and mails faults to the operator.

    `faults` holds its faults, which the pages of the same process show. `preparation` is for a database that may not
    have answered yet.
    """
    reporter = _make_reporter(settings, engine, faults or FaultLog(clock))
    service = make_reminder_service(settings, engine, clock)
    prepare = preparation.ensure if preparation else lambda: None
    lock = settings.database_folder / "heartbeat.lock"
    heartbeat = Heartbeat(settings.heartbeat_url, lock) if settings.heartbeat_url else None
    return Worker(
        engine, settings.file, clock, service, reporter, host=this_host(), prepare=prepare, heartbeat=heartbeat
    )


def start_worker(settings: Settings) -> Worker:
    """Start a worker and return it, also while the database does not answer."""
    engine = open_engine(settings.database_url)
    preparation = Preparation(settings, engine)
    worker = make_worker(settings, engine, preparation=preparation)
    try:
        preparation.ensure()
        worker.publish_at_start()
    except DatabaseFault as fault:
        logger.error("This worker begins as soon as the database answers: %s", fault)  # noqa: TRY400 (the traceback adds nothing)
    worker.start()
    return worker


def make_command_faults(settings: Settings) -> CommandFaults:
    """Return the reporter for the faults of a command that ends with them. Raise UnusableDatabase."""
    engine = open_engine(settings.database_url)
    left = LeftFaults(*_fault_folders(settings))
    return CommandFaults(engine, left, _make_reporter(settings, engine, FaultLog(clock)), clock)


def _make_reporter(settings: Settings, engine: Database, log: FaultLog) -> FaultReporter:
    operator_url = f"{settings.base_url}/operator" if settings.operator_token else ""
    mailer = FaultMailer(settings.base_url, mail_settings(settings), clock, operator_url)
    folders = _fault_folders(settings)
    return FaultReporter(engine, log, mailer, HostMemory(*folders), clock, LeftFaults(*folders))


def _fault_folders(settings: Settings) -> tuple[Path, Path]:
    """Return the folders in which processes of this host share faults: beside the database, else a temporary one."""
    name = hashlib.sha256(settings.database_url.encode()).hexdigest()[:16]
    aside = Path(tempfile.gettempdir()) / f"calendar-service-{os.getuid()}-{name}"
    return settings.database_folder, aside


def make_reminder_service(settings: Settings, engine: Database, now: Callable[[], datetime]) -> ReminderService:
    """Return the reminder service; `now` is its clock (aware), which may differ from the wall clock."""
    reminder_service = ReminderService(
        engine, secret_keys(settings), settings.base_url, mail_settings(settings), now, clock
    )
    reminder_service.guard = restore_guard(settings, engine)
    reminder_service.confirmations_per_hour = settings.confirmations_per_hour
    reminder_service.history_kept = timedelta(days=settings.retention_days)
    return reminder_service


def mail_settings(settings: Settings) -> MailSettings:
    """Return the mail settings: server, folder and sender."""
    editors = tuple(each.address for each in settings.editors)
    return MailSettings(settings.smtp_url, OWN_FOLDER / "mail", settings.mail_from, editors)


def edition_snapshot(settings: Settings) -> SnapshotFile:
    """Return the file in which this host keeps a copy of the current edition of its database."""
    name = hashlib.sha256(settings.database_url.encode()).hexdigest()[:16]
    return SnapshotFile(settings.database_folder / f"edition-{name}.jsonl")
