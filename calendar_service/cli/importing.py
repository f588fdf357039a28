"""The command `import`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.importing.candidates import MAX_SOURCE_BYTES, UnfitSource
from calendar_service.parsers.importing.formats import SOURCE_FORMATS, read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.parsers.input_file import read_input
from calendar_service.records.errors import CalendarError
from calendar_service.records.texts import check_language
from calendar_service.records.uids import entry_names
from calendar_service.settings import read_settings


def _read_language(code: str) -> str:
    try:
        return check_language(code)
    except CalendarError as error:
        raise click.BadParameter(str(error)) from None


def _read_columns(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dict[str, str]:
    """Parse "Subject=title,Notes=" into the field of each column; without a field it is left out."""
    pairs = [each.rpartition("=") for each in (value or "").split(",") if each.strip()]
    if any(not sign or not name.strip() for name, sign, _ in pairs):
        raise click.BadParameter("Write it as in 'Subject=title,Start=when'.")
    return {name.strip(): field.strip() for name, _, field in pairs}


def _read_data(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_SOURCE_BYTES + 1)
    return read_input(Path(source), MAX_SOURCE_BYTES + 1)


@click.command(name="import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(SOURCE_FORMATS), help="What SOURCE is, if its name does not show it."
)
@click.option(
    "--lang", "language", type=_read_language, metavar="L", help="The language that its texts are in, such as fr."
)
@click.option(
    "--map",
    "columns",
    callback=_read_columns,
    metavar="COLUMNS",
    help="What the columns of a table are, as in 'Subject=title,Day=when'.",
)
def import_source(source: str, form: str | None, language: str | None, columns: dict[str, str]) -> None:
    """Print the events and tenders of SOURCE as records for the calendar file; write nothing.

    SOURCE is a file, or - for standard input: the text of a page, a saved HTML page, .ics, JSON-LD, OCDS or CSV. Exits
    with 1 if something in it would not pass `check`: that is printed commented out, with the reason.
    """
    calendar_file = read_settings(os.environ).file
    reading = read_calendar_file(calendar_file)
    draft = reading.draft
    if draft is None and calendar_file.exists():
        click.echo(f"{calendar_file}: it has errors, so that ids were not compared with it.", err=True)
    try:
        data = _read_data(source)
    except OSError as error:
        raise click.FileError(source, error.strerror) from None
    try:
        imported = read_source(data, source, form, language, columns)
    except UnfitSource as error:
        raise UnfitSource(f"{source}: {error.message}", remedy=error.remedy) from None
    taken = frozenset(name for record in draft.records for name in entry_names(record)) if draft else frozenset()
    printed = print_records(imported, draft.calendar if draft else None, taken)
    for line, comment in printed.comments:
        click.echo(f"{source}:{line}: {comment}", err=True)
    click.echo(printed.yaml, nl=False)
    sys.exit(1 if printed.failed else 0)
