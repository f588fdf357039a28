"""The program `calendar-service`: every command reads the same settings."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import waitress

from calendar_service import __version__
from calendar_service.bootstrap import (
    clock,
    make_command_faults,
    make_worker,
    open_database,
    secret_keys,
    set_up_logging,
    take_short_turns,
)
from calendar_service.cli.backup import back_up, restore_backup
from calendar_service.cli.failures import errors_in_one_line, leaving_fault
from calendar_service.cli.messages import print_message
from calendar_service.cli.published import published_edition
from calendar_service.cli.receipts import print_receipts
from calendar_service.cli.reminders import plan, tick
from calendar_service.cli.sending import pause_sending, resume_sending
from calendar_service.cli.subscribers import subscribers_group
from calendar_service.doctor import examine
from calendar_service.output_formats import list_outputs
from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.importing.candidates import MAX_SOURCE_BYTES
from calendar_service.parsers.importing.formats import SOURCE_FORMATS, read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.publishing import describe_failure, publish_file
from calendar_service.records.errors import CalendarError
from calendar_service.records.schema import json_schema
from calendar_service.records.texts import check_language
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.settings import DEFAULT_PORT, read_settings
from calendar_service.starter_file import write_starter
from calendar_service.static_export import export_files
from calendar_service.store.editions import PublishOutcome
from calendar_service.store.faults import FaultKind
from calendar_service.store.lease import this_host
from calendar_service.verification.audit import verify_outputs as audit_edition
from calendar_service.verification.fetch import ask_server
from calendar_service.web.app import create_app, load_edition_at_start
from calendar_service.web.feeds import shown_languages
from calendar_service.web.inprocess import ask_application

if TYPE_CHECKING:
    from calendar_service.parsers.calendar_file import ParseResult
    from calendar_service.settings import Settings
    from calendar_service.worker import Worker

_THREADS = 16
_FILE = click.argument("file", required=False, type=click.Path(path_type=Path))


def _read_language(code: str) -> str:
    try:
        return check_language(code)
    except CalendarError as error:
        raise click.BadParameter(str(error)) from None


class _Program(click.Group):
    """Shows errors as one line, not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A file's name, or a value in it, may hold what the terminal cannot show.
                stream.reconfigure(errors="backslashreplace")
        with errors_in_one_line(str(ctx.invoked_subcommand or ctx.info_name)):
            return super().invoke(ctx)


@click.group(cls=_Program)
@click.version_option(__version__)
def main() -> None:
    """Serve events, webinars and tender deadlines as calendars that people can trust."""


