"""The commands `check`, `fmt` and `schema`, which need only the calendar file."""

from __future__ import annotations

import difflib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.clock import clock
from calendar_service.file_watch import read_when_whole
from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.editing.normalise import normalise
from calendar_service.records.errors import CalendarError, counted
from calendar_service.records.schema import json_schema
from calendar_service.records.times import write_instant
from calendar_service.settings import read_file_setting, read_settings
from calendar_service.store.file_saving import check_bytes
from calendar_service.store.whole_file import replace_whole

if TYPE_CHECKING:
    from calendar_service.parsers.calendar_file import ParseResult


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the problems."
)
def check(file: Path | None, form: str) -> None:
    """Validate FILE and list every problem. Exits with 0 if it can be published, with 1 if not."""
    path = file or read_file_setting(os.environ)
    reading = _compared(read_calendar_file(path, clock()))
    click.echo(_as_json(reading) if form == "json" else _as_text(path, reading))
    sys.exit(1 if reading.errors else 0)


@click.command()
def schema() -> None:
    """Print the JSON Schema of the calendar file."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; show what would change, and exit with 1.")
def fmt(file: Path | None, *, only_check: bool) -> None:
    """Write FILE in the usual form: order of keys, indentation, quotes, ends of lines. What it says stays the same."""
    path = file or read_file_setting(os.environ)
    known = read_when_whole(path)
    new = normalise(known)
    if new == known:
        click.echo(f"{path}: nothing to change.", err=True)
    elif only_check:
        before, after = (data.decode("utf-8-sig").splitlines(keepends=True) for data in (known, new))
        click.echo("".join(difflib.unified_diff(before, after, str(path), f"{path} (usual form)")), nl=False)
        sys.exit(1)
    else:
        check_bytes(path, new, clock())
        replace_whole(path, new, known)
        click.echo(f"{path}: written.", err=True)


def _compared(reading: ParseResult) -> ParseResult:
    """Return the result with what the database adds, if there is one: what has been public cannot be withheld."""
    if reading.draft is None or not reading.draft.withheld:
        return reading
    # Only drafts need the database; SQLAlchemy takes as long to import as all the rest of `check`.
    from calendar_service.store.editions import load_edition  # noqa: PLC0415 (as above)
    from calendar_service.store.engine import is_missing, open_engine  # noqa: PLC0415 (as above)
    from calendar_service.store.schema_version import is_usable  # noqa: PLC0415 (as above)

    settings, now = read_settings(os.environ), clock()
    try:
        engine = None if is_missing(settings.database_url) else open_engine(settings.database_url)
        last = load_edition(engine) if engine and is_usable(engine) else None
    except CalendarError as error:
        click.echo(f"Whether drafts have been public was not checked: {error}", err=True)
        return reading
    at = max(now, last.published_at) if last else now
    return reading.refuse(reading.draft.released_at(at).taken_back(last))


def _as_text(path: Path, reading: ParseResult) -> str:
    records = len(reading.draft.every_record) if reading.draft else 0
    notes = len(reading.findings) - len(reading.errors)
    problems = len(reading.errors)
    words = [counted(problems, "problem")] if problems else [f"{counted(records, 'record')}, no problems"]
    withheld = reading.draft.withheld if reading.draft else ()
    drafts = sum(each.publish_at is None for each in withheld)
    words += [counted(drafts, "draft")] if drafts else []
    timed = len(withheld) - drafts
    words += [f"{timed} with publish_at"] if timed else []
    words += [counted(notes, "note")] if notes else []
    waits = [
        f"{path}: {each.record.id} becomes public at {write_instant(each.publish_at)}"
        for each in withheld
        if each.publish_at
    ]
    return "\n".join([*map(str, reading.findings), *waits, f"{path}: {', '.join(words)}"])


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
