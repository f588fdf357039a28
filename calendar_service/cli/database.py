"""The commands on the database: `doctor`, `db upgrade`, `db backup`, `db restore`."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import open_database, secret_keys, sequence_file
from calendar_service.clock import clock
from calendar_service.doctor import examine
from calendar_service.records.errors import counted
from calendar_service.settings import read_settings
from calendar_service.store.backup import backup
from calendar_service.store.engine import open_engine
from calendar_service.store.migrate import run_migrations
from calendar_service.store.restore import Replaced, restore

if TYPE_CHECKING:
    from calendar_service.store.restore import Restored

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
def doctor() -> None:
    """Check time zones, settings, file, database, clock, disk, mail server, and the address that links begin with."""
    settings = read_settings(os.environ)
    has_keys = settings.secret_keys or (settings.database_folder / "secret-key").exists()
    findings = examine(settings, secret_keys(settings) if has_keys else (), clock())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'BAD '} {finding.text}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


@click.group()
def db() -> None:
    """Manage the database."""


@db.command()
def upgrade() -> None:
    """Run pending migrations. Processes of the minor version before go on meanwhile, and afterwards."""
    settings = read_settings(os.environ)
    run_migrations(open_engine(settings.database_url))
    open_database(settings)
    click.echo("The database is up to date.")


@db.command(name="backup")
@_FILE
def back_up(file: Path) -> None:
    """Write the whole database into the new FILE, while the service runs. Only its owner may read it."""
    engine = open_engine(read_settings(os.environ).database_url)
    try:
        size = backup(engine, file)
    finally:
        engine.dispose()
    click.echo(f"{file}: {size} bytes")


@db.command(name="restore")
@_FILE
def restore_backup(file: Path) -> None:
    """Restore the database from FILE, made by `db backup`. Nothing is sent afterwards until you decide how to go on.

    The service may keep running. Who has unsubscribed since the backup, and what was sent, is carried over if it can be
    read.
    """
    settings = read_settings(os.environ)
    memory = sequence_file(settings)

    engine = open_engine(settings.database_url)
    try:
        done = restore(engine, file, clock(), memory.sent_until)
    finally:
        engine.dispose()
    with contextlib.suppress(OSError):  # the next process that sends reports it
        memory.remember(done.identity, clock())
    for line in _describe(file, done):
        click.echo(line)


def _describe(file: Path, done: Restored) -> list[str]:
    lines = [f"The database was restored from {file}."]
    if done.replaced is Replaced.SUCCESSOR:
        brought = ", ".join(f"{number} {name}" for name, number in sorted(done.counts.items()) if number)
        lines += [
            "It had only gone forward since the backup: all that people and the service did since then was kept.",
            f"What was missing came back: {brought or 'nothing was missing'}.",
        ]
    elif done.replaced is Replaced.OTHER:
        lines += [
            (
                f"From the database before: {counted(done.counts['ended'], 'subscriber')} ended or paused, "
                f"{done.counts['erased']} erased, "
                f"{counted(done.counts['suppressions'], 'address', 'addresses')} not to be written to, "
                f"{counted(done.counts['sent'], 'message')} marked as sent."
            ),
            f"{counted(done.counts['lost'], 'subscriber')} of it not in the backup, and lost.",
        ]
    elif done.replaced is Replaced.DAMAGED:
        lines += [
            f"The database before was damaged and could not be read; it is kept as {done.damaged_file}.",
            "Who has unsubscribed since the backup is not known.",
            "Restart whatever runs, so that nothing writes into that file.",
        ]
    return [
        *lines,
        "Nothing is sent now. What is due is listed by: calendar-service plan",
        "To send it: calendar-service tick --send-missed. To go on without it: calendar-service resume",
    ]