@main.command()
@click.argument("file", default="events.yaml", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented starter FILE with dates ahead of today, and the schema that editors use."""
    for written in write_starter(file, clock().date()):
        click.echo(f"Wrote {written}")
    click.echo(f"Next: calendar-service serve {file}")


@main.command()
@_FILE
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the problems."
)
def check(file: Path | None, form: str) -> None:
    """Validate FILE and list every problem. Exits with 0 if it can be published, with 1 if not."""
    path = file or read_settings(os.environ).file
    reading = read_calendar_file(path)
    click.echo(_as_json(reading) if form == "json" else _as_text(path, reading))
    sys.exit(1 if reading.errors else 0)


@main.command()
@_FILE
@click.option("--confirm", is_flag=True, help="Publish although a person should look at it first.")
def publish(file: Path | None, *, confirm: bool) -> None:
    """Publish FILE as a new edition if it is valid and has changes."""
    set_up_logging()
    settings = _settings(file)
    with leaving_fault(settings, FaultKind.PUBLICATION, lambda error: describe_failure(settings.file, error)):
        engine = open_database(settings)
        result = publish_file(engine, settings.file, clock(), confirmed=confirm, host=this_host())
    make_command_faults(settings).forget([FaultKind.PUBLICATION])
    click.echo(f"{settings.file}: {result.outcome}")
    sys.exit(0 if result.outcome in (PublishOutcome.PUBLISHED, PublishOutcome.UNCHANGED) else 1)


@main.command()
@_FILE
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
def serve(file: Path | None, host: str, port: int) -> None:
    """Serve the calendar of FILE, publish FILE whenever it changes, and send reminders."""
    set_up_logging()
    take_short_turns()
    settings = _settings(file)
    if not settings.trusted_hosts:
        settings = replace(settings, base_url=f"http://{host}:{port}")
    engine = open_database(settings)
    faults = FaultLog(clock)
    worker = make_worker(settings, engine, faults)
    worker.publish_at_start()
    worker.start()
    _end_on_sigterm()
    app = create_app(settings, engine, clock, keys=secret_keys(settings), faults=faults, threads=_THREADS)
    load_edition_at_start(app)
    click.echo(f"The calendar is at {settings.base_url}/", err=True)
    try:
        # Waitress reads requests whole before a thread takes them, so slow clients hold up nobody.
        waitress.serve(app.wsgi_app, host=host, port=port, threads=_THREADS, connection_limit=1000, ident="")
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used: {error.strerror}. Choose another --port.") from None
    finally:
        _stop(worker)


@main.command()
@_FILE
def worker(file: Path | None) -> None:
    """Publish FILE whenever it changes and send reminders, without a web server."""
    set_up_logging()
    settings = _settings(file)
    watching = make_worker(settings, open_database(settings))
    watching.publish_at_start()
    watching.start()
    _end_on_sigterm()
    try:
        threading.Event().wait()
    finally:
        _stop(watching)


@main.command(name="import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(SOURCE_FORMATS), help="What SOURCE is, where its name does not tell."
)
@click.option(
    "--lang", "language", type=_read_language, metavar="L", help="The language that its texts are in, such as fr."
)
def import_source(source: str, form: str | None, language: str | None) -> None:
    """Print the events and tenders of SOURCE as records for the calendar file; write nothing.

    SOURCE is a file, or - for standard input: the text of a page, .ics, JSON-LD, OCDS or CSV. Exits with 1 if something
    in it would not pass `check`: that is printed commented out, with the reason.
    """
    draft = read_calendar_file(read_settings(os.environ).file).draft
    try:
        with click.open_file(source, "rb") as file:
            data = file.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise click.FileError(source, error.strerror) from None
    imported = read_source(data, source, form, language)
    taken = frozenset(record.id for record in draft.records) if draft else frozenset()
    printed = print_records(imported, draft.calendar if draft else None, taken)
    for line, comment in printed.comments:
        click.echo(f"{source}:{line}: {comment}", err=True)
    click.echo(printed.yaml, nl=False)
    sys.exit(1 if printed.failed else 0)


@main.command()
@click.argument("base_url", required=False)
def audit(base_url: str | None) -> None:
    """Parse every moment out of all outputs, here or at BASE_URL, and list each difference from the records."""
    settings = read_settings(os.environ)
    engine = open_database(settings)
    edition = published_edition(engine)
    fetch = (
        ask_server(base_url)
        if base_url
        else ask_application(create_app(settings, engine, clock, keys=secret_keys(settings)))
    )
    report = audit_edition(edition, shown_languages(edition), list_outputs(), fetch, clock)
    for fault in report.faults:
        click.echo(fault)
    click.echo(report)
    sys.exit(1 if report.faults else 0)


@main.command(name="export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_site(folder: Path) -> None:
    """Write all public pages and feeds as files into FOLDER, for a static web server."""
    settings = read_settings(os.environ)
    engine = open_database(settings)
    edition = published_edition(engine)
    app = create_app(settings, engine, clock, keys=secret_keys(settings))
    codes = shown_languages(edition)
    prefixes = ["" if code == edition.calendar.default_language else f"/{code}" for code in codes]
    count = export_files(
        ask_application(app), edition.shown_at(clock()), prefixes, Path(str(app.static_folder)), folder
    )
    click.echo(f"{count} files in {folder}")


@main.command()
def schema() -> None:
    """Print the JSON Schema of the calendar file."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@main.command()
def doctor() -> None:
    """Check the time-zone databases, the settings, the file, the database and the clock."""
    findings = examine(read_settings(os.environ), clock())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'BAD '} {finding.text}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


@main.group()
def db() -> None:
    """Manage the database."""


@db.command()
def upgrade() -> None:
    """Run pending migrations."""
    open_database(read_settings(os.environ))
    click.echo("The database is up to date.")


for _command in (back_up, restore_backup):
    db.add_command(_command)
for _command in (pause_sending, plan, print_message, print_receipts, resume_sending, subscribers_group, tick):
    main.add_command(_command)


def _end_on_sigterm() -> None:
    """Exit cleanly on SIGTERM, as on Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _stop(worker: Worker) -> None:
    """Stop a worker, and the process with it if a job hangs: Python would wait for its thread."""
    if not worker.stop():
        logging.shutdown()
        os._exit(0)


def _settings(file: Path | None) -> Settings:
    settings = read_settings(os.environ)
    return replace(settings, file=file) if file else settings


def _as_text(path: Path, reading: ParseResult) -> str:
    records = len(reading.draft.records) if reading.draft else 0
    notes = len(reading.findings) - len(reading.errors)
    problems = len(reading.errors)
    words = [f"{problems} problem{'' if problems == 1 else 's'}"] if problems else [f"{records} records, no problems"]
    words += [f"{notes} note{'' if notes == 1 else 's'}"] if notes else []
    return "\n".join([*map(str, reading.findings), f"{path}: {', '.join(words)}"])


def _as_json(reading: ParseResult) -> str:
    problems = [
        {
            "file": finding.file,
            "line": finding.line,
            "column": finding.column,
            "path": finding.problem.where,
            "severity": finding.problem.severity,
            "message": finding.problem.message,
            "value": finding.problem.value,
            "remedy": finding.problem.remedy,
        }
        for finding in reading.findings
    ]
    text = json.dumps({"problems": problems}, indent=2, ensure_ascii=False, default=str)
    return text if _can_be_printed(text) else json.dumps({"problems": problems}, indent=2, default=str)


def _can_be_printed(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True
