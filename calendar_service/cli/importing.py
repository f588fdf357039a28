"""The command `import`: print records, or append them to a calendar file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.cli.adding import append_records
from calendar_service.clock import clock
from calendar_service.file_watch import read_when_whole
from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.importing.candidates import MAX_SOURCE_BYTES, UnfitSource
from calendar_service.parsers.importing.formats import SOURCE_FORMATS, read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.parsers.input_file import read_input
from calendar_service.records.errors import CalendarError
from calendar_service.records.texts import check_language
from calendar_service.records.uids import entry_names
from calendar_service.settings import read_settings
from calendar_service.store.file_saving import check_bytes

if TYPE_CHECKING:
    from calendar_service.parsers.importing.candidates import Imported


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
@click.option(
    "--append",
    "file",
    type=click.Path(path_type=Path),
    help="Append the records to this calendar file, asking for each.",
)
@click.option("--yes", "agreed", is_flag=True, help="Append all without asking.")
def import_source(
    source: str,
    form: str | None,
    language: str | None,
    columns: dict[str, str],
    file: Path | None,
    *,
    agreed: bool,
) -> None:
    """Print the events and tenders of SOURCE as records for the calendar file; with --append, write them into it.

    SOURCE is a file, or - for standard input: the text of a page, a saved HTML page, .ics, JSON-LD, OCDS or CSV. Exits
    with 1 if something in it would not pass `check`: that is printed commented out, with the reason. As long as there
    is such a thing, or a question, nothing is appended.
    """
    calendar_file = read_settings(os.environ).file
    draft = read_calendar_file(calendar_file).draft
    if draft is None and calendar_file.exists():
        click.echo(f"{calendar_file}: it has errors, so that ids were not compared with it.", err=True)
    known, target = b"", draft
    if file:
        known = read_when_whole(file)
        target = check_bytes(file, known, clock())
    imported = _imported(source, form, language, columns)
    taken = frozenset(
        name for each in (draft, target) if each for record in each.every_record for name in entry_names(record)
    )
    printed = print_records(imported, target.calendar if target else None, taken, clock())
    for line, comment in printed.comments:
        click.echo(f"{source}:{line}: {comment}", err=True)
    if file is None:
        click.echo(printed.yaml, nl=False)
        sys.exit(1 if printed.failed else 0)
    unclear = [each for each in imported.candidates if not each.is_open]
    if unclear:
        click.echo(printed.yaml, nl=False)
        told = f"{len(unclear)} of {len(imported.candidates)} are not clear. Nothing was appended."
        raise UnfitSource(told, remedy="Decide them in the output, or in the source.")
    sys.exit(1 if append_records(file, known, [each.fields for each in imported.candidates], agreed=agreed) else 0)


def _imported(source: str, form: str | None, language: str | None, columns: dict[str, str]) -> Imported:
    try:
        data = _read_data(source)
    except OSError as error:
        raise click.FileError(source, error.strerror) from None
    try:
        return read_source(data, source, form, language, columns)
    except UnfitSource as error:
        raise UnfitSource(f"{source}: {error.message}", remedy=error.remedy) from None
