"""The commands that make, publish and watch the calendar file: `init`, `publish`, `worker`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import make_command_faults, open_database, set_up_logging, start_worker
from calendar_service.cli.faults import leaving_fault
from calendar_service.clock import clock
from calendar_service.publishing import describe_failure, publish_file
from calendar_service.settings import read_settings
from calendar_service.starter_file import write_starter
from calendar_service.store.faults import FaultKind
from calendar_service.store.lease import this_host
from calendar_service.store.publication import PublishOutcome

if TYPE_CHECKING:
    from calendar_service.settings import Settings
    from calendar_service.web_process import WebProcess
    from calendar_service.worker import Worker

FILE_ARGUMENT = click.argument("file", required=False, type=click.Path(path_type=Path))


@click.command()
@click.argument("file", default="events.yaml", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented starter FILE with dates in the future, and the schema that editors use."""
    for written in write_starter(file, clock().date()):
        click.echo(f"Wrote {written}")
    click.echo(f"Next: calendar-service serve {file}")


@click.command()
@FILE_ARGUMENT
@click.option("--confirm", is_flag=True, help="Publish also what is held because it looks like an accident.")
@click.option("--silent", is_flag=True, help="Publish without messages: nothing is ever announced of these changes.")
def publish(file: Path | None, *, confirm: bool, silent: bool) -> None:
    """Publish FILE as a new edition if it is valid and has changes."""
    set_up_logging()
    settings = settings_for(file)
    with leaving_fault(settings, FaultKind.PUBLICATION, lambda error: describe_failure(settings.file, error)):
        engine = open_database(settings)
        result = publish_file(engine, settings.file, clock(), confirmed=confirm, silent=silent, host=this_host())
    is_good = result.outcome in (PublishOutcome.PUBLISHED, PublishOutcome.UNCHANGED)
    faults = make_command_faults(settings)
    faults.forget([FaultKind.PUBLICATION])
    how = " without messages" if silent and result.outcome is PublishOutcome.PUBLISHED else ""
    click.echo(f"{settings.file}: {result.outcome}{how}")
    for note in result.notes:
        click.echo(note)
    if not is_good or result.clock:
        faults.mail()
    sys.exit(0 if is_good else 1)


@click.command()
@FILE_ARGUMENT
def worker(file: Path | None) -> None:
    """Publish FILE whenever it changes and send reminders, without a web server."""
    set_up_logging()
    settings = settings_for(file)
    watching = start_worker(settings)
    end_on_sigterm()
    try:
        threading.Event().wait()
    finally:
        stop(watching)


def end_on_sigterm() -> None:
    """Exit cleanly on SIGTERM, as on Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def stop(running: Worker | WebProcess) -> None:
    """Stop what runs, and the process with it if a job hangs: Python would wait for its thread."""
    if not running.stop():
        logging.shutdown()
        os._exit(0)


def settings_for(file: Path | None) -> Settings:
    """Return the settings, with the file that the command names, if it does."""
    settings = read_settings(os.environ)
    return replace(settings, file=file) if file else settings
