"""The command `import`."""

from __future__ import annotations

import os
import sys

import click

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.importing.candidates import MAX_SOURCE_BYTES
from calendar_service.parsers.importing.formats import SOURCE_FORMATS, read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.records.errors import CalendarError
from calendar_service.records.texts import check_language
from calendar_service.settings import read_settings


def _read_language(code: str) -> str:
    try:
        return check_language(code)
    except CalendarError as error:
        raise click.BadParameter(str(error)) from None


@click.command(name="import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(SOURCE_FORMATS), help="What SOURCE is, if its name does not show it."
)
@click.option(
    "--lang", "language", type=_read_language, metavar="L", help="The language that its texts are in, such as fr."
)
def import_source(source: str, form: str | None, language: str | None) -> None:
    """Print the events and tenders of SOURCE as records for the calendar file; write nothing.

    SOURCE is a file, or - for standard input: the text of a page, a saved HTML page, .ics, JSON-LD, OCDS or CSV. Exits
    with 1 if something in it would not pass `check`: that is printed commented out, with the reason.
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
