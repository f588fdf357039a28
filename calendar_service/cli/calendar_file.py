"""The commands `check` and `schema`, which need only the calendar file."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.records.schema import json_schema
from calendar_service.settings import read_file_setting

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
    reading = read_calendar_file(path)
    click.echo(_as_json(reading) if form == "json" else _as_text(path, reading))
    sys.exit(1 if reading.errors else 0)


@click.command()
def schema() -> None:
    """Print the JSON Schema of the calendar file."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


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
