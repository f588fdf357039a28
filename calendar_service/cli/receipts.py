"""The command `receipts`: what became of the reminders of each deadline."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import open_database
from calendar_service.settings import read_settings
from calendar_service.store.receipts import receipts

if TYPE_CHECKING:
    from calendar_service.store.receipts import Receipt

_COUNTS = ("waiting", "sent", "retried", "failed", "bounced", "suppressed", "dropped", "missed")


@click.command(name="receipts")
@click.argument("record", required=False, default="")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the counts.")
def print_receipts(record: str, form: str) -> None:
    """Print what became of the reminders of all records, or of RECORD, newest first."""
    found = receipts(open_database(read_settings(os.environ)), record)
    if form == "json":
        click.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
    else:
        for each in found:
            click.echo(_line(each))


def _line(receipt: Receipt) -> str:
    """Write one receipt on one line, without the counts that are nought."""
    what = [receipt.record_id, receipt.occurrence, receipt.moment, receipt.revision, receipt.lead or receipt.kind]
    counts = [f"{count} {name}" for name in _COUNTS if (count := getattr(receipt, name))]
    return f"{', '.join(part for part in what if part)}: {', '.join(counts) or 'nothing'}"
