"""The command `receipts`: the deliveries of each deadline, counted by state."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import open_present_database
from calendar_service.settings import read_settings
from calendar_service.store.receipts import receipts, silent_receipts

if TYPE_CHECKING:
    from calendar_service.store.receipts import Receipt

_COUNTS = ("waiting", "sent", "retried", "failed", "bounced", "suppressed", "dropped", "missed")


@click.command(name="receipts")
@click.argument("record", required=False, default="")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the counts.")
def print_receipts(record: str, form: str) -> None:
    """Print how many messages were sent for all records, or for RECORD, newest first.

    Changes that were published without messages come before them.
    """
    engine = open_present_database(read_settings(os.environ))
    found = [*silent_receipts(engine, record), *receipts(engine, record)]
    if form == "json":
        click.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
    else:
        for each in found:
            click.echo(_line(each))


def _line(receipt: Receipt) -> str:
    """Format one receipt on one line, without counts that are zero."""
    what = [receipt.record_id, receipt.occurrence, receipt.moment, receipt.revision, receipt.lead or receipt.kind]
    counts = [f"{count} {name}" for name in _COUNTS if (count := getattr(receipt, name))]
    return f"{', '.join(part for part in what if part)}: {', '.join(counts) or 'no messages'}"
